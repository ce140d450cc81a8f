/**
 * Bytes of a raw connection → lines. A line ends with LF, CRLF, CR NUL or a lone CR; for some
 * clients with a NUL, as a C string does, or with a pause. Pure: the caller has the clock and
 * reports the pauses.
 *
 * MUST return the same lines wherever the bytes are cut into chunks. MUST hold at most one
 * line and one chunk.
 */
import { decodeUtf8 } from '../../../shared/text.ts'

const LF = 10
const CR = 13
const NUL = 0
const NOTHING = new Uint8Array(0)
/** The byte order mark of UTF-8: Windows and .NET put it before text. At the start of a line, it is dropped. */
export const MARK = [0xef, 0xbb, 0xbf] as const

/** Silence, in ms, after which waiting text is a message, if its sender has never ended a line. */
export const PAUSE_MS = 250
/** The same for a person who types in character mode: so far no chunk was longer than 3 bytes. */
export const TYPIST_PAUSE_MS = 1500
const TYPIST_BYTES = 3

/** A line without its end. `cut`: it was longer than the limit, and the rest is dropped. */
export type Line = { text: string; cut: boolean }

/** All that the lines to come depend on. `chunk` and `held`: bytes received and not returned yet. */
export type LineState = {
  maxBytes: number
  chunk: Uint8Array
  held: Uint8Array
  afterCr: boolean
  discarding: boolean
  ending: 'unknown' | 'terminator' | 'pause'
  typist: boolean
  waitedForTail: boolean
  droppedNul: boolean
}

export class LineDecoder {
  /** Longest line, in UTF-8 bytes without its end. MUST be changed only between lines. */
  maxBytes: number
  /** The part of the last chunk that next() has not read yet. */
  #chunk: Uint8Array = NOTHING
  /** The unfinished line; allocated when first needed. */
  #held: Uint8Array | undefined
  #heldBytes = 0
  /** Whether the last byte was a CR that ended a line. A following LF or NUL belongs to it. */
  #afterCr = false
  /** Whether the line is over the limit: everything up to its end is dropped. */
  #discarding = false
  /** How this client ends its messages. The end of its first message decides. */
  #ending: LineState['ending'] = 'unknown'
  #typist = true
  #waitedForTail = false
  #droppedNul = false

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  /** Goes on where another decoder was. */
  static from(state: LineState): LineDecoder {
    const decoder = new LineDecoder(state.maxBytes)
    decoder.#chunk = state.chunk
    if (state.held.length > 0) {
      decoder.#held = new Uint8Array(state.maxBytes + 1)
      decoder.#held.set(state.held)
      decoder.#heldBytes = state.held.length
    }
    decoder.#afterCr = state.afterCr
    decoder.#discarding = state.discarding
    decoder.#ending = state.ending
    decoder.#typist = state.typist
    decoder.#waitedForTail = state.waitedForTail
    decoder.#droppedNul = state.droppedNul
    return decoder
  }

  get state(): LineState {
    return {
      maxBytes: this.maxBytes,
      chunk: this.#chunk.slice(),
      held: this.#held?.slice(0, this.#heldBytes) ?? NOTHING,
      afterCr: this.#afterCr,
      discarding: this.#discarding,
      ending: this.#ending,
      typist: this.#typist,
      waitedForTail: this.#waitedForTail,
      droppedNul: this.#droppedNul,
    }
  }

  /** Whether a NUL was left out of a line. A NUL after a line's CR does not count. */
  get droppedNul(): boolean {
    return this.#droppedNul
  }

  /** Bytes of the unfinished line. Valid after next() has returned undefined. */
  get waiting(): number {
    return this.#heldBytes
  }

