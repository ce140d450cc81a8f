/** Loading pages of the log, from servers that respond and from servers that do not. */
import { createServer, type RequestListener } from 'node:http'
import { signal } from '@preact/signals'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { fetchEvents, History, type Page } from '../../web/log/history.ts'
import { alice, event, range, Tab, welcome } from './room.ts'

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

describe('a page of which all is from people who are ignored', () => {
  it('is followed by the next one, until there is something to show', async () => {
    const tab = new Tab().receive(welcome({ head: 400, events: [event(400, alice)] }))
    const ignored = [{ id: 'b', name: 'bob' }]
    tab.act({ type: 'change', room: tab.state.room, change: (state) => ({ ...state, ignored }) })
    tab.act({ type: 'follow', on: false })
    const asked: number[] = []
    vi.stubGlobal('fetch', async (url: string) => {
      const before = Number(/before=(\d+)/.exec(url)?.[1])
      asked.push(before)
      const list = range(Math.max(1, before - 200), before - 1)
      const events = list.map((one) => (one.seq === 150 ? event(150, alice) : one))
      return new Response(JSON.stringify({ epoch: 'e1', events, more: before > 201 }))
    })
    onTestFinished(() => void vi.unstubAllGlobals())
    const pageFailed = signal<Page | null>('older')
    const history = new History({
      peek: () => tab.state,
      act: (action) => void tab.act(action),
      hint: () => {},
      converse: async () => undefined,
      readingSeq: () => null,
      pageFailed,
    })
    history.loadOlder()
    await vi.waitFor(() => expect(pageFailed.value).toBeNull())
    expect(asked).toEqual([400, 200])
    await vi.waitFor(() => expect(tab.seqs).toEqual([150, 400]))
    expect(tab.state.atStart).toBe(true)
  })
})
