/**
 * This server as a node: its lease, its people in the database, and the people of the other nodes.
 *
 * MUST tell the listener of changes in the order of the database. After a fault, everybody who is here
 * is written again, since any change may be lost.
 */
import { randomBytes } from 'node:crypto'
import type { Via } from '../../../shared/protocol.ts'
import type { Usage } from '../../room/doors/networks.ts'
import { personsOf } from '../../room/keys.ts'
import type { LogKey, Registered } from '../../room/log.ts'
import type { NodeFigures, Nodes, NodesListener, Presence } from '../../room/nodes/nodes.ts'
import { PeopleChanges } from './changes.ts'
import type { Link } from './link.ts'
import type { PostgresLog } from './log.ts'
import { COLUMNS, eventOf, type Row } from './rows.ts'
import type { Listening } from './tail.ts'
import type { Writer } from './writer.ts'

/** How long an answer may take, in ms. */
const ANSWER_MS = 5000
/** People, and acts, in one answer. */
const MOST_NEWS = 1000
/** Signs of life between two deletions of old news. */
const FORGET_BEATS = 100
/** How long, in ms, an answer of another node, or the next look, is waited for. */
const ANSWERED_MS = 1000
/** Longest notification of a typist, in bytes: PostgreSQL takes less than 8000. */
const MOST_TYPING = 1000

type PersonRow = {
  id: string
  node: string | null
  named: string | null
  name: string
  via: Via
  rooms: string
  mark: string | null
  version: number
}

type ActRow = Row & { key: LogKey; version: number }

export type PresenceOptions = {
  /** Identifies this server. */
  id: string
  /** Shown to clients. */
  name: string
  writer: Writer
  /** The log with this key, if it is open. */
  logOf: (key: LogKey) => PostgresLog | undefined
  /** See `NodeFigures`. */
  tailDelay: () => number
  /** Has the tail look at once. */
  look: () => void
}

export class PostgresNodes implements Nodes, Listening {
  readonly name: string
  readonly #options: PresenceOptions
  readonly #changes: PeopleChanges
  #listener: NodesListener | undefined
  /** Resolves `listen`. */
  #onKnown: () => void = () => {}
  #beats = 0
  /** When the database had the latest sign of life, in ms of the monotonic clock. */
  #beatAt = performance.now()
  #sessions = 0
  /** When this node got its lease; see `beat` in nodes.ts. */
  #born: number | undefined
  /** Resolve `refresh`. */
  readonly #refreshed: (() => void)[] = []
  /** The lock that the session of the tail holds. */
  #lease = '0'
  /** Whether names may have been registered since they were read. */
  #hasRegistered = false
  /** Whether this node had no lease until now, so that the database has nobody of it. */
  #isNew = true
  /** Versions that the listener knows; undefined: none yet. */
  #seenPeople: number | undefined
  #seenActs: number | undefined
  /** People at other nodes, as the listener knows them. */
  readonly #elsewhere = new Set<string>()
  /** Ends the wait for a seat, by person. */
  readonly #seatWaits = new Map<string, () => void>()

  constructor(options: PresenceOptions) {
    this.#options = options
    this.name = options.name
    this.#changes = new PeopleChanges(options.writer, options.id)
  }

