/**
 * The rooms of a server, and what they share: the people, the commits, the pages of the logs.
 *
 * MUST have each room in memory at most once, and only while a person is in it or a caller holds
 * it; the lobby always. MUST keep the number of rooms within its limits, also for each network.
 */
import type { Fault } from '../../shared/errors.ts'
import { foldName } from '../../shared/fold.ts'
import { MAX_ROOMS } from '../../shared/limits.ts'
import { checkRoomName } from '../../shared/names.ts'
import type { RoomList, RoomSummary } from '../../shared/replies.ts'
import type { Channel } from './channel.ts'
import type { Clock } from './clock.ts'
import { Commits, type Settle } from './commits.ts'
import type { Conversation } from './conversation.ts'
import { Conversations } from './conversations.ts'
import type { Doors } from './doors/doors.ts'
import { Hooks } from './doors/hooks.ts'
import { FeedMemory } from './feed.ts'
import { Hosts } from './hosts/hosts.ts'
import { LOBBY, roomKey, roomOf } from './keys.ts'
import type { Committed, Draft, LogKey, RoomLog, Store } from './log.ts'
import { Others } from './nodes/others.ts'
import { Pages } from './pages.ts'
import { type Handed, People } from './people.ts'
import { type About, Room, type RoomOptions } from './room.ts'
import { CODE_IN_NAME } from './roster.ts'
import { Tally } from './tally.ts'
import { holdsToken } from './token.ts'
import { Turns } from './turns.ts'
import type { WireView } from './wire.ts'

/** Most rooms that exist and were made from one network since the start. */
export const MAX_ROOMS_OF_NETWORK = 250

/** Most rooms in a list; its count includes the others. */
const LISTED_ROOMS = 200

/** Which rooms there are beside the lobby: any that people make, or only those listed. */
export type RoomsRule = { type: 'open' } | { type: 'listed'; names: readonly string[] }

export type RoomsOptions = {
  store: Store
  clock: Clock
  doors: Doors
  /** Name of the lobby, as it is shown. */
  lobby: string
  rule: RoomsRule
  /** Whether people are observers until a host lets them write. */
  readonlyDefault?: boolean
  /** How long, in ms, the place of a lost connection is held; 0: not at all. */
  absenceMs: number
  /** Whether people can register their names. */
  reserve: boolean
  /** Bytes of recent broadcasts kept in memory for all rooms and readers together. */
  feedBytes: number
  /** Receives a fault of the store. */
  onLogFault: (error: unknown) => void
  /** Receives an error that only a bug can cause. */
  onBug: (error: unknown) => void
}

/**
 * A room that exists: it is in memory, or something was said in it, or it is listed. `network`:
 * from which it was made since the start. `isEmpty`: nothing was said in it, as far as is known.
 */
type Entry = {
  about: About
  key: LogKey
  network: string | undefined
  isEmpty: boolean
  /** Undefined while the room is not in memory. */
  opened: Room | undefined
  /** Resolves when the room is in memory; undefined while nobody waits for that. */
  opening: Promise<void> | undefined
}

/** A room that the caller MUST release. */
export type Held = { ok: true; room: Room } | { ok: false; fault: Fault }

/** The lobby's name is taken by another room, in a sentence for the operator. */
export class LobbyTaken extends Error {}

export class Rooms {
  readonly store: Store
  readonly clock: Clock
  readonly doors: Doors
  readonly tally = new Tally()
  readonly people: People
  readonly hosts: Hosts
  readonly hooks: Hooks
  readonly conversations: Conversations
  readonly pages: Pages
  /** For replies to queries, which can be long. */
  readonly queries: Turns
  /** For greetings: an address that connects many times at once delays no message. */
  readonly arrivals: Turns
  readonly lobby: Room
  /** The server stops, so people leave who did not decide to: their hands stay raised. */
  isStopping = false
  /** Set by the gateway. */
  wire: WireView | undefined
  readonly #rule: RoomsRule
  readonly #commits: Commits
  readonly #options: RoomOptions
  /** The people at other nodes; undefined if there are none. */
  readonly others: Others | undefined
  /** All rooms but the lobby, by their folded names. */
  readonly #entries = new Map<string, Entry>()

  /** Rejects with a LobbyTaken, or if the log of the lobby cannot be opened. */
  static async open(options: RoomsOptions): Promise<Rooms> {
    const { store, lobby } = options
    const key = roomKey(foldName(lobby))
    if (store.rooms.some((stored) => stored.key === key)) {
      throw new LobbyTaken(`${lobby} is another room already, and cannot be the lobby.`)
    }
    const rooms = new Rooms(options, await store.open(LOBBY, lobby))
    await rooms.others?.listen()
    return rooms
  }

