/**
 * This server as a node: its lease, its people in the database, and the people of the other nodes.
 *
 * MUST tell the listener of changes in the order of the database. After a fault, everybody who is here
 * is written again, since any change may be lost.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Via } from '../../../shared/protocol.ts'
import type { Usage } from '../../room/doors/networks.ts'
import { personsOf } from '../../room/keys.ts'
import type { LogKey, Registered } from '../../room/log.ts'
import type { NodeFigures, Nodes, NodesListener, Presence } from '../../room/nodes/nodes.ts'
import { Acts } from './acts.ts'
import { type Answer, PeopleChanges } from './changes.ts'
import { PostgresKnocks } from './knocks.ts'
import type { Link } from './link.ts'
import type { PostgresLog } from './log.ts'
import { MARK, Missed } from './missed.ts'
import type { Listening } from './tail.ts'
import type { Writer } from './writer.ts'

/** How long an answer may take, in ms. */
const ANSWER_MS = 5000
/** People in one answer. */
const MOST_NEWS = 1000
/** Signs of life between two deletions of old news. */
const FORGET_BEATS = 100
/** How long, in ms, an answer of another node, or the next look, is waited for. */
const ANSWERED_MS = 1000
/** How long, in ms, the session of a process that has ended may still hold its lock. */
const ENDING_MS = 2000
const LOOK_MS = 100
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

export type PresenceOptions = {
  /** Identifies this server. */
  id: string
  /** Shown to clients. */
  name: string
  writer: Writer
  /** Version of the latest act when the store was opened; -1: there was none. */
  seenActs: number
  /** The log with this key, if it is open. */
  logOf: (key: LogKey) => PostgresLog | undefined
  /** See `NodeFigures`. */
  tailDelay: () => number
  /** Has the tail look at once. */
  look: () => void
}

export class PostgresNodes implements Nodes, Listening {
  readonly name: string
  readonly knocks: PostgresKnocks
  readonly #options: PresenceOptions
  readonly #changes: PeopleChanges
  readonly #acts: Acts
  readonly #missed = new Missed()
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
  /** Version that the listener knows; undefined: none yet. */
  #seenPeople: number | undefined
  /** People at other nodes, as the listener knows them. */
  readonly #elsewhere = new Set<string>()
  /** Ends the wait for a seat, by request: the person, and what no other request has. */
  readonly #seatWaits = new Map<string, () => void>()
  #seatsAsked = 0

