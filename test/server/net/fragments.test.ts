/** WebSocket messages that come in parts, from a client that writes its own frames. */
import { expect, it } from 'vitest'
import { testGateway } from '../../support/gateway.ts'
import { rawClient } from '../../support/raw.ts'

const KEY = 'AAAAAAAAAAAAAAAAAAAAAA=='
const TEXT = 0x1
const CONTINUATION = 0x0
const FIN = 0x80

async function upgraded() {
  const { webUrl } = await testGateway()
  const { port, host } = new URL(webUrl)
  const client = await rawClient(Number(port))
  client.send(
    `GET /ws HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: oneroom.v1\r\nSec-WebSocket-Key: ${KEY}\r\n\r\n`,
  )
  await client.until(/^HTTP\/1\.1 101 .*\r\n\r\n/s)
  client.forget()
  return client
}

/** A masked frame whose mask is zero. */
function frame(opcode: number, payload: string): Buffer {
  const head = [opcode, 0x80 | payload.length, 0, 0, 0, 0]
  return Buffer.concat([Uint8Array.from(head), Buffer.from(payload)])
}

it('a message in a few fragments is read', async () => {
  const client = await upgraded()
  const hello = '{"type":"hello","protocol":1}'
  client.send(frame(TEXT, ''))
  for (const letter of hello) client.send(frame(CONTINUATION, letter))
  client.send(frame(CONTINUATION | FIN, ''))
  await client.until('"type":"welcome"')
})

it('a message in endless fragments is refused with 1008 before it costs anything', async () => {
  const client = await upgraded()
  client.send(frame(TEXT, ' '))
  for (let sent = 0; sent < 300; sent += 1) client.send(frame(CONTINUATION, ' '))
  await client.untilEnded()
  const [last] = client.chunks
  // A close frame: its opcode, the length of its payload, and the code.
  expect(last?.subarray(0, 4)).toEqual(Buffer.from([FIN | 0x8, last?.[1] ?? 0, 0x03, 0xf0]))
})
