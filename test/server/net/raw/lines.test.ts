/** Bytes → lines, the same wherever they are cut: examples, then random bytes. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Line,
  LineDecoder,
  PAUSE_MS,
  TYPIST_PAUSE_MS,
} from '../../../../server/net/raw/lines.ts'
import { utf8Length } from '../../../../shared/text.ts'
import { anyCharacter } from '../../../support/characters.ts'

/** The acts of a client: text, raw bytes, a pause, the end of the connection. */
type Act = string | number[] | 'PAUSE' | 'END'

setFlagsFromString('--expose-gc')
const gc: () => void = runInNewContext('gc')

const utf8 = (text: string) => new TextEncoder().encode(text)

/** The lines of `acts`, each chunk cut up by `cut`. */
function played(
  acts: readonly Act[],
  { maxBytes = 4096, cut = (bytes: Uint8Array) => [bytes] } = {},
) {
  const decoder = new LineDecoder(maxBytes)
  const lines: Line[] = []
  const keep = (line: Line | undefined) => {
    if (line !== undefined) lines.push(line)
    return line !== undefined
  }
  for (const act of acts) {
    if (act === 'PAUSE') keep(decoder.pause())
    else if (act === 'END') keep(decoder.end())
    else {
      for (const chunk of cut(typeof act === 'string' ? utf8(act) : Uint8Array.from(act))) {
        decoder.push(chunk)
        while (keep(decoder.next()));
      }
    }
  }
  return { decoder, lines }
}

/** Whole, byte by byte, and cut in two at every position. */
function everyWay(acts: readonly Act[], maxBytes?: number): Line[][] {
  const longest = Math.max(...acts.map((act) => (typeof act === 'string' ? utf8(act) : act).length))
  const cuts = [
    (bytes: Uint8Array) => [bytes],
    (bytes: Uint8Array) => Array.from(bytes, (byte) => Uint8Array.of(byte)),
    ...Array.from({ length: longest }, (_, at) => (bytes: Uint8Array) => [
      bytes.subarray(0, at),
      bytes.subarray(at),
    ]),
  ]
  return cuts.map((cut) => played(acts, { cut, ...(maxBytes && { maxBytes }) }).lines)
}

function expectEveryWay(acts: readonly Act[], lines: Line[], maxBytes?: number): void {
  for (const way of everyWay(acts, maxBytes)) expect(way).toEqual(lines)
}

const whole = (...texts: string[]): Line[] => texts.map((text) => ({ text, cut: false }))

describe('a line ends with', () => {
  test.each<[string, Act[], string[]]>([
    ['LF', ['a\nb\n'], ['a', 'b']],
    ['CRLF', ['a\r\nb\r\n'], ['a', 'b']],
    ['CR NUL', ['a\r\0b\r\0'], ['a', 'b']],
    ['a lone CR', ['a\rb\r'], ['a', 'b']],
    ['any of them in turn', ['a\nb\r\nc\r\0d\re\n'], ['a', 'b', 'c', 'd', 'e']],
    ['the CR at once, and the LF that comes later adds nothing', ['a\r', '\nb\n'], ['a', 'b']],
    ['the CR at once, and the NUL that comes later adds nothing', ['a\r', '\0b\r'], ['a', 'b']],
    ['each of two CRs, so that CR CR LF is one empty line more', ['a\r\r\n'], ['a', '']],
    ['each of two LFs after a CR', ['a\r\n\nb\n'], ['a', '', 'b']],
    ['the end of the connection', ['a\nb', 'END'], ['a', 'b']],
  ])('%s', (_, acts, texts) => expectEveryWay(acts, whole(...texts)))

  test.each<[string, Act[], string[]]>([
    ['a NUL that no CR precedes is dropped', ['\n\0a\0\0b\0\n'], ['', 'ab']],
    ['a NUL, or a buffer of them, where no line was ended before', ['\0a\0\0\0b\0'], ['a', 'b']],
    ['only one NUL belongs to a CR, and the next is dropped too', ['a\r\0\0b\n'], ['a', 'b']],
    ['NULs alone are an empty line', ['\0\0\n'], ['']],
    ['NULs alone at the end of the connection are none', ['a\n\0\0', 'END'], ['a']],
    ['nothing is left at the end after a line end', ['a\r', 'END'], ['a']],
    ['tabs and escapes are left to others', ['\t\x1b[1m\n'], ['\t\x1b[1m']],
    [
      'byte order marks before a line are dropped',
      ['\ufeffa\n\ufeff\ufeffb\ufeff\n'],
      ['a', 'b\ufeff'],
    ],
    ['a line is as long as without its mark', [`\ufeff${'x'.repeat(4096)}\n`], ['x'.repeat(4096)]],
    ['characters of every length come through', ['aé€😀\n'], ['aé€😀']],
    ['bytes that are no UTF-8 become U+FFFD', [[0x61, 0xff, 0x62, 0xc3, 10]], ['a\ufffdb\ufffd']],
    [
      'a character that the connection breaks off becomes U+FFFD',
      [[0x61, 0xf0, 0x9f], 'END'],
      ['a\ufffd'],
    ],
  ])('%s', (_, acts, texts) => expectEveryWay(acts, whole(...texts)))
})

