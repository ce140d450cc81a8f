/**
 * A token bucket: how often something may happen, on average and at once. It rejects nothing; it
 * returns the time to wait.
 */

/** `perSecond`: sustained rate, Infinity for no limit; `burst`: how many at once. */
export type Rate = { perSecond: number; burst: number }

export const UNLIMITED: Rate = { perSecond: Infinity, burst: 1 }

export class Bucket {
  readonly #rate: Rate
  #tokens: number
  #at: number
  /** How many times the burst was granted since the bucket was last full. */
  #granted = 1

  constructor(rate: Rate, now: number) {
    this.#rate = rate
    this.#tokens = rate.burst
    this.#at = now
  }

  /**
   * Takes one token, also if there is none. Returns the time, in ms, until the next may be taken;
   * 0: now. `times`: how many times the rate applies.
   */
  take(now: number, times = 1): number {
    if (this.#rate.perSecond === Infinity) return 0
    this.#refill(now, times)
    this.#tokens -= 1
    return this.#wait(times)
  }

  /** The time, in ms, until a token may be taken; 0: now. */
  wait(now: number, times = 1): number {
    if (this.#rate.perSecond === Infinity) return 0
    this.#refill(now, times)
    return this.#wait(times)
  }

  /** Takes so many tokens that were used elsewhere, as far as a burst is owed then. */
  drain(count: number, now: number, times = 1): void {
    if (this.#rate.perSecond === Infinity) return
    this.#refill(now, times)
    const least = -this.#rate.burst * times
    this.#tokens = Math.min(this.#tokens, Math.max(this.#tokens - count, least))
  }

  #refill(now: number, times: number): void {
    const { perSecond, burst } = this.#rate
    // A clock that goes back earns nothing, and MUST NOT take away what was earned.
    const earned = (Math.max(0, now - this.#at) / 1000) * perSecond * times
    // A rate that applies more times brings its bursts along, but not again each time it comes back.
    const granted = Math.max(0, times - this.#granted) * burst
    const full = burst * times
    this.#tokens = Math.min(full, this.#tokens + earned + granted)
    this.#granted = this.#tokens === full ? times : Math.max(times, this.#granted)
    this.#at = now
  }

  #wait(times: number): number {
    if (this.#tokens >= 1) return 0
    return Math.ceil(((1 - this.#tokens) / (this.#rate.perSecond * times)) * 1000)
  }
}
