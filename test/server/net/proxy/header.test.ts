import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readHeader } from '../../../../server/net/proxy/header.ts'
import { LOCAL, PROXIED, proxyBinary, proxyLine } from '../../../support/proxied.ts'

const from = (address: string) => ({ type: 'proxied', address, port: 4711 })
const IPV6 = [0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 9]
const UNKNOWN = { type: 'unknown' }

const headers: [string, string | Buffer, object][] = [
  ['version 1', proxyLine('203.0.113.9'), from('203.0.113.9')],
  ['version 1 over IPv6', proxyLine('2001:DB8:0:0::9'), from('2001:db8::9')],
  ['version 1 of a health check', 'PROXY UNKNOWN\r\n', UNKNOWN],
  ['version 1 of an unknown client', 'PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n', UNKNOWN],
  ['version 2', PROXIED, from('203.0.113.9')],
  [
    'version 2 over IPv6, with more after the addresses',
    proxyBinary(0x21, 0x21, [...IPV6, ...IPV6, 0x12, 0x67, 31, 144, 4, 0, 1, 0]),
    from('2001:db8::9'),
  ],
  ['version 2 of a health check', LOCAL, { type: 'local' }],
  ['version 2 of a Unix socket', proxyBinary(0x21, 0x31, Array(216).fill(47)), UNKNOWN],
]

describe('a header', () => {
  it.each(headers)(
    'of %s is found, also byte by byte, and nothing after it is',
    (_, given, sender) => {
      const header = Buffer.from(given as string)
      const chat = Buffer.from('hello\n')
      const { length: bytes } = header
      expect(readHeader(Buffer.concat([header, chat]))).toEqual({ type: 'found', sender, bytes })
      for (let end = 0; end < bytes; end += 1) {
        expect(readHeader(header.subarray(0, end)).type).toMatch(/^(maybe|partial)$/)
      }
    },
  )

  it.each([
    'hello\n',
    'PROXY is down\n',
    'PROXY UNKNOWNS\r\n',
    'PROXY TCP\n',
    '\r\n\r\nhello\n',
    'Proxy TCP4 ',
  ])('is not in %j', (text) => {
    expect(readHeader(Buffer.from(text))).toEqual({ type: 'none' })
  })

  it.each<[string, string | Buffer]>([
    ['an address of another family', 'PROXY TCP4 ::1 ::1 1 2\r\n'],
    ['no address', 'PROXY TCP4 elsewhere elsewhere 1 2\r\n'],
    ['a port that is none', 'PROXY TCP4 1.2.3.4 1.2.3.4 65536 2\r\n'],
    ['a lone line feed', 'PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n'],
    ['a line that is too long', `PROXY UNKNOWN ${'x'.repeat(107)}`],
    ['another version', proxyBinary(0x31, 0x11, Array(12).fill(1))],
    ['another command', proxyBinary(0x22, 0x11, Array(12).fill(1))],
    ['too few bytes for its addresses', proxyBinary(0x21, 0x21, Array(12).fill(1))],
    ['more bytes than the server keeps', proxyBinary(0x21, 0x11, Array(4097).fill(1))],
  ])('with %s is invalid', (_, given) => {
    expect(readHeader(Buffer.from(given as string))).toEqual({ type: 'invalid' })
  })

  it('is read from any bytes without an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(20), (rest, kept) => {
        readHeader(Buffer.concat([PROXIED.subarray(0, kept), rest]))
        readHeader(Buffer.concat([Buffer.from(proxyLine('::1')).subarray(0, kept), rest]))
      }),
    )
  })
})
