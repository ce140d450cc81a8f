/**
 * Bytes of a raw connection → lines, for every client that interop has met: those
 * that end lines with LF, CRLF, CR NUL or a lone CR, those that send strings of C, and
 * those that end a message with nothing but a pause. Pure: the caller owns the clock and reports the pauses.
 *
 * MUST give the same lines however the bytes are cut into chunks, and MUST hold no
 * more than one line and one chunk, whatever arrives.
 */
import { decodeUtf8 } from '../../../shared/text.ts'

const LF = 10
const CR = 13
const NUL = 0
const NOTHING = new Uint8Array(0)

/** Silence, in ms, after which waiting text is a message, if its sender has never ended a line. */
export const PAUSE_MS = 250
/** The same for somebody who types in character mode: so far no chunk was longer than 3 bytes. */
export const TYPIST_PAUSE_MS = 1500
const TYPIST_BYTES = 3

/** A line without its end. `cut`: it was longer than the limit and what was over is gone. */
export type Line = { text: string; cut: boolean }

export class LineDecoder {
  /** Longest line, in UTF-8 bytes without its end. To be changed between lines only. */
  maxBytes: number
  /** The part of the last chunk that next() has not read yet. */
  #chunk: Uint8Array = NOTHING
  /** The line that has begun and not ended; allocated when first needed. */
  #held: Uint8Array | undefined
  #heldBytes = 0
  /** The last byte was a CR that ended a line: an LF or NUL right after it belongs to it. */
  #afterCr = false
  /** The line was over the limit: everything up to its end is dropped. */
  #discarding = false
  /** How this client ends its messages; the first evidence decides for good. */
  #ending: 'unknown' | 'terminator' | 'pause' = 'unknown'
  #typist = true
  #waitedForTail = false
  #droppedNul = false

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  /** Whether a NUL was left out of a line, beside those that ended one after a CR. */
  get droppedNul(): boolean {
    return this.#droppedNul
  }

  /** Bytes of the line that has begun and not ended, once next() has nothing more. */
  get waiting(): number {
    return this.#heldBytes
  }

  /** Whether its client types: nothing longer than a key's bytes has come at once. */
  get typed(): boolean {
    return this.#typist
  }

  /** Whether this client ends messages with a pause, as lock-step programs do. */
  get unterminated(): boolean {
    return this.#ending === 'pause'
  }

  /** Whether this client ends its lines. Until the first evidence neither is known. */
  get terminated(): boolean {
    return this.#ending === 'terminator'
  }

  /**
   * Takes a chunk; the lines in it come from next(). The chunk is kept, not copied,
   * until next() has returned undefined.
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
   * How long the caller waits, in ms after the last byte, before it calls pause();
   * 0: there is nothing to wait for.
   */
  pauseMs(): number {
    if (this.#ending === 'terminator') return 0
    if (this.#heldBytes === 0 && this.#chunk.length === 0 && !this.#discarding) return 0
    return this.#typist ? TYPIST_PAUSE_MS : PAUSE_MS
  }

  /**
   * The client has been silent for pauseMs(): what waits is a message, unless it
   * breaks off inside a character, which gets one more pause. Nothing is while
   * next() has not read everything.
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

  /** The client will send no more: what is left is a line. Call it when next() has nothing. */
  end(): Line | undefined {
    return this.#heldBytes === 0 ? undefined : this.#finish(new Uint8Array(0))
  }

  /**
   * Where the next line ends in the chunk, -1 if it does not. A NUL ends it too, as it ends
   * a string of C, unless the client has shown that it ends lines otherwise.
   */
  #lineEnd(): number {
    // Looking for the others only before the one keeps a chunk of many lines linear.
    let end = this.#chunk.indexOf(LF)
    for (const byte of this.#ending === 'terminator' ? [CR] : [CR, NUL]) {
      const sooner = (end < 0 ? this.#chunk : this.#chunk.subarray(0, end)).indexOf(byte)
      if (sooner >= 0) end = sooner
    }
    return end
  }

  /** Ends the current line with `part`; undefined where it was dropped as over the limit. */
  #finish(part: Uint8Array): Line | undefined {
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

  /** Adds to the line that has begun; returns its beginning when that is over the limit. */
  #hold(part: Uint8Array): Line | undefined {
    if (this.#discarding || part.length === 0) return undefined
    // One byte more than a line may have, so that a line at the limit is told from one over it.
    this.#held ??= new Uint8Array(this.maxBytes + 1)
    const text = this.#withoutNul(part)
    const room = this.#held.length - this.#heldBytes
    this.#held.set(text.length > room ? text.subarray(0, room) : text, this.#heldBytes)
    this.#heldBytes += Math.min(text.length, room)
    if (this.#heldBytes <= this.maxBytes) return undefined
    this.#discarding = true
    let whole = this.maxBytes
    // At most 3: what has more continuation bytes is no UTF-8 and has no character to spare.
    for (let back = 0; back < 3 && isContinuation(this.#held[whole]); back += 1) whole -= 1
    return this.#release(whole, true)
  }

  #withoutNul(part: Uint8Array): Uint8Array {
    if (!part.includes(NUL)) return part
    this.#droppedNul = true
    return part.filter((byte) => byte !== NUL)
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

/** All at once: a buffer may have very many of them. */
function afterNuls(chunk: Uint8Array): Uint8Array {
  const text = chunk.findIndex((byte) => byte !== NUL)
  return text < 0 ? NOTHING : chunk.subarray(text)
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80
}
