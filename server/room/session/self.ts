/**
 * What the parts of a session share: its person, its reader, the rooms that it is in, and the
 * posts that wait for the log.
 */
import type { Outgoing } from '../../../shared/dialect/dialect.ts'
import type { Ignored } from '../../../shared/dialect/ignoring.ts'
import { type ErrorCode, errorMessage, type Fault } from '../../../shared/errors.ts'
import type { Person } from '../../../shared/protocol.ts'
import type { Hello } from '../../../shared/requests.ts'
import type { Channel } from '../channel.ts'
import type { Named } from '../conversation.ts'
import type { Reader } from '../reader.ts'
import type { Room } from '../room.ts'
import type { Rooms } from '../rooms.ts'
import { Correspondence } from './correspondence.ts'
import { Memberships } from './memberships.ts'
import { Posts } from './posts.ts'

/** A hello, also of a client whose hello is added by the server. */
export type Greeting = Omit<Hello, 'type' | 'protocol'>

const NOBODY: Ignored = new Set()

export class Self {
  readonly rooms: Rooms
  readonly reader: Reader
  readonly memberships: Memberships
  readonly posts: Posts
  /**
   * `outside`: the client is asked for the room code, or waits for a host. `entering`: a hello is
   * being processed. `leaving`: nothing more is processed, and the posts are not settled yet.
   */
  state: 'new' | 'outside' | 'entering' | 'member' | 'leaving' | 'left' = 'new'
  /** Why the last hello was rejected. */
  refusal: ErrorCode | undefined
  /** The hello of a client outside. */
  hello: Greeting = {}
  /** To whom this person has said something last; undefined if that was in a room. */
  lastTold: Named | undefined
  /** A host has let this client in. */
  isAdmitted = false
  /** The room code that the person gave; undefined if they gave none. */
  #code: string | undefined
  #correspondence: Correspondence | undefined
  /** Ids of the people that the person ignores. */
  #ignored: Ignored = NOBODY
  #id: string | undefined
  #lastKnown: Person | undefined

  constructor(rooms: Rooms, reader: Reader) {
    this.rooms = rooms
    this.reader = reader
    this.memberships = new Memberships(rooms, reader)
    this.posts = new Posts(rooms)
  }

  /** Made when it is first needed, since most people have no conversations. */
  get correspondence(): Correspondence {
    this.#correspondence ??= new Correspondence(this.rooms, this.reader)
    return this.#correspondence
  }

  /** The greeting is sent: the conversations that have received events meanwhile come next. */
  greeted(): void {
    this.#correspondence?.begin()
  }

  /**
   * The person whom the client means. If this node does not know the person, it reads the latest news of
   * the other nodes first.
   */
  async findPerson(idOrName: string): Promise<Named | undefined> {
    const { nodes } = this.rooms.store
    const known = await this.#knownPerson(idOrName)
    if (known !== undefined || nodes === undefined) return known
    await nodes.refresh()
    return this.#knownPerson(idOrName)
  }

  /** A client that types rather gives a name, which can be like an id. */
  async #knownPerson(idOrName: string): Promise<Named | undefined> {
    const { directory } = this.rooms.people
    const named = this.reader.isTyped ? await directory.named(idOrName) : undefined
    return named ?? directory.find(idOrName)
  }

  /** Undefined before hello. */
  get id(): string | undefined {
    return this.#id
  }

  /** The person with their latest name; undefined unless they are present. */
  get person(): Person | undefined {
    return this.#id === undefined ? undefined : this.rooms.people.names.get(this.#id)
  }

  /** The same, or as last seen: a message may be processed after its sender has left. */
  get lastKnown(): Person | undefined {
    this.#lastKnown = this.person ?? this.#lastKnown
    return this.#lastKnown
  }

  get code(): string | undefined {
    return this.#code
  }

  get isHost(): boolean {
    return this.#id !== undefined && this.rooms.hosts.rules.isHost(this.#id)
  }

  /** Why the person may not write; undefined if they may. `channel`: undefined for any person. */
  objectionIn(channel: Channel | undefined): Fault | undefined {
    return this.#id === undefined
      ? undefined
      : this.rooms.hosts.objection(this.#id, channel?.log.key)
  }

  /** A host learns who waits outside. */
  tellKnocks(): void {
    const { message } = this.rooms.doors.knocks
    if (message !== undefined) this.reply(message)
  }

  /** Whether a text gives the key of the hosts away. */
  holdsKey(text: string): boolean {
    return this.rooms.hosts.holdsKey(text, this.#id ?? '')
  }

  get ignored(): Ignored {
    return this.#ignored
  }

  /** The people that the person ignores have changed. */
  refreshIgnored(): void {
    const people = this.#id === undefined ? [] : this.rooms.people.ignoredBy(this.#id)
    this.#ignored = people.length === 0 ? NOBODY : new Set(people.map(({ id }) => id))
  }

  /** The person gave the room code: their network counts them until they leave. */
  comeInside(id: string, code: string): void {
    this.rooms.doors.remember(id, code)
    if (this.#code === undefined) this.reader.source.insiders += 1
    this.#code = code
  }

  become(person: Person | undefined): void {
    this.#id = person?.id
    this.#lastKnown = person
    this.refreshIgnored()
  }

  /** Leaves all rooms, and gives up the name unless `hold`: the client may reconnect. */
  depart(hold: boolean): void {
    const { people } = this.rooms
    const { lastKnown } = this
    if (this.#id !== undefined) people.noteSeat(this.#id, this.reader)
    this.#correspondence?.end()
    this.memberships.exitAll(lastKnown, hold)
    if (this.#id !== undefined) people.depart(this.#id, this.reader)
    if (this.#code !== undefined) this.reader.source.insiders -= 1
    this.#code = undefined
  }

  /** The room of that name, held; the lobby without a name. Undefined after an error. */
  async hold(name: string | undefined, id = this.#id): Promise<Room | undefined> {
    const { rooms, reader } = this
    // The name of a new room is shown to everybody.
    const muted = id === undefined ? undefined : rooms.hosts.muted(id)
    const held = await (muted ? rooms.find(name) : rooms.enter(name, reader.source.name))
    if (held.ok) return held.room
    this.refuse(held.fault.code === 'room_unknown' && muted ? muted : held.fault)
    return undefined
  }

  reply(message: Outgoing, channel?: Channel): void {
    this.reader.deliver(message, channel)
  }

  /** `id`: of the rejected `say`. */
  refuse(fault: Fault, id?: string): void {
    this.rooms.tally.refused(fault.code)
    this.reply(errorMessage(fault, id))
  }
}
