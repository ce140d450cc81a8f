/**
 * Turns for work that takes long: one piece in each turn of the event loop, of all connections
 * together, so that messages are processed in between.
 */
import type { Clock } from './clock.ts'

export class Turns {
  readonly #clock: Clock
  #last: Promise<void> = Promise.resolve()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Resolves when it is the caller's turn, in the order of the calls. */
  next(): Promise<void> {
    this.#last = this.#last.then(() => new Promise((resolve) => this.#clock.turn(resolve)))
    return this.#last
  }
}
