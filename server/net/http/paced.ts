/** Makes one page or file at a time, for all requests together, so that chat is not delayed. */
import type { Clock } from '../../room/clock.ts'

/** Least time between two pages or files, in ms: making them must not take the event loop from the chat. */
const PAUSE_MS = 5

export class Paced {
  readonly #clock: Pick<Clock, 'after'>
  /** Fulfilled when the next page or file may be made. */
  #ready: Promise<unknown> = Promise.resolve()

  constructor(clock: Pick<Clock, 'after'>) {
    this.#clock = clock
  }

  make<T>(part: () => Promise<T>): Promise<T> {
    const result = this.#ready.then(part)
    const pause = () => new Promise<void>((resolve) => this.#clock.after(PAUSE_MS, resolve))
    this.#ready = result.then(pause, pause)
    return result
  }
}
