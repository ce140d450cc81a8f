/**
 * Turns: what is written to a program that reads once for each thing it sends waits here
 * until it has sent something.
 *
 * MUST release at most 1024 bytes a turn, which is what such programs read at once, and
 * MUST cut between lines, or else between characters.
 */

/** Bytes that a program gets in one read. */
export const READ_BYTES = 1024
const LF = 10
const NOTHING = Buffer.alloc(0)

export class Turns {
  readonly #write: (part: Buffer, done: () => void) => void
  #on = false
  /** Things that were sent by the program and have not been answered. */
  #earned = 0
  #held: Buffer = NOTHING
  #done: () => void = () => {}

  constructor(write: (part: Buffer, done: () => void) => void) {
    this.#write = write
  }

  get on(): boolean {
    return this.#on
  }

  /** Something waits that the program has to ask for. */
  get holds(): boolean {
    return this.#held.length > 0 && this.#earned === 0
  }

  /** On begins with an answer to what has asked for it; off releases whatever is held. */
  turn(on: boolean): void {
    if (on && !this.#on) this.#earned = 1
    this.#on = on
    this.#release()
  }

  /** The program has sent something. */
  earn(): void {
    if (!this.#on) return
    this.#earned += 1
    this.#release()
  }

  /** `done` is called when all of it has been released and taken; not before comes another write. */
  write(bytes: Buffer, done: () => void): void {
    this.#held = bytes
    this.#done = done
    this.#release()
  }

  #release(): void {
    while (this.#held.length > 0 && (!this.#on || this.#earned > 0)) {
      const end = this.#on ? turnEnd(this.#held) : this.#held.length
      const part = this.#held.subarray(0, end)
      this.#held = this.#held.subarray(end)
      if (this.#on) this.#earned -= 1
      this.#write(part, this.#held.length === 0 ? this.#done : () => {})
    }
  }
}

/** Where the part of whole lines ends, or the part of whole characters of a longer line. */
function turnEnd(bytes: Buffer): number {
  if (bytes.length <= READ_BYTES) return bytes.length
  const line = bytes.lastIndexOf(LF, READ_BYTES - 1)
  if (line >= 0) return line + 1
  let end = READ_BYTES
  while (((bytes[end] as number) & 0xc0) === 0x80) end -= 1
  return end
}
