/** Wrong host keys, counted for each network. */

/** Wrong keys that a network may try in a minute. */
const MOST = 5
const MINUTE_MS = 60_000
/** Networks that are remembered; above it, the one that tried longest ago is forgotten. */
const MAX_NETWORKS = 10_000

export class Attempts {
  /** The last is the latest. Times are monotonic, in ms. */
  readonly #of = new Map<string, { began: number; count: number }>()

  /** Counts an attempt; false if the network has no more of them in this minute. */
  take(network: string, now: number): boolean {
    const before = this.#of.get(network)
    const isOver = before === undefined || now - before.began >= MINUTE_MS
    const { began, count } = isOver ? { began: now, count: 0 } : before
    if (count >= MOST) return false
    this.#of.delete(network)
    this.#of.set(network, { began, count: count + 1 })
    const [oldest] = this.#of.keys()
    if (this.#of.size > MAX_NETWORKS && oldest !== undefined) this.#of.delete(oldest)
    return true
  }

  /** The latest attempt does not count: the key was right. */
  giveBack(network: string): void {
    const attempts = this.#of.get(network)
    if (attempts !== undefined) attempts.count -= 1
  }
}
