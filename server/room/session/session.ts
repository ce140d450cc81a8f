/**
 * A session: what one connection may do on the server, the same in every dialect. It replies
 * with values; dialects make sentences of them.
 *
 * MUST give posts to the rooms in the order in which they were received, and MUST leave each
 * room exactly once, after everything it posted was settled.
 */
import type { Decoded, Request } from '../../../shared/dialect/dialect.ts'
import type { Ignored } from '../../../shared/dialect/ignoring.ts'
import type { ActRequest, Hello } from '../../../shared/requests.ts'
import type { Conversation, Named } from '../conversation.ts'
import type { LogKey } from '../log.ts'
import type { Reader } from '../reader.ts'
import type { Room } from '../room.ts'
import type { Rooms } from '../rooms.ts'
import { sayInAnswer } from './answer.ts'
import { enter, resume, showCode } from './arrival.ts'
import { askConversation, direct, ignore, reply } from './direct.ts'
import { goOn, type HandedSession, handedSession } from './handover.ts'
import { listHands } from './hands.ts'
import { act, becomeHost, listBans } from './hosting.ts'
import { admit, Outside, showApproval } from './knocking.ts'
import { join, leaveRoom } from './moves.ts'
import { type Query, replyTo } from './query.ts'
import { register } from './register.ts'
import { Self } from './self.ts'
import { say, setTopic } from './speech.ts'

import { takeBack } from './takeback.ts'
import { linkTranscript } from './transcript.ts'
import { showWire } from './wire.ts'

/** The requests that are for one of the rooms that the connection is in. */
type RoomRequest =
  | Query
  | Extract<
      Request,
      { type: 'say' | 'topic' | 'typing' | 'leave' | 'host' | 'act' | 'hands' | 'transcript' }
    >

export class Session {
  readonly #self: Self
  /** Set once the client has done something outside. */
  #outside: Outside | undefined
  /** Id of the person, if the server itself chose it: the console, a relay. */
  readonly #identity: string | undefined

  constructor(rooms: Rooms, reader: Reader, identity?: string) {
    this.#self = new Self(rooms, reader)
    this.#identity = identity
  }

  /** Whether the server itself opens this connection: the console, a relay. */
  get isOfServer(): boolean {
    return this.#identity !== undefined
  }

  get personId(): string | undefined {
    return this.#self.id
  }

  /** The name, or the last one after leaving; undefined before hello. */
  get name(): string | undefined {
    return this.#self.lastKnown?.name
  }

  /** Ids of the people that the person ignores. */
  get ignored(): Ignored {
    return this.#self.ignored
  }

  /** The room of requests that name none. */
  get home(): Room {
    return this.#self.memberships.home
  }

  /** Handles one decoded unit. Until a returned promise resolves, the caller MUST NOT call again. */
  receive(decoded: Exclude<Decoded, { type: 'setting' }>): Promise<void> | void {
    const { state } = this.#self
    if (decoded.type === 'nothing' || state === 'leaving' || state === 'left') return undefined
    const entering = this.#outside?.entering
    if (entering !== undefined) return entering.then(() => this.receive(decoded))
    if (decoded.type === 'fault') return this.#self.refuse(decoded.fault, decoded.id)
    return this.#request(decoded.request)
  }

