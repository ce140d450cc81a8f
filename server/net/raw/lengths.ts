/**
 * Messages with their length before them, recognised by the first bytes of a connection. Pure.
 *
 * MUST NOT take text for lengths: a header is believed if text does not begin with such bytes, or
 * if everything up to a pause is exactly of the lengths that it gives. MUST hold at most one
 * message of HELD_BYTES.
 */
import { fromModifiedUtf8 } from './javautf.ts'

export type Lengths =
  | 'length8'
  | 'length16'
  | 'length16le'
  | 'length32'
  | 'length32le'
  | 'decimal10'
  | 'decimal64'

/** Bytes of a header, and of the message after it. `more`: it is incomplete. `none`: it is not a header. */
type Header = { width: number; length: number } | 'more' | 'none'
type Format = {
  read: (bytes: Uint8Array) => Header
  /** Whether the first header is one that text does not begin with. */
  isCertain: (first: number) => boolean
  /** Whether any text has such headers, so that a message of other bytes refutes the lengths. */
  isText?: true
  /** Whether the beginning of a message is no such beginning if a pause follows. */
  isRefutedByPause?: (held: number) => boolean
  decode?: (text: Uint8Array) => Uint8Array
}

/** Longest message, in bytes, that is held until it is complete. A longer one is passed on as it comes. */
const HELD_BYTES = 8192
const [TAB, LF, CR, ESC, SPACE, DIGIT_0, DIGIT_9] = [9, 10, 13, 27, 32, 48, 57]
/** Highest value of the high byte of the first length: allows 1023 bytes. */
const MAX_HIGH = 0x03
const NOTHING = new Uint8Array(0)
const visible = (byte: number) => byte >= SPACE
/** Control characters that text may begin with. A NUL may follow, as in a C string. */
const spaces: readonly number[] = [TAB, LF, CR, ESC]

/** All formats, in the order in which they are tried. */
const FORMATS: Record<Lengths, Format> = {
  // From Python's struct.pack('!I', …).
  length32: { read: (bytes) => big(bytes, 4), isCertain: (first) => first === 0 },
  // From Java's writeUTF.
  length16: {
    read: (bytes) => big(bytes, 2),
    isCertain: (first) => first <= MAX_HIGH,
    decode: fromModifiedUtf8,
  },
  // From an int of C, and struct.pack('<I', …).
  length32le: { read: (bytes) => little(bytes, 4), isCertain: (first) => !spaces.includes(first) },
  // A first byte up to 3 may be the high byte of a length whose message is still to come.
  length16le: {
    read: (bytes) => little(bytes, 2),
    isCertain: (first) => first > MAX_HIGH && first < SPACE && !spaces.includes(first),
  },
  decimal10: {
    read: (bytes) => decimal(bytes, 10),
    isCertain: () => false,
    isRefutedByPause: (held) => held < 10,
  },
  decimal64: {
    read: (bytes) => decimal(bytes, 64),
    isCertain: () => false,
    isRefutedByPause: (held) => held < 64,
  },
  // From BinaryWriter of .NET.
  length8: {
    read: sevenBits,
    isCertain: () => false,
    isText: true,
    isRefutedByPause: (held) => held > 1,
  },
}

export function isLengths(encoding: string): encoding is Lengths {
  return Object.hasOwn(FORMATS, encoding)
}

function big(bytes: Uint8Array, width: number): Header {
  if (bytes.length < width) return 'more'
  const length = bytes.subarray(0, width).reduce((sum, byte) => sum * 256 + byte, 0)
  return { width, length }
}

function little(bytes: Uint8Array, width: number): Header {
  if (bytes.length < width) return 'more'
  const length = bytes.subarray(0, width).reduceRight((sum, byte) => sum * 256 + byte, 0)
  return { width, length }
}

/** Seven bits in each byte, the lowest first; two bytes at most. */
function sevenBits([first = 0, second]: Uint8Array): Header {
  if (first < 0x80) return { width: 1, length: first }
  if (second === undefined) return 'more'
  return second < 0x80 ? { width: 2, length: first - 0x80 + second * 0x80 } : 'none'
}

/** One to four digits, and spaces up to the width. */
function decimal(bytes: Uint8Array, width: number): Header {
  const header = bytes.subarray(0, width)
  const space = header.findIndex((byte) => byte < DIGIT_0 || byte > DIGIT_9)
  const digits = space < 0 ? header : header.subarray(0, space)
  const isPadded = header.subarray(digits.length).every((byte) => byte === SPACE)
  if (!isPadded || digits.length > 4 || digits.length === 0) return 'none'
  if (header.length < width) return 'more'
  return { width, length: digits.reduce((sum, byte) => sum * 10 + byte - DIGIT_0, 0) }
}

/** `come`: as for `inspectOpening`. Undefined: these are no lengths. */
export function recogniseLengths(
  opening: Uint8Array,
  come: 'more' | 'pause' | 'whole',
): Lengths | 'undecided' | undefined {
  let isOpen = false
  for (const [lengths, format] of Object.entries(FORMATS) as [Lengths, Format][]) {
    const fit = fitOf(lengths, format, opening)
    if (fit === 'certain' || (fit === 'exact' && come !== 'more')) return lengths
    isOpen ||= fit !== 'none'
  }
  return isOpen && come === 'more' ? 'undecided' : undefined
}