  private constructor(options: RoomsOptions, lobbyLog: RoomLog) {
    const { store, clock, lobby, rule, absenceMs, reserve, feedBytes, onLogFault, onBug } = options
    const { tally } = this
    this.store = store
    this.clock = clock
    this.doors = options.doors
    this.#rule = rule
    this.people = new People(store, clock, reserve)
    this.doors.tellHosts = (message) => {
      this.people.deliver(message, (id) => this.hosts.rules.isHost(id))
    }
    this.hooks = new Hooks(store)
    this.people.names.hookOf = (skeleton) => this.hooks.of(skeleton)
    this.hosts = new Hosts(store, clock, this.people, options.readonlyDefault ?? false)
    this.pages = new Pages(clock)
    this.queries = new Turns(clock)
    this.arrivals = new Turns(clock)
    this.#commits = new Commits({ store, clock, tally, onLogFault, onBug })
    const feedMemory = new FeedMemory(feedBytes)
    const { people, hosts, pages } = this
    this.#options = {
      clock,
      people,
      hosts,
      pages,
      tally,
      feedMemory,
      absenceMs,
      onBug,
      post: (room, draft, settle) => (this.isStopping ? settle() : this.post(room, draft, settle)),
    }
    const about = { name: lobby, topic: store.lobbyTopic }
    this.conversations = new Conversations(store, this.#options)
    this.lobby = new Room(this.#options, about, undefined, lobbyLog, () => {})
    for (const { key, name, topic } of store.rooms) {
      if (rule.type === 'open') this.#add(roomOf(key) ?? '', { name, topic }).isEmpty = false
    }
    if (rule.type === 'listed') for (const name of rule.names) this.#addListed(name)
    this.others = store.nodes && new Others(this, store.nodes)
    people.others = this.others
    this.doors.knocks.elsewhere = store.nodes?.knocks
  }

  /** The room of this log, if it is in memory. */
  openedRoom(log: LogKey): Room | undefined {
    return log === LOBBY ? this.lobby : this.#entries.get(roomOf(log) ?? '')?.opened
  }

  /** A room that people at another node are in. */
  noteRoom(log: LogKey, name: string): void {
    const folded = roomOf(log)
    if (folded !== undefined && !this.#entries.has(folded)) this.#add(folded, { name, topic: '' })
  }

  /** Something was said in a room, or its topic was set, at another node. */
  noteSaid(log: LogKey, about: About): void {
    const folded = roomOf(log)
    if (folded === undefined) return
    const known = this.#entries.get(folded)
    if (known === undefined && this.#rule.type === 'listed') return
    const entry = known ?? this.#add(folded, about)
    entry.isEmpty = false
    if (entry.opened === undefined) entry.about.topic = about.topic
  }

  /** At the other nodes, nobody is in the room any more. */
  forgetRoom(log: LogKey): void {
    const folded = roomOf(log)
    const entry = folded === undefined ? undefined : this.#entries.get(folded)
    if (folded === undefined || entry === undefined) return
    if (entry.opened === undefined && entry.opening === undefined)
      this.#forgetIfEmpty(folded, entry)
  }

  #addListed(name: string): void {
    const folded = foldName(name)
    if (folded === foldName(this.lobby.about.name)) return
    const stored = this.store.rooms.find(({ key }) => key === roomKey(folded))
    this.#add(folded, { name, topic: stored?.topic ?? '' })
  }

  #add(folded: string, about: About, network?: string): Entry {
    const key = roomKey(folded)
    const unopened = { opened: undefined, opening: undefined }
    const entry: Entry = { about, key, network, isEmpty: true, ...unopened }
    this.#entries.set(folded, entry)
    return entry
  }

  /**
   * The room of that name, which is made if it does not exist; the lobby without a name.
   * `network`: of the client.
   */
  async enter(raw: string | undefined, network: string): Promise<Held> {
    if (raw === undefined) return held(this.lobby)
    return this.#hold(raw, (folded, name) => {
      const fault = this.#objection(name, network)
      return fault ?? this.#add(folded, { name, topic: '' }, network)
    })
  }

  /** The room of that name, if it exists; the lobby without a name. */
  async find(raw: string | undefined): Promise<Held> {
    return raw === undefined ? held(this.lobby) : this.#hold(raw, () => ({ code: 'room_unknown' }))
  }

  /** The room of a seat, held; the lobby if that room cannot be entered any more. */
  async reenter(key: LogKey, network: string): Promise<Room> {
    const entered = await this.enter(roomOf(key), network)
    if (entered.ok) return entered.room
    this.lobby.hold()
    return this.lobby
  }

  /** `make`: called for a name that no room has. */
  async #hold(raw: string, make: (folded: string, name: string) => Entry | Fault): Promise<Held> {
    const checked = checkRoomName(raw)
    if (!checked.ok) return refused(checked.fault, raw)
    const folded = foldName(checked.name)
    if (folded === foldName(this.lobby.about.name)) return held(this.lobby)
    for (;;) {
      const entry = this.#entries.get(folded) ?? make(folded, checked.name)
      if ('code' in entry) return refused(entry, raw)
      if (entry.opened !== undefined) return held(entry.opened)
      try {
        // Another caller may have closed the room again before this one goes on.
        entry.opening ??= this.#load(folded, entry)
        await entry.opening
      } catch {
        return refused({ code: 'history_unavailable' }, raw)
      }
    }
  }

  async #load(folded: string, entry: Entry): Promise<void> {
    const { about, key } = entry
    try {
      const log = await this.store.open(key, about.name)
      const onUnused = (): void => this.#close(folded, entry)
      about.topic = log.topic ?? about.topic
      entry.opened = new Room(this.#options, about, about.name, log, onUnused)
      for (const person of this.others?.membersOf(key) ?? []) entry.opened.members.seed(person)
    } catch (error) {
      this.#forgetIfEmpty(folded, entry)
      throw error
    } finally {
      entry.opening = undefined
    }
  }

  #close(folded: string, entry: Entry): void {
    const room = entry.opened
    if (room === undefined) return
    entry.opened = undefined
    entry.isEmpty = room.log.head() === 0
    this.#forgetIfEmpty(folded, entry)
    room.close()
  }

  /** A room in which nothing was said exists only while it is in use. */
  #forgetIfEmpty(folded: string, entry: Entry): void {
    const isKept = !entry.isEmpty || this.#rule.type === 'listed'
    if (!isKept && this.#entries.get(folded) === entry) this.#entries.delete(folded)
  }

  /** Why no room of that name can be made now. */
  #objection(name: string, network: string): Fault | undefined {
    if (this.#rule.type === 'listed') return { code: 'room_unknown' }
    if (holdsToken(name, this.store.secret)) return { code: 'room_invalid', message: CODE_IN_NAME }
    if (this.#entries.size + 1 >= MAX_ROOMS) return { code: 'rooms_full' }
    let ofNetwork = 0
    for (const entry of this.#entries.values()) if (entry.network === network) ofNetwork += 1
    if (ofNetwork < MAX_ROOMS_OF_NETWORK) return undefined
    const message = `Your network has made ${MAX_ROOMS_OF_NETWORK} rooms, which is the limit.`
    return { code: 'rooms_full', message }
  }

  /** The conversation with this log, held; undefined if it cannot be opened. `after`: see `Store.open`. */
  async conversationOf(key: LogKey, after?: number): Promise<Conversation | undefined> {
    const pair = await this.people.directory.pairOf(key)
    return this.conversations.hold(pair, after).catch(() => undefined)
  }

  /** The list of rooms: the lobby first, then those with the most members. */
  list(): RoomList {
    const others = [...this.#entries.values()].map(({ about, key, opened }) =>
      summaryOf(about, opened?.members.size ?? this.others?.countIn(key) ?? 0),
    )
    others.sort((a, b) => b.memberCount - a.memberCount || (a.name < b.name ? -1 : 1))
    const rooms = [summaryOf(this.lobby.about, this.lobby.members.size), ...others]
    const { length: roomCount } = rooms
    return {
      type: 'rooms',
      rooms: rooms.slice(0, LISTED_ROOMS),
      roomCount,
      open: this.#rule.type === 'open',
    }
  }

  /** The rooms that are in memory. */
  get opened(): Room[] {
    const others = [...this.#entries.values()].flatMap(({ opened }) => opened ?? [])
    return [this.lobby, ...others]
  }

  /**
   * Queues a draft for a channel, which MUST be held until it is settled. Drafts are committed in the
   * order of the calls.
   */
  post({ log }: Channel, draft: Omit<Draft, 'at'>, settle: Settle): void {
    this.#commits.post(log, draft, settle)
  }

  /**
   * The same for drafts that are committed all or none. Resolves to undefined if the store could not
   * commit them.
   */
  postTogether(
    { log }: Channel,
    drafts: readonly Omit<Draft, 'at'>[],
  ): Promise<Committed[] | undefined> {
    return this.#commits.postTogether(log, drafts)
  }

  /** Estimated bytes of memory of all feeds, for tests. */
  get feedBytes(): number {
    return this.#options.feedMemory.bytes
  }

  /** Seeds the people of the server before this one, before any client arrives. */
  async seed(people: readonly Handed[]): Promise<void> {
    for (const person of people) {
      const entered: Room[] = []
      for (const name of person.rooms) {
        const held = await this.enter(name, person.network)
        if (held.ok) entered.push(held.room)
      }
      if (entered.length === 0) continue
      this.people.seed(person, entered, this.doors.networks.of(person.network))
      for (const room of entered) room.release()
    }
  }

  /** Commits what was posted, and broadcasts all that is due. */
  async settle(): Promise<void> {
    await this.#commits.settled()
    for (const room of this.opened) room.members.announceAll()
  }

  /** Commits what was posted, stores the seats, and leaves no timer. */
  async close(): Promise<void> {
    await this.#commits.settled()
    await this.people.close()
    this.doors.knocks.close()
    this.pages.close()
    this.conversations.close()
    for (const room of this.opened) room.close()
  }
}

function held(room: Room): Held {
  room.hold()
  return { ok: true, room }
}

function refused(fault: Fault, room: string): Held {
  return { ok: false, fault: { ...fault, room } }
}

function summaryOf({ name, topic }: About, memberCount: number): RoomSummary {
  return { name, memberCount, topic }
}
