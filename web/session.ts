/**
 * The page's one session in the room: joins the state to the socket, the store
 * and the clock, and offers the view what a person can do.
 *
 * What the server says MUST reach the reducer in the order it came; what the
 * person does goes in at once, after it.
 */
import {
  computed,
  effect,
  type ReadonlySignal,
  type Signal,
  signal,
  untracked,
} from '@preact/signals'
import { Connection } from '../shared/client/connection.ts'
import { sayOf } from '../shared/client/pending.ts'
import { helloOf, unsent } from '../shared/client/state.ts'
import type { Hello } from '../shared/protocol.ts'
import { copyText } from './clipboard.ts'
import type { Order } from './command.ts'
import { draftOf, meaningOf, type Spoken } from './draft.ts'
import { oncePerFrame } from './frame.ts'
import { fetchEvents } from './history.ts'
import { createIdentifier } from './identifier.ts'
import { texts } from './language.ts'
import { clock, openSocket } from './socket.ts'
import {
  type Action,
  arrivals,
  firstSeq,
  initialState,
  isDetached,
  isShown,
  lastSeq,
  PAGE_ROWS,
  PENDING_MESSAGES,
  reduce,
  type State,
} from './state.ts'
import { type Keeper, keep, readKept } from './store.ts'
import { Voice } from './voice.ts'

/** Events asked for on coming in anew. */
const HISTORY_EVENTS = 100
/** The latest answers to a search. */
const SEARCH_EVENTS = 100
/** Characters of a message that an answer to it repeats. */
const QUOTE_LENGTH = 120
/** `typing` is said at most this often. Milliseconds. */
const TYPING_EVERY_MS = 3_000
/** How often waiting is looked at: answers, typing, the countdown. Milliseconds. */
const TICK_MS = 250

export class Session {
  /** Milliseconds since 1970, as of the last tick; moves only while something waits. */
  readonly now = signal(Date.now())
  readonly voice = new Voice()
  /** Asks the composer to change what is in it. */
  readonly rewrite = signal<((draft: string) => string) | null>(null)
  /** The search is open, and what it begins with. */
  readonly searching = signal<{ query: string } | null>(null)
  readonly peopleOpen = signal(false)
  /** The seq of the row being read, null at the newest one; the list knows. */
  readingSeq: () => number | null = () => null
  readonly #state: Signal<State>
  readonly #keeper: Keeper
  readonly #connection: Connection
  readonly #askForFrame = oncePerFrame(() => this.#settle())
  #queue: Action[] = []
  #typingSaidAt = 0
  #loading = false

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
    this.#watchPage()
    this.#watchClock()
    if (this.#state.value.token !== null) this.#connection.open()
    this.#watchAddress()
  }

