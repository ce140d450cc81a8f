/**
 * The state of the conversation, and the items that a terminal or a pipe shows for each
 * message of the server. No input or output.
 *
 * MUST show nothing of a room but the one that the person is in.
 */
import type { ConnectionPhase } from '../../../shared/client/connection.ts'
import type { Pending, Recipient } from '../../../shared/client/pending.ts'
import {
  acknowledge,
  type ClientState,
  helloOf,
  initialClient,
  newEvents,
  passLeftOut,
  takeJoined,
  takePresence,
  takeWelcome,
} from '../../../shared/client/state.ts'
import { type ErrorCode, errorMessage, errors } from '../../../shared/errors.ts'
import type { PersonName } from '../../../shared/person.ts'
import type {
  Direct,
  ErrorMessage,
  Events,
  Found,
  History,
  Joined,
  Presence,
  RoomList,
  ServerMessage,
  Welcome,
} from '../../../shared/replies.ts'
import type { ClientMessage, DirectSay, Hello, Say } from '../../../shared/requests.ts'
import type { Shown } from '../editor/style.ts'
import type { Correspondence } from './correspondence.ts'
import { Directory } from './directory.ts'
import { type Label, Memberships } from './memberships.ts'
import { inRooms, relabelled, sendAgain, sendable, type Written, write } from './outbox.ts'
import { Rejection, type Verdict } from './rejection.ts'
import { returned } from './return.ts'

/** The requests of a person that the server answers. */
export type Asked = Extract<
  ClientMessage,
  {
    type:
      | 'name'
      | 'topic'
      | 'history'
      | 'search'
      | 'transcript'
      | 'rooms'
      | 'ignore'
      | 'register'
      | 'host'
      | 'act'
      | 'bans'
      | 'hands'
      | 'admit'
  }
>

export class Conversation {
  /** Why the server closes the connection, as its last error says; '' if it gave no reason. */
  closingReason = ''
  /** '' if the room has none. */
  topic = ''
  /** The room code, if the person has given one. */
  code: string | undefined
  #state: ClientState
  readonly #history: number
  readonly #memberships = new Memberships()
  readonly #directory = new Directory()
  readonly #rejection = new Rejection()
  readonly #correspondence: Correspondence | undefined

  /**
   * `history`: how many of the latest events to show at first. `room`: undefined for the lobby.
   * Without `correspondence`, no direct messages are shown.
   */
  constructor(
    name: string | undefined,
    history: number,
    room?: Label,
    correspondence?: Correspondence,
  ) {
    const identity = { name: name ?? '', token: null, ownIds: [], pending: [] }
    this.#state = { ...initialClient(identity), room }
    this.#history = history
    this.#correspondence = correspondence
  }

  /** The room that the person is in; undefined for the lobby. */
  get room(): Label {
    return this.#state.room
  }

  /** Proves who the person is; null before the first welcome. */
  get token(): string | null {
    return this.#state.token
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

  /** The rooms of the last list, by their names. */
  get rooms(): readonly string[] {
    return this.#directory.names
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
    const { code } = this
    return {
      ...helloOf(this.#state, this.#history),
      take: 'suggestion',
      ...(code !== undefined && { code }),
    }
  }

  say(texts: readonly string[], how: Written, now: number): void {
    this.#state = write(this.#state, texts, how, now)
  }

  tell(to: Recipient, text: string, now: number): void {
    this.#state = write(this.#state, [text], { to }, now)
  }

  /** The person from whom the latest direct message came. */
  get lastPeer(): PersonName | undefined {
    return this.#correspondence?.lastPeer
  }

  /** The messages that the connection may send now, in order; they count as sent afterwards. */
  take(now: number): (Say | DirectSay)[] {
    const { messages, next } = sendable(this.#state, this.#memberships, now)
    this.#state = next
    return messages
  }

  /** The requests for direct messages that were missed; they count as sent afterwards. */
  takeFetches(): ClientMessage[] {
    return this.#correspondence?.requests() ?? []
  }

  /** The joins and leaves that are due; they count as sent afterwards. */
  takeMoves(): ClientMessage[] {
    if (this.connection.phase !== 'online') return []
    return this.#memberships.requests(this.room, inRooms(this.pending))
  }

  /** Goes to another room; the person is in it when the server has replied. `name`: valid. */
  move(name: string): Shown[] {
    if (!this.#memberships.isMoving && this.#memberships.isNameOf(name, this.room)) {
      return [errorMessage({ code: 'already_in_room' })]
    }
    this.#memberships.want(name)
    return []
  }

  /** A request of the person as it is to be sent. It names the room, if it is about one. */
  request(asked: Asked): ClientMessage {
    if (asked.type === 'rooms') this.#directory.want()
    if ('direct' in asked || !isAboutRoom(asked)) return asked
    const room = this.#memberships.nameFor(this.room)
    return room === undefined ? asked : { ...asked, room }
  }

  /** Sends again the messages that the log could not take, before those written later. */
  retry(): void {
    this.#state = sendAgain(this.#state)
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
      case 'reacted':
        return message.room === this.room ? [message] : []
      case 'typing':
      case 'left':
        return []
      case 'direct':
        return this.#direct(message, now)
      case 'history':
        return this.#correspondence?.takeHistory(message) ?? this.#reply(message)
      case 'found':
        return this.#reply(message)
      case 'transcript':
      case 'ignored':
      case 'registered':
      case 'bans':
      case 'hands':
      case 'knocking':
      case 'knocks':
      case 'log':
      case 'waiting':
        return [message]
    }
  }

  #welcome(welcome: Welcome, now: number): Shown[] {
    const before = this.#state
    this.#state = acknowledge(takeWelcome(before, welcome), welcome.events, now)
    this.#memberships.begin(this.room)
    this.#correspondence?.begin(welcome)
    this.#state = relabelled(this.#state, (room) => room === before.room, this.room)
    this.#directory.begin()
    this.topic = welcome.topic ?? ''
    const events = newEvents(welcome.events, welcome.epoch === before.epoch ? before.seq : 0)
    if (before.token !== null) return returned(before, welcome, events)
    return [...otherName(before.name, welcome.you.name), { ...welcome, events }]
  }

  #joined(joined: Joined): Shown[] {
    const { room, isMove } = this.#memberships.joined(joined.room)
    const isMeant = (label: Label) => this.#memberships.isNameOf(joined.room, label)
    this.#state = relabelled(this.#state, isMeant, room)
    if (!isMove) return []
    this.#state = takeJoined(this.#state, joined, room)
    this.topic = joined.topic ?? ''
    return [joined]
  }

