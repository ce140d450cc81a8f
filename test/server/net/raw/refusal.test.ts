/** Tests what a refused client can read, and that its connection ends without a reset. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { Refusal } from '../../../../server/net/raw/guard.ts'
import { refuse } from '../../../../server/net/raw/refusal.ts'
import { rawClient } from '../../../support/raw.ts'

const WEB_URL = 'http://127.0.0.1:3000'

/** What a client reads until its end, when it is refused after its first bytes. */
async function refused(refusal: Refusal): Promise<string> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.once('data', () => refuse(socket, refusal, WEB_URL))
  })
  onTestFinished(() => void server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = await rawClient((server.address() as { port: number }).port)
  client.send('anything')
  await client.untilEnded()
  return client.text
}

test.each([
  ['http', 'HTTP/1.1 400 Bad Request\r\n'],
  ['rtsp', 'RTSP/1.0 400 Bad Request\r\n'],
  ['sip', 'SIP/2.0 400 Bad Request\r\n'],
] as const)(
  'a request of %s is refused in its own protocol, with the right address',
  async (refusal, status) => {
    const [head = '', body] = (await refused(refusal)).split('\r\n\r\n')
    expect(`${head}\r\n`.startsWith(status)).toBe(true)
    expect(head).toContain('X-Content-Type-Options: nosniff')
    expect(body).toBe(`This port is for raw TCP clients such as nc. The page is at ${WEB_URL}\n`)
    expect(head).toContain(`Content-Length: ${body?.length}`)
  },
)

test.each([
  ['ssh', `This port is for raw TCP clients such as nc. The page is at ${WEB_URL}\r\n`],
  ['proxy', 'This port does not accept the PROXY protocol. Turn it off in the proxy.\r\n'],
  ['tls', ''],
  ['stun', ''],
] as const)(
  'a client of %s reads one sentence, or nothing where it reads no text',
  async (refusal, text) => {
    expect(await refused(refusal)).toBe(text)
  },
)
