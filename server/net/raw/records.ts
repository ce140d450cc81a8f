/**
 * What is left of C buffers that are sent whole. After `fgets`, a buffer has a line, its NUL, and then
 * what it had before: if the program reads into the same buffer, this is what others said. Pure.
 *
 * MUST pass on the same bytes wherever they are cut into chunks. MUST hold at most HELD_BYTES and
 * one chunk.
 */
const LF = 10
const NUL = 0
const NOTHING = new Uint8Array(0)
/** So many NULs in a row are of a cleared buffer; fewer may be ends of strings that it had before. */
const CLEARED = 8
/** Bytes that are held at most before it is decided whether they are lines of the client. */
const HELD_BYTES = 4096

/** All that the bytes to come depend on. `position` and `nuls`: see `RecordFilter`. */
export type RecordState = {
  position: 'text' | 'lf' | 'nul' | 'held'
  nuls: number
  held: Uint8Array
}

export class RecordFilter {
  /**
   * `nul`: after LF and fewer NULs than CLEARED. `held`: then bytes came that are the next lines of a
   * client that sends the NUL of each, or what is left in its buffer.
   */
  #position: RecordState['position'] = 'text'
  /** NULs in a row. */
  #nuls = 0
  #held: Uint8Array = NOTHING

  /** Goes on where another filter was. */
  static from({ position, nuls, held }: RecordState): RecordFilter {
    const filter = new RecordFilter()
    filter.#position = position
    filter.#nuls = nuls
    filter.#held = held
    return filter
  }

  get state(): RecordState {
    return { position: this.#position, nuls: this.#nuls, held: this.#held }
  }

  /** Whether a pause decides about bytes that are held, or about the next ones. */
  get awaitsPause(): boolean {
    return this.#position === 'held' || this.#position === 'nul'
  }

  /** The bytes of the chunk without what is left of a buffer. */
  push(chunk: Uint8Array): Uint8Array {
    if (chunk.length === 0) return chunk
    // Nearly all chunks of nearly all clients.
    if ((this.#position === 'text' || this.#position === 'lf') && !chunk.includes(NUL)) {
      this.#position = chunk.at(-1) === LF ? 'lf' : 'text'
      this.#nuls = 0
      return chunk
    }
    const parts: Uint8Array[] = []
    for (let rest = chunk; rest.length > 0; ) {
      const taken = this.#position === 'held' ? this.#hold(rest, parts) : this.#pass(rest, parts)
      rest = rest.subarray(taken)
    }
    return Buffer.concat(parts)
  }

  /** The client is silent, or sends nothing more. Returns the bytes that were its own lines. */
  settle(): Uint8Array {
    const held = this.#held
    this.#held = NOTHING
    this.#position = 'text'
    return held.at(-1) === NUL && areRecords(held) ? held : NOTHING
  }

  /** Passes on the bytes up to those that are held. */
  #pass(rest: Uint8Array, parts: Uint8Array[]): number {
    for (let at = 0; at < rest.length; at += 1) {
      const byte = rest[at]
      if (this.#position === 'nul' && byte !== NUL) {
        this.#position = 'held'
        parts.push(rest.subarray(0, at))
        return at
      }
      this.#nuls = byte === NUL ? this.#nuls + 1 : 0
      if (byte === LF) this.#position = 'lf'
      else if (byte !== NUL || this.#position === 'text' || this.#nuls === CLEARED)
        this.#position = 'text'
      else this.#position = 'nul'
    }
    parts.push(rest)
    return rest.length
  }

  /** Holds the bytes up to the NULs that end what is left of a buffer. */
  #hold(rest: Uint8Array, parts: Uint8Array[]): number {
    const before = this.#held.length
    const held = Buffer.concat([this.#held, rest.subarray(0, HELD_BYTES + 1)])
    const end = held.indexOf(new Uint8Array(CLEARED))
    if (end >= 0) {
      this.#held = NOTHING
      this.#position = 'text'
      return end + CLEARED - before
    }
    this.#held = held
    if (held.length > HELD_BYTES) {
      if (areRecords(held)) parts.push(held)
      this.#held = NOTHING
      this.#position = held.at(-1) === LF ? 'lf' : 'text'
    }
    return held.length - before
  }
}

/** Whether each NUL follows an LF, as it does after lines of which each was sent with its NUL. */
function areRecords(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(NUL); at >= 0; at = bytes.indexOf(NUL, at + 1)) {
    if (bytes[at - 1] !== LF) return false
  }
  return true
}
