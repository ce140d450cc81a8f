/**
 * The people of the server: their names, which are unique, the reader each of them speaks
 * through, and the rooms they are members of.
 *
 * MUST count a person once, however many connections come with the same token. MUST keep a
 * name for as long as its person is connected or a place of theirs is held, unless a person from
 * the same network wants the name of a person whose places are only held.
 */
import type { Fault } from '../../shared/errors.ts'
import { checkName } from '../../shared/names.ts'
import type { Person } from '../../shared/protocol.ts'
import type { ServerMessage } from '../../shared/replies.ts'
import type { Hello } from '../../shared/requests.ts'
import type { Clock } from './clock.ts'
import type { Named } from './conversation.ts'
import { Directory } from './directory.ts'
import type { Network } from './doors/networks.ts'
import { type Kept, keptOf, latestPositions, NOTHING_KEPT } from './kept.ts'
import { LOBBY } from './keys.ts'
import type { LogKey, Seat, Store } from './log.ts'
import { Everywhere, placeOf } from './nodes/everywhere.ts'
import type { Presence } from './nodes/nodes.ts'
import type { Others } from './nodes/others.ts'
import type { Ending, Reader } from './reader.ts'
import { Registrations } from './registrations.ts'
import type { Room } from './room.ts'
import { type Claim, Roster } from './roster.ts'
import { Seats } from './seats.ts'
import { markOf, newPersonId } from './token.ts'

/** Longest time, in ms, that the stored seat of a reader lags behind what it has read. */
const SEAT_LAG_MS = 10_000

export type Arrival = { ok: true; person: Person } | { ok: false; fault: Fault }

/**
 * `rooms`: in the order in which the person joined. `keepsSeat`: whether the stored seat is replaced;
 * if it could not be read, it stays as it is. `lostFrom`: the network of the last reader, added when
 * it is lost, so that it takes no memory for those who are connected.
 */
type Entry = {
  reader: Reader | undefined
  rooms: readonly Room[]
  kept: Kept
  keepsSeat: boolean
  lostFrom?: string
}

/**
 * A person who was here when the server before this one handed over. `network`: see `networkOf`.
 * `rooms`: by their names; undefined: the lobby. `kept` and `keepsSeat`: see `Entry`.
 */
export type Handed = Pick<Person, 'id' | 'name' | 'via'> & {
  network: string
  rooms: readonly (string | undefined)[]
  kept: Kept
  keepsSeat: boolean
}

const NOWHERE: readonly Room[] = []

/** `take`: a name that is taken, or looks like one that is, is replaced by the suggested name. */
type Wanted = Pick<Hello, 'name' | 'take'>

/** A person who is known by a token, and their stored seat if it was read and there is one. */
export type Returning = { id: string; seat: Seat | undefined; isRead: boolean }

export class People {
  readonly registrations: Registrations
  readonly names: Roster
  readonly directory: Directory
  readonly everywhere: Everywhere
  /** The name that a host gave a person when it took this name away. */
  nameInstead: (id: string, name: string) => string | undefined = () => undefined
  readonly #clock: Clock
  readonly #secret: Uint8Array
  readonly #seats: Seats
  /** By person id: everybody who is connected, or a member of a room. */
  readonly #entries = new Map<string, Entry>()
  #cancelNoteSeats: (() => void) | undefined

  /** The people at the other nodes; the rooms set it. */
  others: Others | undefined

