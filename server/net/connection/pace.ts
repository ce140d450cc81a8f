/** Flood control: how soon a connection is read again after each message. */
import type { Network } from '../../room/doors/networks.ts'
import { Bucket, type Rate } from '../../room/rate.ts'

export class Pace extends Bucket {
  readonly #source: Network

  /** `rate`: of this connection. The limit of its network counts as well. */
  constructor(rate: Rate, source: Network, now: number) {
    super(rate, now)
    this.#source = source
  }

  override take(now: number): number {
    return Math.max(super.take(now), this.#source.take('messages'))
  }
}
