/** The seats of the store in memory. */
import { foldName } from '../../../shared/fold.ts'
import type { Seat } from '../../room/log.ts'

/**
 * Above that, the seats that were stored longest ago are dropped. Those of people who have registered
 * a name are kept, and do not count.
 */
const MAX_SEATS = 10_000

export class MemorySeats {
  /** By person; the last was stored last. */
  readonly #seats = new Map<string, { seat: Seat; folded: string }>()

  /** The people who have registered a name. */
  readonly #registered = new Set<string>()

  register(person: string, name: string | undefined): void {
    if (name === undefined) this.#registered.delete(person)
    else this.#registered.add(person)
  }

  keep(seats: readonly Seat[]): void {
    for (const seat of seats) {
      this.#seats.delete(seat.person)
      this.#seats.set(seat.person, { seat, folded: foldName(seat.name) })
    }
    for (const [person] of this.#seats) {
      if (this.#seats.size <= MAX_SEATS + this.#registered.size) break
      if (!this.#registered.has(person)) this.#seats.delete(person)
    }
  }

  of(person: string): Seat | undefined {
    return this.#seats.get(person)?.seat
  }

  named(foldedName: string): Seat | undefined {
    let latest: Seat | undefined
    for (const { seat, folded } of this.#seats.values()) if (folded === foldedName) latest = seat
    return latest
  }
}