/** How well the opening fits. `exact`: it is made of whole messages. `open`: as far as it has come. */
function fitOf(
  lengths: Lengths,
  { read, isCertain }: Format,
  opening: Uint8Array,
): 'certain' | 'exact' | 'open' | 'none' {
  if (!canBegin(lengths, opening)) return 'none'
  for (let rest = opening; rest.length > 0; ) {
    const header = read(rest)
    if (header === 'none') return 'none'
    if (header === 'more') return 'open'
    const { width, length } = header
    const text = rest.subarray(width, width + length)
    if (length === 0 || !text.every(visible)) return 'none'
    if (text.length < length) return 'open'
    // The padding of a wider header.
    if (text.every((byte) => byte === SPACE)) return 'none'
    if (isCertain(opening[0] as number)) return 'certain'
    rest = rest.subarray(width + length)
  }
  return 'exact'
}

/** Whether a first header can begin so. */
function canBegin(lengths: Lengths, opening: Uint8Array): boolean {
  const [first = 0, second = 0, third = 0, fourth = 0] = opening
  switch (lengths) {
    case 'length32':
      return first === 0 && second === 0
    case 'length16':
      return first <= MAX_HIGH && (first > 0 || second > 0 || opening.length < 2)
    case 'length32le':
      return second <= MAX_HIGH && third === 0 && fourth === 0
    case 'length16le':
      return second <= MAX_HIGH
    case 'length8':
      return first < SPACE
    default:
      return true
  }
}

/** All that the messages to come depend on. */
export type LengthState = {
  lengths: Lengths
  held: Uint8Array
  passing: number
  isRefuted: boolean
}

/** Removes the length before each message, and ends the message with LF. */
export class LengthDecoder {
  readonly #lengths: Lengths
  readonly #format: Format
  /** The beginning of a message, with its header. */
  #held: Uint8Array = NOTHING
  /** Bytes still to come of a message that is passed on as it comes. */
  #passing = 0
  #isRefuted = false

  constructor(lengths: Lengths) {
    this.#lengths = lengths
    this.#format = FORMATS[lengths]
  }

  /** Goes on where another decoder was. */
  static from({ lengths, held, passing, isRefuted }: LengthState): LengthDecoder {
    const decoder = new LengthDecoder(lengths)
    decoder.#held = held
    decoder.#passing = passing
    decoder.#isRefuted = isRefuted
    return decoder
  }

  get state(): LengthState {
    return {
      lengths: this.#lengths,
      held: this.#held,
      passing: this.#passing,
      isRefuted: this.#isRefuted,
    }
  }

  /** Whether the client has sent what cannot be a message with its length: everything is passed on now. */
  get isRefuted(): boolean {
    return this.#isRefuted
  }

  /** Whether a pause refutes the lengths, since a message is incomplete. */
  get awaitsPause(): boolean {
    const held = this.#held.length
    return held > 0 && this.#format.isRefutedByPause?.(held) === true
  }

  /** Passes on what is held: it was not a message with its length. */
  refute(): Uint8Array {
    const held = this.#held
    this.#held = NOTHING
    this.#isRefuted = true
    return held
  }

  push(chunk: Uint8Array): Uint8Array {
    const parts: Uint8Array[] = []
    let rest: Uint8Array = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    this.#held = NOTHING
    while (rest.length > 0) {
      const taken = this.#passing > 0 ? this.#pass(rest, parts) : this.#take(rest, parts)
      if (taken === 0) break
      rest = rest.subarray(taken)
    }
    if (this.#isRefuted) parts.push(rest)
    // A copy, since the rest is a view of a larger buffer.
    else if (rest.length > 0) this.#held = rest.slice()
    return Buffer.concat(parts)
  }

  #pass(rest: Uint8Array, parts: Uint8Array[]): number {
    const part = rest.subarray(0, this.#passing)
    this.#passing -= part.length
    parts.push(part)
    if (this.#passing === 0) parts.push(Uint8Array.of(LF))
    return part.length
  }

  /** Takes one message. Returns its bytes; 0 if it is incomplete, or no message with its length. */
  #take(rest: Uint8Array, parts: Uint8Array[]): number {
    const { read, isText, decode } = this.#format
    const header = read(rest)
    if (header === 'more') return 0
    if (header === 'none') return this.#refuted()
    const { width, length } = header
    const text = rest.subarray(width, width + length)
    if (isText && (length > HELD_BYTES || !text.every(visible))) return this.#refuted()
    if (length > HELD_BYTES) {
      this.#passing = length
      return width
    }
    if (text.length < length) return 0
    if (length > 0) parts.push(decode?.(text) ?? text, Uint8Array.of(LF))
    return width + length
  }

  #refuted(): 0 {
    this.#isRefuted = true
    return 0
  }
}