describe('a pause', () => {
  test('ends a message of a client that has never ended a line, and makes it unterminated', () => {
    expectEveryWay(['hello', 'PAUSE'], whole('hello'))
    expect(played(['hello']).decoder.unterminated).toBe(false)
    expect(played(['hello', 'PAUSE']).decoder.unterminated).toBe(true)
  })

  test('ends no line of a client that ends its messages with a NUL', () => {
    const { decoder, lines } = played(['hello\0', 'PAUSE', 'again\0\0\0'])
    expect(lines).toEqual(whole('hello', 'again'))
    expect(decoder.unterminated).toBe(true)
    expect(decoder.droppedNul).toBe(true)
    expect(decoder.pauseMs()).toBe(0)
  })

  test('continues to end messages after one that had a line end', () => {
    const acts: Act[] = ['a', 'PAUSE', 'b\n', 'c', 'PAUSE', 'd', 'e', 'PAUSE']
    expectEveryWay(acts, whole('a', 'b', 'c', 'de'))
    expect(played(acts).decoder.unterminated).toBe(true)
  })

  test.each(['a\nb', 'a\r\nb', 'a\rb', 'a\r\0b', '\nb'])(
    'ends no message of a client whose first message had a line end (%j)',
    (text) => {
      const { decoder, lines } = played([text, 'PAUSE', 'c', 'PAUSE', 'PAUSE'])
      expect(lines).toHaveLength(1)
      expect(decoder.pauseMs()).toBe(0)
      expect(decoder.unterminated).toBe(false)
      expect(decoder.end()).toEqual({ text: 'bc', cut: false })
    },
  )

  test('is not awaited without an unfinished line', () => {
    expect(played([]).decoder.pauseMs()).toBe(0)
    expect(played(['\0']).decoder.pauseMs()).toBe(0)
    expect(played(['hello', 'PAUSE']).decoder.pauseMs()).toBe(0)
    expect(played(['PAUSE', '\0', 'PAUSE']).lines).toEqual([])
    expect(played(['PAUSE', '\0', 'PAUSE']).decoder.unterminated).toBe(false)
  })

  test('is 250 ms for a program, and 1500 ms for a person who types', () => {
    expect([PAUSE_MS, TYPIST_PAUSE_MS]).toEqual([250, 1500])
    expect(played(['hell']).decoder.pauseMs()).toBe(250)
    expect(played(['h', 'el', 'lo!']).decoder.pauseMs()).toBe(1500)
    expect(played(['h', 'PAUSE', 'i']).decoder.pauseMs()).toBe(1500)
    expect(played(['h', 'ello', 'PAUSE', 'i']).decoder.pauseMs()).toBe(250)
  })

  test('is awaited for unread bytes, and ends no message before they are read', () => {
    const decoder = new LineDecoder(4096)
    decoder.push(utf8('HELLO'))
    expect(decoder.pauseMs()).toBe(250)
    expect(decoder.pause()).toBeUndefined()
    expect(decoder.unterminated).toBe(false)
    expect(decoder.next()).toBeUndefined()
    expect(decoder.pause()).toEqual({ text: 'HELLO', cut: false })
  })

  describe('in a character', () => {
    const [c3, a9] = utf8('é') as unknown as [number, number]
    const smile = [...utf8('😀')]

    test('delays the message by one more pause, and then the character becomes U+FFFD', () => {
      expectEveryWay(['caf', [c3], 'PAUSE'], [])
      expectEveryWay(['caf', [c3], 'PAUSE', 'PAUSE'], whole('caf\ufffd'))
      for (const bytes of [1, 2, 3]) {
        expectEveryWay(['a', smile.slice(0, bytes), 'PAUSE'], [])
        expectEveryWay(['a', smile.slice(0, bytes), 'PAUSE', 'PAUSE'], whole('a\ufffd'))
      }
    })

    test('has no effect if the rest of the character arrives', () => {
      expectEveryWay(['caf', [c3], 'PAUSE', [a9], 'PAUSE'], whole('café'))
      for (const at of [1, 2, 3]) {
        expectEveryWay([smile.slice(0, at), 'PAUSE', smile.slice(at), 'PAUSE'], whole('😀'))
      }
    })

    test('is awaited again after each chunk, and for each message', () => {
      const slow: Act[] = [smile.slice(0, 1), 'PAUSE', smile.slice(1, 2), 'PAUSE']
      expect(played(slow).lines).toEqual([])
      expect(played([...slow, 'PAUSE']).lines).toEqual(whole('\ufffd'))
      expect(played(['a', [c3], 'PAUSE', 'PAUSE', 'b', [c3], 'PAUSE']).lines).toHaveLength(1)
    })

    test.each<[string, number[]]>([
      ['a whole character', [c3, a9]],
      ['a byte that begins no character', [0xff]],
      ['an overlong lead', [0xc0]],
      ['a lead above U+10FFFF', [0xf5]],
      ['continuations without a lead', [0x80, 0x80, 0x80, 0x80]],
      ['one continuation too many', [c3, a9, a9]],
    ])('is not the case after %s', (_, bytes) => {
      expect(played(['a', bytes, 'PAUSE']).lines).toHaveLength(1)
    })
  })
})

