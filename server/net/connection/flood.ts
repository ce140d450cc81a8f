/**
 * Flood control: a token bucket for one connection. It never refuses; it says how
 * long the connection is to be left unread.
 */

/** `perSecond`: sustained rate, Infinity for none; `burst`: how many may come at once. */
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

  /** Counts one message; answers how many ms until the next may be read, 0 for now. */
  take(now: number): number {
    const { perSecond, burst } = this.#rate
    if (perSecond === Infinity) return 0
    // A clock set back earns nothing; it must not take what was earned.
    const earned = (Math.max(0, now - this.#at) / 1000) * perSecond
    this.#tokens = Math.min(burst, this.#tokens + earned) - 1
    this.#at = now
    return this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) / perSecond) * 1000)
  }
}
