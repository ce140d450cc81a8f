/**
 * The stamps in the bytes: every published message begins with `~000` and the time at
 * which it was sent, and a reader counts these. No server here writes them itself; a `~`
 * alone is also the length byte of a WebSocket frame (RFC 6455, section 5.2).
 *
 * MUST cost far less than what any of the servers spends on a delivery.
 */

export const MARK = 0x7e
const ZERO = 0x30
const ZEROS = 3
/** Whole µs since the process began: hours of them leave the first three digits zero. */
const DIGITS = 13

/** A mark, room for the time, and as much filling as makes `size` bytes. */
export function stampedText(size: number): string {
  return `~${'0'.repeat(DIGITS)}`.padEnd(size, 'x')
}

function isStamp(bytes: Buffer, at: number): boolean {
  if (bytes[at] !== MARK) return false
  for (let zero = 1; zero <= ZEROS; zero += 1) if (bytes[at + zero] !== ZERO) return false
  return true
}

/** Writes a time, in whole µs, behind the mark at `at`. */
export function writeStamp(bytes: Buffer, at: number, micros: number): void {
  let rest = micros
  for (let digit = DIGITS; digit > 0; digit -= 1) {
    bytes[at + digit] = ZERO + (rest % 10)
    rest = Math.floor(rest / 10)
  }
}

/** The time behind the mark at `at`; undefined where the digits are cut off. */
function readStamp(bytes: Buffer, at: number, length: number): number | undefined {
  if (at + DIGITS >= length) return undefined
  let micros = 0
  for (let digit = 1; digit <= DIGITS; digit += 1) {
    micros = micros * 10 + (bytes[at + digit] as number) - ZERO
  }
  return micros
}

/** Counts the stamps of one connection. */
export class StampCounter {
  /** Distance of the last two: messages of one size have the next one there. */
  #period = 0
  /** Bytes of the last chunk that may be the beginning of a stamp. */
  #tail = Buffer.alloc(0)

  /**
   * How many stamps end their mark in the first `length` bytes. `each` is called with the
   * times: of `all` of them, or of the last whole one alone.
   */
  count(chunk: Buffer, length: number, all: boolean, each: (micros: number) => void): number {
    let count = this.#cutInTwo(chunk, length)
    let last: number | undefined
    // Above it, a mark is incomplete.
    const end = length - ZEROS
    const view = chunk.subarray(0, Math.max(0, end))
    for (let at = view.indexOf(MARK); at >= 0; ) {
      let found = at
      if (isStamp(chunk, at)) {
        count += 1
        if (all) {
          const micros = readStamp(chunk, at, length)
          if (micros !== undefined) each(micros)
        } else if (at + DIGITS < length) last = at
        const guess = at + this.#period
        if (this.#period > 0 && guess < end && isStamp(chunk, guess)) {
          at = guess
          continue
        }
      } else found = -1
      at = view.indexOf(MARK, at + 1)
      if (at > 0 && found >= 0 && isStamp(chunk, at)) this.#period = at - found
    }
    this.#tail = Buffer.from(chunk.subarray(Math.max(0, end), length))
    const micros = last === undefined ? undefined : readStamp(chunk, last, length)
    if (micros !== undefined) each(micros)
    return count
  }

  /** 1 where a mark lies across the border of the chunks. */
  #cutInTwo(chunk: Buffer, length: number): number {
    if (!this.#tail.includes(MARK)) return 0
    const border = Buffer.concat([this.#tail, chunk.subarray(0, Math.min(length, ZEROS))])
    for (let at = 0; at < this.#tail.length; at += 1) if (isStamp(border, at)) return 1
    return 0
  }
}