  /** A part of the state; whoever reads it is called again only when that part changes. */
  select<T>(part: (state: State) => T): ReadonlySignal<T> {
    return computed(() => part(this.#state.value))
  }

  join(name: string): void {
    this.#act({ type: 'join', name: name.trim() })
    this.#connection.open()
  }

  leave(): void {
    this.#connection.leave()
    this.#act({ type: 'left' })
  }

  /** Takes what was written. False when it stays in the composer. */
  async submit(draft: string): Promise<boolean> {
    const meaning = meaningOf(draft)
    switch (meaning.type) {
      case 'nothing':
        return false
      case 'crowded':
        return this.#hint(texts.commandAlone)
      case 'say':
        return this.#say(meaning.messages)
      case 'command': {
        const command = await import('./command.ts').catch(() => null)
        if (!command) return this.#hint(texts.connectionLost)
        return this.#obey(command.orderOf(meaning.line))
      }
    }
  }

  #say(messages: readonly Spoken[]): boolean {
    if (this.#state.value.pending.length + messages.length > PENDING_MESSAGES) {
      return this.#hint(texts.tooMany(messages.length, PENDING_MESSAGES))
    }
    const drafts = messages.map((message) => ({ ...message, id: createIdentifier() }))
    this.#act({ type: 'say', messages: drafts, now: Date.now() })
    return true
  }

  #obey(order: Order): boolean {
    switch (order.type) {
      case 'say':
        return this.#say([order.message])
      case 'usage':
        return this.#hint(texts.commandUsage(order.usage))
      case 'elsewhere':
        return this.#hint(
          order.name === 'history' ? texts.historyHint : texts.commandTerminal(order.name),
        )
      case 'unknown':
        return this.#hint(texts.commandUnknown(order.word))
      case 'obey':
        break
    }
    switch (order.name) {
      case 'name':
        return this.rename(order.argument) || this.#hint(texts.nameOffline)
      case 'search':
        this.searching.value = { query: order.argument }
        return true
      case 'who':
        this.peopleOpen.value = true
        return true
      case 'quit':
        this.leave()
        return true
      case 'help':
        // The palette is the list of commands.
        this.rewrite.value = () => '/'
        return false
    }
  }

  /** Asks for another name, as a suggestion offers. */
  rename(name: string): boolean {
    const asked = this.#connection.send({ type: 'name', name })
    if (asked) this.#act({ type: 'notice', notice: null })
    return asked
  }

  /** Tells the others that something is being written, or no longer. */
  typing(on: boolean): void {
    const now = Date.now()
    if (on && now - this.#typingSaidAt < TYPING_EVERY_MS) return
    if (!on && this.#typingSaidAt === 0) return
    if (this.#connection.send({ type: 'typing', on })) this.#typingSaidAt = on ? now : 0
  }

  retry(id: string): void {
    this.#act({ type: 'retry', id })
  }

  delete(id: string): void {
    this.#act({ type: 'delete', id })
  }

  /** Takes a message that was not sent back into the composer. */
  edit(message: Spoken & { id: string }): void {
    this.delete(message.id)
    this.rewrite.value = (draft) => [draftOf(message), draft].filter(Boolean).join('\n')
  }

  /** Begins an answer below what it answers. */
  quote(name: string, text: string): void {
    const shown = text.length > QUOTE_LENGTH ? `${text.slice(0, QUOTE_LENGTH).trimEnd()} …` : text
    this.rewrite.value = (draft) => `> ${name}: ${shown}\n${draft}`
  }

  async copyLink(seq: number): Promise<void> {
    const link = `${location.origin}${location.pathname}#${seq}`
    this.#hint((await copyText(link)) ? texts.linkCopied : link)
  }

  follow(on: boolean): void {
    this.#act({ type: 'follow', on })
  }

  /** More rows above those shown, for a reader who scrolls up. */
  async loadOlder(): Promise<void> {
    const { atStart, entries, seq, following } = this.#state.peek()
    if (atStart || following) return
    await this.#load('older', 'before', Math.min(firstSeq(entries), seq + 1))
  }

  /** More rows below those shown. */
  async loadNewer(): Promise<void> {
    const state = this.#state.peek()
    if (state.gap) await this.#load('newer', 'after', lastSeq(state.entries))
    else if (isDetached(state)) this.#act({ type: 'advance' })
  }

  /** Goes to a message in its place; `back` leads from there to where the reader was. */
  async goTo(seq: number, back: State['back'] = { seq: this.readingSeq() }): Promise<void> {
    const state = this.#state.peek()
    if (isShown(state, seq)) return this.#act({ type: 'aim', seq, back })
    const found = await fetchEvents('after', Math.max(0, seq - PAGE_ROWS / 2), PAGE_ROWS)
    if (!found) return void this.#hint(texts.historyFailed)
    if (!found.events.some((event) => event.seq === seq)) return void this.#hint(texts.notKept)
    const page = { ...found, position: { target: seq, back } }
    this.#act({ type: 'page', page, now: Date.now() })
  }

  async goBack(): Promise<void> {
    const { back } = this.#state.peek()
    if (back?.seq == null) this.follow(true)
    else await this.goTo(back.seq, null)
  }

  /** False when there is no connection to ask over. */
  search(query: string): boolean {
    return this.#connection.send({ type: 'search', query, limit: SEARCH_EVENTS })
  }

  /** The page has the reader's attention, or has lost it. */
  attend(away: boolean): void {
    this.#act({ type: 'away', on: away })
    if (!away) this.#connection.wake()
  }

  dismissNotice(): void {
    if (this.#state.peek().notice !== null) this.#act({ type: 'notice', notice: null })
  }

  /** Tries at once; also takes the session back from another tab. */
  reconnect(): void {
    this.#connection.open()
  }

  /** One page at a time; a failed one is asked for again as the reader goes on. */
  async #load(
    position: 'older' | 'newer',
    direction: 'before' | 'after',
    seq: number,
  ): Promise<void> {
    if (this.#loading) return
    this.#loading = true
    const found = await fetchEvents(direction, seq, PAGE_ROWS)
    this.#loading = false
    if (found) this.#act({ type: 'page', page: { ...found, position }, now: Date.now() })
  }

  /** Says something under the composer. */
  #hint(text: string): false {
    this.#act({ type: 'notice', notice: { code: '', text, suggestion: null } })
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
    for (const message of unsent(after)) {
      if (!this.#connection.send(sayOf(message))) break
      ids.push(message.id)
    }
    if (ids.length > 0) after = reduce(after, { type: 'sent', ids, now: Date.now() })
    this.#state.value = after
    keep(this.#keeper, before, after)
    this.#announce(before, after)
  }

  /** What arrived before the hello is part of what it continues. */
  #createHello(): Hello {
    this.#settle()
    return helloOf(this.#state.peek(), HISTORY_EVENTS)
  }

  #announce(before: State, after: State): void {
    const fresh = arrivals(before, after)
    if (fresh.length > 0) this.voice.hear(fresh, after.away)
  }

  #watchPage(): void {
    addEventListener('online', () => {
      // Another network: a connection that still looks open leads nowhere.
      this.#connection.renew()
      this.#connection.wake()
    })
    const pageOnFocus = () => this.attend(document.hidden || !document.hasFocus())
    addEventListener('focus', () => this.attend(false))
    addEventListener('blur', () => this.attend(true))
    document.addEventListener('visibilitychange', pageOnFocus)
    pageOnFocus()
  }

  /** A link to a message opens there, also one that is followed in this page. */
  #watchAddress(): void {
    const linked = () => Number(/^#(\d{1,15})$/u.exec(location.hash)?.[1] ?? 0)
    const isIn = this.select(({ me, epoch }) => me !== null && epoch !== null)
    effect(() => {
      if (isIn.value && linked() > 0) untracked(() => this.goTo(linked(), { seq: null }))
    })
    addEventListener('hashchange', () => {
      if (isIn.peek() && linked() > 0) this.goTo(linked())
    })
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
    if (silent.every(({ sentAt }) => sentAt !== null && this.#connection.heardAt < sentAt)) {
      this.#connection.renew()
    }
  }
}
