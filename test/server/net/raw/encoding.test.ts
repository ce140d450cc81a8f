/** Other encodings than UTF-8 are recognised by the first bytes, and transcoded. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RawDecoder } from '../../../../server/net/raw/decoder.ts'
import { recogniseEncoding, transcoderFor } from '../../../../server/net/raw/encoding.ts'

const java = (...texts: string[]) =>
  Buffer.concat(
    texts.map((text) => {
      const bytes = Buffer.from(text)
      return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 255), bytes])
    }),
  )
const python = (...texts: string[]) =>
  Buffer.concat(
    texts.flatMap((text) => [Buffer.of(0, 0, 0, Buffer.byteLength(text)), Buffer.from(text)]),
  )
const big = (text: string) => Buffer.from(text, 'utf16le').swap16()
const PICKLE = Buffer.from('8004950900000000000000 8c0568656c6c6f942e'.replace(' ', ''), 'hex')
const OBJECT = Buffer.from('aced000574000568656c6c6f', 'hex')

function linesOf(chunks: readonly Uint8Array[]): { lines: string[]; encoding: string | undefined } {
  const decoder = new RawDecoder(4096)
  const lines: string[] = []
  const take = () => {
    for (let line = decoder.next(); line !== undefined; line = decoder.next()) lines.push(line.text)
  }
  for (const chunk of chunks) {
    decoder.push(chunk)
    decoder.inspect('more')
    take()
  }
  decoder.inspect('whole')
  take()
  const rest = decoder.end()
  if (rest !== undefined) lines.push(rest.text)
  return { lines, encoding: decoder.encoding }
}

const cases = [
  ['plain text', Buffer.from('hello\nwörld\n'), ['hello', 'wörld'], 'utf-8'],
  ['text that begins with an empty line', Buffer.from('\n\nhi\n'), ['', '', 'hi'], 'utf-8'],
  ['strings of C', Buffer.from('hi\0\0\0ho\0'), ['hi', 'ho'], 'utf-8'],
  ['one letter and a NUL', Buffer.from('y\0\n'), ['y', ''], 'utf-8'],
  ['UTF-16LE', Buffer.from('hi\nwörld 🙂\n', 'utf16le'), ['hi', 'wörld 🙂'], 'utf-16le'],
  ['UTF-16BE', big('hi\nनमस्ते\n'), ['hi', 'नमस्ते'], 'utf-16be'],
  ['UTF-16BE with its mark', big('\ufeffनमस्ते\n'), ['नमस्ते'], 'utf-16be'],
  ['writeUTF', java('hello', 'wörld', 'a\nb'), ['hello', 'wörld', 'a', 'b'], 'length16'],
  ['writeUTF of a long text', java('x'.repeat(700)), ['x'.repeat(700)], 'length16'],
  ['struct.pack', python('hello', 'wörld', '', 'x'), ['hello', 'wörld', 'x'], 'length32'],
  ['a buffer of nothing', Buffer.from('\0\0\0\0\0\0hi\n'), ['hi'], 'utf-8'],
  ['a Java object', OBJECT, [], 'java'],
  ['a pickle', PICKLE, [], 'pickle'],
] as const

describe.each(cases)('%s', (_name, bytes, lines, encoding) => {
  test('is recognised and read in one chunk', () => {
    expect(linesOf([bytes])).toEqual({ lines, encoding })
  })

  test('is recognised and read byte by byte', () => {
    expect(linesOf([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual({ lines, encoding })
  })
})

test('UTF-16LE with its mark is distinguished from telnet if both bytes arrive together', () => {
  const bytes = Buffer.from('\ufeffनमस्ते\n', 'utf16le')
  expect(linesOf([bytes])).toEqual({ lines: ['नमस्ते'], encoding: 'utf-16le' })
  const rest = [...bytes.subarray(2)].map((byte) => Uint8Array.of(byte))
  expect(linesOf([bytes.subarray(0, 2), ...rest]).lines).toEqual(['नमस्ते'])
})

test('any text is recognised as UTF-8 after a pause at the latest', () => {
  const visible = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text >= ' ')
  fc.assert(
    fc.property(visible, (text) => {
      expect(recogniseEncoding(Buffer.from(text), 'pause')).toBe('utf-8')
      expect(recogniseEncoding(Buffer.from(`${text}\n`), 'more')).toBe('utf-8')
    }),
  )
})

test('any bytes give the same lines wherever they are cut', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.array(fc.constantFrom(0, 1, 5, 10, 13, 65, 128, 172, 237, 254, 240, 250), { maxLength: 12 }),
  )
  fc.assert(
    fc.property(bytes, fc.nat(40), (bytes, at) => {
      const whole = Uint8Array.from(bytes)
      // A mark of UTF-16LE in two chunks is telnet's DONT.
      fc.pre(whole[0] !== 255)
      expect(linesOf([whole.subarray(0, at), whole.subarray(at)])).toEqual(linesOf([whole]))
    }),
    { numRuns: 2000 },
  )
})

test('half a character of UTF-16 is held until the rest comes', () => {
  const transcode = transcoderFor('utf-16le', { tail: new Uint8Array(0) })
  const bytes = Buffer.from('🙂', 'utf16le')
  const parts = [...bytes].map((byte) => transcode?.(Uint8Array.of(byte)))
  expect(parts.map((part) => part?.length)).toEqual([0, 0, 0, 4])
})
