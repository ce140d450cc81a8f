/**
 * The page's session in the room: connects the state to the connection, the store and the
 * clock, and offers the view everything a person can do.
 *
 * Messages of the server MUST reach the reducer in the order of their arrival. Actions of
 * the person take effect at once, after all messages that have arrived.
 */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { Connection } from '../shared/client/connection.ts'
import { sayOf } from '../shared/client/pending.ts'
import { helloOf, unsent } from '../shared/client/state.ts'
import type { Hello } from '../shared/protocol.ts'
import { watchDeadlines } from './deadlines.ts'
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
  initialState,
  PENDING_MESSAGES,
  reduce,
  type State,
} from './state.ts'
import { type Keeper, keep, readKept } from './store.ts'

/** Latest events that a newcomer requests. */
const HISTORY_EVENTS = 100
/** Results of a search, the latest ones. */
const SEARCH_EVENTS = 100
/** The shortest time between two typing notices. Milliseconds. */
const TYPING_EVERY_MS = 3_000
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
  #queue: Action[] = []
  #typingSentAt = 0

  constructor(keeper: Keeper) {
    this.#keeper = keeper
    this.#state = signal(initialState(readKept(keeper)))
    this.#connection = new Connection(
      {
        connect: openSocket,
        createHello: () => this.#createHello(),
        onMessage: (message) => this.#gather({ type: 'received', message, now: Date.now() }),
        onPhase: (connection) => this.#gather({ type: 'connection', connection, now: Date.now() }),
        retriesFirst: true,
      },
      clock,
    )
    watchDeadlines(this, this.#connection)
    if (this.#state.value.token !== null) this.#connection.open()
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

  say(messages: readonly Spoken[]): boolean {
    if (this.#state.value.pending.length + messages.length > PENDING_MESSAGES) {
      return this.hint(texts.tooMany(messages.length, PENDING_MESSAGES))
    }
    const drafts = messages.map((message) => ({ ...message, id: createIdentifier() }))
    this.act({ type: 'say', messages: drafts, now: Date.now() })
    return true
  }

  /** Asks for another name. False if there is no connection. */
  rename(name: string): boolean {
    const isSent = this.#connection.send({ type: 'name', name })
    if (isSent) this.dismissNotice()
    return isSent
  }

  /** Shows the other members that this person is writing, or stopped. */
  typing(on: boolean): void {
    const now = Date.now()
    if (on && now - this.#typingSentAt < TYPING_EVERY_MS) return
    if (!on && this.#typingSentAt === 0) return
    if (this.#connection.send({ type: 'typing', on })) this.#typingSentAt = on ? now : 0
  }

  follow(on: boolean): void {
    this.act({ type: 'follow', on })
  }

  /** False if there is no connection. */
  search(query: string): boolean {
    return this.#connection.send({ type: 'search', query, limit: SEARCH_EVENTS })
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
    for (const message of unsent(after)) {
      if (!this.#connection.send(sayOf(message))) break
      ids.push(message.id)
    }
    if (ids.length > 0) after = reduce(after, { type: 'sent', ids, now: Date.now() })
    this.#state.value = after
    keep(this.#keeper, before, after)
    const fresh = arrivals(before, after)
    if (fresh.length > 0) this.#voice().then((voice) => voice.hear(fresh, after.away), ignore)
  }

  /** Continues after the last message that arrived, so those in the queue come first. */
  #createHello(): Hello {
    this.#settle()
    return helloOf(this.peek(), HISTORY_EVENTS)
  }
}

/** Without the chunk of the voice the page is silent. */
function ignore(): void {}
