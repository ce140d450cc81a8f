/**
 * The room: a log, a roster, and the feed through which everybody is told. It has
 * no sockets and no clock of its own.
 *
 * MUST publish an event only after the log has committed it, in the log's order.
 * MUST have at most one append under way, so that there is one order.
 */

import { SUMMARY_ABOVE_MEMBERS } from '../../shared/dialect/line.ts'
import type { Fault } from '../../shared/errors.ts'
import type { Person, Presence, RoomEvent, ServerMessage } from '../../shared/protocol.ts'
import type { Clock } from './clock.ts'
import type { Connection } from './connection.ts'
import { Feed } from './feed.ts'
import type { Committed, Draft, RoomLog, Seat } from './log.ts'
import { PresenceChanges } from './presence.ts'
import { Roster } from './roster.ts'
import { Seats } from './seats.ts'
import { Tally } from './tally.ts'
import { holdsToken, newPersonId } from './token.ts'

/** Collecting time, in ms, for who comes and goes in a room too large to be told of each. */
const PRESENCE_MS = 2000
/** How far, in ms, a reader's kept seat may be behind: so much is told again after a crash. */
const MOVING_MS = 10_000
/** Most people listed in one message; the others are counted. Each is told to everybody. */
export const MEMBERS_TOLD = 200
/** Most drafts in one append, and most UTF-16 units of text in them. */
const BATCH = 1024
const BATCH_SIZE = 262_144
/** Most places held for those who are away; beyond it the first to go have left. */
const MAX_ABSENT = 1000

export type RoomOptions = {
  log: RoomLog
  clock: Clock
  /** How long, in ms, somebody with a token may be gone before the room is told; 0: at once. */
  absenceMs: number
  /** Most bytes of recent messages kept in memory for all readers together. */
  feedBytes: number
  /** Told of a fault of the log; the senders have been told already. */
  onLogFault: (error: unknown) => void
}

/** Answer to a post: undefined when the log could not commit it. */
type Settle = (committed: Committed | undefined) => void
type Posted = { draft: Draft; settle: Settle }

export class Room {
  readonly log: RoomLog
  readonly clock: Clock
  readonly feed: Feed
  readonly roster = new Roster()
  readonly seats: Seats
  readonly tally = new Tally()
  readonly #options: RoomOptions
  readonly #readers = new Set<Connection>()
  /** The connection each member speaks through now. */
  readonly #present = new Map<string, Connection>()
  /** Members whose connection is gone and whose place is held; the value ends the wait. */
  readonly #absent = new Map<string, () => void>()
  readonly #changes = new PresenceChanges()
  #cancelPresence: (() => void) | undefined
  #cancelMoving: (() => void) | undefined
  #presenceDue = false
  #stamped = { ms: Number.NaN, text: '' }
  #posted: Posted[] = []
  /** Fulfilled when nothing waits for the log any more; undefined while nothing does. */
  #committing: Promise<void> | undefined

  constructor(options: RoomOptions) {
    this.#options = options
    this.log = options.log
    this.clock = options.clock
    this.feed = new Feed(options.feedBytes, options.log.head())
    this.seats = new Seats(options.log, options.clock)
  }

  /** Makes the one behind `connection` a member: `returning`, who has shown their token, or somebody new. */
  join(
    connection: Connection,
    name: string | undefined,
    returning: string | undefined,
  ): { ok: true; person: Person } | { ok: false; fault: Fault } {
    const known = returning === undefined ? undefined : this.roster.get(returning)
    if (known !== undefined) return { ok: true, person: this.#takeOver(known, connection) }
    const id = returning ?? newPersonId()
    const claim =
      name === undefined
        ? { ok: true as const, name: this.roster.guestName() }
        : this.#claim(name, id)
    if (!claim.ok) return claim
    const person = this.roster.add(id, claim.name, connection.via)
    this.#present.set(id, connection)
    this.#changes.join(person)
    this.#tellPresence()
    // Of somebody who returns the seat is known; this connection has not followed it yet.
    if (returning === undefined) this.#noteSeat(person, connection)
    return { ok: true, person }
  }

  /** Where a person is, or was when last seen. */
  async seatOf(id: string): Promise<Seat | undefined> {
    const person = this.roster.get(id)
    const connection = this.#present.get(id)
    if (person !== undefined && connection !== undefined) this.#noteSeat(person, connection)
    return this.seats.of(id)
  }

  #takeOver(person: Person, connection: Connection): Person {
    this.#absent.get(person.id)?.()
    this.#absent.delete(person.id)
    const before = this.#present.get(person.id)
    this.#present.set(person.id, connection)
    before?.close('replaced')
    return person.via === connection.via
      ? person
      : this.roster.add(person.id, person.name, connection.via)
  }

  /** Ends a membership. `hold`: the place is kept for the absence time, for one with a token. */
  leave(connection: Connection, id: string, hold: boolean): void {
    if (this.#present.get(id) !== connection) return
    this.#present.delete(id)
    const person = this.roster.get(id)
    if (person !== undefined) this.#noteSeat(person, connection)
    if (hold && this.#options.absenceMs > 0) {
      this.#absent.set(
        id,
        this.clock.after(this.#options.absenceMs, () => this.#goneFor(id)),
      )
      if (this.#absent.size > MAX_ABSENT) this.#giveUpFirst()
    } else {
      this.#goneFor(id)
    }
  }

  #giveUpFirst(): void {
    for (const [id, cancel] of this.#absent) {
      cancel()
      this.#goneFor(id)
      return
    }
  }

  #goneFor(id: string): void {
    this.#absent.delete(id)
    const person = this.roster.get(id)
    if (person === undefined) return
    this.roster.remove(id)
    this.#changes.leave(person)
    this.#tellPresence()
  }

