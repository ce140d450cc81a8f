/**
 * The writing half of the SQLite store, in the thread that may wait for the disk. The server uses
 * it through `store.ts`.
 *
 * MUST sync a transaction to the disk before it returns from an append (WAL with
 * `synchronous=FULL`).
 */
import type Database from 'libsql'
import type { RoomEvent } from '../../../shared/protocol.ts'
import { given } from '../../../shared/reactions.ts'
import type { Rule } from '../../room/hosts/rules.ts'
import { LOBBY, personsOf } from '../../room/keys.ts'
import type { LogKey, Registered, Seat, StoredRoom } from '../../room/log.ts'
import type { Reacting, Redaction } from '../redactions.ts'
import { latestTopic } from '../topic.ts'
import { type Extent, Extents, emptyExtent, extentOf } from './extents.ts'
import { BUSY_MS, createFolder, lock, open } from './folder.ts'
import { migrate } from './migrations.ts'
import { makePrivate } from './modes.ts'
import { type DraftRow, eventOf, type Row } from './rows.ts'
import { SeatTable } from './seats.ts'
import { type ExtentRow, prepare, type Statements } from './statements.ts'
import { transaction } from './transaction.ts'
import { type Limits, Upkeep } from './upkeep.ts'

export type WriterOptions = Limits & { folder: string }

/**
 * The drafts for one log. `text`: a JSON array of draft rows. `topic`: what these set it to. `rules`:
 * what their acts make. `redactions`: the texts that these take away. `reacting`: those that change reactions.
 */
export type Group = {
  key: LogKey
  text: string
  topic: string | undefined
  rules: readonly Rule[]
  redactions: readonly Redaction[]
  reacting: readonly Reacting[]
}

/**
 * `head`: seq of the latest event. Without `outcomes`, all drafts became events, the last of them
 * `head`. `outcomes`: for each draft its seq, or the earlier event that it repeats.
 */
export type Appended = { head: number; outcomes?: (number | RoomEvent)[] }
/** Without the seq. */
type Tail<T> = T extends [seq: number, ...rest: infer Rest] ? Rest : never
type Inserted = Appended & { topic: string | undefined }

/** Where a log begins and ends. */
export type Ends = { first: number; head: number }

/** The store when it was opened. `warnings`: each ends a sentence that begins with the folder. */
export type Contents = {
  epoch: string
  secret: Uint8Array
  rooms: StoredRoom[]
  rules: Rule[]
  lobby: Ends & { name: string; topic: string }
  registered: Registered[]
  warnings: string[]
}

export class Writer {
  readonly contents: Contents
  readonly #database: Database.Database
  /** Kept in a transaction for as long as the writer is open: one server for each folder. */
  readonly #lock: Database.Database
  readonly #statements: Statements
  readonly #extents = new Extents()
  readonly #upkeep: Upkeep
  readonly #seats: SeatTable
  /** Whether the WAL may have a text that was taken away: at the start, what a crash has left. */
  #leftovers = true

  /** Throws an UnusableFile or a fault of the disk, and leaves the files as they are. */
  constructor({ folder, ...limits }: WriterOptions) {
    createFolder(folder)
    this.#lock = lock(folder)
    this.#database = open(folder)
    const warnings = makePrivate(folder)
    migrate(this.#database)
    this.#statements = prepare(this.#database)
    this.#upkeep = new Upkeep(this.#database, this.#statements, limits, this.#extents)
    this.#seats = new SeatTable(this.#database, this.#statements)
    this.contents = { ...this.#contents(), warnings }
  }

  /** How many events wait for upkeep, as far as it is known. */
  get backlog(): number {
    return this.#extents.backlog
  }

  /** The lobby is open from the start, under its latest name. */
  open(key: LogKey, name: string): Ends {
    const extent = this.#extents.get(key) ?? this.#load(key) ?? emptyExtent(key, name)
    if (key === LOBBY && name !== extent.name) {
      this.#transaction(() => this.#statements.setName.run(extent.number, name))
    }
    extent.name = name
    this.#extents.open(extent)
    const { first, head } = extent
    return { first, head }
  }

  release(key: LogKey): void {
    const extent = this.#extents.get(key)
    if (extent !== undefined) this.#extents.release(extent)
  }

  /** Commits all groups or none. Their logs MUST be open, and different. */
  append(groups: readonly Group[]): Appended[] {
    const written = this.#transaction(() => groups.map((group) => this.#write(group)))
    return written.map(({ extent, number, appended }) => {
      this.#extents.extend(extent, number, appended.head)
      return appended
    })
  }

  keepSeats(seats: readonly Seat[]): void {
    this.#seats.keep(seats, Date.now())
  }

  register(person: string, name: string | undefined): void {
    this.#transaction(() =>
      name === undefined
        ? this.#statements.unregister.run(person)
        : this.#statements.register.run(person, name),
    )
  }

  keepRule(rule: Rule): void {
    this.#transaction(() => this.#putRule(rule))
  }

  #putRule({ key, value }: Rule): void {
    if (value === null) this.#statements.endRule.run(key)
    else this.#statements.keepRule.run(key, JSON.stringify(value))
  }

  /** Writes to the disk without changing anything. Throws if the disk cannot be written. */
  probe(): void {
    this.#transaction(() => this.#statements.probe.run())
  }

