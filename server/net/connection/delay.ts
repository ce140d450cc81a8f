/** Tells a sender once that its messages wait for flood control, and for how long. */
import type { Waiting } from '../../../shared/replies.ts'
import type { Input } from './input.ts'

/** A shorter wait is not worth a line. Milliseconds. */
const WORTH_MS = 2000
/** A message for which the server was ready longer than this has not waited. Milliseconds. */
const IDLE_MS = 50

export class Delay {
  readonly #input: Pick<Input, 'backlog'>
  readonly #tell: (notice: Waiting) => void
  /** Whether the sender was told since its messages last went through without a wait. */
  #isTold = false
  /** Each message since then has waited: a transport that is paused may hold more than the input. */
  #since = 0

  constructor(input: Pick<Input, 'backlog'>, tell: (notice: Waiting) => void) {
    this.#input = input
    this.#tell = tell
  }

  /** A message was taken. The same as of `IntakeOptions.onPace`. */
  paced(ms: number, now: number, idleMs: number): void {
    if (ms === 0 || idleMs > IDLE_MS) this.#since = now
    if (ms === 0) {
      // After a stall of the server, the first of many messages that wait need not wait longer.
      if (this.#isTold && this.#backlog === 0) this.#isTold = false
      return
    }
    if (this.#isTold) return
    const count = Math.max(1, this.#backlog)
    if (count * ms < WORTH_MS && now - this.#since < WORTH_MS) return
    this.#isTold = true
    this.#tell({ type: 'waiting', count, seconds: Math.ceil((count * ms) / 1000) })
  }

  /** Counting it takes time. */
  get #backlog(): number {
    return this.#input.backlog ?? 0
  }
}
