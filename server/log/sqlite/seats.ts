/** Seats as rows, and how many of them are stored. */
import type Database from 'libsql'
import { foldName } from '../../../shared/fold.ts'
import type { Seat } from '../../room/log.ts'
import type { Statements } from './statements.ts'
import { transaction } from './transaction.ts'

/** Seats kept, and how many more there may be before the oldest are deleted. */
export const MAX_SEATS = 100_000
export const SPARE_SEATS = 1000

/** The columns that a Seat has, in the order of a SeatRow. */
export const SEAT_COLUMNS = 'person, name, room, positions, ignored'
export type SeatRow = [
  person: string,
  name: string,
  room: string,
  positions: string,
  ignored: string,
]

export function seatOf([person, name, room, positions, ignored]: SeatRow): Seat {
  return { person, name, room, positions: JSON.parse(positions), ignored: JSON.parse(ignored) }
}

export class SeatTable {
  readonly #database: Database.Database
  readonly #statements: Statements
  /** The largest `at` of a seat: later seats have a larger one, also if the clock is set back. */
  #latest: number
  /** At least as many as there are seats. */
  #most: number

  constructor(database: Database.Database, statements: Statements) {
    this.#database = database
    this.#statements = statements
    const [latest] = statements.latestSeat.get() as [number | null]
    this.#latest = latest ?? 0
    this.#most = this.#count()
  }

  /** `now`: ms since the Unix epoch. */
  keep(seats: readonly Seat[], now: number): void {
    // Counting reads all seats, so it is not done in each call.
    const mayBeTooMany = this.#most + seats.length > MAX_SEATS + SPARE_SEATS
    transaction(this.#database, 'write', () => {
      for (const seat of seats) this.#put(seat, now)
      if (mayBeTooMany) this.#statements.dropSeats.run(Math.max(0, this.#count() - MAX_SEATS))
    })
    this.#most = mayBeTooMany ? this.#count() : this.#most + seats.length
  }

  #put({ person, name, room, positions, ignored }: Seat, now: number): void {
    this.#latest = Math.max(this.#latest + 1, now)
    const texts = [JSON.stringify(positions), JSON.stringify(ignored)]
    this.#statements.keepSeat.run(person, name, foldName(name), room, ...texts, this.#latest)
  }

  #count(): number {
    return (this.#statements.countSeats.get() as [number])[0]
  }
}
