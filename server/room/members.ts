/**
 * Members: the people in one room, the reader each of them speaks through there, and the places
 * held for lost connections.
 *
 * MUST broadcast every join, leave, rename and change of transport.
 */
import { SUMMARY_ABOVE_MEMBERS } from '../../shared/dialect/line.ts'
import type { Person } from '../../shared/protocol.ts'
import type { Presence } from '../../shared/replies.ts'
import type { Clock } from './clock.ts'
import type { Network } from './doors/networks.ts'
import { PresenceChanges } from './presence.ts'
import type { Reader } from './reader.ts'

/** Time, in ms, for which changes are collected in a crowded room. */
const CROWDED_MS = 2000
/** Time, in ms, for which the changes of an address are collected that come and go too often. */
const FLAPPING_MS = 10_000
/** Most joins and leaves of such addresses that are listed; more are counted. */
const LISTED_FLAPS = 3
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
  onLeft: (person: Person) => void
}

export class Members {
  readonly #options: MembersOptions
  /** By id, in the order in which they joined. */
  readonly #people = new Map<string, Person>()
  /** Person id → the reader they speak through. */
  readonly #readers = new Map<string, Reader>()
  /** By person id. `cancel`: the end of the held place. `source`: of the connection that was lost. */
  readonly #held = new Map<string, { cancel: () => void; source: Network }>()
  readonly #changes = new PresenceChanges()
  /** Of people at addresses that are above their limit. */
  readonly #flapping = new PresenceChanges()
  /** Set while a broadcast of changes is due. */
  #announcing = false
  #cancelAnnounce: (() => void) | undefined
  #cancelFlapping: (() => void) | undefined

  constructor(options: MembersOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#people.size
  }

  /** Whether a member has a reader here, or a place that is held. */
  get isInhabited(): boolean {
    return this.#readers.size + this.#held.size > 0
  }

  /** Whether a member is at another node. */
  get hasElsewhere(): boolean {
    return this.#people.size > this.#readers.size + this.#held.size
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
    this.#held.get(id)?.cancel()
    this.#held.delete(id)
    this.#add(person, reader.source)
  }

  /** A member without a reader here: the person is at another node. Not announced. */
  seed(person: Person): void {
    this.#people.set(person.id, person)
  }

  /**
   * A member whose client is about to come back from the server before this one. The place is held.
   * Not announced.
   */
  seedHeld(person: Person, source: Network): void {
    this.seed(person)
    this.#hold(person.id, source)
  }

  /** As `seed`, announced. */
  joinElsewhere(person: Person): void {
    this.#add(person, undefined)
  }

