/**
 * The state of the conversation, and the items that a terminal or a pipe shows for each
 * message of the server. No input or output.
 *
 * MUST show nothing of a room but the one that the person is in. A message that was written in
 * a room MUST be sent to that room, wherever the person is by then.
 */
import type { ConnectionPhase } from '../../../shared/client/connection.ts'
import { markSent, type Pending, sayOf, written } from '../../../shared/client/pending.ts'
import {
  acknowledge,
  type ClientState,
  helloOf,
  initialClient,
  newEvents,
  passLeftOut,
  takePresence,
  takeWelcome,
  unsent,
} from '../../../shared/client/state.ts'
import { type ErrorCode, errorMessage, errors } from '../../../shared/errors.ts'
import { foldName } from '../../../shared/fold.ts'
import type {
  ClientMessage,
  ErrorMessage,
  Events,
  Hello,
  Joined,
  Presence,
  RoomList,
  Say,
  ServerMessage,
  Welcome,
} from '../../../shared/protocol.ts'
import type { Shown } from '../editor/style.ts'
import { type Label, Memberships } from './memberships.ts'
import { isRejected, Rejection, type Verdict } from './rejection.ts'

/** The requests of a person that the server answers. */
export type Asked = Extract<
  ClientMessage,
  { type: 'name' | 'topic' | 'history' | 'search' | 'rooms' }
>

export class Conversation {
  /** Why the server closes the connection, as its last error says; '' if it gave no reason. */
  closingReason = ''
  /** '' if the room has none. */
  topic = ''
  /** The rooms of the last list, by their names. */
  rooms: readonly string[] = []
  /** Lists of rooms that the person asked for and that have not arrived. */
  #listsWanted = 0
  #state: ClientState
  readonly #history: number
  readonly #memberships = new Memberships()
  readonly #rejection = new Rejection()

  /** `history`: how many of the latest events to show at first. `room`: undefined for the lobby. */
  constructor(name: string | undefined, history: number, room?: Label) {
    const identity = { name: name ?? '', token: null, ownIds: [], pending: [] }
    this.#state = { ...initialClient(identity), room }
    this.#history = history
  }

  /** The room that the person is in; undefined for the lobby. */
  get room(): Label {
    return this.#state.room
  }

  get me(): ClientState['me'] {
    return this.#state.me
  }

  get members(): ClientState['members'] {
    return this.#state.members
  }

  get memberCount(): number {
    return this.#state.memberCount
  }

  get pending(): readonly Pending[] {
    return this.#state.pending
  }

  get connection(): ConnectionPhase {
    return this.#state.connection
  }

  set connection(connection: ConnectionPhase) {
    if (connection.phase === 'connecting') this.closingReason = ''
    this.#state = { ...this.#state, connection }
  }

  /** Messages that the server rejected, and that are not sent again. */
  get refused(): number {
    return this.#rejection.refused
  }

  /** How long messages have waited without any acknowledgement, in ms; 0 when none wait. */
  waitedMs(now: number): number {
    const { pending, progressAt } = this.#state
    const [oldest] = pending
    return oldest === undefined ? 0 : now - Math.max(oldest.at, progressAt)
  }

