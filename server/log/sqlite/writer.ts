/**
 * The writing half of the SQLite log, in the thread that may wait for the disk. The room uses it
 * through `log.ts`.
 *
 * MUST sync a transaction to the disk before it returns from an append (WAL with
 * `synchronous=FULL`). MUST keep the latest event, from which numbering continues.
 */
import type Database from 'libsql'
import type { RoomEvent } from '../../../shared/protocol.ts'
import type { Seat } from '../../room/log.ts'
import { createFolder, lock, makePrivate, open } from './folder.ts'
import { type DraftRow, eventOf, type Row } from './rows.ts'
import { migrate } from './schema.ts'
import { prepare, type Statements } from './statements.ts'
import { TrustedTime } from './time.ts'
import { transaction } from './transaction.ts'

/** Seats kept, and how many more there may be before the oldest are deleted. */
export const MAX_SEATS = 100_000
export const SPARE_SEATS = 1000
const DAY_MS = 86_400_000

export type WriterOptions = {
  folder: string
  /** How many of the latest events are kept; 0: all. */
  retain: number
  /** How many days events are kept; 0: for ever. Nothing is deleted by age in the first hour. */
  retainDays: number
}

/**
 * `head`: seq of the latest event. Without `outcomes`, all drafts became events, the last of them
 * `head`. `outcomes`: for each draft its seq, or the earlier event that it repeats.
 */
export type Appended = { head: number; outcomes?: (number | RoomEvent)[] }

export class Writer {
  readonly epoch: string
  readonly secret: Uint8Array
  /** For the operator: the end of a sentence that begins with the folder. */
  readonly warning: string | undefined
  readonly #options: WriterOptions
  readonly #database: Database.Database
  /** Kept in a transaction for as long as the writer is open: one server for each folder. */
  readonly #lock: Database.Database
  readonly #statements: Statements
  readonly #time = new TrustedTime()
  #head: number
  #first: number
  #indexed: number
  /** At least as many as there are seats. */
  #maxSeats: number

  /** Throws an UnusableFile or a fault of the disk, and leaves the files as they are. */
  constructor(options: WriterOptions) {
    this.#options = options
    createFolder(options.folder)
    this.#lock = lock(options.folder)
    this.#database = open(options.folder)
    this.warning = makePrivate(options.folder)
    migrate(this.#database)
    this.#statements = prepare(this.#database)
    const meta = Object.fromEntries(this.#statements.meta.all() as [string, string][])
    this.epoch = meta.epoch ?? ''
    this.secret = Buffer.from(meta.secret ?? '', 'base64')
    this.#indexed = Number(meta.indexed)
    const [first, head] = this.#statements.firstAndHead.get() as [number | null, number | null]
    this.#head = head ?? 0
    this.#first = first ?? 1
    this.#maxSeats = this.#countSeats()
  }

  get head(): number {
    return this.#head
  }

  get first(): number {
    return this.#first
  }

  /** `text`: the drafts, as a JSON array of draft rows. */
  append(text: string): Appended {
    const appended = this.#transaction(() => this.#insert(text))
    this.#head = appended.head
    return appended
  }

  keepSeats(seats: readonly Seat[]): void {
    const now = Date.now()
    // Counting reads all seats, so it is not done in each call.
    const mayBeTooMany = this.#maxSeats + seats.length > MAX_SEATS + SPARE_SEATS
    this.#transaction(() => {
      for (const { person, name, seq } of seats)
        this.#statements.keepSeat.run(person, name, seq, now)
      if (mayBeTooMany) this.#statements.dropSeats.run(Math.max(0, this.#countSeats() - MAX_SEATS))
    })
    this.#maxSeats = mayBeTooMany ? this.#countSeats() : this.#maxSeats + seats.length
  }

  /** Writes to the disk without changing anything. Throws if the disk cannot be written. */
  probe(): void {
    this.#transaction(() => this.#statements.setIndexed.run(String(this.#indexed)))
  }

