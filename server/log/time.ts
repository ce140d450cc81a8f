/**
 * The time that decides which events are too old: the wall clock, as far as it can be trusted.
 * A wall clock can be wrong for a while, for example until NTP has set it.
 *
 * MUST NOT run ahead because the wall clock was ahead for less than TRUST_MS.
 */

/** How long, in ms, a change of the wall clock must last before it counts: one hour. */
export const TRUST_MS = 3_600_000

export class TrustedTime {
  /** Smallest differences between the clocks, in ms, in this period of TRUST_MS and the one before. */
  #offset = Infinity
  #offsetBefore: number | undefined
  /** Monotonic time at which this period began. */
  #began: number | undefined

  /**
   * From both clocks, in ms: the time in ms since the Unix epoch; undefined in the first TRUST_MS.
   * Call it more than once in each TRUST_MS.
   */
  read(wall: number, monotonic: number): number | undefined {
    this.#began ??= monotonic
    if (monotonic - this.#began >= TRUST_MS) {
      this.#offsetBefore = this.#offset
      this.#offset = Infinity
      this.#began = monotonic
    }
    this.#offset = Math.min(this.#offset, wall - monotonic)
    if (this.#offsetBefore === undefined) return undefined
    return monotonic + Math.min(this.#offset, this.#offsetBefore)
  }
}
