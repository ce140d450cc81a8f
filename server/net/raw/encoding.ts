/**
 * Recognises the encoding of a client that does not send lines of UTF-8 by its first bytes,
 * and transcodes its messages to lines of UTF-8. Pure.
 *
 * MUST NOT change UTF-8. MUST hold back less than one character.
 */
import { isLengths, type Lengths, recogniseLengths } from './lengths.ts'

/** `java` and `pickle`: serialised objects, which the server discards. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | Lengths | 'java' | 'pickle'

const SPACE = 32
const is = (value: number) => (byte: number) => byte === value
const visible = (byte: number) => byte >= SPACE
/**
 * Openings that UTF-8 text does not have: a byte order mark, Java's STREAM_MAGIC and
 * STREAM_VERSION (Object Serialization), and two characters of UTF-16. One character followed
 * by a NUL is a C string.
 */
const OPENINGS: readonly [Encoding, ((byte: number) => boolean)[]][] = [
  ['utf-16be', [is(0xfe), is(0xff)]],
  ['java', [is(0xac), is(0xed), is(0x00), is(0x05)]],
  ['utf-16le', [visible, is(0), visible, is(0)]],
  ['utf-16be', [is(0), visible, is(0), visible]],
]
/** The PROTO opcode of a pickle, and the versions that may follow it (2 came with Python 2.3). */
const [PICKLE, FIRST_PROTOCOL, LAST_PROTOCOL] = [0x80, 2, 5]

/** Whether the opening begins with the mark of UTF-16LE. In telnet, the same bytes are DONT. */
function hasUtf16Mark([first, second]: Uint8Array): boolean {
  return first === 0xff && second === 0xfe
}

/** `come`: as for `inspectOpening`. */
export function recogniseEncoding(
  opening: Uint8Array,
  come: 'more' | 'pause' | 'whole',
): Encoding | 'undecided' {
  const [first, second] = opening
  const undecided = come === 'more' ? 'undecided' : 'utf-8'
  if (first === undefined) return undecided
  if (hasUtf16Mark(opening)) return 'utf-16le'
  if (first === PICKLE && second !== undefined) {
    return second >= FIRST_PROTOCOL && second <= LAST_PROTOCOL ? 'pickle' : 'utf-8'
  }
  for (const [encoding, pattern] of OPENINGS) {
    if (!pattern.every((fits, at) => at >= opening.length || fits(opening[at] as number))) continue
    return opening.length < pattern.length ? undecided : encoding
  }
  return recogniseLengths(opening, come) ?? 'utf-8'
}

/** Bytes of one encoding → bytes of UTF-8, across chunk borders. */
export type Transcoder = (chunk: Uint8Array) => Uint8Array

/** What a transcoder keeps between two chunks: the bytes of UTF-16 that are no whole character yet. */
export type TranscoderState = { tail: Uint8Array }

/**
 * Undefined for UTF-8, and for lengths, which have a LengthDecoder. `state`: which the transcoder
 * changes.
 */
export function transcoderFor(encoding: Encoding, state: TranscoderState): Transcoder | undefined {
  if (isLengths(encoding)) return undefined
  switch (encoding) {
    case 'utf-8':
      return undefined
    case 'utf-16le':
    case 'utf-16be':
      return utf16Transcoder(encoding, state)
    case 'java':
    case 'pickle':
      return () => new Uint8Array(0)
  }
}

function utf16Transcoder(encoding: 'utf-16le' | 'utf-16be', state: TranscoderState): Transcoder {
  const encoder = new TextEncoder()
  const decoder = new TextDecoder(encoding)
  return (chunk) => {
    const bytes = new Uint8Array(state.tail.length + chunk.length)
    bytes.set(state.tail)
    bytes.set(chunk, state.tail.length)
    const end = wholeUtf16(bytes, encoding)
    state.tail = bytes.slice(end)
    return encoder.encode(decoder.decode(bytes.subarray(0, end), { stream: true }))
  }
}

/** The end of the last whole character: a unit has two bytes, and a high surrogate needs another unit. */
function wholeUtf16(bytes: Uint8Array, encoding: 'utf-16le' | 'utf-16be'): number {
  const end = bytes.length - (bytes.length % 2)
  const high = bytes[encoding === 'utf-16le' ? end - 1 : end - 2]
  return high !== undefined && high >= 0xd8 && high <= 0xdb ? end - 2 : end
}
