/**
 * Members: the people in one room, the reader each of them speaks through there, and the places
 * held for lost connections.
 *
 * MUST broadcast every join, leave, rename and change of transport.
 */
import { SUMMARY_ABOVE_MEMBERS } from '../../shared/dialect/line.ts'
import type { Person, Presence } from '../../shared/protocol.ts'
import type { Clock } from './clock.ts'
import { PresenceChanges } from './presence.ts'
import type { Reader } from './reader.ts'

/** Time, in ms, for which changes are collected in a crowded room. */
const CROWDED_MS = 2000
/** Most members listed in one message; its count includes the others. */
export const LISTED_MEMBERS = 200
/** Most places held for lost connections; above it, the oldest are given up. */
const MAX_HELD = 1000

export type MembersOptions = {
  clock: Clock
  /** How long, in ms, the place of a lost connection is held; 0: not at all. */
  absenceMs: number
  broadcast: (message: Presence) => void
  /** Called when a person is a member no more. */
  onLeft: (id: string) => void
}

export class Members {
  readonly #options: MembersOptions
  /** By id, in the order in which they joined. */
  readonly #people = new Map<string, Person>()
  /** Person id → the reader they speak through. */
  readonly #readers = new Map<string, Reader>()
  /** Person id → cancels the end of the held place. */
  readonly #held = new Map<string, () => void>()
  readonly #changes = new PresenceChanges()
  /** Set while a broadcast of changes is due. */
  #announcing = false
  #cancelAnnounce: (() => void) | undefined

  constructor(options: MembersOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#people.size
  }

  has(id: string): boolean {
    return this.#people.has(id)
  }

  /** Returns at most `limit` members, in the order in which they joined. */
  list(limit: number): Person[] {
    const people: Person[] = []
    for (const person of this.#people.values()) {
      if (people.length === limit) break
      people.push(person)
    }
    return people
  }

  /** Adds a member, or continues the membership of another connection of the same person. */
  join(person: Person, reader: Reader): void {
    const { id } = person
    // A connection that is gone may still process a join, after a newer one of its person.
    if (!reader.isGone || !this.#readers.has(id)) this.#readers.set(id, reader)
    this.#held.get(id)?.()
    this.#held.delete(id)
    if (this.#people.has(id)) return
    this.#people.set(id, person)
    this.#changes.join(person)
    this.#announceSoon()
  }

  /** Ends a membership. `hold`: the place is held, since the client may reconnect. */
  leave(id: string, reader: Reader, hold: boolean): void {
    if (this.#readers.get(id) !== reader) return
    this.#readers.delete(id)
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
    const person = this.#people.get(id)
    if (person === undefined) return
    this.#people.delete(id)
    this.#changes.leave(person)
    this.#announceSoon()
    this.#options.onLeft(id)
  }

  /** A member has another name. */
  rename(person: Person, was: string): void {
    this.#people.set(person.id, person)
    this.#changes.rename(person, was)
    this.#announceSoon()
  }

  /** A member continues over another kind of connection. */
  move(person: Person): void {
    this.#people.set(person.id, person)
    this.#changes.move(person)
    this.#announceSoon()
  }

  /** A member has another role. */
  changeRole(person: Person): void {
    this.#people.set(person.id, person)
    this.#changes.changeRole(person)
    this.#announceSoon()
  }

  /** Gives up the place that is held for a person, if there is one. */
  giveUp(id: string): void {
    const cancel = this.#held.get(id)
    if (cancel === undefined) return
    cancel()
    this.#remove(id)
  }

  /** All members, as a message that replaces the list of the client. */
  snapshot(): Presence {
    const members = this.list(LISTED_MEMBERS)
    return { type: 'presence', joined: [], left: [], renamed: [], members, memberCount: this.size }
  }

  /** Whether single joins and leaves are too many to broadcast. */
  get #isCrowded(): boolean {
    return this.size > SUMMARY_ABOVE_MEMBERS
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
    const changes = this.#changes.take(this.size)
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

  /** Leaves no timer, and broadcasts nothing more. */
  close(): void {
    this.#cancelAnnounce?.()
    this.#changes.clear()
    for (const cancel of this.#held.values()) cancel()
    this.#held.clear()
  }
}
