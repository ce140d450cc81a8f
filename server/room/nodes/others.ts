/**
 * The people at the other nodes, as this one knows them: members of its rooms that are spoken for
 * elsewhere.
 *
 * MUST NOT throw: the store would stop to tell what happens.
 */
import type { Person, RoomEvent } from '../../../shared/protocol.ts'
import type { Clock } from '../clock.ts'
import type { OwnKnock, SharedKnock } from '../doors/knocks.ts'
import type { Usage } from '../doors/networks.ts'
import { personsOf } from '../keys.ts'
import type { LogKey, Registered } from '../log.ts'
import type { Room } from '../room.ts'
import type { Rooms } from '../rooms.ts'
import type { About, Elsewhere, Nodes, NodesListener, Presence } from './nodes.ts'

/** How long, in ms, a conversation is kept open for events that another node has announced. */
const ANNOUNCED_MS = 5000
/** Shortest time, in ms, between two notices that a person types. Clients drop one after 6 s. */
const TYPING_MS = 2500
/** Typists that are remembered; after that, notices may be sent more often. */
const MAX_TYPING = 1000

export class Others implements NodesListener {
  readonly #rooms: Rooms
  readonly #nodes: Nodes
  readonly #clock: Clock
  readonly #people = new Map<string, Elsewhere>()
  /** Ids of the people in each room, by the key of its log. */
  readonly #inRoom = new Map<LogKey, Set<string>>()
  /** When the latest notice of a typist was sent, by person and log; at most one for each place. */
  readonly #typing = new Map<string, number>()

  /** Whether the store is away, so that nothing can be said. */
  isStoreAway = false

  constructor(rooms: Rooms, nodes: Nodes) {
    this.#rooms = rooms
    this.#nodes = nodes
    this.#clock = rooms.clock
  }

  get people(): Iterable<Presence> {
    return this.#people.values()
  }

  /** The mark of a person's network; undefined if they are at no other node. */
  markOf(id: string): string | undefined {
    return this.#people.get(id)?.mark
  }

  /** Resolves when the people at the other nodes are known. */
  listen(): Promise<void> {
    return this.#nodes.listen(this)
  }

  /** The people at the other nodes who are in this room. */
  membersOf(log: LogKey): Person[] {
    return [...(this.#inRoom.get(log) ?? [])].flatMap(
      (id) => this.#rooms.people.names.get(id) ?? [],
    )
  }

  /** How many of them there are. */
  countIn(log: LogKey): number {
    return this.#inRoom.get(log)?.size ?? 0
  }

  #set(id: string, person: Elsewhere | undefined): void {
    for (const { key } of this.#people.get(id)?.rooms ?? []) {
      const members = this.#inRoom.get(key)
      members?.delete(id)
      if (members?.size === 0) this.#inRoom.delete(key)
    }
    if (person === undefined) this.#people.delete(id)
    else this.#people.set(id, person)
    for (const { key } of person?.rooms ?? []) {
      const members = this.#inRoom.get(key) ?? new Set()
      this.#inRoom.set(key, members.add(id))
    }
  }

  /** The rooms in memory that a person at another node is in. */
  roomsOf(id: string): Room[] {
    return (this.#people.get(id)?.rooms ?? []).flatMap(
      ({ key }) => this.#rooms.openedRoom(key) ?? [],
    )
  }