  /** `reserves`: whether people can register their names. */
  constructor(store: Store, clock: Clock, reserves: boolean) {
    this.#clock = clock
    this.everywhere = new Everywhere(store.nodes, this)
    this.#secret = store.secret
    this.#seats = new Seats(store, clock)
    this.registrations = new Registrations(store, reserves)
    this.names = new Roster(this.registrations, store.secret)
    this.names.node = store.nodes?.name
    this.directory = new Directory(this.names, this.#seats)
  }

  /** The person with this id, if they return. */
  async returning(id: string | undefined): Promise<Returning | undefined> {
    if (id === undefined) return undefined
    const unread = { id, seat: undefined, isRead: false }
    if (this.#entries.has(id)) return unread
    return this.#seats.of(id).then(
      (seat) => ({ id, seat, isRead: true }),
      () => unread,
    )
  }

  /**
   * A connection names its person. Without a `name`, a returning person has their last one; if it is
   * not known, the one that they have registered. If it cannot be used, they get the suggested name,
   * or the name of a guest. `spread`: see `Roster.guestName`.
   */
  arrive(
    reader: Reader,
    { name, take }: Wanted,
    returning: Returning | undefined,
    spread = 1,
  ): Arrival {
    if (returning !== undefined && this.comesTooLate(returning.id, reader)) {
      return { ok: false, fault: { code: 'replaced' } }
    }
    const known = returning === undefined ? undefined : this.names.get(returning.id)
    if (known !== undefined && this.#entries.has(known.id)) {
      return { ok: true, person: this.#takeOver(known, reader) }
    }
    const one = returning ?? { id: newPersonId(), seat: undefined, isRead: true }
    // From another node, as from another connection.
    if (known !== undefined) return this.#admit(reader, known.name, one)
    const asked = name ?? one.seat?.name ?? this.registrations.nameOf(one.id)
    const arrival = this.#add(reader, this.#instead(one.id, asked) ?? asked, one, spread)
    if (arrival.ok) return arrival
    const { code, suggestion } = arrival.fault
    const takesOther = take !== undefined && code !== 'name_invalid' && suggestion !== undefined
    if (name !== undefined && !takesOther) return arrival
    const suggested = this.#add(reader, suggestion, one, spread)
    return suggested.ok ? suggested : this.#add(reader, undefined, one, spread)
  }

  #add(
    reader: Reader,
    name: string | undefined,
    { id, seat, isRead }: Returning,
    spread: number,
  ): Arrival {
    const claim =
      name === undefined
        ? { ok: true as const, name: this.names.guestName(spread) }
        : this.#claimName(name, id, reader.source.name)
    return claim.ok ? this.#admit(reader, claim.name, { id, seat, isRead }) : claim
  }

  #admit(reader: Reader, name: string, { id, seat, isRead }: Returning): Arrival {
    const kept = seat === undefined ? NOTHING_KEPT : keptOf(seat)
    this.#entries.set(id, { reader, rooms: NOWHERE, kept, keepsSeat: isRead })
    return { ok: true, person: this.names.add(id, name, reader.via) }
  }