  /** `Upkeep.step`. */
  upkeep(events: number, wall: number, monotonic: number): boolean {
    const hasMore = this.#upkeep.step(events, wall, monotonic)
    if (this.#leftovers) this.#leftovers = !this.#emptyWal()
    return hasMore || this.#leftovers
  }

  /** `Upkeep.takeFirsts`. */
  takeFirsts(): [LogKey, number][] {
    return this.#upkeep.takeFirsts()
  }

  close(): void {
    this.#database.close()
    this.#lock.close()
  }

  #contents(): Omit<Contents, 'warnings'> {
    const meta = Object.fromEntries(this.#statements.meta.all() as [string, string][])
    const rooms = this.#statements.rooms.all() as [string, string, string][]
    const registered = this.#statements.registered.all() as [string, string][]
    const rules = this.#statements.rules.all() as [string, string][]
    const lobby = this.#load(LOBBY) as Extent
    this.#extents.open(lobby)
    const { first, head, name } = lobby
    const [topic] = this.#statements.topic.get(lobby.number) as [string]
    return {
      epoch: meta.epoch ?? '',
      secret: Buffer.from(meta.secret ?? '', 'base64'),
      rooms: rooms.map(([key, name, topic]) => ({ key, name, topic })),
      rules: rules.map(([key, value]) => ({ key, value: JSON.parse(value) })),
      lobby: { first, head, name, topic },
      registered: registered.map(([person, name]) => ({ person, name })),
    }
  }

  #load(key: LogKey): Extent | undefined {
    const row = this.#statements.log.get(key) as ExtentRow | undefined
    return row === undefined ? undefined : extentOf(row)
  }

  #write({ key, text, topic, rules, redactions, reacting }: Group): {
    extent: Extent
    number: number
    appended: Appended
  } {
    const extent = this.#extents.get(key)
    if (extent === undefined) throw new Error(`has no open log ${key}`)
    const number = extent.number ?? this.#addLog(extent)
    const { topic: newTopic, ...appended } = this.#insert(number, extent.head, text, topic)
    for (const rule of rules) this.#putRule(rule)
    for (const redaction of redactions) this.#redact(number, extent.indexed, redaction)
    for (const one of reacting) this.#react(number, one)
    if (newTopic !== undefined) this.#statements.setTopic.run(number, newTopic)
    return { extent, number, appended }
  }

  /** Also takes away the quotes of the text. `indexed`: seq of the last event in the full-text index. */
  #redact(number: number, indexed: number, { seq, by }: Redaction): void {
    const { deleteSecurely, unindex, redact, unquote, index } = this.#statements
    unquote.run(number, seq)
    if (seq > indexed) {
      redact.run(number, seq, by)
    } else {
      deleteSecurely.run(1)
      unindex.run(number, seq, seq)
      redact.run(number, seq, by)
      index.run(number, seq, seq)
      deleteSecurely.run(0)
    }
    this.#leftovers = true
  }

  #react(number: number, { act, from }: Reacting): void {
    const row = this.#statements.given.get(number, act.seq) as [string | null] | undefined
    if (row === undefined) return
    const all = given(JSON.parse(row[0] ?? '[]'), act, from)
    this.#statements.react.run(number, act.seq, all.length === 0 ? null : JSON.stringify(all))
  }

  /** Whether the file has everything that was in the WAL, which is empty then. */
  #emptyWal(): boolean {
    // No wait: appends would wait, too.
    this.#database.exec('PRAGMA busy_timeout = 0')
    try {
      const [busy] = this.#database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').raw().get() as [
        number,
      ]
      return busy === 0
    } finally {
      this.#database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
    }
  }

  #addLog({ key, name }: Extent): number {
    const [number] = this.#statements.nextNumber.get() as [number]
    this.#statements.addLog.run(number, key, name, ...(personsOf(key) ?? [null, null]))
    return number
  }

  #insert(number: number, head: number, text: string, topic: string | undefined): Inserted {
    try {
      const { changes } = this.#statements.insert.run(number, head, text)
      return { head: head + changes, topic }
    } catch (error) {
      // An id is repeated, and the statement has inserted nothing.
      if ((error as { code?: string }).code !== 'SQLITE_CONSTRAINT_UNIQUE') throw error
      return this.#insertNew(number, head, JSON.parse(text) as DraftRow[])
    }
  }

  /** Inserts only drafts with an id that their sender has not used before. */
  #insertNew(number: number, head: number, drafts: readonly DraftRow[]): Inserted {
    const known = this.#eventsWithIds(number, drafts)
    const added: DraftRow[] = []
    const outcomes = drafts.map((draft) => {
      const key = keyOf(draft)
      const earlier = key === undefined ? undefined : known.get(key)
      if (earlier !== undefined) return earlier
      const seq = head + added.push(draft)
      if (key !== undefined) known.set(key, eventOf([seq, ...draft]))
      return seq
    })
    this.#statements.insert.run(number, head, JSON.stringify(added))
    const topic = latestTopic(added.map((draft) => eventOf([0, ...draft])))
    return { head: head + added.length, outcomes, topic }
  }

  /** The events in the log with the ids of these drafts, by their key. */
  #eventsWithIds(number: number, drafts: readonly DraftRow[]): Map<string, RoomEvent> {
    const pairs = drafts.flatMap(([, , person, , , , id]) => (id === null ? [] : [[person, id]]))
    const rows = this.#statements.withIds.all(number, JSON.stringify(pairs)) as Row[]
    return new Map(rows.map(([seq, ...row]) => [keyOf(row) as string, eventOf([seq, ...row])]))
  }

  #transaction<T>(work: () => T): T {
    return transaction(this.#database, 'write', work)
  }
}

function keyOf([, , person, , , , id]: DraftRow | Tail<Row>): string | undefined {
  return id === null ? undefined : `${person} ${id}`
}