  /** Line ends that next() has not read yet: LF, or CR if there is none. */
  get backlog(): number {
    return count(this.#chunk, LF) || count(this.#chunk, CR)
  }

  /** Whether a person may be typing: no chunk was longer than the bytes of one key. */
  get typed(): boolean {
    return this.#typist
  }

  /** Whether this client ends messages with a pause, as lock-step programs do. */
  get unterminated(): boolean {
    return this.#ending === 'pause'
  }

  /** Whether this client ends its lines. Before its first message ends, both are false. */
  get terminated(): boolean {
    return this.#ending === 'terminator'
  }

  /** The end of the next message decides again how this client ends its messages. */
  forgetEnding(): void {
    this.#ending = 'unknown'
  }

  /**
   * Takes a chunk; next() returns the lines in it. The chunk is kept, not copied, until
   * next() has returned undefined.
   */
  push(chunk: Uint8Array): void {
    if (chunk.length > TYPIST_BYTES) this.#typist = false
    this.#waitedForTail = false
    if (this.#chunk.length === 0) {
      this.#chunk = chunk
      return
    }
    const both = new Uint8Array(this.#chunk.length + chunk.length)
    both.set(this.#chunk)
    both.set(chunk, this.#chunk.length)
    this.#chunk = both
  }

  /** The next whole line, or undefined when more bytes are needed. */
  next(): Line | undefined {
    while (this.#chunk.length > 0) {
      if (this.#afterCr) {
        this.#afterCr = false
        const first = this.#chunk[0]
        if (first === LF || first === NUL) {
          this.#chunk = this.#chunk.subarray(1)
          continue
        }
      }
      const end = this.#lineEnd()
      if (end < 0) {
        const rest = this.#chunk
        this.#chunk = NOTHING
        const over = this.#hold(rest)
        if (over !== undefined) return over
        continue
      }
      const ends = this.#chunk[end]
      if (ends === NUL) {
        this.#droppedNul = true
        if (end === 0 && this.#heldBytes === 0 && !this.#discarding) {
          this.#chunk = afterNuls(this.#chunk)
          continue
        }
      }
      const part = this.#chunk.subarray(0, end)
      this.#chunk = this.#chunk.subarray(end + 1)
      if (this.#ending === 'unknown') this.#ending = ends === NUL ? 'pause' : 'terminator'
      this.#afterCr = ends === CR
      const line = this.#finish(part)
      if (line !== undefined) return line
    }
    // Even an empty view would keep the whole chunk in memory.
    this.#chunk = NOTHING
    return undefined
  }

  /**
   * Silence, in ms since the last byte, after which the caller calls pause(); 0: no pause is
   * awaited.
   */
  pauseMs(): number {
    if (this.#ending === 'terminator') return 0
    if (this.#heldBytes === 0 && this.#chunk.length === 0 && !this.#discarding) return 0
    return this.#typist ? TYPIST_PAUSE_MS : PAUSE_MS
  }

  /**
   * The client has been silent for pauseMs(). Returns the unfinished line as a message. If it
   * ends inside a character, it waits for one more pause. Undefined while next() has bytes to
   * read.
   */
  pause(): Line | undefined {
    if (this.#chunk.length > 0 || this.pauseMs() === 0) return undefined
    if (!this.#discarding && !this.#waitedForTail && this.#endsInsideCharacter()) {
      this.#waitedForTail = true
      return undefined
    }
    this.#ending = 'pause'
    return this.#finish(new Uint8Array(0))
  }

  /** The client sends nothing more. Returns the unfinished line, after next() was undefined. */
  end(): Line | undefined {
    return this.#heldBytes === 0 ? undefined : this.#finish(new Uint8Array(0))
  }

  /**
   * Index of the next line end in the chunk; -1 if there is none. A NUL counts, as in a C
   * string, unless the client has ended a line with LF or CR.
   */
  #lineEnd(): number {
    // CR and NUL are sought before the LF only, so that a chunk of many lines takes linear time.
    let end = this.#chunk.indexOf(LF)
    for (const byte of this.#ending === 'terminator' ? [CR] : [CR, NUL]) {
      const sooner = (end < 0 ? this.#chunk : this.#chunk.subarray(0, end)).indexOf(byte)
      if (sooner >= 0) end = sooner
    }
    return end
  }

  /** Ends the line with `part`. Undefined if this was the dropped rest of a line over the limit. */
  #finish(rest: Uint8Array): Line | undefined {
    const part = this.#withoutMark(rest)
    if (this.#discarding) {
      this.#discarding = false
      return undefined
    }
    if (this.#heldBytes === 0 && part.length <= this.maxBytes && !part.includes(NUL)) {
      return { text: decodeUtf8(part), cut: false }
    }
    const over = this.#hold(part)
    if (over !== undefined) {
      this.#discarding = false
      return over
    }
    return this.#release(this.#heldBytes, false)
  }

  /** Adds to the unfinished line. Returns its beginning once it is over the limit. */
  #hold(part: Uint8Array): Line | undefined {
    if (this.#discarding || part.length === 0) return undefined
    // One byte over the limit, to distinguish a line at the limit from a longer one.
    this.#held ??= new Uint8Array(this.maxBytes + 1)
    const text = this.#withoutMark(this.#withoutNul(part))
    const room = this.#held.length - this.#heldBytes
    this.#held.set(text.length > room ? text.subarray(0, room) : text, this.#heldBytes)
    this.#heldBytes += Math.min(text.length, room)
    if (this.#heldBytes <= this.maxBytes) return undefined
    this.#discarding = true
    let whole = this.maxBytes
    // At most 3: no character of UTF-8 has more continuation bytes (RFC 3629).
    for (let back = 0; back < 3 && isContinuation(this.#held[whole]); back += 1) whole -= 1
    return this.#release(whole, true)
  }

  #withoutNul(part: Uint8Array): Uint8Array {
    if (!part.includes(NUL)) return part
    this.#droppedNul = true
    return part.filter((byte) => byte !== NUL)
  }

  /** Drops the marks at the start of the line, of which the first bytes may be held already. */
  #withoutMark(part: Uint8Array): Uint8Array {
    for (let rest = part; ; this.#heldBytes = 0) {
      const held = this.#heldBytes
      if (held >= MARK.length || rest.length + held < MARK.length) return rest
      if (!MARK.every((byte, at) => (at < held ? this.#held?.[at] : rest[at - held]) === byte)) {
        return rest
      }
      rest = rest.subarray(MARK.length - held)
    }
  }

  #release(bytes: number, cut: boolean): Line {
    const text = this.#held ? decodeUtf8(this.#held.subarray(0, bytes)) : ''
    this.#heldBytes = 0
    this.#held = undefined
    this.#waitedForTail = false
    return { text, cut }
  }

  /** Whether the waiting bytes end in a UTF-8 sequence that lacks its last 1 to 3 bytes (RFC 3629). */
  #endsInsideCharacter(): boolean {
    const held = this.#held
    if (held === undefined) return false
    for (let back = 1; back <= Math.min(3, this.#heldBytes); back += 1) {
      const byte = held[this.#heldBytes - back] as number
      if (isContinuation(byte)) continue
      const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1
      return byte <= 0xf4 && needs > back
    }
    return false
  }
}

/** Skips all leading NULs at once: a C program may send thousands. */
function afterNuls(chunk: Uint8Array): Uint8Array {
  const text = chunk.findIndex((byte) => byte !== NUL)
  return text < 0 ? NOTHING : chunk.subarray(text)
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80
}

function count(bytes: Uint8Array, byte: number): number {
  let found = 0
  for (let at = bytes.indexOf(byte); at >= 0; at = bytes.indexOf(byte, at + 1)) found += 1
  return found
}
