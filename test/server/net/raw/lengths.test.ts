/** Lengths before messages are recognised, and text is never taken for them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RawDecoder } from '../../../../server/net/raw/decoder.ts'
import type { Encoding } from '../../../../server/net/raw/encoding.ts'
import type { Lengths } from '../../../../server/net/raw/lengths.ts'

type Act = string | Uint8Array | 'PAUSE'

/** The lines of a client, and how its bytes were understood. */
function played(acts: readonly Act[]): { lines: string[]; encoding: Encoding | undefined } {
  const decoder = new RawDecoder(4096)
  const lines: string[] = []
  const take = (line = decoder.next()) => {
    for (let next = line; next !== undefined; next = decoder.next()) lines.push(next.text)
  }
  for (const act of acts) {
    if (act === 'PAUSE') {
      decoder.inspect('pause')
      take()
      if (decoder.opening === undefined && decoder.pauseMs() > 0) take(decoder.pause())
    } else {
      decoder.push(Buffer.from(act as string))
      decoder.inspect('more')
      take()
    }
  }
  decoder.inspect('whole')
  take()
  take(decoder.end())
  return { lines, encoding: decoder.encoding }
}

const bytewise = (bytes: Uint8Array): Uint8Array[] => [...bytes].map((byte) => Uint8Array.of(byte))

/** The header of a message of so many bytes. */
const headers: Record<Lengths, (length: number) => Uint8Array | string> = {
  length8: (length) =>
    length < 0x80 ? Buffer.of(length) : Buffer.of(0x80 | (length & 0x7f), length >> 7),
  length16: (length) => Buffer.of(length >> 8, length & 255),
  length16le: (length) => Buffer.of(length & 255, length >> 8),
  length32: (length) => Buffer.of(0, 0, length >> 8, length & 255),
  length32le: (length) => Buffer.of(length & 255, length >> 8, 0, 0),
  decimal10: (length) => `${length}`.padEnd(10),
  decimal64: (length) => `${length}`.padEnd(64),
}
const formats = Object.keys(headers) as Lengths[]

function framed(format: Lengths, text: string): Buffer {
  return Buffer.concat(
    [headers[format](Buffer.byteLength(text)), Buffer.from(text)].map((part) =>
      Buffer.from(part as string),
    ),
  )
}

describe.each(formats)('%s', (format) => {
  const texts = ['hello', 'wörld', 'x', 'y'.repeat(300), '42', 'A'.repeat(65), '  spaced out']

  test('is recognised and read in one chunk, byte by byte, and with a pause after each', () => {
    const all = texts.map((text) => framed(format, text))
    const expected = { lines: texts, encoding: format }
    expect(played([Buffer.concat(all)])).toEqual(expected)
    expect(played(bytewise(Buffer.concat(all)))).toEqual(expected)
    expect(played(all.flatMap((bytes) => [bytes, 'PAUSE']))).toEqual(expected)
  })

  test('is recognised by a first message of almost any length', () => {
    // A longer text may begin with the byte itself; FF is of telnet, 80 of pickles, 16 03 of TLS, and
    // 00 to 03 of lengths with the high byte first.
    const most = format === 'length8' ? 31 : 1023
    const isTaken = (length: number): boolean => {
      const low = length & 0xff
      if (!format.endsWith('le')) return false
      if (format === 'length16le' && length > 0xff && low <= 3) return true
      return low === 0xff || low === 0x80 || low === 0 || length === 0x0316
    }
    const length = fc.integer({ min: 1, max: most }).filter((length) => !isTaken(length))
    fc.assert(
      fc.property(length, (length) => {
        const acts: Act[] = [framed(format, 'z'.repeat(length)), 'PAUSE', framed(format, 'next')]
        expect(played(acts)).toEqual({ lines: ['z'.repeat(length), 'next'], encoding: format })
      }),
      { numRuns: 60 },
    )
  })

  test('of random messages gives them, wherever they are cut', () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
      .map((it) => `é${it.trim()}`)
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), fc.nat(200), (texts, at) => {
        const bytes = Buffer.concat(texts.map((one) => framed(format, one)))
        const [first = ''] = texts
        fc.pre(format !== 'length8' || ![10, 13].includes(Buffer.byteLength(first)))
        fc.pre(format !== 'length8' || Buffer.byteLength(first) < 32)
        expect(played([bytes.subarray(0, at), bytes.subarray(at)])).toEqual({
          lines: texts,
          encoding: format,
        })
      }),
      { numRuns: 100 },
    )
  })
})

test('strings of BinaryWriter are read, whose length and text may come apart', () => {
  // var writer = new BinaryWriter(stream); writer.Write("hello"); writer.Write(new string('y', 300));
  const hello = [Buffer.of(0x05), Buffer.from('hello')]
  const long = Buffer.concat([Buffer.of(0xac, 0x02), Buffer.from('y'.repeat(300))])
  expect(played([...hello, 'PAUSE', long]).lines).toEqual(['hello', 'y'.repeat(300)])
  expect(played([...hello, 'PAUSE', Buffer.of(0x05), 'PAUSE', 'again'])).toEqual({
    lines: ['hello', 'again'],
    encoding: 'length8',
  })
})

