/**
 * Lockstep mode: for a program that reads once for each message it sends. Bytes written to
 * it wait here until it has sent a message.
 *
 * MUST release at most READ_BYTES for each message received, and MUST cut between lines,
 * or between characters of a longer line.
 */

/** Bytes that such programs read at once: `recv(1024)`. */
export const READ_BYTES = 1024
const LF = 10
const NOTHING = Buffer.alloc(0)

/** `held`: bytes that wait for the next message. */
export type LockstepState = { on: boolean; credits: number; held: Uint8Array }

export class Lockstep {
  readonly #write: (chunk: Buffer, done: () => void) => void
  #on = false
  /** Messages received for which nothing was released yet. */
  #credits = 0
  #held: Buffer = NOTHING
  #done: () => void = () => {}

  constructor(write: (chunk: Buffer, done: () => void) => void) {
    this.#write = write
  }

  get state(): LockstepState {
    return { on: this.#on, credits: this.#credits, held: this.#held }
  }

  /** Goes on where another one was. */
  goOn({ on, credits, held }: LockstepState): void {
    this.#on = on
    this.#credits = credits
    this.#held = Buffer.from(held)
  }

  get isOn(): boolean {
    return this.#on
  }

  /** Whether bytes wait for the next message of the client. */
  get isHolding(): boolean {
    return this.#held.length > 0 && this.#credits === 0
  }

  /** Turning it on counts as one message, since its reply is due. Turning it off releases all bytes. */
  set(on: boolean): void {
    if (on && !this.#on) this.#credits = 1
    this.#on = on
    this.#release()
  }

  /** The client has sent a message. */
  received(): void {
    if (!this.#on) return
    this.#credits += 1
    this.#release()
  }

  /** Calls `done` when all bytes are released and taken. MUST NOT be called again before. */
  write(bytes: Buffer, done: () => void): void {
    // After `goOn`, some may wait already.
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes])
    this.#done = done
    this.#release()
  }

  #release(): void {
    while (this.#held.length > 0 && (!this.#on || this.#credits > 0)) {
      const end = this.#on ? readEnd(this.#held) : this.#held.length
      const chunk = this.#held.subarray(0, end)
      this.#held = this.#held.subarray(end)
      if (this.#on) this.#credits -= 1
      this.#write(chunk, this.#held.length === 0 ? this.#done : () => {})
    }
  }
}

/** Cuts bytes into chunks of at most READ_BYTES: of whole lines, or of whole characters. */
export function oneReadChunks(bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = []
  for (let rest = bytes; rest.length > 0; ) {
    const end = readEnd(rest)
    chunks.push(rest.subarray(0, end))
    rest = rest.subarray(end)
  }
  return chunks
}

/** The end of the first chunk. `bytes`: UTF-8. */
function readEnd(bytes: Buffer): number {
  if (bytes.length <= READ_BYTES) return bytes.length
  const line = bytes.lastIndexOf(LF, READ_BYTES - 1)
  if (line >= 0) return line + 1
  let end = READ_BYTES
  while (((bytes[end] as number) & 0xc0) === 0x80) end -= 1
  return end
}
