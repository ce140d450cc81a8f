/**
 * A limit on things that are open or under way at once: in total, and for each network, so
 * that one client cannot use the whole limit.
 */
import { networkOf } from './addresses.ts'

/** `ofNetwork`: for the clients of one network together, see `networkOf`. */
export type QuotaLimits = { total: number; ofNetwork: number }

export class Quota {
  readonly #limits: QuotaLimits
  readonly #ofNetwork = new Map<string, number>()
  #total = 0

  constructor(limits: QuotaLimits) {
    this.#limits = limits
  }

  get total(): number {
    return this.#total
  }

  /**
   * Counts one; returns a function that gives it back, or undefined when a limit is reached.
   * `isShared`: the address is that of a proxy with many clients, so only the total is limited.
   */
  take(address: string | undefined, isShared = false): (() => void) | undefined {
    const network = networkOf(address ?? '')
    const taken = this.#ofNetwork.get(network) ?? 0
    const most = isShared ? Infinity : this.#limits.ofNetwork
    if (this.#total >= this.#limits.total || taken >= most) return undefined
    this.#total += 1
    this.#ofNetwork.set(network, taken + 1)
    let isTaken = true
    return () => {
      if (isTaken) this.#giveBack(network)
      isTaken = false
    }
  }

  #giveBack(network: string): void {
    this.#total -= 1
    const left = (this.#ofNetwork.get(network) ?? 1) - 1
    if (left > 0) this.#ofNetwork.set(network, left)
    else this.#ofNetwork.delete(network)
  }
}
