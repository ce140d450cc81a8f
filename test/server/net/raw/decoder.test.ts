/** Tests a raw connection's bytes from the first one on: telnet or UTF-16, and then lines. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RawDecoder } from '../../../../server/net/raw/decoder.ts'

const [IAC, SE, SB, WILL, DO, DONT] = [255, 240, 250, 251, 253, 254]
const ascii = (text: string) => [...text].map((char) => char.charCodeAt(0))
const utf16 = (text: string) => [...Buffer.from(`\ufeff${text}`, 'utf16le')]

/** The lines that the decoder returns for these chunks, inspected after each one, as in RawInput. */
function decode(chunks: readonly (readonly number[])[]) {
  const decoder = new RawDecoder(4096)
  const reply: number[] = []
  for (const chunk of chunks) {
    reply.push(...decoder.push(Uint8Array.from(chunk)))
    decoder.inspect('more')
  }
  const verdict = decoder.inspect('pause')
  const lines: string[] = []
  for (let line = decoder.next(); line !== undefined; line = decoder.next()) lines.push(line.text)
  const { encoding, telnet } = decoder
  return { verdict, encoding, telnet: telnet !== undefined, lines, reply }
}

const bytewise = (bytes: readonly number[]) => bytes.map((byte) => [byte])

describe('a connection that begins with FF FE', () => {
  const telnet = { verdict: 'clear', encoding: 'utf-8', telnet: true, reply: [] }
  test.each([
    ['DONT and text', [IAC, DONT, 1, ...ascii('hello\r\n')], { lines: ['hello'] }],
    ['DONT alone', [IAC, DONT, 3], { lines: [] }],
    [
      'DONT and an offer',
      [IAC, DONT, 1, IAC, WILL, 31, ...ascii('hello\r\n')],
      { lines: ['hello'], reply: [IAC, DO, 31] },
    ],
    [
      'DONT and a subnegotiation',
      [IAC, DONT, 1, IAC, SB, 31, 0, 80, 0, 24, IAC, SE, ...ascii('hé\r\n')],
      { lines: ['h\ufffd'] },
    ],
  ])('is telnet with %s', (_, bytes, expected) => {
    for (const chunks of [[bytes], bytewise(bytes)]) {
      expect(decode(chunks)).toEqual({ ...telnet, ...expected })
    }
  })

  test.each(['hello', 'Иван', 'नमस्ते', '中文', '三上下', '！', '\u0101', '日本\uff01'])(
    'is UTF-16 with %s',
    (text) => {
      const bytes = utf16(`${text}\n`)
      for (const chunks of [[bytes], bytewise(bytes), [bytes.slice(0, 3), bytes.slice(3)]]) {
        expect(decode(chunks)).toEqual({
          verdict: 'clear',
          encoding: 'utf-16le',
          telnet: false,
          lines: [text],
          reply: [],
        })
      }
    },
  )
})

test.each([[[IAC, WILL, 31]], [[IAC, DO, 3]], [[IAC]]])('%j begins with telnet', (bytes) => {
  const { encoding } = decode([bytes, ascii('hello\r\n')])
  expect(encoding).toBe('utf-8')
})

test('a request after a telnet command is refused', () => {
  const bytes = [IAC, DONT, 1, IAC, WILL, 31, ...ascii('GET / HTTP/1.1\r\n')]
  expect(decode([bytes]).verdict).toBe('http')
  expect(decode(bytewise(bytes)).verdict).toBe('http')
})

test('a connection that begins with FF gives the same lines wherever its bytes are cut', () => {
  const start = fc.constantFrom([IAC], [IAC, DONT], [IAC, DONT, 1], [IAC, DONT, 45, IAC])
  const bytes = fc
    .tuple(start, fc.array(fc.oneof(fc.constantFrom(IAC, DONT, WILL, 0, 10, 13, 104), fc.nat(255))))
    .map(([start, rest]) => [...start, ...rest])
  fc.assert(
    fc.property(bytes, (bytes) => {
      const { verdict, encoding, telnet, reply } = decode([bytes])
      expect(decode(bytewise(bytes))).toMatchObject({ verdict, encoding, telnet, reply })
    }),
    { numRuns: 1000 },
  )
})
