/** Flood control of senders that have no connection: each has the rate of one. */
import { Bucket, type Rate } from '../../room/rate.ts'

/** Senders that are remembered; the one whose last request is the oldest is forgotten first. */
const MAX_SENDERS = 10_000

export class Rates {
  readonly #rate: Rate
  readonly #of = new Map<string, { bucket: Bucket; freeAt: number }>()

  constructor(rate: Rate) {
    this.#rate = rate
  }

  /** Counts a message and returns 0, or returns how many ms its sender has to wait first. */
  take(sender: string, now: number): number {
    const { freeAt } = this.#find(sender, now)
    if (now < freeAt) return freeAt - now
    this.count(sender, 1, now)
    return 0
  }

  /** Counts messages that are sent in any case. The sender waits for the next one. */
  count(sender: string, messages: number, now: number): void {
    const known = this.#find(sender, now)
    for (let left = messages; left > 0; left -= 1) known.freeAt = now + known.bucket.take(now)
  }

  #find(sender: string, now: number): { bucket: Bucket; freeAt: number } {
    const known = this.#of.get(sender) ?? { bucket: new Bucket(this.#rate, now), freeAt: now }
    // Inserted again, so that the first entry is the one with the oldest last request.
    this.#of.delete(sender)
    this.#of.set(sender, known)
    if (this.#of.size > MAX_SENDERS) this.#of.delete(this.#of.keys().next().value as string)
    return known
  }
}
