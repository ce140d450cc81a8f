/**
 * One direction of a connection: its chunks, and the messages that are found in them, in order. Pure.
 *
 * A message is looked for as UTF-8 text. One that is not found, because its client writes in another
 * encoding, has all bytes that no message before it has.
 */
import type { MessageEnd, Range } from '../../shared/wire.ts'

/** Bytes that belong to no message yet; above it, the oldest are no longer looked at. */
export const MOST_WAITING = 65_536
/** Chunks of them, likewise. A line of text fits one byte at a time; one of JSON may not. */
const MOST_PIECES = 5000
/** In the place of bytes that are no text: it occurs in no UTF-8 text. */
const NO_TEXT = 0xff
/** The longest line end. */
const LINE_END_BYTES = 2
const NOTHING: Buffer = Buffer.alloc(0)
const LF = 10
const CR = 13
/** For the bytes of a text. Made with the first use. */
let scratch: Buffer | undefined

/** Chunk and range in it. */
export type Place = { n: number; range: Range }
/**
 * `before`: what comes before the message and belongs to none, at `placesBefore`. `places`: where the message
 * is. `hidden`: the parts of it to hide.
 */
export type Found = {
  isExact: boolean
  before: Buffer
  placesBefore: Place[]
  places: Place[]
  hidden: Place[]
  end: MessageEnd | undefined
}

type Piece = { n: number /** Of its first byte in the chunk. */; from: number; bytes: Buffer }

export class Stream {
  #pieces: Piece[] = []
  #size = 0
  /** The latest chunk. */
  #latest = 0

  /** `others`: ranges that are not text. Returns the places of the oldest that are no longer looked at. */
  add(n: number, bytes: Buffer, others: readonly Range[]): Place[] {
    this.#latest = n
    const copy = others.length === 0 ? bytes : Buffer.from(bytes)
    for (const [from, to] of others) copy.fill(NO_TEXT, from, to)
    if (others.length > 0 && copy.every((byte) => byte === NO_TEXT)) return []
    this.#pieces.push({ n, from: 0, bytes: copy })
    this.#size += bytes.length
    const dropped: Place[] = []
    const isTooMuch = () => this.#size > MOST_WAITING || this.#pieces.length > MOST_PIECES
    while (isTooMuch() && this.#pieces.length > 1) {
      const oldest = this.#pieces.shift()
      if (oldest === undefined) break
      this.#size -= oldest.bytes.length
      dropped.push(placeOf(oldest))
    }
    return dropped
  }

  /** Whether there are so many chunks that the oldest are dropped. */
  get isFull(): boolean {
    return this.#pieces.length >= MOST_PIECES
  }

  /** Bytes that belong to no message yet. */
  get size(): number {
    return this.#size
  }

