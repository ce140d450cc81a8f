/**
 * What a client's bytes are, where they are not lines of UTF-8: told from its first bytes,
 * and turned into lines of UTF-8 where that is sure to be what was meant. Pure.
 *
 * MUST leave UTF-8 as it is, and MUST hold nothing back but what is less than a character.
 */

/**
 * `length16` and `length32`: messages with their length before them, in two bytes as from
 * Java's writeUTF, or in four as from Python's struct.pack. `java` and `pickle`: serialised
 * objects, which are never read.
 */
export type Encoding =
  | 'utf-8'
  | 'utf-16le'
  | 'utf-16be'
  | 'length16'
  | 'length32'
  | 'java'
  | 'pickle'

const LF = 10
const SPACE = 32
const is = (value: number) => (byte: number) => byte === value
const visible = (byte: number) => byte >= SPACE
/**
 * Openings that no UTF-8 has: a byte order mark, Java's STREAM_MAGIC and STREAM_VERSION
 * (Object Serialization), and two characters of UTF-16. One character with a NUL after it
 * is a string of C.
 */
const OPENINGS: readonly [Encoding, ((byte: number) => boolean)[]][] = [
  ['utf-16be', [is(0xfe), is(0xff)]],
  ['java', [is(0xac), is(0xed), is(0x00), is(0x05)]],
  ['utf-16le', [visible, is(0), visible, is(0)]],
  ['utf-16be', [is(0), visible, is(0), visible]],
]
/** A pickle's PROTO, and the protocols since 2.3 that it may name. */
const [PICKLE, FIRST_PROTOCOL, LAST_PROTOCOL] = [0x80, 2, 5]
const LENGTH_BYTES = { length16: 2, length32: 4 }
/** A first message is hardly longer than 1023 bytes, and no text begins with these bytes. */
const MOST_LENGTH = 0x03

/** Whether it begins as UTF-16 with its mark; to telnet the same bytes are a command (DONT). */
export function hasUtf16Mark([first, second]: Uint8Array): boolean {
  return first === 0xff && second === 0xfe
}

/** `come`: whether more of the opening may come, as for the guard. */
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
  if (first > MOST_LENGTH) return 'utf-8'
  const encoding = first === 0 && second === 0 ? 'length32' : 'length16'
  const width = LENGTH_BYTES[encoding]
  if (opening.length < width) return undecided
  const length = opening.subarray(0, width).reduce((sum, byte) => sum * 256 + byte, 0)
  if (opening.length < width + length) return undecided
  const text = opening.subarray(width, width + length)
  return length > 0 && text.every(visible) ? encoding : 'utf-8'
}

/** Bytes of one encoding → bytes of UTF-8, over chunk borders. */
export type Transcoder = (chunk: Uint8Array) => Uint8Array

/** Undefined for UTF-8, which needs none. */
export function transcoderFor(encoding: Encoding): Transcoder | undefined {
  switch (encoding) {
    case 'utf-8':
      return undefined
    case 'utf-16le':
    case 'utf-16be': {
      const decoder = new TextDecoder(encoding)
      const encoder = new TextEncoder()
      return (chunk) => encoder.encode(decoder.decode(chunk, { stream: true }))
    }
    case 'length16':
    case 'length32':
      return lengthTranscoder(LENGTH_BYTES[encoding])
    case 'java':
    case 'pickle':
      return () => new Uint8Array(0)
  }
}

/** Ends each message with an LF, in the place of its length before it. */
function lengthTranscoder(width: number): Transcoder {
  /** Bytes of the message that are still to come, and of the length before it. */
  let left = 0
  let lengthLeft = width
  return (chunk) => {
    const text: number[] = []
    for (const byte of chunk) {
      if (lengthLeft > 0) {
        left = left * 256 + byte
        lengthLeft -= 1
      } else {
        text.push(byte)
        left -= 1
        if (left === 0) text.push(LF)
      }
      if (lengthLeft === 0 && left === 0) lengthLeft = width
    }
    return Uint8Array.from(text)
  }
}
