/**
 * Members: the people in the room, the reader each of them speaks through, and the places
 * held for lost connections.
 *
 * MUST broadcast every join, leave, rename and change of transport, and MUST count a person
 * once, however many connections come with the same token.
 */
import { SUMMARY_ABOVE_MEMBERS } from '../../shared/dialect/line.ts'
import type { Fault } from '../../shared/errors.ts'
import type { Person, Presence, ServerMessage } from '../../shared/protocol.ts'
import type { Clock } from './clock.ts'
import type { Seat } from './log.ts'
import { PresenceChanges } from './presence.ts'
import type { Reader } from './reader.ts'
import { Roster } from './roster.ts'
import type { Seats } from './seats.ts'
import { holdsToken, newPersonId } from './token.ts'

/** Time, in ms, for which changes are collected in a crowded room. */
const CROWDED_MS = 2000
/** Longest time, in ms, that the stored seat of a reader lags behind what it has read. */
const SEAT_LAG_MS = 10_000
/** Most members listed in one message; its count includes the others. */
export const LISTED_MEMBERS = 200
/** Most places held for lost connections; above it, the oldest are given up. */
const MAX_HELD = 1000

const CODE_IN_NAME =
  'A name cannot contain a /resume code, which would let others impersonate its owner.'

export type MembersOptions = {
  clock: Clock
  seats: Seats
  /** Key of the tokens. */
  secret: Uint8Array
  /** How long, in ms, the place of a lost connection is held; 0: not at all. */
  absenceMs: number
  /** seq of the latest broadcast event. */
  head: () => number
  broadcast: (message: ServerMessage) => void
}

export type Joined = { ok: true; person: Person } | { ok: false; fault: Fault }

export class Members {
  readonly roster = new Roster()
  readonly #options: MembersOptions
  /** Person id → the reader they speak through. */
  readonly #readers = new Map<string, Reader>()
  /** Person id → cancels the end of the held place. */
  readonly #held = new Map<string, () => void>()
  readonly #changes = new PresenceChanges()
  /** Set while a broadcast of changes is due. */
  #announcing = false
  #cancelAnnounce: (() => void) | undefined
  #cancelNoteSeats: (() => void) | undefined

  constructor(options: MembersOptions) {
    this.#options = options
  }

  /** Adds a member. `returning`: the id that a token has proved, or undefined for a new person. */
  join(reader: Reader, name: string | undefined, returning: string | undefined): Joined {
    const known = returning === undefined ? undefined : this.roster.get(returning)
    if (known !== undefined) return { ok: true, person: this.#takeOver(known, reader) }
    const id = returning ?? newPersonId()
    const claim =
      name === undefined
        ? { ok: true as const, name: this.roster.guestName() }
        : this.#claim(name, id)
    if (!claim.ok) return claim
    const person = this.roster.add(id, claim.name, reader.via)
    this.#readers.set(id, reader)
    this.#changes.join(person)
    this.#announceSoon()
    // A returning person has a stored seat, and this reader has no position yet.
    if (returning === undefined) this.#noteSeat(person, reader)
    return { ok: true, person }
  }

  /** The seat of a person: their name and the last event that was sent to them. */
  async seatOf(id: string): Promise<Seat | undefined> {
    const person = this.roster.get(id)
    const reader = this.#readers.get(id)
    if (person !== undefined && reader !== undefined) this.#noteSeat(person, reader)
    return this.#options.seats.of(id)
  }

  /** Whether the person speaks through another reader, whose transport is open. */
  isElsewhere(id: string, reader: Reader): boolean {
    const current = this.#readers.get(id)
    return current !== undefined && current !== reader && !current.isGone
  }

  #takeOver(person: Person, reader: Reader): Person {
    this.#held.get(person.id)?.()
    this.#held.delete(person.id)
    const before = this.#readers.get(person.id)
    this.#readers.set(person.id, reader)
    before?.close('replaced')
    if (person.via === reader.via) return person
    const moved = this.roster.add(person.id, person.name, reader.via)
    this.#changes.move(moved)
    this.#announceSoon()
    return moved
  }