  #takeOver(person: Person, reader: Reader): Person {
    const entry = this.#entries.get(person.id)
    const before = entry?.reader
    if (entry !== undefined) entry.reader = reader
    before?.close('replaced')
    if (person.via === reader.via) return person
    const moved = this.names.add(person.id, person.name, reader.via)
    for (const room of entry?.rooms ?? []) room.members.move(moved)
    this.everywhere.changed(person.id)
    return moved
  }

  /** The connection speaks for its person no more. */
  depart(id: string, reader: Reader): void {
    const entry = this.#entries.get(id)
    if (entry?.reader !== reader) return
    entry.reader = undefined
    entry.lostFrom = reader.source.name
    this.#forgetUnlessPresent(id, entry)
  }

  joined(id: string, room: Room): void {
    const entry = this.#entries.get(id)
    if (entry === undefined || entry.rooms.includes(room)) return
    // push() and a spread would reserve space for 17 rooms.
    entry.rooms = entry.rooms.length === 0 ? room.alone : entry.rooms.concat(room)
    this.everywhere.changed(id)
  }

  left(id: string, room: Room): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    entry.rooms = entry.rooms.filter((one) => one !== room)
    if (!this.#forgetUnlessPresent(id, entry)) this.everywhere.changed(id)
  }

  /** Returns whether the person is not here any more. */
  #forgetUnlessPresent(id: string, { reader, rooms }: Entry): boolean {
    if (reader !== undefined || rooms.length > 0) return false
    this.#entries.delete(id)
    this.names.remove(id)
    // Before the others learn that the person is gone, who may come back at one of them.
    if (this.everywhere.hasNodes) this.#seats.keepSoon()
    this.everywhere.left(id)
    return true
  }

  /** Whether the person is connected to this node, or was until now. */
  isHere(id: string): boolean {
    return this.#entries.has(id)
  }

  /** The person goes on at another node. Returns the rooms that they are in here. */
  giveAway(id: string): readonly Room[] {
    const { reader, rooms = NOWHERE } = this.#entries.get(id) ?? {}
    this.#entries.delete(id)
    for (const { members } of rooms) members.giveAway(id)
    reader?.close('replaced')
    return rooms
  }

  #markOf(id: string): string | undefined {
    const source = this.readerOf(id)?.source
    return source && markOf(source.name, this.#secret)
  }

  /** Undefined if the person is not here. */
  presenceOf(id: string): Presence | undefined {
    const person = this.names.get(id)
    const entry = this.#entries.get(id)
    if (person === undefined || entry === undefined) return undefined
    const { name, via } = person
    return { id, name, via, rooms: entry.rooms.map(placeOf), mark: this.#markOf(id) }
  }

  /** Everybody who is a member of a room, in the order in which they came. */
  get handed(): Handed[] {
    const handed: Handed[] = []
    for (const [id, { reader, rooms, kept, keepsSeat, lostFrom }] of this.#entries) {
      const person = this.names.get(id)
      if (reader !== undefined) this.noteSeat(id, reader)
      if (person === undefined || rooms.length === 0) continue
      const { name, via } = person
      const network = reader?.source.name ?? lostFrom ?? ''
      const labels = rooms.map(({ label }) => label)
      handed.push({ id, name, via, network, rooms: labels, kept, keepsSeat })
    }
    return handed
  }

  /** A person from the server before this one. Their places are held until their client comes. */
  seed({ id, name, via, kept, keepsSeat }: Handed, rooms: readonly Room[], source: Network): void {
    const person = this.names.add(id, name, via)
    this.#entries.set(id, {
      ...{ reader: undefined, rooms: NOWHERE, kept, keepsSeat },
      lostFrom: source.name,
    })
    for (const room of rooms) {
      room.members.seedHeld(person, source)
      this.joined(id, room)
    }
  }

  /** How many people are here. */
  get size(): number {
    return this.#entries.size
  }

  /** Everybody who is here. */
  presences(): Presence[] {
    return [...this.#entries.keys()].flatMap((id) => this.presenceOf(id) ?? [])
  }

  /** Stores the seat of a person now. */
  async storeSeat(id: string): Promise<void> {
    const { reader } = this.#entries.get(id) ?? {}
    if (reader !== undefined) this.noteSeat(id, reader)
    await this.#seats.keep()
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

  /**
   * Returns why the person cannot have the name; undefined if they have it now. `network`: from
   * which they ask; undefined if a host gives the name.
   */
  rename(id: string, raw: string, network: string | undefined): Fault | undefined {
    const claim = this.mayHave(id, raw, network)
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

  /** Whether the person can have the name; see `rename`. */
  mayHave(id: string, raw: string, network: string | undefined): Claim {
    if (network !== undefined && this.#instead(id, raw) !== undefined) {
      const message = 'A host gave you another name, and this one cannot be taken back.'
      return { ok: false, fault: { code: 'name_invalid', message } }
    }
    return this.#claimName(raw, id, network)
  }

  /** The role of a person has changed. */
  refreshRole(id: string): void {
    const person = this.names.get(id)
    if (person === undefined) return
    const changed = this.names.add(id, person.name, person.via, person.node)
    for (const room of this.#roomsOf(id)) room.members.changeRole(changed)
  }

  #roomsOf(id: string): readonly Room[] {
    return this.#entries.get(id)?.rooms ?? this.others?.roomsOf(id) ?? NOWHERE
  }

  /** Closes the connection of a person, and gives up the places that are held for them. */
  expel(id: string, ending: Ending, message: string): void {
    const { reader, rooms = [] } = this.#entries.get(id) ?? {}
    reader?.close(ending, message)
    for (const room of rooms) room.members.giveUp(id)
  }

  /** A host gives a person, present or not, another name. If it is taken meanwhile, nothing changes. */
  async giveName(id: string, name: string): Promise<void> {
    // The node of the person does it.
    if (this.names.get(id) !== undefined && !this.#entries.has(id)) return
    if (this.#entries.has(id)) await this.everywhere.rename(id, name, undefined)
    if (this.readerOf(id) !== undefined) return
    const seat = await this.#seats.of(id).catch(() => undefined)
    if (seat !== undefined && this.readerOf(id) === undefined) this.#seats.note({ ...seat, name })
  }

  /** Sends a message to those who are connected and for whose id `fits` is true. */
  deliver(message: ServerMessage, fits: (id: string) => boolean): void {
    for (const [id, { reader }] of this.#entries) if (fits(id)) reader?.deliver(message)
  }

  /** How many people but this one are connected from the network with this mark. */
  sharing(mark: string, id: string): number {
    const others = [...this.presences(), ...(this.others?.people ?? [])]
    return others.filter((one) => one.id !== id && one.mark === mark).length
  }

  /** The name that a host gave the person instead of this one. */
  #instead(id: string, raw: string | undefined): string | undefined {
    const checked = raw === undefined ? undefined : checkName(raw)
    return checked?.ok === true ? this.nameInstead(id, checked.name) : undefined
  }

  /** `network`: of the one who claims it; undefined if a host gives the name. */
  #claimName(raw: string, id: string, network: string | undefined): Claim {
    const claim = this.names.claim(raw, id)
    if (claim.ok || claim.holder === undefined || network === undefined) return claim
    return this.#giveUp(claim.holder, network) ? this.names.claim(raw, id) : claim
  }

  /**
   * Frees the name of a person who was lost from this network and has no connection. Returns whether
   * it is free: a member whose last messages are still processed keeps it.
   */
  #giveUp(id: string, network: string): boolean {
    const { reader, rooms = NOWHERE, lostFrom } = this.#entries.get(id) ?? {}
    if (reader !== undefined || lostFrom !== network) return false
    if (!rooms.every(({ members }) => members.isHeld(id))) return false
    for (const { members } of rooms) members.giveUp(id)
    return true
  }

  /** The seat of a person, with the latest position of their reader. */
  async seatOf(id: string): Promise<Seat | undefined> {
    if (!this.#entries.has(id)) await this.everywhere.askSeat(id)
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
