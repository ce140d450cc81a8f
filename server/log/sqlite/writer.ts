/**
 * The writing half of the SQLite log, in the thread that may be held up by the disk.
 * `sqlite.ts` is what the room sees of it.
 *
 * MUST sync a transaction to the disk before it answers an append (WAL with
 * `synchronous=FULL`). MUST keep the latest event, from which numbering goes on.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import type { RoomEvent } from '../../../shared/protocol.ts'
import type { Draft, Seat } from '../../room/log.ts'
import { COLUMNS, eventOf, type Row, rowOf } from './rows.ts'
import { inspect, migrate, UnusableFile } from './schema.ts'
import { transaction } from './transaction.ts'

/** How long an append waits for another program to release the file, in ms. */
const BUSY_MS = 2000
const MAX_SEATS = 100_000
const DAY_MS = 86_400_000

export type WriterOptions = {
  folder: string
  /** How many of the latest events are kept; 0: all. */
  retain: number
  /** How many days events are kept; 0: for ever. */
  retainDays: number
}

/** For each draft: the seq that it was given, or the earlier event that it repeats. */
export type Appended = { outcomes: (number | RoomEvent)[] }

export class Writer {
  readonly epoch: string
  readonly secret: Uint8Array
  readonly #options: WriterOptions
  readonly #database: Database.Database
  /** Held in a transaction for as long as the writer is open: one server to a folder. */
  readonly #lock: Database.Database
  readonly #statements: Statements
  #head: number
  #first: number
  #indexed: number

  /** Throws an UnusableFile, or what the disk says, and leaves what is there as it is. */
  constructor(options: WriterOptions) {
    this.#options = options
    mkdirSync(options.folder, { recursive: true })
    this.#lock = lock(join(options.folder, 'room.lock'))
    this.#database = open(options.folder)
    migrate(this.#database)
    this.#statements = prepare(this.#database)
    const meta = Object.fromEntries(this.#statements.meta.all() as [string, string][])
    this.epoch = meta.epoch ?? ''
    this.secret = Buffer.from(meta.secret ?? '', 'base64')
    this.#indexed = Number(meta.indexed)
    const [first, head] = this.#statements.range.get() as [number | null, number | null]
    this.#head = head ?? 0
    this.#first = first ?? 1
  }

  get head(): number {
    return this.#head
  }

  get first(): number {
    return this.#first
  }

  /** `text`: the drafts, as JSON. */
  append(text: string): Appended {
    const drafts = JSON.parse(text) as Draft[]
    const { head, outcomes } = this.#transaction(() => {
      const said = this.#alreadySaid(drafts)
      const rows: Row[] = []
      let head = this.#head
      const outcomes = drafts.map((draft) => {
        const key = keyOf(draft.from.id, draft.id)
        const earlier = key === undefined ? undefined : said.get(key)
        if (earlier !== undefined) return earlier
        head += 1
        rows.push(rowOf(head, draft))
        if (key !== undefined) said.set(key, { seq: head, ...draft })
        return head
      })
      if (rows.length > 0) this.#statements.insert.run(JSON.stringify(rows))
      return { head, outcomes }
    })
    this.#head = head
    return { outcomes }
  }

