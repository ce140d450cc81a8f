/**
 * The rooms that one connection is in, as its person. It holds each of them, so that they stay in
 * memory.
 */
import { foldName } from '../../../shared/fold.ts'
import { checkRoomName } from '../../../shared/names.ts'
import type { Person } from '../../../shared/protocol.ts'
import type { LogKey } from '../log.ts'
import type { Cursor, Reader } from '../reader.ts'
import type { Room } from '../room.ts'
import type { Rooms } from '../rooms.ts'

const NOWHERE: readonly Room[] = []

export class Memberships {
  readonly #rooms: Rooms
  readonly #reader: Reader
  /** In the order in which they were entered. */
  #entered: readonly Room[] = NOWHERE
  /** The room of requests that name none. */
  #home: Room

  constructor(rooms: Rooms, reader: Reader) {
    this.#rooms = rooms
    this.#reader = reader
    this.#home = rooms.lobby
  }

  get count(): number {
    return this.#entered.length
  }

  /** Keys of the rooms, in the order in which they were entered. */
  get keys(): LogKey[] {
    return this.#entered.map(({ log }) => log.key)
  }

  get home(): Room {
    return this.#home
  }

  /** The room of a request, if the connection is in it. `name`: undefined for the home. */
  named(name: string | undefined): Room | undefined {
    // By its key: since it was left, it may have left the memory and come back.
    const home = this.#entered.find(({ log }) => log.key === this.#home.log.key)
    if (name === undefined || name === home?.about.name) return home
    const checked = checkRoomName(name)
    const folded = checked.ok ? foldName(checked.name) : undefined
    return this.#entered.find((room) => foldName(room.about.name) === folded)
  }

  /** Adds a room, which the caller has held and MUST NOT release. */
  enter(room: Room, person: Person): void {
    // push() and a spread would reserve space for 17 rooms.
    this.#entered = this.#entered.length === 0 ? room.alone : this.#entered.concat(room)
    room.members.join(person, this.#reader)
    this.#rooms.people.joined(person.id, room)
  }

  /** From now on, requests that name no room are for this one. */
  settleIn(room: Room): void {
    this.#home = room
  }

  /** Begins to read a room that was entered. */
  follow(room: Room, cursor: Cursor): void {
    this.#reader.follow(room, cursor)
    room.addReader(this.#reader)
    this.#reader.wake()
  }

  /** Leaves one room, whose posts are settled. `hold`: the client may reconnect. */
  exit(room: Room, person: Person | undefined, hold: boolean): void {
    this.#entered = this.#entered.filter((one) => one !== room)
    room.removeReader(this.#reader)
    if (person !== undefined) {
      // The person may type in another connection by now.
      const isElsewhere = this.#rooms.people.isElsewhere(person.id, this.#reader)
      if (!isElsewhere) room.typing.set(person, false)
      room.members.leave(person.id, this.#reader, hold)
    }
    room.release()
  }

  exitAll(person: Person | undefined, hold: boolean): void {
    for (const room of this.#entered) this.exit(room, person, hold)
  }
}
