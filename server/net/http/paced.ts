/** Makes one page or file at a time, for all requests together, so that chat is not delayed. */
import type { Clock } from '../../room/clock.ts'

/** Least time between two of them, in ms: reading must not take the event loop from the chat. */
const PAUSE_MS = 5

export class Paced {
  readonly #clock: Pick<Clock, 'after'>
  /** Fulfilled when the next page may be read. */
  #ready: Promise<unknown> = Promise.resolve()

  constructor(clock: Pick<Clock, 'after'>) {
    this.#clock = clock
  }

  read<T>(page: () => Promise<T>): Promise<T> {
    const result = this.#ready.then(page)
    const pause = () => new Promise<void>((resolve) => this.#clock.after(PAUSE_MS, resolve))
    this.#ready = result.then(pause, pause)
    return result
  }
}
