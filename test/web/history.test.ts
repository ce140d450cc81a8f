/** Loading pages of the log, from servers that respond and from servers that do not. */
import { createServer, type RequestListener } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fetchEvents } from '../../web/log/history.ts'

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return `http://127.0.0.1:${port}/api/events`
}

describe('a page of the log', () => {
  it('is returned as it came', async () => {
    const page = { epoch: 'e1', events: [], more: false }
    const url = await listen((_, response) => response.end(JSON.stringify(page)))
    expect(await fetchEvents(url)).toEqual(page)
  })

  it('is given up when the server never responds', async () => {
    const url = await listen(() => {})
    expect(await fetchEvents(url, 100)).toBeNull()
  })

  it('is given up when the response does not end', async () => {
    const url = await listen((_, response) => response.write('{"epoch":'))
    expect(await fetchEvents(url, 100)).toBeNull()
  })

  it('is not taken from an error', async () => {
    const url = await listen((_, response) => response.writeHead(503).end('{}'))
    expect(await fetchEvents(url)).toBeNull()
  })
})