  get figures(): NodeFigures {
    return {
      tailDelay: this.#options.tailDelay(),
      leaseAge: performance.now() - this.#beatAt,
      reconnections: Math.max(0, this.#sessions - 1),
    }
  }

  listen(listener: NodesListener): Promise<void> {
    this.#listener = listener
    return new Promise((resolve) => {
      this.#onKnown = resolve
    })
  }

  claim(person: Presence): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#changes.put('arrive', person, (answer) => {
        if (answer instanceof Error) reject(answer)
        else resolve(answer === 'ok')
      })
    })
  }

  change(person: Presence): void {
    this.#changes.put('change', person)
  }

  leave(id: string): void {
    this.#changes.leave(id)
  }

  type(id: string, log: LogKey, on: boolean): void {
    const text = JSON.stringify([id, log, on])
    if (Buffer.byteLength(text) <= MOST_TYPING) this.#notify(`typing ${text}`)
  }

  async refresh(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ANSWERED_MS)
      this.#refreshed.push(() => {
        clearTimeout(timer)
        resolve()
      })
      this.#options.look()
    })
  }

  async askSeat(id: string): Promise<void> {
    if (!this.#elsewhere.has(id)) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ANSWERED_MS)
      this.#seatWaits.set(id, () => {
        clearTimeout(timer)
        resolve()
      })
      this.#notify(`seat ${id}`)
    })
    this.#seatWaits.delete(id)
  }

  #notify(text: string): void {
    const payload = `${this.#options.id} ${text}`
    // What it says is of the moment: without the database, it is not worth keeping.
    this.#options.writer.write('SELECT pg_notify(current_schema(), $1)', [payload]).catch(() => {})
  }

  heard(text: string): boolean {
    const [kind, rest = ''] = text.split(/ (.*)/s)
    switch (kind) {
      case 'people':
        return true
      case 'registered':
        this.#hasRegistered = true
        return true
      case 'typing':
        this.#heardTyping(rest)
        return false
      case 'seat':
        this.#listener
          ?.seat(rest)
          ?.then(() => this.#notify(`seated ${rest}`))
          // The other node does not wait for long.
          .catch(() => {})
        return false
      case 'seated':
        this.#seatWaits.get(rest)?.()
        return false
      default:
        return false
    }
  }

  #heardTyping(text: string): void {
    try {
      const [id, log, on] = JSON.parse(text)
      if (this.#elsewhere.has(id)) this.#listener?.typing(id, log, on)
    } catch {
      // Any program may notify.
    }
  }

  /** A name was registered here, or given up. */
  registered(): void {
    this.#notify('registered')
  }

  unopened(key: LogKey, after: number): void {
    if (personsOf(key) !== undefined) this.#listener?.directed(key, after)
  }

  async begun(link: Link): Promise<void> {
    this.#sessions += 1
    this.#lease = `${randomBytes(8).readBigInt64BE()}`
    await link.query('SELECT pg_advisory_lock($1::bigint)', [this.#lease], ANSWER_MS)
  }

  async look(link: Link, isPoll: boolean): Promise<void> {
    const listener = this.#listener
    if (listener === undefined) return
    const refreshed = this.#refreshed.splice(0)
    if (isPoll) await this.#beat(link)
    if (this.#isNew || this.#changes.areLost) this.#restate(listener.everybody())
    await this.#readPeople(link, listener)
    await this.#readActs(link, listener)
    if (this.#hasRegistered) await this.#readRegistered(link, listener)
    if (isPoll) await this.#share(link, listener)
    this.#onKnown()
    for (const resolve of refreshed) resolve()
  }

  async #beat(link: Link): Promise<void> {
    const { id, name } = this.#options
    const [row] = await link.query<{ beat: number }>(
      'SELECT beat($1::uuid, $2, $3::bigint)',
      [id, name, this.#lease],
      ANSWER_MS,
    )
    // Not whether it is new: the answer that says so can be lost.
    if (row?.beat !== this.#born) {
      this.#born = row?.beat
      this.#isNew = true
      // Meanwhile, people who have left may have been forgotten.
      this.#seenPeople = undefined
      this.#hasRegistered = true
    }
    this.#beatAt = performance.now()
    this.#beats += 1
    if (this.#beats % FORGET_BEATS === 0) await link.query('SELECT forget_news()', [], ANSWER_MS)
  }

  /** Writes everybody who is here, since the lease had ended or changes were lost. */
  #restate(people: readonly Presence[]): void {
    this.#isNew = false
    this.#changes.areLost = false
    for (const person of people) {
      this.#changes.put('return', person, (answer) => {
        if (answer === 'elsewhere' || answer === 'name') this.#listener?.lost(person.id, answer)
      })
    }
  }

  async #readPeople(link: Link, listener: NodesListener): Promise<void> {
    const isFirst = this.#seenPeople === undefined
    const present = new Set<string>()
    for (;;) {
      const rows = await link.query<PersonRow>(
        `SELECT p.id, p.node, n.name AS named, p.name, p.via, p.rooms, p.mark, p.version FROM people p
         LEFT JOIN nodes n ON n.id = p.node
         WHERE p.version > $1 ${isFirst ? 'AND p.node IS NOT NULL' : ''}
         ORDER BY p.version LIMIT ${MOST_NEWS}`,
        [this.#seenPeople ?? -1],
        ANSWER_MS,
      )
      for (const row of rows) {
        present.add(row.id)
        this.#tell(row, listener)
      }
      this.#seenPeople = rows.at(-1)?.version ?? this.#seenPeople ?? -1
      if (rows.length < MOST_NEWS) break
    }
    if (!isFirst) return
    for (const id of this.#elsewhere) {
      if (present.has(id)) continue
      this.#elsewhere.delete(id)
      listener.gone(id)
    }
  }

  #tell({ id, node, named, name, via, rooms, mark }: PersonRow, listener: NodesListener): void {
    // What was written here is known here; what comes after it has a later version.
    if (node === this.#options.id) {
      this.#elsewhere.delete(id)
    } else if (node === null || named === null) {
      if (this.#elsewhere.delete(id)) listener.gone(id)
    } else {
      this.#elsewhere.add(id)
      const known = { id, name, via, rooms: JSON.parse(rooms), mark: mark ?? undefined }
      listener.present({ ...known, node: named })
    }
  }

  async #readActs(link: Link, listener: NodesListener): Promise<void> {
    if (this.#seenActs === undefined) {
      const [row] = await link.query<{ version: number | null }>(
        'SELECT max(version) AS version FROM acts',
        [],
        ANSWER_MS,
      )
      this.#seenActs = row?.version ?? -1
      return
    }
    for (let seen = this.#seenActs; ; seen = this.#seenActs) {
      const rows: ActRow[] = await link.query<ActRow>(
        `SELECT l.key, a.version, e.* FROM acts a JOIN logs l ON l.number = a.log
         JOIN LATERAL (SELECT ${COLUMNS} FROM events WHERE log = a.log AND seq = a.seq) e ON true
         WHERE a.version > $1 ORDER BY a.version LIMIT ${MOST_NEWS}`,
        [seen],
        ANSWER_MS,
      )
      for (const { key, version, ...row } of rows) {
        this.#seenActs = version
        if (this.#options.logOf(key)?.passes(row.seq) !== true) listener.acted(eventOf(row), key)
      }
      if (rows.length < MOST_NEWS) return
    }
  }

  async #readRegistered(link: Link, listener: NodesListener): Promise<void> {
    this.#hasRegistered = false
    const names = 'SELECT person, name FROM registrations'
    listener.registered(await link.query<Registered>(names, [], ANSWER_MS))
  }

  async #share(link: Link, listener: NodesListener): Promise<void> {
    const usages = listener.usages()
    if (usages.length === 0) return
    const rows = await link.query<Usage>(
      'SELECT network, open, taken FROM share($1::uuid, $2::text::jsonb)',
      [this.#options.id, JSON.stringify(usages)],
      ANSWER_MS,
    )
    listener.used(rows)
  }
}