describe('text that looks like lengths', () => {
  test.each<[string, Act[], string[]]>([
    [
      'begins with digits',
      ['42\n', '5 hello\n', '5         hello\n'],
      ['42', '5 hello', '5         hello'],
    ],
    ['is a number, with no end', ['42', 'PAUSE', '5', 'PAUSE'], ['42', '5']],
    [
      'is a table',
      ['5         hello\n6         world!\n'],
      ['5         hello', '6         world!'],
    ],
    [
      'is a table with no end',
      ['7         hello', 'PAUSE', 'more', 'PAUSE'],
      ['7         hello', 'more'],
    ],
    [
      'begins with a capital of its length',
      [`A${'b'.repeat(65)}`, 'PAUSE', 'hello', 'PAUSE'],
      [`A${'b'.repeat(65)}`, 'hello'],
    ],
    ['does so, in lines', [`H${'i'.repeat(72)}\nhello\n`], [`H${'i'.repeat(72)}`, 'hello']],
    ['begins with a space, which is 32', [` ${'b'.repeat(32)}`, 'PAUSE'], [` ${'b'.repeat(32)}`]],
    [
      'is a letter in a C string, and then a text',
      [`A\0${'b'.repeat(65)}\0`, 'PAUSE', 'c\0'],
      ['A', 'b'.repeat(65), 'c'],
    ],
    ['is a letter in a buffer of four bytes', ['y\0\0\0', 'PAUSE', 'n\0\0\0'], ['y', 'n']],
    ['begins with an empty line', ['\nhello world', 'PAUSE', 'x\n'], ['', 'hello worldx']],
    ['is an empty line, in lines', ['\nhello all.\nmore\n'], ['', 'hello all.', 'more']],
    [
      'is an empty line in a C string',
      ['\n\0', 'hello there\n\0', 'PAUSE', 'x\n\0'],
      ['', 'hello there', 'x'],
    ],
    ['begins with a tab', ['\thello all\nmore\n'], ['\thello all', 'more']],
    [
      'begins with an escape sequence',
      [`\x1b[1m${'b'.repeat(30)}\n`],
      [`\x1b[1m${'b'.repeat(30)}`],
    ],
  ])('stays as it is if it %s', (_, acts, lines) => {
    expect(played(acts)).toEqual({ lines, encoding: 'utf-8' })
    const cut = acts.flatMap((act): Act[] =>
      act === 'PAUSE' ? [act] : bytewise(Buffer.from(act as string)),
    )
    expect(played(cut)).toEqual({ lines, encoding: 'utf-8' })
  })

  test.each<[string, Act[], string[]]>([
    [
      'a number of one message',
      ['5         hello', 'PAUSE', 'and more', 'PAUSE', '7 up', 'PAUSE'],
      ['hello', 'and more', '7 up'],
    ],
    [
      'a tab before nine bytes',
      ['\thello all', 'PAUSE', 'and more', 'PAUSE', 'Bye', 'PAUSE'],
      ['hello all', 'and more', 'Bye'],
    ],
    [
      'an empty line before ten bytes',
      ['\nhello worl', 'PAUSE', 'and more', 'PAUSE', 'd\n'],
      ['hello worl', 'and more', 'd'],
    ],
    [
      'a tab before nine bytes, and then lines',
      ['\thello all', 'PAUSE', 'and\nmore\n'],
      ['hello all', 'and', 'more'],
    ],
  ])('is text again if by chance it begins with %s', (_, acts, lines) => {
    expect(played(acts).lines).toEqual(lines)
  })

  test('is read as it is, whatever it is, if it ends its lines', () => {
    const character = fc.oneof(
      fc.constantFrom(...'0123456789 AHz\t'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    )
    const line = fc
      .array(character, { maxLength: 80 })
      .map((them) => them.join(''))
      .filter((text) => !/[^\P{Cc}\t]|\ufeff/u.test(text))
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), (lines) => {
        expect(played([lines.map((one) => `${one}\n`).join('')])).toEqual({
          lines,
          encoding: 'utf-8',
        })
      }),
      { numRuns: 500 },
    )
  })
})

describe('a byte order mark', () => {
  const [utf8, text] = ['\ufeff', 'नमस्ते']
  test('is left out before each line and message, in each encoding', () => {
    expect(played([`${utf8}${text}\n${utf8}${text}\n`]).lines).toEqual([text, text])
    expect(played([utf8, 'PAUSE', `${text}\n`])).toEqual({ lines: [text], encoding: 'utf-8' })
    expect(played(bytewise(Buffer.from(`${utf8}${text}`))).lines).toEqual([text])
    // Python's encode('utf-16') writes one each time.
    const marked = Buffer.from(`\ufeff${text}`, 'utf16le')
    expect(played([marked, 'PAUSE', marked, 'PAUSE']).lines).toEqual([text, text])
    const ended = Buffer.from(`\ufeff${text}\n`, 'utf16le')
    expect(played([ended, ended, Buffer.from(ended)]).lines).toEqual([text, text, text])
    const big = Buffer.from(ended).swap16()
    expect(played([Buffer.concat([big, big])]).lines).toEqual([text, text])
  })

  test('does not make a client of lines one that ends them with a pause', () => {
    // As StreamWriter of .NET writes it: when it is opened.
    expect(played([utf8, 'PAUSE', 'a\nb', 'PAUSE', 'c\n']).lines).toEqual(['a', 'bc'])
  })
})

test('surrogates of Java’s writeUTF are characters', () => {
  const smile = Buffer.from('eda0bdedb88a', 'hex')
  expect(played([Buffer.of(0, 8), smile, '!!']).lines).toEqual(['😊!!'])
  expect(played([Buffer.of(0, 4), smile.subarray(0, 3), '!']).lines).toEqual([
    '\ufffd\ufffd\ufffd!',
  ])
})
