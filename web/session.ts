/**
 * The page's one session in the room: joins the state to the socket, the store
 * and the clock, and offers the view what a person can do.
 *
 * What the server says MUST reach the reducer in the order it came; what the
 * person does goes in at once, after it.
 */
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals'
import type { Hello } from '../shared/protocol.ts'
import { Announcer, SUMMARY_MS } from './announcer.ts'
import { meaningOf } from './draft.ts'
import { oncePerFrame } from './frame.ts'
import { createIdentifier } from './identifier.ts'
import { RoomSocket, roomUrl } from './socket.ts'
import {
  type Action,
  arrivals,
  initialState,
  PENDING_MESSAGES,
  reduce,
  type State,
  unsent,
} from './state.ts'
import { keep, readKept } from './store.ts'

/** Events asked for on coming in anew. */
const HISTORY_EVENTS = 100
/** `typing` is said at most this often. Milliseconds. */
const TYPING_EVERY_MS = 3_000
/** How often waiting is looked at: answers, typing, the countdown. Milliseconds. */
const TICK_MS = 250

export class Session {
  /** Milliseconds since 1970, as of the last tick; moves only while something waits. */
  readonly now = signal(Date.now())
  readonly announcement = signal('')
  readonly #state = signal(initialState(readKept()))
  readonly #socket: RoomSocket
  readonly #announcer = new Announcer()
  readonly #askForFrame = oncePerFrame(() => this.#settle())
  #queue: Action[] = []
  #typingSaidAt = 0
  #summaryTimer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    this.#socket = new RoomSocket(roomUrl(location), {
      createHello: () => this.#createHello(),
      onMessage: (message) => this.#gather({ type: 'received', message, now: Date.now() }),
      onConnection: (connection) =>
        this.#gather({ type: 'connection', connection, now: Date.now() }),
    })
    this.#watchPage()
    this.#watchClock()
    if (this.#state.value.token !== null) this.#socket.open()
  }

  /** A part of the state; whoever reads it is called again only when that part changes. */
  select<T>(part: (state: State) => T): ReadonlySignal<T> {
    return computed(() => part(this.#state.value))
  }

  join(name: string): void {
    this.#act({ type: 'join', name: name.trim() })
    this.#socket.open()
  }

  leave(): void {
    this.#socket.leave()
    this.#act({ type: 'left' })
  }

  /** Takes what was written. False when it stays in the composer. */
  submit(draft: string): boolean {
    const meaning = meaningOf(draft)
    if (meaning.type === 'nothing') return false
    if (meaning.type === 'unknown') return this.#hint(meaning.hint)
    if (meaning.type === 'name') {
      const { name } = meaning
      if (!this.#socket.send({ type: 'name', name })) {
        return this.#hint('There is no connection right now; your name stays as it is.')
      }
      this.#act({ type: 'notice', notice: null })
      return true
    }
    const { messages } = meaning
    if (this.#state.value.pending.length + messages.length > PENDING_MESSAGES) {
      return this.#hint(
        `That is ${messages.length} messages, and at most ${PENDING_MESSAGES} can wait to be sent. Nothing was sent.`,
      )
    }
    const drafts = messages.map((message) => ({ ...message, id: createIdentifier() }))
    this.#act({ type: 'say', messages: drafts, now: Date.now() })
    return true
  }

  /** Asks for another name, as a suggestion offers. */
  rename(name: string): void {
    if (this.#socket.send({ type: 'name', name })) this.#act({ type: 'notice', notice: null })
  }

  /** Tells the others that something is being written, or no longer. */
  typing(on: boolean): void {
    const now = Date.now()
    if (on && now - this.#typingSaidAt < TYPING_EVERY_MS) return
    if (!on && this.#typingSaidAt === 0) return
    if (this.#socket.send({ type: 'typing', on })) this.#typingSaidAt = on ? now : 0
  }

  retry(id: string): void {
    this.#act({ type: 'retry', id })
  }

  delete(id: string): void {
    this.#act({ type: 'delete', id })
  }

  follow(on: boolean): void {
    this.#act({ type: 'follow', on })
  }

  advance(): void {
    this.#act({ type: 'advance' })
  }

  dismissNotice(): void {
    if (this.#state.peek().notice !== null) this.#act({ type: 'notice', notice: null })
  }

  /** Tries at once; also takes the session back from another tab. */
  reconnect(): void {
    this.#socket.open()
  }

  #hint(text: string): false {
    this.#act({ type: 'notice', notice: { text, suggestion: null } })
    return false
  }

  #gather(action: Action): void {
    this.#queue.push(action)
    this.#askForFrame()
  }

  #act(action: Action): void {
    this.#queue.push(action)
    this.#settle()
  }

  #settle(): void {
    const before = this.#state.peek()
    const queue = this.#queue
    this.#queue = []
    let after = queue.reduce(reduce, before)
    const ids: string[] = []
    for (const { id, text, action } of unsent(after)) {
      if (!this.#socket.send({ type: 'say', id, text, ...(action && { action }) })) break
      ids.push(id)
    }
    if (ids.length > 0) after = reduce(after, { type: 'sent', ids, now: Date.now() })
    this.#state.value = after
    keep(before, after)
    this.#announce(before, after)
  }

  /** Continues where the list ends; a page with no list yet asks for the latest. */
  #createHello(): Hello {
    this.#settle()
    const { name, token, epoch, seq } = this.#state.peek()
    return {
      type: 'hello',
      protocol: 1,
      history: HISTORY_EVENTS,
      ...(name !== '' && { name }),
      ...(token !== null && { token }),
      ...(epoch !== null && { epoch, seq }),
    }
  }

  #announce(before: State, after: State): void {
    const fresh = arrivals(before, after)
    if (fresh.length === 0) return
    const sentences = fresh.map(({ kind, from, text }) =>
      kind === 'action' ? `${from.name} ${text}` : `${from.name}: ${text}`,
    )
    const spoken = this.#announcer.hear(sentences, Date.now())
    if (spoken !== null) this.announcement.value = spoken
    else this.#summaryTimer ??= setTimeout(() => this.#summarise(), SUMMARY_MS)
  }

  #summarise(): void {
    this.#summaryTimer = undefined
    const summary = this.#announcer.summary()
    if (summary !== null) this.announcement.value = summary
  }

  #watchPage(): void {
    addEventListener('online', () => {
      // Another network: a connection that still looks open leads nowhere.
      this.#socket.renew()
      this.#socket.wake()
    })
    addEventListener('focus', () => this.#socket.wake())
    const pageOnVisibility = () => {
      const { hidden } = document
      this.#act({ type: 'hidden', on: hidden })
      if (!hidden) this.#socket.wake()
    }
    document.addEventListener('visibilitychange', pageOnVisibility)
    pageOnVisibility()
  }

  #watchClock(): void {
    const waits = this.select(
      ({ awaySince, pending, typing }) =>
        awaySince !== null || pending.length > 0 || typing.length > 0,
    )
    effect(() => {
      if (!waits.value) return
      this.now.value = Date.now()
      const timer = setInterval(() => this.#tick(), TICK_MS)
      return () => clearInterval(timer)
    })
  }

  #tick(): void {
    const now = Date.now()
    this.now.value = now
    const late = (state: State) => state.pending.filter(({ fault }) => fault?.kind === 'silent')
    const before = late(this.#state.peek()).length
    this.#act({ type: 'tick', now })
    const silent = late(this.#state.peek())
    if (silent.length <= before) return
    // Nothing at all heard since it was sent: the connection itself may be dead.
    if (silent.every(({ sentAt }) => sentAt !== null && this.#socket.heardAt < sentAt)) {
      this.#socket.renew()
    }
  }
}