  /** What belongs to no message yet. */
  get waiting(): { bytes: Buffer; places: Place[] } {
    const [only = { bytes: NOTHING }] = this.#pieces
    const isOne = this.#pieces.length < 2
    const bytes = isOne ? only.bytes : Buffer.concat(this.#pieces.map((piece) => piece.bytes))
    return { bytes, places: this.#pieces.map(placeOf) }
  }

  /**
   * Takes a text that is the first that waits, and its line end, which is much faster. Returns the number of its
   * chunk; undefined if it has to be looked for.
   */
  takeFirst(text: string): number | undefined {
    const [first] = this.#pieces
    if (first === undefined || text === '' || text.length > MOST_WAITING) return undefined
    // UTF-8 has at most 3 bytes for each UTF-16 unit.
    scratch ??= Buffer.alloc(3 * MOST_WAITING)
    const { n, bytes } = first
    const size = scratch.write(text)
    let at = 0
    while (bytes[at] === NO_TEXT || bytes[at] === LF) at += 1
    const end = at + size
    const isFound = end < bytes.length && bytes.compare(scratch, 0, size, at, end) === 0
    if (!isFound || (bytes[end] !== LF && bytes[end] !== NO_TEXT)) return undefined
    this.#drop(end + 1)
    return n
  }

  /** Whether `text` is here as a whole. */
  has(text: string): boolean {
    return this.#find(Buffer.from(text)).at !== -1
  }

  /** Where the bytes are in `bytes`: the first piece, if it also has what follows them, or all that waits. */
  #find(wanted: Buffer): { bytes: Buffer; at: number } {
    if (this.#size < wanted.length) return { bytes: NOTHING, at: -1 }
    const [first] = this.#pieces
    if (first !== undefined && this.#pieces.length > 1 && wanted.length > 0) {
      const { bytes } = first
      const at = bytes.indexOf(wanted)
      const end = at + wanted.length
      // A run of NULs may go on in the next piece.
      if (at !== -1 && end + LINE_END_BYTES <= bytes.length && bytes[end] !== 0) {
        return { bytes, at }
      }
    }
    const { bytes } = this.waiting
    return { bytes, at: wanted.length === 0 ? blankAt(bytes) : bytes.indexOf(wanted) }
  }

  /** The same, only as a whole line: what comes before the line may have the text in it. */
  #findLine(wanted: Buffer): { bytes: Buffer; at: number } {
    const { bytes } = this.waiting
    const isLine = (at: number) => isBorder(bytes[at - 1]) && isBorder(bytes[at + wanted.length])
    let at = bytes.indexOf(wanted)
    while (at !== -1 && !isLine(at)) at = bytes.indexOf(wanted, at + 1)
    return { bytes, at }
  }

  /** Takes a message. `hide`: ranges of `text`, in UTF-16 units. `isLine`: only as a whole line. */
  take(text: string, hide: readonly Range[], isLine = false): Found {
    const wanted = Buffer.from(text)
    const { bytes, at } = isLine && text !== '' ? this.#findLine(wanted) : this.#find(wanted)
    if (at === -1) return this.#takeAll(hide.length > 0)
    const end = at + wanted.length
    const ending = endingAt(bytes, end)
    const hidden = hide.map(([from, to]): Range => {
      return [
        at + Buffer.byteLength(text.slice(0, from)),
        at + Buffer.byteLength(text.slice(0, to)),
      ]
    })
    const found: Found = {
      isExact: true,
      before: Buffer.from(bytes.subarray(0, at)),
      placesBefore: this.#placesOf([0, at]),
      places: this.#placesOf([at, Math.max(end, at + 1)]),
      hidden: hidden.flatMap((range) => this.#placesOf(range)),
      end: ending.end,
    }
    this.#drop(end + ending.size)
    return found
  }

  #takeAll(hide: boolean): Found {
    const { places } = this.waiting
    this.#drop(this.#size)
    const here = places.length > 0 ? places : [{ n: this.#latest, range: [0, 0] as Range }]
    return {
      isExact: false,
      before: NOTHING,
      placesBefore: [],
      places: here,
      hidden: hide ? places : [],
      end: undefined,
    }
  }

  /**
   * Drops what comes before the last occurrence of a text at the beginning of a line. Returns its places;
   * undefined if there is no such line.
   */
  skipTo(text: string): Place[] | undefined {
    const { bytes } = this.waiting
    const wanted = Buffer.from(text)
    let at = wanted.length === 0 ? -1 : bytes.lastIndexOf(wanted)
    while (at > 0 && bytes[at - 1] !== LF && bytes[at - 1] !== NO_TEXT) {
      at = bytes.lastIndexOf(wanted, at - 1)
    }
    if (at === -1) return undefined
    const places = this.#placesOf([0, at])
    this.#drop(at)
    return places
  }

  /** Forgets what waits. */
  clear(): void {
    this.#drop(this.#size)
  }

  #placesOf([from, to]: Range): Place[] {
    const places: Place[] = []
    let start = 0
    for (const piece of this.#pieces) {
      const end = start + piece.bytes.length
      if (from < end && to > start) {
        const range: Range = [Math.max(from, start) - start, Math.min(to, end) - start]
        places.push({ n: piece.n, range: [range[0] + piece.from, range[1] + piece.from] })
      }
      start = end
    }
    return places
  }

  #drop(count: number): void {
    let left = count
    for (;;) {
      const [first] = this.#pieces
      if (first === undefined || left === 0) return
      const size = Math.min(left, first.bytes.length)
      left -= size
      this.#size -= size
      if (size === first.bytes.length) this.#pieces.shift()
      else {
        first.from += size
        first.bytes = first.bytes.subarray(size)
      }
    }
  }
}

function placeOf({ n, from, bytes }: Piece): Place {
  return { n, range: [from, from + bytes.length] }
}

/** Where an empty line ends. */
function blankAt(bytes: Buffer): number {
  return bytes.findIndex((byte) => byte === 10 || byte === 13)
}

function endingAt(bytes: Buffer, at: number): { end: MessageEnd | undefined; size: number } {
  const [first, second] = [bytes[at], bytes[at + 1]]
  if (first === 10) return { end: 'LF', size: 1 }
  if (first === 0) {
    let size = 1
    while (bytes[at + size] === 0) size += 1
    return { end: 'NUL', size }
  }
  if (first !== 13) return { end: undefined, size: 0 }
  if (second === 10) return { end: 'CR LF', size: 2 }
  return second === 0 ? { end: 'CR NUL', size: 2 } : { end: 'CR', size: 1 }
}

/** Whether a byte, or the end of what waits, is beside a line. */
function isBorder(byte: number | undefined): boolean {
  return byte === undefined || [0, LF, CR, NO_TEXT].includes(byte)
}