  /** How many events wait for upkeep. */
  get backlog(): number {
    return this.#head - this.#indexed
  }

  /**
   * Indexes and deletes at most `events` events; returns whether there is more to do. `wall` and
   * `monotonic`: both clocks, in ms.
   */
  upkeep(events: number, wall: number, monotonic: number): boolean {
    const now = this.#time.read(wall, monotonic)
    if (this.backlog > 0) this.#index(events)
    return this.#trim(events, now) || this.backlog > 0
  }

  close(): void {
    this.#database.close()
    this.#lock.close()
  }

  #insert(text: string): Appended {
    try {
      const { changes } = this.#statements.insert.run(this.#head, text)
      return { head: this.#head + changes }
    } catch (error) {
      // An id is repeated, and the statement has inserted nothing.
      if ((error as { code?: string }).code !== 'SQLITE_CONSTRAINT_UNIQUE') throw error
      return this.#insertNew(JSON.parse(text) as DraftRow[])
    }
  }

  /** Inserts only drafts with an id that their sender has not used before. */
  #insertNew(drafts: readonly DraftRow[]): Appended {
    const known = this.#eventsWithIds(drafts)
    const added: DraftRow[] = []
    const outcomes = drafts.map((draft) => {
      const key = keyOf(draft)
      const earlier = key === undefined ? undefined : known.get(key)
      if (earlier !== undefined) return earlier
      const seq = this.#head + added.push(draft)
      if (key !== undefined) known.set(key, eventOf([seq, ...draft]))
      return seq
    })
    this.#statements.insert.run(this.#head, JSON.stringify(added))
    return { head: this.#head + added.length, outcomes }
  }

  /** The events in the log with the ids of these drafts, by their key. */
  #eventsWithIds(drafts: readonly DraftRow[]): Map<string, RoomEvent> {
    const pairs = drafts.flatMap(([, , person, , , , id]) => (id === null ? [] : [[person, id]]))
    const rows = this.#statements.withIds.all(JSON.stringify(pairs)) as Row[]
    return new Map(rows.map(([seq, ...row]) => [keyOf(row) as string, eventOf([seq, ...row])]))
  }

  #index(events: number): void {
    const to = Math.min(this.#head, this.#indexed + events)
    this.#transaction(() => {
      this.#statements.index.run(this.#indexed, to)
      this.#statements.setIndexed.run(String(to))
    })
    this.#indexed = to
  }

  /** Deletes some of the events above the limits; returns whether there may be more. */
  #trim(events: number, now: number | undefined): boolean {
    const { retain } = this.#options
    const byCount = retain === 0 ? 0 : this.#head - retain
    const to = Math.min(
      Math.max(byCount, this.#lastTooOld(events, now)),
      this.#head - 1,
      this.#indexed,
      this.#first + events - 1,
    )
    if (to < this.#first) return false
    this.#transaction(() => {
      this.#statements.unindex.run(to)
      this.#statements.drop.run(to)
    })
    this.#first = to + 1
    return true
  }

  /** seq of the last event that is too old, among the first `events`; 0 when there is none. */
  #lastTooOld(events: number, now: number | undefined): number {
    const { retainDays } = this.#options
    if (retainDays === 0 || now === undefined) return 0
    const oldest = now - retainDays * DAY_MS
    const [seq] = this.#statements.lastTooOld.get(
      this.#first,
      this.#first + events - 1,
      oldest,
      now,
    ) as [number | null]
    return seq ?? 0
  }

  #countSeats(): number {
    return (this.#statements.countSeats.get() as [number])[0]
  }

  #transaction<T>(work: () => T): T {
    return transaction(this.#database, 'write', work)
  }
}

function keyOf([, , person, , , , id]: DraftRow): string | undefined {
  return id === null ? undefined : `${person} ${id}`
}