describe('a line over the limit', () => {
  const cutTo = (text: string): Line => ({ text, cut: true })

  test('has 4097 bytes; one of 4096 bytes is complete', () => {
    expectEveryWay(['x'.repeat(4096), '\ny\n'], whole('x'.repeat(4096), 'y'))
    expectEveryWay(['x'.repeat(4097), '\ny\n'], [cutTo('x'.repeat(4096)), ...whole('y')])
  })

  test('may arrive in one chunk with its end, or without', () => {
    expectEveryWay(['abcd\ne\n'], whole('abcd', 'e'), 4)
    expectEveryWay(['abcde\nf\n'], [cutTo('abcd'), ...whole('f')], 4)
    expectEveryWay(['abcd', 'END'], whole('abcd'), 4)
    expectEveryWay(['abcde', 'END'], [cutTo('abcd')], 4)
  })

  test('is returned once, as soon as it is over the limit, and its rest is dropped', () => {
    expect(played(['abcde'], { maxBytes: 4 }).lines).toEqual([cutTo('abcd')])
    for (const end of ['\n', '\r\n', '\r\0', '\r']) {
      expectEveryWay(['abcdefgh', 'ijklmnop', `q${end}r${end}`], [cutTo('abcd'), ...whole('r')], 4)
    }
    expectEveryWay(['abcdefgh', 'END'], [cutTo('abcd')], 4)
  })

  test('ends with a pause if its sender ends no lines', () => {
    const acts: Act[] = ['abcdefgh', 'ijkl', 'PAUSE', 'm', 'PAUSE']
    expectEveryWay(acts, [cutTo('abcd'), ...whole('m')], 4)
    expect(played(['abcdefgh'], { maxBytes: 4 }).decoder.pauseMs()).toBe(250)
  })

  test('does not end with a pause if its sender ends lines', () => {
    const acts: Act[] = ['a\n', 'abcdefgh', 'PAUSE', 'ijkl', 'PAUSE', 'm\nn\n']
    expectEveryWay(acts, [...whole('a'), cutTo('abcd'), ...whole('n')], 4)
  })

  test('does not count NULs', () => {
    expectEveryWay(['\n\0a\0b\0c\0d\0\ne\n'], whole('', 'abcd', 'e'), 4)
    expectEveryWay(['\n\0a\0b\0c\0d\0e\0\nf\n'], [...whole(''), cutTo('abcd'), ...whole('f')], 4)
  })

  test.each([
    ['abcéd', 'abc'],
    ['abc€', 'abc'],
    ['ab€', 'ab'],
    ['a😀', 'a'],
    ['abc😀', 'abc'],
    ['😀b', '😀'],
    ['éé!', 'éé'],
  ])('is never cut inside a character: of %s four bytes leave %s', (sent, text) => {
    expectEveryWay([sent, '\nok\n'], [cutTo(text), ...whole('ok')], 4)
  })

  test('is cut at the limit if its bytes are not UTF-8', () => {
    const continuations = Array<number>(9).fill(0x80)
    const [line] = played([continuations], { maxBytes: 8 }).lines
    expect(line?.cut).toBe(true)
    expect(line?.text).toMatch(/^\ufffd{5,8}$/)
  })

  test('takes no memory for its length', () => {
    const endless = new LineDecoder(4096)
    // The same chunk each time, so that only the decoder allocates memory.
    const chunk = new Uint8Array(65_536).fill(0x78)
    gc()
    const before = process.memoryUsage().arrayBuffers
    for (let pushed = 0; pushed < 64 * 16; pushed += 1) {
      endless.push(chunk)
      while (endless.next() !== undefined);
    }
    gc()
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_048_576)
  })
})