  #request(request: Request): Promise<void> | void {
    const self = this.#self
    if (request.type === 'hello') return this.#greet(request)
    if (request.type === 'bye') return this.#quit()
    if (self.state === 'outside') return this.#requestOutside(request)
    if (self.state !== 'member') return self.refuse({ code: 'hello_first' }, idOf(request))
    switch (request.type) {
      case 'name':
        return this.#rename(request.name)
      case 'resume':
        return resume(self, request.code)
      case 'join':
      case 'move':
        return join(self, request)
      case 'rooms':
        return this.#list()
      case 'wire':
        return showWire(self, request.name)
      case 'bans':
        return listBans(self)
      case 'admit':
        return admit(self, request)
      case 'show_code':
        return showCode(self)
      case 'show_approval':
        return showApproval(self)
      case 'direct':
        return direct(self, request)
      case 'reply':
        return reply(self, request.text)
      case 'ignore':
        return ignore(self, request)
      case 'register':
        return register(self, request)
      case 'act':
        return this.#act(request)
      case 'history':
      case 'search':
        return request.direct === undefined
          ? this.#inRoom(request)
          : askConversation(self, request, request.direct)
      default:
        return this.#inRoom(request)
    }
  }

  /** /undo alone is about the latest message, wherever it was said. */
  #act(request: ActRequest): Promise<void> | void {
    const self = this.#self
    const { act } = request
    const isUndo = act.type === 'redact' && act.seq === undefined && act.person === undefined
    const told = self.reader.isTyped && isUndo ? self.lastTold : undefined
    const name = request.direct ?? told
    return name === undefined ? this.#inRoom(request) : takeBack(self, act, name)
  }

  async #greet(hello: Hello): Promise<void> {
    const self = this.#self
    if (self.state === 'outside') return self.refuse({ code: 'hello_twice' })
    await enter(self, hello, this.#identity)
    if (this.isOutside && !self.reader.isTyped) this.#waiting.begin()
  }

  get #waiting(): Outside {
    const say = (text: string) => this.#inRoom({ type: 'say', text })
    this.#outside ??= new Outside(this.#self, say)
    return this.#outside
  }

  /** A client that types, and is asked for the room code or waits for a host, can read the help. */
  #requestOutside(request: Request): Promise<void> | void {
    const self = this.#self
    if (!self.reader.isTyped) return self.refuse({ code: 'approval_needed' }, idOf(request))
    if (request.type === 'say') return this.#waiting.take(request.text)
    if (request.type === 'help') return self.reply({ ...request, isHost: false })
    const isKnown = self.refusal === 'approval_needed'
    return self.refuse({ code: isKnown ? 'approval_needed' : 'code_needed' })
  }

  /** Whether the client is asked for the room code, or waits for a host. */
  get isOutside(): boolean {
    const { state, id } = this.#self
    return (
      state === 'outside' ||
      (state === 'entering' && id === undefined && this.#outside !== undefined)
    )
  }

  /** Resolves when everything that was received is settled: the client can be handed over. */
  async settled(): Promise<void> {
    await this.#outside?.entering
    await this.#self.posts.settled()
  }

  /** The session as data, for the server that goes on in the place of this one. */
  get handed(): HandedSession {
    return handedSession(this.#self, this.#outside?.knock)
  }

  /** Goes on with the session of a client that another server had. `positions`: what it has read. */
  async goOn(handed: HandedSession, positions: Record<LogKey, number>): Promise<void> {
    const knock = await goOn(this.#self, handed, positions)
    if (knock !== undefined) this.#waiting.knockAgain(knock)
  }

  /** A conversation of the person is about to receive events; see `Reader.invite`. */
  invite(conversation: Conversation, sender: Named | undefined): void {
    const { id, state, ignored, correspondence } = this.#self
    if (id === undefined || (state !== 'entering' && state !== 'member')) return
    if (sender !== undefined && !ignored.has(sender.id)) correspondence.lastPeer = sender
    correspondence.invite(conversation, id, state === 'member')
  }

  /** A request that is for one of the rooms that the connection is in. */
  #inRoom(request: RoomRequest): Promise<void> | void {
    const self = this.#self
    const name = 'room' in request ? request.room : undefined
    const room = self.memberships.named(name)
    if (room === undefined) {
      const named = name === undefined ? {} : { room: name }
      return self.refuse({ code: 'not_in_room', ...named }, idOf(request))
    }
    switch (request.type) {
      case 'say':
        if (room.typing.has(this.#self.id)) this.#type(false, room)
        return request.reply === undefined && request.addressed !== true
          ? say(self, request, room)
          : sayInAnswer(self, request, room)
      case 'topic':
        return setTopic(self, request, room)
      case 'host':
        return becomeHost(self, request, room)
      case 'act':
        return act(self, request.act, room)
      case 'hands':
        return listHands(self, room)
      case 'typing':
        if (self.objectionIn(room) !== undefined) return undefined
        return this.#type(request.on, room)
      case 'leave':
        return leaveRoom(self, room)
      case 'transcript':
        return linkTranscript(self, request, room)
      default:
        return this.#ask(request, room)
    }
  }

  #type(on: boolean, room: Room): void {
    const { person, rooms } = this.#self
    if (person === undefined) return
    room.typing.set(person, on)
    rooms.others?.type(person.id, room, on)
  }

  async #list(): Promise<void> {
    // The reply includes a topic that this person has just set.
    await this.#self.posts.settled()
    this.#self.reply(this.#self.rooms.list())
  }

  async #ask(query: Query, room: Room): Promise<void> {
    const self = this.#self
    // The reply includes what this person has just said.
    await self.posts.settled()
    await self.rooms.queries.next()
    try {
      self.reply(await replyTo(query, room, { name: this.name ?? '', isHost: self.isHost }), room)
    } catch {
      self.refuse({ code: 'history_unavailable' })
    }
  }

  /** The member receives a reply at once; all others the broadcast of the change. */
  async #rename(raw: string): Promise<void> {
    const self = this.#self
    const { id, reader, rooms } = self
    if (id === undefined) return
    const fault = reader.source.allows('renames')
      ? (rooms.hosts.muted(id) ??
        (await rooms.people.everywhere.rename(id, raw, reader.source.name)))
      : ({ code: 'too_fast' } as const)
    if (fault === undefined) self.reply({ type: 'you_are', name: this.name ?? '', changed: true })
    else self.refuse(fault)
  }

  async #quit(): Promise<void> {
    await this.leave(false)
    this.#self.reply({ type: 'goodbye', name: this.name })
    this.#self.reader.close('bye')
  }

  /** Leaves all rooms. `hold`: the connection was lost, and its client may reconnect. */
  async leave(hold: boolean): Promise<void> {
    const self = this.#self
    if (self.state === 'leaving' || self.state === 'left') return
    this.#outside?.end()
    self.state = 'leaving'
    await self.posts.settled()
    self.state = 'left'
    self.depart(hold)
  }

  /** Leaves at once, and expects another hello. MUST be called before anything was posted. */
  startOver(): void {
    const self = this.#self
    this.#outside?.end()
    self.depart(false)
    self.become(undefined)
    self.state = 'new'
  }
}

/** The id of a rejected `say`. */
function idOf(request: Request): string | undefined {
  return request.type === 'say' || request.type === 'direct' ? request.id : undefined
}
