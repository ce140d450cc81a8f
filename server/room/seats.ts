/**
 * Seats: where people at terminals are, kept in the log now and then, so that /resume
 * finds their place again, also after a restart.
 */
import type { Clock } from './clock.ts'
import type { RoomLog, Seat } from './log.ts'

/** How often, in ms, changed seats are kept; after a crash so much is told again. */
const KEEP_MS = 2000
/** Seats in one call to the log, so that it is never held up for long. */
const KEEP_AT_ONCE = 500
/**
 * Seats that wait for a log that cannot take them; of more, those that changed longest ago
 * are forgotten: who comes back to one has their place from an earlier time, or none.
 */
const MAX_WAITING = 10_000

export class Seats {
  readonly #log: RoomLog
  readonly #clock: Clock
  /** Not kept yet, by person; the first changed longest ago. */
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

  /** Keeps what has changed; what the log cannot take now waits for the next time. */
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