  /** Ends a membership. `hold`: the place is held, since the client may reconnect. */
  leave(reader: Reader, id: string, hold: boolean): void {
    if (this.#readers.get(id) !== reader) return
    this.#readers.delete(id)
    const person = this.roster.get(id)
    if (person !== undefined) this.#noteSeat(person, reader)
    const { absenceMs, clock } = this.#options
    if (!hold || absenceMs === 0) {
      this.#remove(id)
      return
    }
    this.#held.set(
      id,
      clock.after(absenceMs, () => this.#remove(id)),
    )
    if (this.#held.size > MAX_HELD) this.#giveUpOldest()
  }

  #giveUpOldest(): void {
    const [oldest] = this.#held
    if (oldest === undefined) return
    const [id, cancel] = oldest
    cancel()
    this.#remove(id)
  }

  #remove(id: string): void {
    this.#held.delete(id)
    const person = this.roster.get(id)
    if (person === undefined) return
    this.roster.remove(id)
    this.#changes.leave(person)
    this.#announceSoon()
  }

  rename(id: string, raw: string): Fault | undefined {
    const claim = this.#claim(raw, id)
    if (!claim.ok) return claim.fault
    const was = this.roster.get(id)?.name
    this.roster.rename(id, claim.name)
    const person = this.roster.get(id)
    if (person === undefined || was === undefined) return undefined
    this.#changes.rename(person, was)
    this.#announceSoon()
    const reader = this.#readers.get(id)
    if (reader !== undefined) this.#noteSeat(person, reader)
    return undefined
  }

  #claim(raw: string, id: string): ReturnType<Roster['claim']> {
    return holdsToken(raw, this.#options.secret)
      ? { ok: false, fault: { code: 'name_invalid', message: CODE_IN_NAME } }
      : this.roster.claim(raw, id)
  }

  /** All members, as a message that replaces the list of the client. */
  snapshot(): Presence {
    const members = this.roster.list(LISTED_MEMBERS)
    const memberCount = this.roster.size
    return { type: 'presence', joined: [], left: [], renamed: [], members, memberCount }
  }

  /** Events were broadcast: the seats of readers that have moved on are stored soon. */
  noteSeatsSoon(): void {
    this.#cancelNoteSeats ??= this.#options.clock.after(SEAT_LAG_MS, () => {
      this.#cancelNoteSeats = undefined
      for (const [id, reader] of this.#readers) {
        const person = this.roster.get(id)
        if (person !== undefined && reader.remembersSeat) this.#noteSeat(person, reader)
      }
    })
  }

  #noteSeat({ id, name }: Person, reader: Reader): void {
    this.#options.seats.note({ person: id, name, seq: reader.seq ?? this.#options.head() })
  }

  /** Whether single joins and leaves are too many to broadcast. */
  get #isCrowded(): boolean {
    return this.roster.size > SUMMARY_ABOVE_MEMBERS
  }

  #announceSoon(): void {
    if (this.#announcing) return
    this.#announcing = true
    const { clock } = this.#options
    if (this.#isCrowded) this.#cancelAnnounce = clock.after(CROWDED_MS, () => this.#announce())
    else clock.turn(() => this.#announce())
  }

  /** Broadcasts changes that are due before an event, so that its sender is known. */
  announceBeforeEvents(): void {
    if (!this.#isCrowded) this.#announce()
  }

  #announce(): void {
    this.#announcing = false
    // An event may have come before the timer of a room that was crowded.
    this.#cancelAnnounce?.()
    this.#cancelAnnounce = undefined
    const changes = this.#changes.take(this.roster.size)
    if (changes === undefined) return
    const { joined, left, renamed } = changes
    const counted = { joined: joined.length, left: left.length }
    const listed = counted.joined + counted.left <= LISTED_MEMBERS
    this.#options.broadcast(listed ? changes : { ...this.snapshot(), renamed, counted })
  }

  /** Numbers for tests. */
  get counts(): { present: number; held: number } {
    return { present: this.#readers.size, held: this.#held.size }
  }

  /** Leaves no timer. */
  close(): void {
    this.#cancelNoteSeats?.()
    this.#cancelAnnounce?.()
    for (const cancel of this.#held.values()) cancel()
    this.#held.clear()
  }
}
