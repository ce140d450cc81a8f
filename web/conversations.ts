/**
 * Direct messages and ignoring: a chunk of its own, loaded when the page has entered a room.
 *
 * The events of a conversation MUST be shown without a gap. Events after a gap are held until
 * the ones before them have been fetched.
 */
import { effect, type ReadonlySignal, untracked } from '@preact/signals'
import { acknowledge } from '../shared/client/state.ts'
import { foldName } from '../shared/fold.ts'
import type { RoomEvent } from '../shared/protocol.ts'
import type {
  Direct,
  Found,
  History,
  Ignored,
  Presence,
  ServerMessage,
  Welcome,
} from '../shared/replies.ts'
import type { ClientMessage } from '../shared/requests.ts'
import { Inquiry } from './inquiry.ts'
import { more } from './language/more.ts'
import type { Fetched } from './log/history.ts'
import { keepFocus } from './log/refocus.ts'
import { takeActs } from './state/acts.ts'
import {
  conversationsOf,
  enterConversation,
  forget,
  ignorePeople,
  meet,
  readUpTo,
} from './state/conversation.ts'
import { takeEvents } from './state/entries.ts'
import { isIgnored } from './state/pages.ts'
import {
  type Action,
  conversationWith,
  HISTORY_EVENTS,
  type Named,
  PAGE_ROWS,
  peerOf,
  type RoomState,
  roomsOf,
  type State,
} from './state.ts'

/** The session, as far as conversations need it. */
export type ConversationHost = {
  peek(): State
  act(action: Action): void
  select<T>(part: (state: State) => T): ReadonlySignal<T>
  send(message: ClientMessage): boolean
  hint(text: string): false
}

type Pair = readonly [Named, Named]

export class Conversations {
  readonly #host: ConversationHost
  readonly #inquiry: Inquiry
  /** Events after a gap, and the conversations whose latest events are requested, by room. */
  readonly #held = new Map<string, readonly RoomEvent[]>()
  readonly #loading = new Set<string>()

  constructor(host: ConversationHost) {
    this.#host = host
    this.#inquiry = new Inquiry((request) => host.send(request))
    const online = host.select(({ connection }) => connection.phase === 'online')
    const shown = host.select(({ room, epoch }) => (epoch === null && peerOf(room) ? room : ''))
    effect(() => {
      if (!online.value) this.#inquiry.end()
      else if (shown.value !== '') untracked(() => this.#load(shown.value))
    })
  }

  take(message: ServerMessage): void {
    if (message.type === 'welcome') this.#takeWelcome(message)
    else if (message.type === 'direct') this.#takeDirect(message)
    else if (message.type === 'found') this.#takeFound(message)
    else if (message.type === 'ignored') this.#takeIgnored(message)
    else if (message.type === 'presence') this.#takeNames(message)
    else if (message.type === 'history' || message.type === 'error') this.#inquiry.take(message)
  }

  /** Shows the conversation with a person. A name that the tab does not know is looked up. */
  async open(wanted: Named | string): Promise<boolean> {
    const person = typeof wanted === 'string' ? await this.#lookUp(wanted) : wanted
    if (person === null) return false
    if (isIgnored(this.#host.peek(), person.id)) {
      return this.#host.hint(more.isIgnored(person.name))
    }
    this.#changeAll((state) => meet(state, person))
    this.#host.act({ type: 'show', room: conversationWith(person.id) })
    return true
  }

  /**
   * Ignores a person, or no longer; without `on`, the opposite of before. Without a person it
   * requests the list. False without a connection.
   */
  ignore(name?: string, on?: boolean): boolean {
    const isSent = this.#host.send({
      type: 'ignore',
      ...(name !== undefined && { name }),
      ...(on !== undefined && { on }),
    })
    return isSent || this.#host.hint(more.ignoreOffline)
  }

  /** The events before or after a seq, which is not included; null if they cannot be fetched. */
  async page(room: string, direction: 'before' | 'after', seq: number): Promise<Fetched | null> {
    const { epoch = null } = this.#find(room) ?? {}
    const isOlder = direction === 'before'
    const end = isOlder ? seq : seq + PAGE_ROWS + 1
    const found = await this.#fetch(room, PAGE_ROWS, end)
    if (found === null || epoch === null) return null
    const events = found.events.filter((event) => isOlder || event.seq > seq)
    // A reply of long messages leaves out the oldest ones, which come next.
    while (!isOlder && events[0] !== undefined && events[0].seq > seq + 1) {
      const before = events[0].seq
      const rest = await this.#fetch(room, before - seq - 1, before)
      if (rest === null) return null
      if (rest.events.length === 0) break
      events.unshift(...rest.events)
    }
    const head = this.#find(room)?.seq ?? 0
    return { epoch, events, more: isOlder ? found.more : (events.at(-1)?.seq ?? seq) < head }
  }

