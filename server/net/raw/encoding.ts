/**
 * Recognises the encoding of a client that does not send lines of UTF-8 by its first bytes,
 * and transcodes its messages to lines of UTF-8. Pure.
 *
 * MUST NOT change UTF-8. MUST hold back less than one character.
 */

/**
 * `length16` and `length32`: the length comes before each message, in two bytes as from
 * Java's writeUTF, or in four as from Python's struct.pack. `java` and `pickle`: serialised
 * objects, which the server discards.
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
const LENGTH_BYTES = { length16: 2, length32: 4 }
/** Highest first byte of a length: allows 1023 bytes. Text does not begin with such bytes. */
const MAX_FIRST_BYTE = 0x03

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
  if (first > MAX_FIRST_BYTE) return 'utf-8'
  const encoding = first === 0 && second === 0 ? 'length32' : 'length16'
  const width = LENGTH_BYTES[encoding]
  if (opening.length < width) return undecided
  const length = opening.subarray(0, width).reduce((sum, byte) => sum * 256 + byte, 0)
  if (opening.length < width + length) return undecided
  const text = opening.subarray(width, width + length)
  return length > 0 && text.every(visible) ? encoding : 'utf-8'
}

/** Bytes of one encoding → bytes of UTF-8, across chunk borders. */
export type Transcoder = (chunk: Uint8Array) => Uint8Array

/** Undefined for UTF-8, which needs no transcoding. */
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

/** Removes the length before each message, and ends the message with LF. */
function lengthTranscoder(width: number): Transcoder {
  /** Bytes still to come: of the message, and of the length before it. */
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
