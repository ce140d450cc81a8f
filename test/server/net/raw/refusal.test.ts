/** Tests what a refused client can read, and that its connection ends without a reset. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { Refusal } from '../../../../server/net/raw/guard.ts'
import { refuse } from '../../../../server/net/raw/refusal.ts'
import { testGateway } from '../../../support/gateway.ts'
import { rawClient } from '../../../support/raw.ts'

const WEB_URL = 'http://127.0.0.1:3000'

/** The text that a client reads if it is refused after its first bytes. */
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
  ['proxy', 'This port accepts the PROXY protocol only from proxies that --trust-proxy names.\r\n'],
  ['tls', ''],
  ['stun', ''],
] as const)(
  'a client of %s reads one sentence, or nothing where it reads no text',
  async (refusal, text) => {
    expect(await refused(refusal)).toBe(text)
  },
)

test.each([
  ['ssh', ['SSH-2.0-OpenSSH_9.2p1\r\n'], /^This port is for raw TCP clients/],
  [
    'proxy',
    ['\r\n\r\n\0\r\nQUIT\n', '\x20\0\0\0'],
    /^This port accepts the PROXY protocol only from/,
  ],
  [
    'proxy',
    ['PROXY TCP4 ', '10.0.0.1 10.0.0.2 1 2\r\nhello\n'],
    /accepts the PROXY protocol only from/,
  ],
  ['rtsp', ['OPTIONS rtsp://a/ RTSP/1.0\r\n', 'CSeq: 1\r\n\r\n'], /^RTSP\/1\.0 400 /],
  ['sip', ['INVITE sip:a@b SIP/2.0\r\n', '\r\nhello\n'], /^SIP\/2\.0 400 /],
] as const)(
  'the raw port refuses a client of %s, and it is no member',
  async (refusal, chunks, text) => {
    const gateway = await testGateway()
    const client = await rawClient(gateway.tcp.port)
    for (const chunk of chunks) client.send(chunk)
    expect(await client.untilEnded()).toMatch(text)
    expect(gateway.logged.map(({ reason }) => reason)).toContain(`refused: ${refusal}`)
    expect(gateway.room.members.size).toBe(0)
  },
)