  #events(message: Events, now: number): Shown[] {
    const { events, room } = message
    this.#state = acknowledge(this.#state, events, now)
    if (room !== this.room) return []
    const fresh = newEvents(events, this.#state.seq)
    const seq = fresh.at(-1)?.seq ?? this.#state.seq
    this.#state = passLeftOut({ ...this.#state, seq }, message)
    this.topic = fresh.findLast(({ kind }) => kind === 'topic')?.text ?? this.topic
    return fresh.length === 0 ? [] : [{ type: 'events', events: fresh }]
  }

  #direct(message: Direct, now: number): Shown[] {
    this.#state = acknowledge(this.#state, message.events, now)
    return this.#correspondence?.receive(message) ?? []
  }

  /** A reply that is about this room, or about a conversation. */
  #reply(reply: History | Found): Shown[] {
    return reply.people !== undefined || reply.room === this.room ? [reply] : []
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
    return [
      ...(isThere ? [errorMessage({ code: 'already_in_room' })] : []),
      ...(this.#directory.take(list) ? [list] : []),
    ]
  }

  #error(error: ErrorMessage): Shown[] {
    const row = Object.hasOwn(errors, error.code) ? errors[error.code as ErrorCode] : undefined
    if (row !== undefined && row.close !== null) this.closingReason = error.message
    const verdict = this.#unreachable(error) ?? this.#rejection.ofMessage(this.#state, error)
    if (verdict === undefined) return [error, ...(this.#correspondence?.refused(error) ?? [])]
    this.#state = { ...this.#state, pending: verdict.pending }
    return verdict.shown
  }

  /** Undefined unless the error is about a room that is entered because of pending messages. */
  #unreachable(error: ErrorMessage): Verdict | undefined {
    const joining = error.id === undefined ? this.#memberships.refused(error.room) : undefined
    if (joining === undefined || joining.isMove) return undefined
    const { name } = joining
    const theirs = inRooms(this.pending).filter(({ room }) =>
      this.#memberships.isNameOf(name, room),
    )
    return this.#rejection.ofRoom(this.#state, theirs, name, error)
  }
}

type AboutRoom = Extract<
  Asked,
  { type: 'topic' | 'history' | 'search' | 'host' | 'act' | 'hands' | 'transcript' }
>
const aboutRoom: readonly Asked['type'][] = [
  'topic',
  'history',
  'search',
  'host',
  'act',
  'hands',
  'transcript',
]

function isAboutRoom(asked: Asked): asked is AboutRoom {
  return aboutRoom.includes(asked.type)
}

/** What is shown if the server has given another name than the one that was asked for, if any was. */
function otherName(asked: string, given: string): Shown[] {
  if (asked === '' || asked === given) return []
  const message = `${asked} is taken, or looks like a name that is; this client takes the name ${given}.`
  return [errorMessage({ code: 'name_taken', message })]
}
