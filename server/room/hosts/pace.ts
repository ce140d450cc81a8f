/** When people have written last, in rooms in which the slow mode is on. */

/** Times that are remembered; above it, the one that is longest ago is forgotten. */
const MAX_TIMES = 10_000

export class Pace {
  /** By person and room, the latest last. Monotonic times in ms. */
  readonly #times = new Map<string, number>()

  /** Counts a message, and returns 0; or returns how many ms are left until the next is allowed. */
  take(who: string, intervalMs: number, now: number): number {
    const before = this.#times.get(who)
    const left = before === undefined ? 0 : before + intervalMs - now
    if (left > 0) return left
    this.#times.delete(who)
    this.#times.set(who, now)
    const [oldest] = this.#times.keys()
    if (this.#times.size > MAX_TIMES && oldest !== undefined) this.#times.delete(oldest)
    return 0
  }
}
