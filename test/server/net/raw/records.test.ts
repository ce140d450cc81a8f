/** A C buffer that is sent whole does not say again what its program has read into it. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RawDecoder } from '../../../../server/net/raw/decoder.ts'

/** The lines of a client that sends each of these at once, with a pause after each. */
function linesOf(sends: readonly Uint8Array[], cut = (bytes: Uint8Array) => [bytes]): string[] {
  const decoder = new RawDecoder(4096)
  const lines: string[] = []
  const take = (line = decoder.next()) => {
    for (let next = line; next !== undefined; next = decoder.next()) lines.push(next.text)
  }
  for (const bytes of sends) {
    for (const chunk of cut(bytes)) {
      decoder.push(chunk)
      decoder.inspect('more')
      take()
    }
    decoder.inspect('pause')
    take()
    if (decoder.pauseMs() > 0) take(decoder.pause())
  }
  take(decoder.end())
  return lines
}

const bytewise = (bytes: Uint8Array) => [...bytes].map((byte) => Uint8Array.of(byte))

/** A program with one buffer: what it reads is written there, and then what its user types. */
class Buffered {
  readonly #buffer: Buffer

  constructor(size: number) {
    this.#buffer = Buffer.alloc(size)
  }

  reads(text: string): this {
    const bytes = Buffer.from(text).subarray(0, this.#buffer.length - 1)
    bytes.copy(this.#buffer)
    this.#buffer[bytes.length] = 0
    return this
  }

  /** As fgets and then send(…, sizeof buffer). */
  types(line: string): Buffer {
    Buffer.from(`${line}\n\0`).copy(this.#buffer)
    return Buffer.from(this.#buffer)
  }
}

const backlog = '[12:21] bob: one\n[12:22] carol: two and a longer line\n'

describe('a buffer for both directions', () => {
  test.each([bytewise, (bytes: Uint8Array) => [bytes]])('says only what was typed', (cut) => {
    const program = new Buffered(1024)
    const sends = [
      program.reads(backlog).types('hi'),
      program.reads('[12:23] bob: three\n').types('hello'),
      program.types('hey'),
      program.types('he'),
      program.types('a line that is longer than all before it'),
      program.reads(`${'[12:24] dave: much text\n'.repeat(50)}`).types('bye now'),
    ]
    expect(linesOf(sends, cut)).toEqual([
      'hi',
      'hello',
      'hey',
      'he',
      'a line that is longer than all before it',
      'bye now',
    ])
  })

  test('says only what was typed, whatever was read, wherever its bytes are cut', () => {
    const line = fc
      .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 60 })
      .map((it) => `x${it}`)
    const read = fc
      .array(line, { maxLength: 20 })
      .map((lines) => lines.map((it) => `${it}\n`).join(''))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(read, line), { minLength: 1, maxLength: 5 }),
        fc.nat(600),
        (turns, at) => {
          const program = new Buffered(1500)
          const sends = turns.map(([text, typed]) => program.reads(text).types(typed))
          const cut = (bytes: Uint8Array) => [bytes.subarray(0, at), bytes.subarray(at)]
          expect(linesOf(sends, cut)).toEqual(turns.map(([, typed]) => typed))
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('lines that are each sent with their NUL', () => {
  const texts = Array.from({ length: 900 }, (_, at) => `line ${at}`)

  test('are all read, also many at once', () => {
    const bytes = Buffer.from(texts.map((text) => `${text}\n\0`).join(''))
    expect(linesOf([bytes])).toEqual(texts)
    expect(linesOf([bytes], (all) => [all.subarray(0, 30), all.subarray(30)])).toEqual(texts)
    expect(linesOf(texts.slice(0, 9).map((text) => Buffer.from(`${text}\n\0`)))).toEqual(
      texts.slice(0, 9),
    )
  })

  test('are read from cleared buffers, one after the other without a pause', () => {
    const sends = texts.slice(0, 9).map((text) => new Buffered(256).types(text))
    expect(linesOf([Buffer.concat(sends)])).toEqual(texts.slice(0, 9))
    expect(linesOf([Buffer.concat(sends)], bytewise)).toEqual(texts.slice(0, 9))
  })
})
