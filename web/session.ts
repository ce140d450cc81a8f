/**
 * The page's session: connects the state to the connection and the store, and offers the view
 * everything a person can do.
 *
 * Messages of the server MUST reach the reducer in the order of their arrival. Actions of
 * the person take effect at once, after all messages that have arrived.
 */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { Connection } from '../shared/client/connection.ts'
import { sayOf } from '../shared/client/pending.ts'
import type { ServerMessage } from '../shared/replies.ts'
import type { ClientMessage, Hello } from '../shared/requests.ts'
import { takeAnswering } from './answering.ts'
import type { Conversations } from './conversations.ts'
import { watchDeadlines } from './deadlines.ts'
import { nameOf, withLobby } from './directory.ts'
import { door, keepCode, knownCode } from './door.ts'
import type { Spoken } from './draft.ts'
import { oncePerFrame } from './frame.ts'
import { createIdentifier } from './identifier.ts'
import { texts } from './language.ts'
import type { History, Page } from './log/history.ts'
import { once } from './once.ts'
import { clock, openSocket } from './socket.ts'
import {
  type Action,
  arrivals,
  greetingOf,
  initialState,
  joinsOf,
  LOBBY,
  PENDING_MESSAGES,
  peerOf,
  reduce,
  type State,
  sendable,
} from './state.ts'
import { type Keeper, keep, readKept } from './store.ts'