  hello(): Hello {
    return helloOf(this.#state, this.#history)
  }

  say(texts: readonly string[], action: boolean, now: number): void {
    const { room } = this
    const drafts = texts.map((text) => ({ id: crypto.randomUUID(), text, action, room }))
    this.#state = { ...this.#state, pending: [...this.pending, ...written(drafts, now)] }
  }

  /** The messages that the connection may send now, in order; they count as sent afterwards. */
  take(now: number): Say[] {
    // After a rejection by the log all others wait, so that they stay in order.
    if (this.pending.some(isRejected)) return []
    const says = unsent(this.#state)
      .filter(({ room }) => this.#memberships.isIn(room))
      .map((message) => sayOf({ ...message, room: this.#memberships.nameFor(message.room) }))
    const ids = says.map(({ id }) => id)
    if (ids.length > 0) this.#state = { ...this.#state, pending: markSent(this.pending, ids, now) }
    return says
  }

  /** The joins and leaves that are due; they count as sent afterwards. */
  takeMoves(): ClientMessage[] {
    if (this.connection.phase !== 'online') return []
    return this.#memberships.requests(this.room, this.pending)
  }

  /** Goes to another room; the person is in it when the server has replied. `name`: valid. */
  move(name: string): Shown[] {
    if (!this.#memberships.isMoving && this.#memberships.isNameOf(name, this.room)) {
      return [errorMessage({ code: 'already_in_room' })]
    }
    this.#memberships.want(name)
    return []
  }

  /** A request of the person as it is to be sent, which names the room. */
  request(asked: Asked): ClientMessage {
    if (asked.type === 'rooms') this.#listsWanted += 1
    if (asked.type === 'rooms' || asked.type === 'name') return asked
    const room = this.#memberships.nameFor(this.room)
    return room === undefined ? asked : { ...asked, room }
  }

  /** Sends again the messages that the log could not take, before those written later. */
  retry(): void {
    if (!this.pending.some(isRejected)) return
    const pending = this.pending.map((message) =>
      isRejected(message) ? { ...message, sentAt: null, fault: null } : message,
    )
    this.#state = { ...this.#state, pending }
  }

  /** Asks for another name, if the server rejected the last one. */
  rename(name: string): void {
    this.#state = { ...this.#state, name }
  }

  /** The items to show for a message, without events that were shown before. */
  receive(message: ServerMessage, now: number): Shown[] {
    switch (message.type) {
      case 'welcome':
        return this.#welcome(message, now)
      case 'joined':
        return this.#joined(message)
      case 'events':
        return this.#events(message, now)
      case 'presence':
        return this.#presence(message)
      case 'rooms':
        return this.#roomList(message)
      case 'error':
        return this.#error(message)
      case 'typing':
      case 'left':
        return []
      case 'direct':
      case 'ignored':
        return [message]
      default:
        return message.room === this.room ? [message] : []
    }
  }

  #welcome(welcome: Welcome, now: number): Shown[] {
    const before = this.#state
    this.#state = acknowledge(takeWelcome(before, welcome), welcome.events, now)
    this.#memberships.begin(this.room)
    this.#relabel((room) => room === before.room, this.room)
    this.#listsWanted = 0
    this.topic = welcome.topic ?? ''
    const events = newEvents(welcome.events, welcome.epoch === before.epoch ? before.seq : 0)
    if (before.token === null) return [{ ...welcome, events }]
    const { you, reset } = welcome
    const lines = [
      ...(before.me?.name === you.name ? [] : [`* You are ${you.name} now.`]),
      ...(reset === null ? [] : [missing[reset]]),
    ]
    return [
      ...(lines.length === 0 ? [] : [{ type: 'lines' as const, lines }]),
      ...(events.length === 0 ? [] : [{ type: 'events' as const, events }]),
    ]
  }

  #joined(joined: Joined): Shown[] {
    const { room, isMove } = this.#memberships.joined(joined.room)
    this.#relabel((label) => label !== undefined && isSame(label, joined.room), room)
    if (!isMove) return []
    const { epoch, head, members, memberCount, topic } = joined
    const byId = new Map(members.map((person) => [person.id, person]))
    const position = { epoch, seq: head, replayTo: head }
    this.#state = { ...this.#state, room, ...position, members: byId, memberCount }
    this.topic = topic ?? ''
    return [joined]
  }

  /** Messages may have been written to the room under another name than the server's, `room`. */
  #relabel(isMeant: (room: Label) => boolean, room: Label): void {
    const pending = this.pending.map((message) =>
      isMeant(message.room) ? { ...message, room } : message,
    )
    this.#state = { ...this.#state, pending }
  }

  #events(message: Events, now: number): Shown[] {
    const { events, room } = message
    this.#state = acknowledge(this.#state, events, now)
    if (room !== this.room) return []
    const fresh = newEvents(events, this.#state.seq)
    const seq = fresh.at(-1)?.seq ?? this.#state.seq
    this.#state = passLeftOut({ ...this.#state, seq }, message)
    if (fresh.length === 0) return []
    this.topic = fresh.findLast(({ kind }) => kind === 'topic')?.text ?? this.topic
    return [{ type: 'events', events: fresh }]
  }

  #presence(presence: Presence): Shown[] {
    if (presence.room !== this.room) return []
    const joined = presence.joined.filter(({ id }) => id !== this.me?.id)
    this.#state = takePresence(this.#state, presence)
    return [{ ...presence, joined }]
  }

  #roomList(list: RoomList): Shown[] {
    const [lobby] = list.rooms
    const isThere = lobby !== undefined && this.#memberships.nameLobby(lobby.name, this.room)
    this.rooms = list.rooms.map(({ name }) => name)
    const isWanted = this.#listsWanted > 0
    if (isWanted) this.#listsWanted -= 1
    return [
      ...(isThere ? [errorMessage({ code: 'already_in_room' })] : []),
      ...(isWanted ? [list] : []),
    ]
  }

  #error(error: ErrorMessage): Shown[] {
    const row = Object.hasOwn(errors, error.code) ? errors[error.code as ErrorCode] : undefined
    if (row !== undefined && row.close !== null) this.closingReason = error.message
    const verdict = this.#unreachable(error) ?? this.#rejection.ofMessage(this.#state, error)
    if (verdict === undefined) return [error]
    this.#state = { ...this.#state, pending: verdict.pending }
    return verdict.shown
  }

  /** Undefined unless the error is about a room that is entered because of pending messages. */
  #unreachable(error: ErrorMessage): Verdict | undefined {
    const joining = error.id === undefined ? this.#memberships.refused(error.room) : undefined
    if (joining === undefined || joining.isMove) return undefined
    const { name } = joining
    const theirs = this.pending.filter(({ room }) => this.#memberships.isNameOf(name, room))
    return this.#rejection.ofRoom(this.#state, theirs, name, error)
  }
}

const missing = {
  epoch: '* The room started a new log; these are its latest messages.',
  trimmed: '* Some of the messages that you missed are no longer kept.',
  too_far: '* You missed more messages than can be shown; these are the latest.',
}

function isSame(one: string, other: string): boolean {
  return foldName(one) === foldName(other)
}