test('a chunk is not kept after it was read', async () => {
  const decoders: LineDecoder[] = []
  const read = (text: string) => {
    const decoder = new LineDecoder(4096)
    const chunk = utf8(text)
    decoder.push(chunk)
    while (decoder.next() !== undefined);
    decoders.push(decoder)
    return new WeakRef(chunk.buffer)
  }
  const texts = ['a\n', 'a\nb', 'a\r', 'a\r\n', 'a', 'a'.repeat(5000)]
  const chunks = texts.map(read)
  // A WeakRef holds what it refers to until the turn in which it was made is over.
  await new Promise(setImmediate)
  gc()
  expect(chunks.map((chunk) => chunk.deref())).toEqual(chunks.map(() => undefined))
  expect(decoders).toHaveLength(texts.length)
})

describe('any bytes', () => {
  const telling = fc.constantFrom(10, 13, 0, 0x61, ...utf8('é€😀'), 0xff)
  const bytes = fc.array(fc.oneof({ weight: 4, arbitrary: telling }, fc.nat(255)), {
    maxLength: 80,
  })
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 9 })
  const inSizes = (sizes: number[]) => (bytes: Uint8Array) => {
    const chunks: Uint8Array[] = []
    for (let from = 0, n = 0; from < bytes.length; n += 1) {
      const size = sizes[n % sizes.length] as number
      chunks.push(bytes.subarray(from, from + size))
      from += size
    }
    return chunks
  }

  test('give the same lines as in one chunk', () => {
    fc.assert(
      fc.property(bytes, sizes, fc.integer({ min: 4, max: 24 }), (bytes, sizes, maxBytes) => {
        const uncut = played([bytes, 'END'], { maxBytes }).lines
        expect(played([bytes, 'END'], { maxBytes, cut: inSizes(sizes) }).lines).toEqual(uncut)
      }),
      { numRuns: 2000 },
    )
  })

  test('give the lines that a regular expression finds', () => {
    fc.assert(
      fc.property(bytes, sizes, (bytes, sizes) => {
        const sent = Buffer.from(bytes)
          .toString('latin1')
          .replace(/\r[\n\0]?/g, '\n')
        const [evidence] = /\n|[^\n\0]\0/.exec(sent) ?? []
        const ended = evidence === '\n' ? sent : sent.replace(/([^\n\0])\0/g, '$1\n')
        const found = ended.replaceAll('\0', '').split('\n')
        const texts = found.map((line) => Buffer.from(line, 'latin1').toString())
        if (texts.at(-1) === '') texts.pop()
        expect(played([bytes, 'END'], { cut: inSizes(sizes) }).lines).toEqual(whole(...texts))
      }),
      { numRuns: 2000 },
    )
  })

  test('that are texts joined by line ends give these texts', () => {
    const text = fc
      .string({ unit: anyCharacter, minLength: 1, maxLength: 30 })
      .filter((text) => !/\p{Cc}/u.test(text))
    const end = fc.constantFrom('\n', '\r\n', '\r\0', '\r')
    fc.assert(
      fc.property(fc.array(fc.tuple(text, end)), sizes, (lines, sizes) => {
        const sent = lines.flat().join('')
        const texts = lines.map(([text]) => text)
        expect(played([sent], { cut: inSizes(sizes) }).lines).toEqual(whole(...texts))
      }),
    )
  })

  test('never make the decoder throw or exceed the limit', () => {
    const act = fc.oneof({ weight: 3, arbitrary: bytes }, fc.constant('PAUSE' as const))
    fc.assert(
      fc.property(
        fc.array(act, { maxLength: 12 }),
        sizes,
        fc.integer({ min: 4, max: 40 }),
        (acts, sizes, maxBytes) => {
          const { decoder, lines } = played([...acts, 'END'], { maxBytes, cut: inSizes(sizes) })
          for (const { text, cut } of lines) {
            expect(text.length).toBeLessThanOrEqual(maxBytes)
            // A bad byte is one byte, its U+FFFD three.
            if (!text.includes('\ufffd')) expect(utf8Length(text)).toBeLessThanOrEqual(maxBytes)
            if (cut) expect(utf8Length(text)).toBeGreaterThanOrEqual(maxBytes - 3)
          }
          expect([0, 250, 1500]).toContain(decoder.pauseMs())
        },
      ),
      { numRuns: 2000 },
    )
  })
})
