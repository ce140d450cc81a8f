/**
 * The clock that the room and the connections use. Tests pass one that they control.
 */
export type Clock = {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** Milliseconds since a fixed moment. Changes of the system time do not affect it. */
  monotonic(): number
  /** Runs once after `ms` milliseconds. Returns a function that cancels it. Does not keep the process alive. */
  after(ms: number, run: () => void): () => void
  /** Runs once at the end of this turn of the event loop. */
  turn(run: () => void): void
}