  rename(id: string, raw: string): Fault | undefined {
    const claim = this.#claim(raw, id)
    if (!claim.ok) return claim.fault
    const was = this.roster.get(id)?.name
    this.roster.rename(id, claim.name)
    const person = this.roster.get(id)
    if (person === undefined || was === undefined) return undefined
    this.#changes.rename(person, was)
    this.#tellPresence()
    const connection = this.#present.get(id)
    if (connection !== undefined) this.#noteSeat(person, connection)
    return undefined
  }

  #claim(raw: string, id: string): ReturnType<Roster['claim']> {
    return holdsToken(raw, this.log.secret)
      ? { ok: false, fault: { code: 'code_said' } }
      : this.roster.claim(raw, id)
  }

  /** Gives a draft to the log; posts are committed in the order in which they were made. */
  post(draft: Omit<Draft, 'at'>, settle: Settle): void {
    this.#posted.push({ draft: { at: this.#timeStamp(), ...draft }, settle })
    this.#commitSoon()
  }

  /** Now, in ISO 8601: written once in a millisecond, however many posts it has. */
  #timeStamp(): string {
    const now = this.clock.now()
    if (now !== this.#stamped.ms) this.#stamped = { ms: now, text: new Date(now).toISOString() }
    return this.#stamped.text
  }

  /** Tells everybody at once something that is not kept. */
  tell(message: ServerMessage): void {
    this.feed.add(message)
    for (const reader of this.#readers) reader.wake()
  }

  /** Who is here, as a message that replaces what its reader knew. */
  snapshot(): Presence {
    const members = this.roster.list(MEMBERS_TOLD)
    const memberCount = this.roster.size
    return { type: 'presence', joined: [], left: [], renamed: [], members, memberCount }
  }

  addReader(connection: Connection): void {
    this.#readers.add(connection)
  }

  removeReader(connection: Connection): void {
    this.#readers.delete(connection)
  }

  /** How many connections read the feed, and how many places are held: for tests. */
  get counts(): { readers: number; present: number; absent: number } {
    return {
      readers: this.#readers.size,
      present: this.#present.size,
      absent: this.#absent.size,
    }
  }

  /**
   * Commits what was posted, whose sender may be gone; keeps the seats; and forgets those who
   * are away, so that no timer outlives the room.
   */
  async close(): Promise<void> {
    while (this.#committing !== undefined) await this.#committing
    await this.seats.keep()
    this.seats.close()
    this.#cancelMoving?.()
    this.#cancelPresence?.()
    for (const cancel of this.#absent.values()) cancel()
    this.#absent.clear()
  }

  #commitSoon(): void {
    // A turn, not at once: what else arrived in it goes into the same append.
    this.#committing ??= new Promise((resolve) => {
      this.clock.turn(() => resolve(this.#commitAll()))
    })
  }

  async #commitAll(): Promise<void> {
    while (this.#posted.length > 0) {
      const batch = this.#takeBatch()
      const committed = await this.#append(batch.map(({ draft }) => draft))
      const fresh: RoomEvent[] = []
      for (const one of committed ?? []) if (!one.repeated) fresh.push(one.event)
      // Whoever joined before these were said is named before them.
      if (!this.#crowded) this.#flushPresence()
      if (fresh.length > 0) {
        this.tally.messages += fresh.length
        this.tell({ type: 'events', events: fresh })
        this.#noteMoving()
      }
      batch.forEach(({ settle }, at) => {
        settle(committed?.[at])
      })
    }
    this.#committing = undefined
  }

  /** What goes into one append: bounded, so that nobody waits long and no segment is large. */
  #takeBatch(): Posted[] {
    let count = 0
    for (let size = 0; count < this.#posted.length && count < BATCH; count += 1) {
      size += this.#posted[count]?.draft.text.length ?? 0
      if (size > BATCH_SIZE && count > 0) break
    }
    return this.#posted.splice(0, count)
  }

  async #append(drafts: Draft[]): Promise<Committed[] | undefined> {
    const began = this.clock.monotonic()
    try {
      return await this.log.append(drafts)
    } catch (error) {
      this.#options.onLogFault(error)
      return undefined
    } finally {
      this.tally.onCommit(drafts.length, this.clock.monotonic() - began)
    }
  }

  #noteSeat({ id, name }: Person, connection: Connection): void {
    this.seats.note({ person: id, name, seq: connection.seq ?? this.feed.seq })
  }

  /** The readers at terminals have moved on: their seats are noted some seconds from now. */
  #noteMoving(): void {
    this.#cancelMoving ??= this.clock.after(MOVING_MS, () => {
      this.#cancelMoving = undefined
      for (const [id, connection] of this.#present) {
        const person = this.roster.get(id)
        // A program that speaks JSON knows its own seq.
        if (person !== undefined && connection.dialect.name === 'line') {
          this.#noteSeat(person, connection)
        }
      }
    })
  }

  /** So many are here that nobody wants to be told of each one who comes or goes. */
  get #crowded(): boolean {
    return this.roster.size > SUMMARY_ABOVE_MEMBERS
  }

  #tellPresence(): void {
    if (this.#presenceDue) return
    this.#presenceDue = true
    const flush = (): void => this.#flushPresence()
    if (this.#crowded) this.#cancelPresence = this.clock.after(PRESENCE_MS, flush)
    else this.clock.turn(flush)
  }

  #flushPresence(): void {
    this.#presenceDue = false
    const changes = this.#changes.take(this.roster.size)
    if (changes === undefined) return
    const { joined, left, renamed } = changes
    const counted = { joined: joined.length, left: left.length }
    const listed = counted.joined + counted.left <= MEMBERS_TOLD
    this.tell(listed ? changes : { ...this.snapshot(), renamed, counted })
  }
}
