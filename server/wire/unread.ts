/** Notices that a client reads nothing although bytes wait for it. Pure: the caller has the clock. */

/** Time, in ms, after which what the client does not take counts as unread. */
const UNREAD_MS = 3000

export class Unread {
  /** Bytes that the client has taken, at least, and since when no more. */
  #taken = -Infinity
  #takenAt = 0

  /** `taken`: bytes that the client has taken, at least; `waiting`: bytes that wait for it. `now`: ms. */
  isSo(taken: number, waiting: number, now: number): boolean {
    if (waiting === 0 || taken > this.#taken) {
      this.#taken = Math.max(taken, this.#taken)
      this.#takenAt = now
    }
    return now - this.#takenAt > UNREAD_MS
  }
}
