/**
 * What a client's bytes are, where they are not lines of UTF-8: told from its first bytes,
 * and turned into lines of UTF-8 where that is sure to be what was meant. Pure.
 *
 * MUST leave UTF-8 as it is, and MUST hold nothing back but what is less than a character.
 */

/**
 * `length`: messages with their length in two bytes before them, as Java's writeUTF sends
 * them. `java` and `pickle`: serialised objects, which are never read.
 */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'length' | 'java' | 'pickle'

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
  if (second === undefined) return undecided
  const length = (first << 8) | second
  if (opening.length < length + 2) return undecided
  const text = opening.subarray(2, length + 2)
  return length > 0 && text.every((byte) => byte >= SPACE) ? 'length' : 'utf-8'
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
    case 'length':
      return lengthTranscoder()
    case 'java':
    case 'pickle':
      return () => new Uint8Array(0)
  }
}

/** Ends each message with an LF in the place of its length. */
function lengthTranscoder(): Transcoder {
  let left = 0
  let high: number | undefined
  return (chunk) => {
    const text: number[] = []
    for (const byte of chunk) {
      if (left > 0) {
        text.push(byte)
        left -= 1
        if (left === 0) text.push(LF)
      } else if (high === undefined) {
        high = byte
      } else {
        left = (high << 8) | byte
        high = undefined
      }
    }
    return Uint8Array.from(text)
  }
}
