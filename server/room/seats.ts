/**
 * Seats: the names of people, and the positions of those at terminals. They are saved in the store
 * at intervals, so that /resume finds a position again, even after a restart.
 */
import { foldName } from '../../shared/fold.ts'
import type { Clock } from './clock.ts'
import type { Seat, Store } from './log.ts'

/** Interval, in ms, for saving changed seats. After a crash, readers receive as much again. */
const KEEP_MS = 2000
/** Most seats in one call to the store, so that no call takes long. */
const KEEP_AT_ONCE = 500
/**
 * Most seats that wait while the store is unavailable. Above that, the seats that changed
 * longest ago are dropped: their owners resume from an earlier position, or from none.
 */
const MAX_WAITING = 10_000

export class Seats {
  readonly #store: Store
  readonly #clock: Clock
  /** Unsaved seats by person; the first changed longest ago. */
  readonly #changed = new Map<string, Seat>()
  /** The folds of their names, which are made when a name is looked for: folding takes long. */
  readonly #folds = new WeakMap<Seat, string>()
  #cancel: (() => void) | undefined
  /** Whether the changed seats are saved at the end of this turn. */
  #isDue = false

  constructor(store: Store, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  note(seat: Seat): void {
    this.#changed.delete(seat.person)
    this.#changed.set(seat.person, seat)
    this.#cancel ??= this.#clock.after(KEEP_MS, () => {
      this.#cancel = undefined
      void this.keep()
    })
  }

  async of(person: string): Promise<Seat | undefined> {
    return this.#changed.get(person) ?? (await this.#store.seatOf(person))
  }

  /** The seat that was noted last under a name with this fold. */
  async named(folded: string): Promise<Seat | undefined> {
    const changed = [...this.#changed.values()].findLast((seat) => this.#foldOf(seat) === folded)
    return changed ?? (await this.#store.seatNamed(folded))
  }

  #foldOf(seat: Seat): string {
    const known = this.#folds.get(seat)
    if (known !== undefined) return known
    const folded = foldName(seat.name)
    this.#folds.set(seat, folded)
    return folded
  }

  /** Saves the changed seats at the end of this turn. */
  keepSoon(): void {
    if (this.#isDue) return
    this.#isDue = true
    this.#clock.turn(() => {
      this.#isDue = false
      void this.keep()
    })
  }

  /** Saves the changed seats. If the store is unavailable, they wait for the next time. */
  async keep(): Promise<void> {
    while (this.#changed.size > 0) {
      const some = [...this.#changed.values()].slice(0, KEEP_AT_ONCE)
      try {
        await this.#store.keepSeats(some)
      } catch {
        this.#forgetOldest()
        return
      }
      for (const seat of some) {
        if (this.#changed.get(seat.person) === seat) this.#changed.delete(seat.person)
      }
    }
  }

  #forgetOldest(): void {
    for (const [person] of this.#changed) {
      if (this.#changed.size <= MAX_WAITING) return
      this.#changed.delete(person)
    }
  }

  close(): void {
    this.#cancel?.()
  }
}
