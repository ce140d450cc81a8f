/**
 * The people of the server: their names, which are unique, the reader each of them speaks
 * through, and the rooms they are members of.
 *
 * MUST count a person once, however many connections come with the same token. MUST keep a
 * name for as long as its person is connected or a place of theirs is held.
 */
import type { Fault } from '../../shared/errors.ts'
import { foldName } from '../../shared/fold.ts'
import type { Person } from '../../shared/protocol.ts'
import type { Clock } from './clock.ts'
import type { Named, Pair } from './conversation.ts'
import { LOBBY, personsOf } from './keys.ts'
import type { LogKey, Seat, Store } from './log.ts'
import type { Ending, Reader } from './reader.ts'
import type { Room } from './room.ts'
import { Roster } from './roster.ts'
import { Seats } from './seats.ts'
import { holdsToken, isLikeId, newPersonId } from './token.ts'

/** Longest time, in ms, that the stored seat of a reader lags behind what it has read. */
const SEAT_LAG_MS = 10_000

const CODE_IN_NAME =
  'A name cannot contain a /resume code, which would let others impersonate its owner.'

export type Arrival = { ok: true; person: Person } | { ok: false; fault: Fault }

/** The part of a seat that lasts. `positions`: of the conversations that the person has read. */
type Kept = Pick<Seat, 'positions' | 'ignored'>
/**
 * `rooms`: in the order in which the person joined. `keepsSeat`: whether the stored seat is replaced;
 * if it could not be read, it stays as it is.
 */
type Entry = { reader: Reader | undefined; rooms: readonly Room[]; kept: Kept; keepsSeat: boolean }

const NOWHERE: readonly Room[] = []
const NOTHING_KEPT: Kept = { positions: {}, ignored: [] }
/**
 * Most conversations whose positions are in a seat: those that were read last. More than a
 * connection follows, since one that it gives up is followed again from its position.
 */
const MAX_POSITIONS = 100

/** A person who is known by a token, and their stored seat if it was read and there is one. */
export type Returning = { id: string; seat: Seat | undefined; isRead: boolean }

export class People {
  readonly names = new Roster()
  readonly #clock: Clock
  /** Key of the tokens. */
  readonly #secret: Uint8Array
  readonly #seats: Seats
  /** By person id: everybody who is connected, or a member of a room. */
  readonly #entries = new Map<string, Entry>()
  #cancelNoteSeats: (() => void) | undefined

  constructor(store: Store, clock: Clock) {
    this.#clock = clock
    this.#secret = store.secret
    this.#seats = new Seats(store, clock)
  }

