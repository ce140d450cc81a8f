/** Tests what the first bytes on a shared port mean, for every length received so far. */
import { expect, it } from 'vitest'
import { mayBeTls, type Protocol, protocolOf } from '../../../../server/net/listen/protocol.ts'

const CLIENT_HELLO = Buffer.from('16030100f8010000f40303', 'hex')
const SSH = 'SSH-2.0-OpenSSH_9.2p1\r\n'

it.each<[string, string | Buffer, Protocol]>([
  ['an HTTP request', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', 'http'],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'http'],
  ['TLS', CLIENT_HELLO, 'tls'],
  ['a line', 'hello\n', 'raw'],
  ['a line that begins like a request', 'GET lost\n', 'raw'],
  ['a JSON client', '{"type":"hello","protocol":1}\n', 'raw'],
  ['SSH, which the raw port refuses', SSH, 'raw'],
])('%s is told apart as soon as it can be, and never taken for another', (_, bytes, protocol) => {
  const opening = Buffer.from(bytes)
  const verdicts = Array.from({ length: opening.length }, (_one, at) =>
    protocolOf(opening.subarray(0, at + 1), 'more'),
  )
  expect(verdicts.filter((verdict) => verdict !== undefined && verdict !== protocol)).toEqual([])
  expect(verdicts.at(-1)).toBe(protocol)
})

it('the end of the input decides, and a silence decides unless a request has begun', () => {
  expect(protocolOf(Buffer.from('HELLO'), 'more')).toBeUndefined()
  expect(protocolOf(Buffer.from('HELLO'), 'pause')).toBe('raw')
  expect(protocolOf(Buffer.from('GET /'), 'pause')).toBeUndefined()
  expect(protocolOf(Buffer.from('GET /'), 'whole')).toBe('raw')
  expect(protocolOf(Buffer.alloc(0), 'whole')).toBe('raw')
})

it('only the first byte of TLS may begin it', () => {
  expect([Buffer.alloc(0), CLIENT_HELLO].map(mayBeTls)).toEqual([true, true])
  expect(['G', 'hello', '\x15'].map((text) => mayBeTls(Buffer.from(text)))).toEqual([
    false,
    false,
    false,
  ])
})