  constructor(options: PresenceOptions) {
    this.#options = options
    this.name = options.name
    this.#acts = new Acts(options.seenActs, options.logOf)
    this.#changes = new PeopleChanges(options.writer, options.id)
    this.knocks = new PostgresKnocks(options.id, options.writer, options.look)
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
      this.#options.look()
    })
  }

  claim(person: Presence, words?: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const settle = (answer: Answer | Error): void => {
        if (answer instanceof Error) reject(answer)
        else resolve(answer === 'ok')
      }
      this.#changes.put('arrive', person, settle, words)
    })
  }

  async hasGiven(id: string, words: string): Promise<boolean> {
    const rows = await this.#options.writer.write(
      'SELECT FROM admissions WHERE person = $1 AND words = $2',
      [id, words],
    )
    return rows.length > 0
  }

  change(person: Presence): void {
    this.#changes.put('change', person)
  }

  leave(id: string): void {
    this.#changes.leave(id)
  }

  async isElsewhere(id: string): Promise<boolean> {
    for (const until = performance.now() + ENDING_MS; ; await pause(LOOK_MS)) {
      const [row] = await this.#options.writer.write<{ held: boolean }>(
        `SELECT NOT pg_try_advisory_xact_lock(n.lease) AS held FROM people p
         JOIN nodes n ON n.id = p.node WHERE p.id = $1 AND n.id <> $2::uuid`,
        [id, this.#options.id],
      )
      if (row?.held !== true) return false
      if (performance.now() >= until) return true
    }
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
    this.#seatsAsked += 1
    const request = `${id} ${this.#options.id}/${this.#seatsAsked}`
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ANSWERED_MS)
      this.#seatWaits.set(request, () => {
        clearTimeout(timer)
        resolve()
      })
      this.#notify(`seat ${request}`)
    })
    this.#seatWaits.delete(request)
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
      case 'acts':
        return true
      case 'knocks':
        this.knocks.hasNews = true
        return true
      case 'registered':
        this.#hasRegistered = true
        return true
      case 'typing':
        this.#heardTyping(rest)
        return false
      case 'seat':
        this.#listener
          ?.seat(rest.split(' ', 1)[0] ?? '')
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

  /** The database does not answer, or does again. */
  away(isAway: boolean): void {
    this.#listener?.away(isAway)
  }

  /** A name was registered here, or given up. */
  registered(): void {
    this.#notify('registered')
  }

  unopened(key: LogKey, after: number): void {
    if (personsOf(key) === undefined) return
    if (this.#missed.heard({ key, after })) this.#listener?.directed(key, after)
  }

  async begun(link: Link): Promise<void> {
    this.#sessions += 1
    this.#lease = `${randomBytes(8).readBigInt64BE()}`
    await link.query('SELECT pg_advisory_lock($1::bigint)', [this.#lease], ANSWER_MS)
    this.#missed.begin()
    this.#hasRegistered = true
  }

  async look(link: Link, isPoll: boolean): Promise<void> {
    const listener = this.#listener
    if (listener === undefined) return
    const refreshed = this.#refreshed.splice(0)
    await this.#missed.read(link, listener, (key) => this.#options.logOf(key) !== undefined)
    // A node MUST NOT be known to its listener without a lease: nobody could arrive.
    if (isPoll || this.#born === undefined) await this.#beat(link)
    if (this.#isNew || this.#changes.areLost) this.#restate(listener.everybody())
    await this.#readPeople(link, listener)
    await this.#acts.read(link, listener)
    if (this.#hasRegistered) await this.#readRegistered(link, listener)
    if (isPoll || this.knocks.hasNews) await this.knocks.share(link, listener)
    if (isPoll) await this.#share(link, listener)
    this.#onKnown()
    for (const resolve of refreshed) resolve()
  }

  async #beat(link: Link): Promise<void> {
    const { id, name } = this.#options
    const [row] = await link.query<{ beat: number; mark: string }>(
      `SELECT beat($1::uuid, $2, $3::bigint),
         ${MARK} AS mark`,
      [id, name, this.#lease],
      ANSWER_MS,
    )
    this.#missed.looked(row?.mark)
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

  /** Writes who is here, and that nobody else is, since the lease had ended or changes were lost. */
  #restate(people: readonly Presence[]): void {
    this.#isNew = false
    this.#changes.areLost = false
    this.#changes.keepOnly(people.map(({ id }) => id))
    for (const person of people) this.#return(person)
  }

  #return(person: Presence): void {
    this.#changes.put('return', person, (answer) => {
      if (answer === 'elsewhere' || answer === 'name') this.#listener?.lost(person.id, answer)
    })
  }

  async #readPeople(link: Link, listener: NodesListener): Promise<void> {
    const isFirst = this.#seenPeople === undefined
    const present = new Set<string>()
    for (let seen = this.#seenPeople ?? -1; ; ) {
      const rows = await link.query<PersonRow>(
        `SELECT p.id, p.node, n.name AS named, p.name, p.via, p.rooms, p.mark, p.version FROM people p
         LEFT JOIN nodes n ON n.id = p.node
         WHERE p.version > $1 ${isFirst ? 'AND p.node IS NOT NULL' : ''}
         ORDER BY p.version LIMIT ${MOST_NEWS}`,
        [seen],
        ANSWER_MS,
      )
      for (const row of rows) {
        present.add(row.id)
        this.#tell(row, listener)
      }
      seen = rows.at(-1)?.version ?? seen
      // At first, only after all of them: who is missing is gone.
      if (!isFirst) this.#seenPeople = seen
      if (rows.length === MOST_NEWS) continue
      this.#seenPeople = seen
      break
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
      // A member here was at another node meanwhile, and has left it.
      const member = listener.member(id)
      if (this.#elsewhere.delete(id)) listener.gone(id)
      else if (member !== undefined) this.#return(member)
    } else {
      this.#elsewhere.add(id)
      const known = { id, name, via, rooms: JSON.parse(rooms), mark: mark ?? undefined }
      listener.present({ ...known, node: named })
    }
  }

  async #readRegistered(link: Link, listener: NodesListener): Promise<void> {
    // Not after the answer: a notification may come meanwhile.
    this.#hasRegistered = false
    try {
      const names = 'SELECT person, name FROM registrations'
      listener.registered(await link.query<Registered>(names, [], ANSWER_MS))
    } catch (error) {
      this.#hasRegistered = true
      throw error
    }
  }

  async #share(link: Link, listener: NodesListener): Promise<void> {
    const usages = listener.usages()
    if (usages.length === 0) return
    const rows = await link.query<Usage>(
      'SELECT network, open, taken FROM share($1::uuid, $2::text::jsonb)',
      [this.#options.id, JSON.stringify(usages)],
      ANSWER_MS,
    )
    const others = new Map(rows.map((row) => [row.network, row]))
    listener.used(
      usages.map(({ network }) => others.get(network) ?? { network, open: 0, taken: {} }),
    )
  }
}