  /** The person with this id, if they return. */
  async returning(id: string | undefined): Promise<Returning | undefined> {
    if (id === undefined) return undefined
    const unread = { id, seat: undefined, isRead: false }
    if (this.names.get(id) !== undefined) return unread
    return this.#seats.of(id).then(
      (seat) => ({ id, seat, isRead: true }),
      () => unread,
    )
  }

  /**
   * A connection names its person. Without a `name`, a returning person has their last one. If it
   * cannot be used, they get the suggested name, or the name of a guest.
   */
  arrive(reader: Reader, name: string | undefined, returning: Returning | undefined): Arrival {
    if (returning !== undefined && this.comesTooLate(returning.id, reader)) {
      return { ok: false, fault: { code: 'replaced' } }
    }
    const known = returning === undefined ? undefined : this.names.get(returning.id)
    if (known !== undefined) return { ok: true, person: this.#takeOver(known, reader) }
    const one = returning ?? { id: newPersonId(), seat: undefined, isRead: true }
    const arrival = this.#add(reader, name ?? one.seat?.name, one)
    if (arrival.ok || name !== undefined) return arrival
    const suggested = this.#add(reader, arrival.fault.suggestion, one)
    return suggested.ok ? suggested : this.#add(reader, undefined, one)
  }

  #add(reader: Reader, name: string | undefined, { id, seat, isRead }: Returning): Arrival {
    const claim =
      name === undefined
        ? { ok: true as const, name: this.names.guestName() }
        : this.#claim(name, id)
    if (!claim.ok) return claim
    const kept = seat === undefined ? NOTHING_KEPT : keptOf(seat)
    this.#entries.set(id, { reader, rooms: NOWHERE, kept, keepsSeat: isRead })
    return { ok: true, person: this.names.add(id, claim.name, reader.via) }
  }

  #takeOver(person: Person, reader: Reader): Person {
    const entry = this.#entries.get(person.id)
    const before = entry?.reader
    if (entry !== undefined) entry.reader = reader
    before?.close('replaced')
    if (person.via === reader.via) return person
    const moved = this.names.add(person.id, person.name, reader.via)
    for (const room of entry?.rooms ?? []) room.members.move(moved)
    return moved
  }

  /** The connection speaks for its person no more. */
  depart(id: string, reader: Reader): void {
    const entry = this.#entries.get(id)
    if (entry?.reader !== reader) return
    entry.reader = undefined
    this.#forgetUnlessPresent(id, entry)
  }

  joined(id: string, room: Room): void {
    const entry = this.#entries.get(id)
    if (entry === undefined || entry.rooms.includes(room)) return
    // push() and a spread would reserve space for 17 rooms.
    entry.rooms = entry.rooms.length === 0 ? room.alone : entry.rooms.concat(room)
  }

  left(id: string, room: Room): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    entry.rooms = entry.rooms.filter((one) => one !== room)
    this.#forgetUnlessPresent(id, entry)
  }

  #forgetUnlessPresent(id: string, { reader, rooms }: Entry): void {
    if (reader !== undefined || rooms.length > 0) return
    this.#entries.delete(id)
    this.names.remove(id)
  }

  /** Whether the client has closed this connection and has opened another as the same person. */
  comesTooLate(id: string, reader: Reader): boolean {
    return reader.isGone && this.isElsewhere(id, reader)
  }

  /** Whether the person speaks through another reader, whose transport is open. */
  isElsewhere(id: string, reader: Reader): boolean {
    const current = this.#entries.get(id)?.reader
    return current !== undefined && current !== reader && !current.isGone
  }

  /** Returns why the person cannot have the name; undefined if they have it now. */
  rename(id: string, raw: string): Fault | undefined {
    const claim = this.#claim(raw, id)
    if (!claim.ok) return claim.fault
    const was = this.names.get(id)?.name
    this.names.rename(id, claim.name)
    const person = this.names.get(id)
    if (person === undefined || was === undefined) return undefined
    const { reader, rooms = [] } = this.#entries.get(id) ?? {}
    for (const room of rooms) room.rename(person, was)
    if (reader !== undefined) this.noteSeat(id, reader)
    return undefined
  }

  /** The role of a person has changed. */
  refreshRole(id: string): void {
    const person = this.names.get(id)
    if (person === undefined) return
    const changed = this.names.add(id, person.name, person.via)
    for (const room of this.#entries.get(id)?.rooms ?? []) room.members.changeRole(changed)
  }

  /** Closes the connection of a person, and gives up the places that are held for them. */
  expel(id: string, ending: Ending, message: string): void {
    const { reader, rooms = [] } = this.#entries.get(id) ?? {}
    reader?.close(ending, message)
    for (const room of rooms) room.members.giveUp(id)
  }

  /** A host gives a person, present or not, another name. If it is taken meanwhile, nothing changes. */
  async giveName(id: string, name: string): Promise<void> {
    if (this.names.get(id) !== undefined) {
      this.rename(id, name)
      return
    }
    const seat = await this.#seats.of(id).catch(() => undefined)
    if (seat !== undefined && this.names.get(id) === undefined) this.#seats.note({ ...seat, name })
  }

  /** How many people but this one are connected from the network. */
  sharing(network: string, id: string): number {
    let count = 0
    for (const [other, { reader }] of this.#entries) {
      if (other !== id && reader?.network === network) count += 1
    }
    return count
  }

  #claim(raw: string, id: string): ReturnType<Roster['claim']> {
    return holdsToken(raw, this.#secret)
      ? { ok: false, fault: { code: 'name_invalid', message: CODE_IN_NAME } }
      : this.names.claim(raw, id)
  }

  /** The seat of a person, with the latest position of their reader. */
  async seatOf(id: string): Promise<Seat | undefined> {
    const reader = this.#entries.get(id)?.reader
    if (reader !== undefined) this.noteSeat(id, reader)
    return this.#seats.of(id)
  }

  /** Remembers in which room the person is, and how far this reader, if it is theirs, has read. */
  noteSeat(id: string, reader: Reader): void {
    const name = this.names.get(id)?.name
    const entry = this.#entries.get(id)
    if (name === undefined || entry?.reader !== reader) return
    const room =
      entry.rooms.findLast((one) => reader.seqIn(one) !== undefined) ?? entry.rooms.at(-1)
    const latest = latestPositions(entry.kept, reader)
    if (latest !== entry.kept.positions) entry.kept = { ...entry.kept, positions: latest }
    if (!entry.keepsSeat) return
    const { positions, ignored } = entry.kept
    const key = room?.log.key ?? LOBBY
    const here = room === undefined ? {} : { [key]: reader.seqIn(room) ?? room.feed.seq }
    this.#seats.note({ person: id, name, room: key, positions: { ...positions, ...here }, ignored })
  }

  /** The connection of the person, if there is one. */
  readerOf(id: string): Reader | undefined {
    return this.#entries.get(id)?.reader
  }

  /** How far the person has read a conversation that they do not follow now; undefined: nothing. */
  positionOf(id: string, key: LogKey): number | undefined {
    return this.#entries.get(id)?.kept.positions[key]
  }

  /** The person with this id, or the one who has, or had last, this name. */
  async find(idOrName: string): Promise<Named | undefined> {
    const present = this.names.get(idOrName)
    if (present !== undefined) return present
    // Another person can have this id as their name. The one with the id is meant, also if absent.
    const known = isLikeId(idOrName) ? await this.#seats.of(idOrName) : undefined
    const named = known === undefined ? this.names.named(idOrName) : undefined
    if (named !== undefined) return named
    const seat = known ?? (await this.#seats.named(foldName(idOrName)))
    return seat === undefined ? undefined : { id: seat.person, name: seat.name }
  }

  /** The two people of a conversation, under the names that they have now, or had last. */
  async pairOf(key: LogKey): Promise<Pair> {
    const [one, other] = personsOf(key) ?? ['', '']
    return [await this.#named(one), await this.#named(other)]
  }

  /** The person with whom this is a conversation of `id`. */
  async peerIn(key: LogKey, id: string): Promise<Named> {
    const [one, other] = await this.pairOf(key)
    return one.id === id ? other : one
  }

  async #named(id: string): Promise<Named> {
    const present = this.names.get(id)
    const name = present?.name ?? (await this.#seats.of(id).catch(() => undefined))?.name
    return { id, name: name ?? id }
  }

  /** Whom the person ignores. */
  ignoredBy(id: string): readonly Named[] {
    return this.#entries.get(id)?.kept.ignored ?? []
  }

  ignore(id: string, ignored: readonly Named[]): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    entry.kept = { ...entry.kept, ignored }
    if (entry.reader !== undefined) this.noteSeat(id, entry.reader)
  }

  /** Events were broadcast: the seats of readers that have moved on are stored soon. */
  noteSeatsSoon(): void {
    this.#cancelNoteSeats ??= this.#clock.after(SEAT_LAG_MS, () => {
      this.#cancelNoteSeats = undefined
      for (const [id, { reader }] of this.#entries) {
        if (reader?.remembersSeat === true) this.noteSeat(id, reader)
      }
    })
  }

  /** Stores the seats, and leaves no timer. */
  async close(): Promise<void> {
    this.#cancelNoteSeats?.()
    await this.#seats.keep()
    this.#seats.close()
  }
}

function keptOf({ positions, ignored }: Seat): Kept {
  const read = Object.entries(positions).filter(([key]) => personsOf(key) !== undefined)
  return { positions: Object.fromEntries(read), ignored }
}

/** The latest positions in conversations, those of the reader last. */
function latestPositions({ positions }: Kept, reader: Reader): Record<LogKey, number> {
  const read = Object.entries(reader.positions).filter(([key]) => personsOf(key) !== undefined)
  if (read.length === 0) return positions
  const current = new Set(read.map(([key]) => key))
  const earlier = Object.entries(positions).filter(([key]) => !current.has(key))
  return Object.fromEntries([...earlier, ...read].slice(-MAX_POSITIONS))
}