export class Session {
  /** Time of the last check of time limits, in ms since 1970; changes only while one runs. */
  readonly now = signal(Date.now())
  /** The text of a polite live region. */
  readonly announcement = signal('')
  /** A change of the draft that the composer is to make. */
  readonly rewrite = signal<((draft: string) => string) | null>(null)
  /** The open search and its first query. */
  readonly searching = signal<{ query: string } | null>(null)
  readonly peopleOpen = signal(false)
  readonly roomsOpen = signal(false)
  /** Whether the wire view is shown in place of the chat. */
  readonly wire = signal(false)
  /** The page of the log that could not be loaded, until it is requested again. */
  readonly pageFailed = signal<Page | null>(null)
  /** The seq of the row being read, null at the newest one; the list replaces this function. */
  readingSeq: () => number | null = () => null
  readonly #state: Signal<State>
  readonly #keeper: Keeper
  readonly #connection: Connection
  readonly #requestFrame = oncePerFrame(() => this.#settle())
  readonly #history = once(async () => new (await import('./log/history.ts')).History(this))
  readonly #voice = once(async () => new (await import('./voice.ts')).Voice(this))
  readonly #conversations = once(
    async () => new (await import('./conversations.ts')).Conversations(this),
  )
  readonly #acts = once(() => import('./acts.ts'))
  #queue: Action[] = []
  /** The room of the last hello, and so of requests that name none. */
  #greeted = LOBBY

  /** `room`: the one to show. */
  constructor(keeper: Keeper, room: string) {
    this.#keeper = keeper
    this.#state = signal(initialState(readKept(keeper, room)))
    this.#connection = new Connection(
      {
        connect: openSocket,
        createHello: () => this.#createHello(),
        onMessage: (message) => this.#receive(message),
        onPhase: (connection) => this.#gather({ type: 'connection', connection, now: Date.now() }),
        retriesFirst: true,
      },
      clock,
    )
    watchDeadlines(this, this.#connection)
    if (this.peek().token !== null) this.#connection.open()
  }

  /** A part of the state; its readers run again only when that part changes. */
  select<T>(part: (state: State) => T): ReadonlySignal<T> {
    return computed(() => part(this.#state.value))
  }

  peek(): State {
    return this.#state.peek()
  }

  act(action: Action): void {
    this.#queue.push(action)
    this.#settle()
  }

  /** True when a connection took the message. */
  send(message: ClientMessage): boolean {
    return this.#connection.send(message)
  }

  /** The field of a request that names its room or conversation. */
  naming(room: string): { room?: string; direct?: string } {
    const direct = peerOf(room)
    if (direct !== '') return { direct }
    return room === this.#greeted ? {} : { room: nameOf(room) }
  }

  /** Does what concerns one other person. Undefined if its chunk cannot be loaded. */
  async converse<T>(use: (conversations: Conversations) => T): Promise<Awaited<T> | undefined> {
    const conversations = await this.#conversations().catch(ignore)
    return conversations ? await use(conversations) : undefined
  }

  /** Loads parts of the log. */
  browse(use: (history: History) => unknown): void {
    this.#history().then(use, () => {
      this.pageFailed.value = 'older'
    })
  }

  join(name: string): void {
    this.act({ type: 'join', name: name.trim() })
    this.#connection.open()
  }

  leave(): void {
    this.#connection.leave()
    this.act({ type: 'left' })
  }

  /** Says messages in the room that is shown. False if too many are pending. */
  say(messages: readonly Spoken[]): boolean {
    const { pending, room } = this.peek()
    if (pending.length + messages.length > PENDING_MESSAGES) {
      return this.hint(texts.tooMany(messages.length, PENDING_MESSAGES))
    }
    // The first of several messages answers.
    const answer = takeAnswering(room)
    const drafts = messages.map((message, at) => ({
      ...message,
      ...(at ? null : answer),
      id: createIdentifier(),
      room,
    }))
    this.act({ type: 'say', messages: drafts, now: Date.now() })
    return true
  }

  /** Asks for another name. False if there is no connection. */
  rename(name: string): boolean {
    const isSent = this.send({ type: 'name', name })
    if (isSent) this.dismissNotice()
    return isSent
  }

  follow(on: boolean): void {
    this.act({ type: 'follow', on })
  }

  /** `away`: the page does not have the reader's attention. */
  attend(away: boolean): void {
    this.act({ type: 'away', on: away })
    if (!away) this.#connection.wake()
  }

  /** Shows a text below the composer. */
  hint(text: string): false {
    this.act({ type: 'notice', notice: { code: '', text, suggestion: null } })
    return false
  }

  dismissNotice(): void {
    if (this.peek().notice !== null) this.act({ type: 'notice', notice: null })
  }

  /** Connects at once; also takes the session back from another tab. */
  reconnect(): void {
    this.#connection.open()
  }

  /** After a change of network, when a connection that seems open may be dead. */
  renew(): void {
    this.#connection.renew()
    this.#connection.wake()
  }

  #receive(received: ServerMessage): void {
    const message = withLobby(received)
    if (message.type !== 'events') this.converse((conversations) => conversations.take(message))
    if (message.type !== 'events' || message.events.some(({ act }) => act)) {
      this.#acts().then(({ takeHosting }) => takeHosting(this, message), ignore)
    }
    // This one is about a conversation, or about people in all rooms.
    if ('people' in message) return
    this.#gather({ type: 'received', message, now: Date.now() })
    if (message.type === 'welcome') {
      keepCode(message.code ?? null)
      this.#settle()
      for (const join of joinsOf(this.peek())) this.send(join)
    } else if (message.type === 'error' && message.room !== undefined) {
      this.#settle()
      // The hello named a room that cannot be entered, and the state has another one now.
      if (this.peek().connection.phase === 'connecting') this.#connection.open()
    }
  }

  #gather(action: Action): void {
    this.#queue.push(action)
    this.#requestFrame()
  }

  #settle(): void {
    const before = this.peek()
    const queue = this.#queue
    this.#queue = []
    let after = queue.reduce(reduce, before)
    const ids: string[] = []
    for (const { room = LOBBY, ...message } of sendable(after)) {
      const { direct: to, ...place } = this.naming(room)
      const say = sayOf({ ...message, ...place })
      if (!this.send(to === undefined ? say : { ...say, type: 'direct', to })) break
      ids.push(message.id)
    }
    if (ids.length > 0) after = reduce(after, { type: 'sent', ids, now: Date.now() })
    this.#state.value = after
    keep(this.#keeper, before, after)
    const heard = arrivals(before, after)
    if (heard.length > 0) this.#voice().then((voice) => voice.hear(heard, after), ignore)
  }

  /** Continues after the last message that arrived, so those in the queue come first. */
  #createHello(): Hello {
    this.#settle()
    const hello = greetingOf(this.peek())
    this.#greeted = hello.room ?? LOBBY
    const code = knownCode()
    return { ...hello, ...(code ? { code } : door.pass) }
  }
}

/** Without the chunk of the voice the page is silent, and without the others it has less to offer. */
function ignore(): void {}