  #add(person: Person, source: Network | undefined): void {
    const { id } = person
    if (this.#people.has(id)) {
      this.update(person)
      return
    }
    this.#people.set(id, person)
    this.#collection(id, source).join(person)
  }

  leaveElsewhere(id: string): void {
    const person = this.#people.get(id)
    if (person === undefined || this.#readers.has(id)) return
    this.#people.delete(id)
    this.#collection(id).leave(person)
  }

  /** The member goes on at another node, or leaves with the next change. */
  giveAway(id: string): void {
    this.#readers.delete(id)
    this.#held.get(id)?.cancel()
    this.#held.delete(id)
  }

  /** A member is connected in another way, perhaps. */
  update(person: Person): void {
    const before = this.#people.get(person.id)
    if (before === undefined) return
    if (before.via !== person.via) this.move(person)
    else this.#people.set(person.id, person)
  }

  /** Ends a membership. `hold`: the place is held, since the client may reconnect. */
  leave(id: string, reader: Reader, hold: boolean): void {
    if (this.#readers.get(id) !== reader) return
    this.#readers.delete(id)
    if (!hold || this.#options.absenceMs === 0) {
      this.#remove(id, reader.source)
      return
    }
    this.#hold(id, reader.source)
    if (this.#held.size > MAX_HELD) this.#giveUpOldest()
  }

  #hold(id: string, source: Network): void {
    const { absenceMs, clock } = this.#options
    const cancel = clock.after(absenceMs, () => this.#remove(id, source))
    this.#held.set(id, { cancel, source })
  }

  /** Whether the member is lost, and only the place is held. */
  isHeld(id: string): boolean {
    return this.#held.has(id)
  }

  /** Ends the place that is held for a person, if there is one. It is announced before the next person of that name is. */
  giveUp(id: string): void {
    const held = this.#held.get(id)
    if (held === undefined) return
    held.cancel()
    this.#remove(id, held.source)
    this.announceUnlessCrowded()
  }

  #giveUpOldest(): void {
    const [oldest] = this.#held.keys()
    if (oldest !== undefined) this.giveUp(oldest)
  }

  #remove(id: string, source: Network): void {
    this.#held.delete(id)
    const person = this.#people.get(id)
    if (person === undefined) return
    this.#people.delete(id)
    this.#collection(id, source).leave(person)
    this.#options.onLeft(person)
  }

  /** A member has another name. */
  rename(person: Person, was: string): void {
    this.#people.set(person.id, person)
    this.#collection(person.id).rename(person, was)
  }

  /** A member continues over another kind of connection. */
  move(person: Person): void {
    this.#people.set(person.id, person)
    this.#collection(person.id).move(person)
  }

  /** A member has another role. */
  changeRole(person: Person): void {
    this.#people.set(person.id, person)
    this.#collection(person.id).changeRole(person)
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

  /** Where a change of this person is collected. `source`: if it counts against an address. */
  #collection(id: string, source?: Network): PresenceChanges {
    const isCalm = source?.allows('presence') ?? true
    if (isCalm && !this.#flapping.has(id)) {
      this.#announceSoon()
      return this.#changes
    }
    this.#cancelFlapping ??= this.#options.clock.after(FLAPPING_MS, () => this.#announceFlapping())
    return this.#flapping
  }

  #announceFlapping(): void {
    this.#cancelFlapping = undefined
    // A join that is collected there comes before its leave.
    this.#announce()
    this.#broadcast(this.#flapping.take(this.size), LISTED_FLAPS)
  }

  /** Broadcasts all changes that are collected. */
  announceAll(): void {
    this.#cancelFlapping?.()
    this.#announceFlapping()
  }

  #announceSoon(): void {
    if (this.#announcing) return
    this.#announcing = true
    const { clock } = this.#options
    if (this.#isCrowded) this.#cancelAnnounce = clock.after(CROWDED_MS, () => this.#announce())
    else clock.turn(() => this.#announce())
  }

  /** Broadcasts changes at once, so that others know a person before what depends on it. */
  announceUnlessCrowded(): void {
    if (!this.#isCrowded) this.#announce()
  }

  #announce(): void {
    this.#announcing = false
    // An event may have come before the timer of a room that was crowded.
    this.#cancelAnnounce?.()
    this.#cancelAnnounce = undefined
    this.#broadcast(this.#changes.take(this.size), LISTED_MEMBERS)
  }

  /** `listed`: most joins and leaves that are listed; more are counted. */
  #broadcast(changes: Presence | undefined, listed: number): void {
    if (changes === undefined) return
    const { joined, left, renamed } = changes
    const counted = { joined: joined.length, left: left.length }
    const isListed = counted.joined + counted.left <= listed
    this.#options.broadcast(isListed ? changes : { ...this.snapshot(), renamed, counted })
  }

  /** Numbers for tests. */
  get counts(): { present: number; held: number } {
    return { present: this.#readers.size, held: this.#held.size }
  }

  /** Leaves no timer, and broadcasts nothing more. */
  close(): void {
    this.#cancelAnnounce?.()
    this.#cancelFlapping?.()
    this.#changes.clear()
    for (const { cancel } of this.#held.values()) cancel()
    this.#held.clear()
  }
}
