/**
 * Time, as the room is given it, so that a test can hold it in its hand.
 */
export type Clock = {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** Milliseconds since some moment, for durations: nobody sets it. */
  monotonic(): number
  /** Runs once after `ms` milliseconds; the answer cancels it. Does not keep the process alive. */
  after(ms: number, run: () => void): () => void
  /** Runs once when all that has arrived in this turn of the event loop has been read. */
  turn(run: () => void): void
}

export const systemClock: Clock = {
  now: Date.now,
  monotonic: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms).unref()
    return () => clearTimeout(timer)
  },
  turn: setImmediate,
}
