/**
 * The rooms that the connection is in: the one that is shown, and those in which messages of
 * this client still wait for their acknowledgement. It decides which to enter and to leave.
 *
 * MUST NOT leave a room in which messages are pending, and MUST NOT stay in any other that is
 * not shown. One join at a time is under way.
 */
import type { Pending } from '../../../shared/client/pending.ts'
import { TAIL_EVENTS } from '../../../shared/dialect/typed.ts'
import { foldName } from '../../../shared/fold.ts'
import type { ClientMessage } from '../../../shared/requests.ts'

/** A room in messages: its name as it is shown, or undefined for the lobby. */
export type Label = string | undefined

/** `isMove`: the room is to be shown. Otherwise it is entered because of pending messages. */
type Joining = { name: string; isMove: boolean }

export class Memberships {
  #entered: Label[] = []
  /** The room of requests that name none: that of the last hello. */
  #home: Label
  /** The lobby's name; undefined until the list of rooms has told it. */
  #lobby: string | undefined
  #isListAsked = false
  #joining: Joining | undefined
  /** Name of the room to show next. */
  #wanted: string | undefined

  /** For a new connection, which is in one room. A move that was under way begins again. */
  begin(room: Label): void {
    this.#entered = [room]
    this.#home = room
    this.#lobby = undefined
    this.#isListAsked = false
    this.#joining = undefined
  }

  /** Takes the lobby's name. Returns whether the person has asked to go there, and is there. */
  nameLobby(name: string, shown: Label): boolean {
    this.#lobby = name
    return this.#joining === undefined && this.#isWanted(shown)
  }

  /** Moves to the room when `requests` is called next. `name`: valid. */
  want(name: string): void {
    this.#wanted = name
  }

  get isMoving(): boolean {
    return this.#wanted !== undefined
  }

  isIn(room: Label): boolean {
    return this.#entered.includes(room)
  }

  /** Whether it is a name of that room. */
  isNameOf(name: string, room: Label): boolean {
    const full = this.#fullName(room)
    return full !== undefined && foldName(name) === foldName(full)
  }

  /** The room for a request; undefined if the request needs to name none. */
  nameFor(room: Label): string | undefined {
    return room === this.#home ? room : this.#fullName(room)
  }

  /** The joins and leaves that are due; they count as sent afterwards. */
  requests(shown: Label, pending: readonly Pending[]): ClientMessage[] {
    const isNeeded = (room: Label): boolean =>
      room === shown || pending.some((message) => message.room === room)
    const leaves = this.#entered.filter((room) => !isNeeded(room)).map((room) => this.#leave(room))
    this.#entered = this.#entered.filter(isNeeded)
    return [...leaves, ...this.#join(shown, pending)]
  }

  /** The lobby's name is known, since it is asked for before any join. */
  #leave(room: Label): ClientMessage {
    return { type: 'leave', room: this.#fullName(room) ?? '' }
  }

  #join(shown: Label, pending: readonly Pending[]): ClientMessage[] {
    if (this.#joining !== undefined) return []
    if (this.#isWanted(shown)) this.#wanted = undefined
    const isElsewhere = pending.some(({ room }) => !this.isIn(room))
    if (this.#lobby === undefined) return this.isMoving || isElsewhere ? this.#askForList() : []
    this.#joining = this.#nextMove() ?? this.#nextReturn(pending)
    if (this.#joining === undefined) return []
    const { name, isMove } = this.#joining
    return [{ type: 'join', room: name, history: isMove ? TAIL_EVENTS : 0 }]
  }

  #askForList(): ClientMessage[] {
    if (this.#isListAsked) return []
    this.#isListAsked = true
    return [{ type: 'rooms' }]
  }

  #isWanted(room: Label): boolean {
    return this.#wanted !== undefined && this.isNameOf(this.#wanted, room)
  }

  /** None while messages are pending in that room: it is left first, so that it is joined anew. */
  #nextMove(): Joining | undefined {
    const name = this.#wanted
    if (name === undefined || this.#entered.some((room) => this.isNameOf(name, room))) {
      return undefined
    }
    return { name, isMove: true }
  }

  /** To a room with messages that an earlier connection did not get acknowledged. */
  #nextReturn(pending: readonly Pending[]): Joining | undefined {
    const message = pending.find(({ room, fault }) => fault === null && !this.isIn(room))
    const name = message && this.#fullName(message.room)
    return name === undefined ? undefined : { name, isMove: false }
  }

  /** Takes the reply to a join. */
  joined(name: string): { room: Label; isMove: boolean } {
    const room = name === this.#lobby ? undefined : name
    const isMove = this.#joining?.isMove === true
    this.#entered = [...this.#entered, room]
    if (this.#wanted === this.#joining?.name) this.#wanted = undefined
    this.#joining = undefined
    return { room, isMove }
  }

  /** Takes the refusal of a join. Returns undefined if the error is about no join. */
  refused(name: string | undefined): Joining | undefined {
    const joining = this.#joining
    if (joining === undefined || joining.name !== name) return undefined
    if (this.#wanted === name) this.#wanted = undefined
    this.#joining = undefined
    return joining
  }

  #fullName(room: Label): string | undefined {
    return room ?? this.#lobby
  }
}