  keepSeats(seats: readonly Seat[]): void {
    const now = Date.now()
    this.#transaction(() => {
      for (const { person, name, seq } of seats)
        this.#statements.keepSeat.run(person, name, seq, now)
      this.#statements.trimSeats.run(MAX_SEATS)
    })
  }

  /** How many events wait for upkeep. */
  get backlog(): number {
    return this.#head - this.#indexed
  }

  /** Does some of what can wait, for `events` at most; answers whether there is more to do. */
  upkeep(now: number, events: number): boolean {
    if (this.backlog > 0) this.#index(events)
    return this.#trim(now, events) || this.backlog > 0
  }

  close(): void {
    this.#database.close()
    this.#lock.close()
  }

  /** The events that repeat an id of the same person, by their key. */
  #alreadySaid(drafts: readonly Draft[]): Map<string, RoomEvent> {
    const pairs = drafts.flatMap(({ from, id }) => (id === undefined ? [] : [[from.id, id]]))
    const said = new Map<string, RoomEvent>()
    if (pairs.length === 0) return said
    for (const row of this.#statements.said.all(JSON.stringify(pairs)) as Row[]) {
      const event = eventOf(row)
      said.set(keyOf(event.from.id, event.id) as string, event)
    }
    return said
  }

  #index(events: number): void {
    const to = Math.min(this.#head, this.#indexed + events)
    this.#transaction(() => {
      this.#statements.index.run(this.#indexed, to)
      this.#statements.setIndexed.run(String(to))
    })
    this.#indexed = to
  }

  /** Drops some of what is over the limits; answers whether there may be more. */
  #trim(now: number, events: number): boolean {
    const { retain, retainDays } = this.#options
    const byCount = retain === 0 ? 0 : this.#head - retain
    const byAge =
      retainDays === 0
        ? 0
        : ((
            this.#statements.olderThan.get(
              this.#first,
              this.#first + events,
              now - retainDays * DAY_MS,
            ) as [number | null]
          )[0] ?? 0)
    const to = Math.min(
      Math.max(byCount, byAge),
      this.#head - 1,
      this.#indexed,
      this.#first + events - 1,
    )
    if (to < this.#first) return false
    this.#transaction(() => {
      this.#statements.forget.run(to)
      this.#statements.drop.run(to)
    })
    this.#first = to + 1
    return true
  }

  #transaction<T>(work: () => T): T {
    return transaction(this.#database, 'write', work)
  }
}

function columnsOf(table: string): string {
  return COLUMNS.split(', ')
    .map((column) => `${table}.${column}`)
    .join(', ')
}

type Statements = ReturnType<typeof prepare>

function prepare(database: Database.Database) {
  const raw = (sql: string) => database.prepare(sql).raw()
  const values = [0, 1, 2, 3, 4, 5, 6, 7].map((at) => `value ->> ${at}`).join(', ')
  return {
    meta: raw('SELECT key, value FROM meta'),
    range: raw('SELECT (SELECT min(seq) FROM events), (SELECT max(seq) FROM events)'),
    insert: database.prepare(`INSERT INTO events (${COLUMNS}) SELECT ${values} FROM json_each(?)`),
    // The join in this order: each pair is looked up in the index.
    said: raw(
      `SELECT ${columnsOf('events')} FROM json_each(?) AS asked CROSS JOIN events
       ON events.person = asked.value ->> 0 AND events.id = asked.value ->> 1 AND events.id IS NOT NULL`,
    ),
    index: database.prepare(
      'INSERT INTO words (rowid, text) SELECT seq, text FROM events WHERE seq > ? AND seq <= ?',
    ),
    setIndexed: database.prepare("UPDATE meta SET value = ? WHERE key = 'indexed'"),
    olderThan: raw('SELECT max(seq) FROM events WHERE seq BETWEEN ? AND ? AND at < ?'),
    forget: database.prepare(
      "INSERT INTO words (words, rowid, text) SELECT 'delete', seq, text FROM events WHERE seq <= ?",
    ),
    drop: database.prepare('DELETE FROM events WHERE seq <= ?'),
    keepSeat: database.prepare(
      'INSERT INTO seats (person, name, seq, at) VALUES (?, ?, ?, ?) ON CONFLICT (person) DO UPDATE SET name = excluded.name, seq = excluded.seq, at = excluded.at',
    ),
    trimSeats: database.prepare(
      'DELETE FROM seats WHERE person IN (SELECT person FROM seats ORDER BY at DESC LIMIT -1 OFFSET ?)',
    ),
  }
}

function lock(path: string): Database.Database {
  const database = new Database(path)
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error
    throw new UnusableFile('is in use by another server')
  }
  return database
}

/** Opens the file, new or known, for either half. */
export function open(folder: string): Database.Database {
  const database = new Database(join(folder, 'room.db'))
  try {
    inspect(database)
    database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
    database.exec('PRAGMA journal_mode = WAL')
    database.exec('PRAGMA synchronous = FULL')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function keyOf(person: string, id: string | undefined): string | undefined {
  return id === undefined ? undefined : `${person} ${id}`
}
