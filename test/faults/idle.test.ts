/** Idle connections to one port: the other port, and other addresses, go on as before. */
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { Program } from '../support/program.ts'
import { greeted, rawClient } from '../support/raw.ts'

const OPEN_FILES = 200
const IDLE = 300
const main = resolve(import.meta.dirname, '../../dist/server/main.js')

/** A server that may have `OPEN_FILES` file descriptors. */
async function serveWithFewFiles() {
  const command = [process.execPath, main, 'serve', '--web-port', '0', '--tcp-port', '0']
  const shell = ['-c', `ulimit -n ${OPEN_FILES} && exec "$@"`, 'sh']
  const server = new Program('sh', [...shell, ...command, '--data', ':memory:'])
  const ready = await server.until('Waiting for client request..\n')
  const [, webPort, tcpPort] = /:(\d+)\n.*nc \S+ (\d+)\n/.exec(ready) ?? []
  return { server, webPort: Number(webPort), tcpPort: Number(tcpPort) }
}

const openMany = (port: number) => Promise.all(Array.from({ length: IDLE }, () => rawClient(port)))

test('hundreds of idle HTTP connections are refused with a log line, and the room stays open', async () => {
  const { server, webPort, tcpPort } = await serveWithFewFiles()
  await openMany(webPort)
  await expect.poll(() => server.stderr).toContain('HTTP connections are refused')
  await greeted(tcpPort)
})

test('hundreds of idle raw connections are refused with a log line, and the page stays open', async () => {
  const { server, webPort, tcpPort } = await serveWithFewFiles()
  await openMany(tcpPort)
  await expect.poll(() => server.stderr).toContain('"code":"room_full"')
  expect((await fetch(`http://127.0.0.1:${webPort}/healthz`)).status).toBe(200)
})
