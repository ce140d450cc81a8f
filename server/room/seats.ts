/**
 * Seats: the positions of people at terminals. They are saved in the log at intervals, so
 * that /resume finds a position again, even after a restart.
 */
import type { Clock } from './clock.ts'
import type { RoomLog, Seat } from './log.ts'

/** Interval, in ms, for saving changed seats. After a crash, readers receive as much again. */
const KEEP_MS = 2000
/** Most seats in one call to the log, so that no call takes long. */
const KEEP_AT_ONCE = 500
/**
 * Most seats that wait while the log is unavailable. Above that, the seats that changed
 * longest ago are dropped: their owners resume from an earlier position, or from none.
 */
const MAX_WAITING = 10_000

export class Seats {
  readonly #log: RoomLog
  readonly #clock: Clock
  /** Unsaved seats by person; the first changed longest ago. */
  readonly #changed = new Map<string, Seat>()
  #cancel: (() => void) | undefined

  constructor(log: RoomLog, clock: Clock) {
    this.#log = log
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
    return this.#changed.get(person) ?? (await this.#log.seatOf(person))
  }

  /** Saves the changed seats. If the log is unavailable, they wait for the next time. */
  async keep(): Promise<void> {
    while (this.#changed.size > 0) {
      const some = [...this.#changed.values()].slice(0, KEEP_AT_ONCE)
      try {
        await this.#log.keepSeats(some)
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