  #takeWelcome({ epoch, direct = [], ignored = [] }: Welcome): void {
    this.#held.clear()
    this.#changeAll((state) => ignorePeople(state, ignored))
    for (const { room, epoch: before } of conversationsOf(this.#host.peek())) {
      this.#change(room, (there) => {
        const next = before === null || before === epoch ? there : forget(there)
        return { ...next, replayTo: next.seq }
      })
    }
    for (const { with: person, head } of direct) this.#catchUp(person, head)
  }

  /** Fetches what was missed. A conversation that the tab knew and has read waits until it is shown. */
  #catchUp(person: Named, head: number): void {
    if (isIgnored(this.#host.peek(), person.id)) return
    const room = conversationWith(person.id)
    const isKnown = this.#find(room) !== undefined
    this.#changeAll((state) => meet(state, person))
    this.#change(room, (there) => ({
      ...(isKnown ? there : readUpTo(there, -1)),
      replayTo: head,
    }))
    const { epoch, seq, readTo } = this.#find(room) as RoomState
    if (epoch !== null && seq < head) this.#load(room, head)
    else if (epoch === null && readTo !== null && readTo < head) this.#load(room)
  }

  #takeFound(found: Found): void {
    if (found.people === undefined) return
    const { id } = this.#otherOf(found.people)
    this.#change(conversationWith(id), (there) => ({ ...there, found }))
  }

  #takeIgnored({ people }: Ignored): void {
    this.#changeAll((state) => ignorePeople(state, people))
    this.#host.hint(more.ignored(people.map(({ name }) => name)))
  }

  #takeNames({ renamed }: Presence): void {
    for (const person of renamed) {
      const isKnown = this.#find(conversationWith(person.id)) !== undefined
      if (isKnown) this.#changeAll((state) => meet(state, person))
    }
  }

  #takeDirect({ people, events }: Direct): void {
    const [first] = events
    if (first === undefined) return
    const person = this.#otherOf(people)
    const room = conversationWith(person.id)
    const isKnown = this.#find(room) !== undefined
    this.#changeAll((state) => acknowledge(meet(state, person), events, Date.now()))
    if (!isKnown) {
      this.#change(room, (there) => readUpTo(there, first.seq - 1 || -1))
    }
    const { epoch, seq } = this.#find(room) as RoomState
    const news = [...(this.#held.get(room) ?? []), ...events.filter((event) => event.seq > seq)]
    if (news.length === 0) return
    this.#held.set(room, news)
    const before = (news[0]?.seq ?? 1) - 1
    if (before !== seq) {
      this.#load(room, before)
      return
    }
    if (epoch === null) this.#enter(room, { events: [], more: false })
    this.#release(room)
  }

  /** Fetches the events up to `head`, or the latest ones if the conversation has none yet. */
  async #load(room: string, head = 0): Promise<void> {
    const { epoch = null, seq = 0 } = this.#find(room) ?? {}
    if (this.#loading.has(room)) return
    this.#loading.add(room)
    // Without the upper limit, later events would take the place of those that are missing.
    const found = await (epoch === null
      ? this.#fetch(room, HISTORY_EVENTS)
      : this.#fetch(room, Math.min(head - seq, PAGE_ROWS), head + 1))
    this.#loading.delete(room)
    if (found === null) return
    const news = this.#held.get(room)?.[0]?.seq ?? Infinity
    // Messages that arrived in the meantime are news; those before them are not.
    const events = found.events.filter(({ seq }) => seq < news)
    this.#enter(room, { events, more: found.more })
    this.#release(room, found.events)
  }

  /** Continues the list, or replaces it after a gap that is too long. */
  #enter(room: string, { events, more }: Pick<History, 'events' | 'more'>): void {
    this.#change(room, (there) => {
      const now = Date.now()
      const joins = there.epoch !== null && (events[0]?.seq ?? 0) <= there.seq + 1
      if (joins) return takeEvents(there, { type: 'events', events }, now)
      return enterConversation(there, events, more, now)
    })
  }

  #release(room: string, found: readonly RoomEvent[] = []): void {
    const held = this.#held.get(room)
    if (held === undefined) return
    this.#held.delete(room)
    const events = [...found, ...held].sort((one, other) => one.seq - other.seq)
    // Only an act draws rows again.
    const refocus = events.some(({ act }) => act) ? keepFocus() : undefined
    const now = Date.now()
    this.#change(room, (there) =>
      takeActs(takeEvents(there, { type: 'events', events }, now), events, now),
    )
    refocus?.()
  }

  async #fetch(room: string, limit: number, before?: number): Promise<History | null> {
    const found = await this.#inquiry.ask({
      type: 'history',
      direct: peerOf(room),
      limit,
      ...(before !== undefined && { before }),
    })
    const isAbout = found?.people && conversationWith(this.#otherOf(found.people).id) === room
    return isAbout ? found : null
  }

  async #lookUp(name: string): Promise<Named | null> {
    const state = this.#host.peek()
    const isWanted = (one: Named) =>
      foldName(one.name) === foldName(name) && one.id !== state.me?.id
    const rooms = roomsOf(state)
    const people = rooms.flatMap(({ members }) => [...members.values()])
    const peers = rooms.map(({ room, person }) => ({ id: peerOf(room), name: person }))
    const known = people.find(isWanted) ?? peers.find(isWanted)
    if (known !== undefined) return known
    if (state.connection.phase !== 'online') {
      this.#host.hint(more.directOffline)
      return null
    }
    const found = await this.#inquiry.ask({ type: 'history', direct: name, limit: 1 })
    return found?.people ? this.#otherOf(found.people) : null
  }

  #otherOf([one, other]: Pair): Named {
    return one.id === this.#host.peek().me?.id ? other : one
  }

  #find(room: string): RoomState | undefined {
    return roomsOf(this.#host.peek()).find((there) => there.room === room)
  }

  #change(room: string, change: (there: State) => State): void {
    this.#host.act({ type: 'change', room, change })
  }

  #changeAll(change: (state: State) => State): void {
    this.#change(this.#host.peek().room, change)
  }
}
