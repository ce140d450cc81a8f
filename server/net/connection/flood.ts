/**
 * Flood control: a token bucket for one connection. It rejects nothing; it returns the time
 * for which the connection is not read.
 */

/** `perSecond`: sustained rate, Infinity for no limit; `burst`: messages allowed at once. */
export type FloodRate = { perSecond: number; burst: number }

export class Flood {
  readonly #rate: FloodRate
  #tokens: number
  #at: number

  constructor(rate: FloodRate, now: number) {
    this.#rate = rate
    this.#tokens = rate.burst
    this.#at = now
  }

  /** Counts one message. Returns the time, in ms, until the next may be read; 0: now. */
  take(now: number): number {
    const { perSecond, burst } = this.#rate
    if (perSecond === Infinity) return 0
    // A clock that goes back earns nothing, and MUST NOT take away what was earned.
    const earned = (Math.max(0, now - this.#at) / 1000) * perSecond
    this.#tokens = Math.min(burst, this.#tokens + earned) - 1
    this.#at = now
    return this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) / perSecond) * 1000)
  }
}