  present(person: Elsewhere): void {
    const { id, name, via, node, rooms } = person
    if (this.#rooms.people.everywhere.defer(id, person)) return
    const { names } = this.#rooms.people
    const before = this.#people.get(id)
    const was = names.get(id)
    const roomsBefore = this.#rooms.people.isHere(id)
      ? this.#rooms.people.giveAway(id)
      : this.roomsOf(id)
    this.#set(id, person)
    if (was !== undefined && was.name !== name) names.rename(id, name)
    const now = names.add(id, name, via, node)
    for (const { key, name: shown } of rooms) this.#rooms.noteRoom(key, shown)
    const roomsNow = this.roomsOf(id)
    for (const room of roomsBefore) if (!roomsNow.includes(room)) room.members.leaveElsewhere(id)
    for (const room of roomsNow) {
      if (!roomsBefore.includes(room)) room.members.joinElsewhere(now)
      else if (was !== undefined && was.name !== name) room.rename(now, was.name)
      else room.members.update(now)
    }
    this.#forgetRooms(before)
  }

  gone(id: string): void {
    this.#rooms.people.everywhere.defer(id, undefined)
    const before = this.#people.get(id)
    const rooms = this.roomsOf(id)
    this.#set(id, undefined)
    if (this.#rooms.people.isHere(id)) return
    for (const room of rooms) room.members.leaveElsewhere(id)
    this.#rooms.people.names.remove(id)
    this.#forgetRooms(before)
  }

  /** A person has come here from another node. */
  arrived(id: string): void {
    this.#set(id, undefined)
  }

  #forgetRooms(before: Presence | undefined): void {
    for (const { key } of before?.rooms ?? []) {
      if (this.countIn(key) === 0) this.#rooms.forgetRoom(key)
    }
  }

  lost(id: string, reason: 'elsewhere' | 'name'): void {
    if (reason === 'name') void this.#rooms.people.everywhere.loseName(id)
  }

  acted(event: RoomEvent | undefined, log: LogKey, about: About): void {
    if (event !== undefined) this.#rooms.hosts.take(event, log)
    this.#rooms.noteSaid(log, about)
  }

  directed(log: LogKey, after: number): void {
    const pair = personsOf(log) ?? []
    if (pair.some((id) => this.#rooms.people.isHere(id))) void this.#open(log, after)
  }

  /** The events that are passed on then invite their readers. */
  async #open(log: LogKey, after: number): Promise<void> {
    const conversation = await this.#rooms.conversationOf(log, after)
    if (conversation !== undefined) {
      this.#clock.after(ANNOUNCED_MS, () => conversation.release())
    }
  }

  typing(id: string, log: LogKey, on: boolean): void {
    const person = this.#rooms.people.names.get(id)
    const room = this.#rooms.openedRoom(log)
    if (person !== undefined && room?.members.has(id)) room.typing.set(person, on)
  }

  /** A person here types in a room, or has stopped. */
  type(id: string, { log: { key }, members }: Room, on: boolean): void {
    if (!members.hasElsewhere) return
    const place = `${id} ${key}`
    const now = this.#clock.monotonic()
    const last = this.#typing.get(place)
    if (on ? last !== undefined && now - last < TYPING_MS : last === undefined) return
    if (this.#typing.size >= MAX_TYPING) this.#typing.clear()
    if (on) this.#typing.set(place, now)
    else this.#typing.delete(place)
    this.#nodes.type(id, key, on)
  }

  seat(id: string): Promise<void> | undefined {
    return this.#rooms.people.isHere(id) ? this.#rooms.people.storeSeat(id) : undefined
  }

  usages(): Usage[] {
    return this.#rooms.doors.networks.usages()
  }

  used(usages: readonly Usage[]): void {
    this.#rooms.doors.networks.count(usages)
  }

  ownKnocks(): OwnKnock[] {
    return this.#rooms.doors.knocks.own()
  }

  knocks(all: readonly SharedKnock[]): void {
    this.#rooms.doors.knocks.learn(all)
  }

  away(isAway: boolean): void {
    this.isStoreAway = isAway
    this.#rooms.people.deliver({ type: 'log', available: !isAway }, () => true)
  }

  registered(names: readonly Registered[]): void {
    this.#rooms.people.registrations.replace(names)
  }

  member(id: string): Presence | undefined {
    const presence = this.#rooms.people.presenceOf(id)
    return presence?.rooms.length === 0 ? undefined : presence
  }

  everybody(): Presence[] {
    return this.#rooms.people.presences()
  }
}
