/**
 * The connection to the room as a state machine: it opens a transport, says hello, and
 * reconnects with backoff when the transport ends. It does no input or output itself.
 *
 * After `open()` there MUST always be a transport, a timer that will open one, a wait that
 * `hold()` has stopped, a hello that the server rejected because of what is in it, a wait for
 * a host, or a phase of `ended`.
 */
import { isRefusal } from '../errors.ts'
import type { ServerMessage } from '../replies.ts'
import type { ClientMessage, Hello } from '../requests.ts'

/** The first wait is up to this long; each next one is up to twice the one before. */
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 15_000
/** A connection that lasted this long resets the backoff. */
const STEADY_MS = 5_000
/** The time limit from the start of an attempt, or from a hello, to the first message. */
const WELCOME_MS = 10_000

/** `retryAt`: start of the next attempt, in ms since 1970. `why`: a sentence, or ''. */
export type ConnectionPhase =
  /** No connection is wanted. */
  | { phase: 'idle' }
  | { phase: 'connecting' }
  | { phase: 'online' }
  | { phase: 'waiting'; retryAt: number; why: string }
  /** The client does not reconnect: see `retriesFirst`, or another connection took over. */
  | { phase: 'ended'; why: string }

/** One WebSocket or TCP connection. */
export type Transport = {
  /** False when the connection cannot take a message any more. */
  send(message: ClientMessage): boolean
  /** `afterBye`: a goodbye was sent, which is to arrive before the connection closes. */
  close(afterBye: boolean): void
  /** A sentence for an attempt that reached its time limit, or ''. */
  readonly silence: string
}

/** Called by a transport, but never before `connect` has returned it. */
export type TransportEvents = {
  opened(): void
  received(message: ServerMessage): void
  /** `replaced`: the close says that another connection continues this session. */
  closed(why: string, replaced?: boolean): void
}

export type ConnectionOptions = {
  connect(events: TransportEvents): Transport
  /** Called when the hello is sent. */
  createHello(): Hello
  onMessage(message: ServerMessage): void
  onPhase(phase: ConnectionPhase): void
  /** Whether to reconnect also if the server was never reached. */
  retriesFirst: boolean
}

/** Time and chance, so that tests can replace them. `after` returns a function that cancels. */
export type Clock = {
  now(): number
  /** From 0 to 1. */
  random(): number
  after(ms: number, run: () => void): () => void
}

type Stage = 'closed' | 'opening' | 'refused' | 'welcomed' | 'waiting'

export class Connection {
  /** When the server was last heard, in ms since 1970. */
  heardAt = 0
  readonly #options: ConnectionOptions
  readonly #clock: Clock
  #stage: Stage = 'closed'
  #transport: Transport | null = null
  #cancelTimer: () => void = () => {}
  #attempts = 0
  #welcomedAt = 0

  constructor(options: ConnectionOptions, clock: Clock) {
    this.#options = options
    this.#clock = clock
  }

  /** Connects now; after a rejected hello it says hello again over the same connection. */
  open(): void {
    this.#attempts = 0
    if (this.#stage === 'refused') this.#greet()
    else this.#connect()
  }

  /** Ends the wait for the next attempt. */
  wake(): void {
    if (this.#stage === 'waiting') this.#connect()
  }

  /** Stops the timer of the next attempt; `wake` makes it. */
  hold(): void {
    if (this.#stage === 'waiting') this.#cancelTimer()
  }

  /** Replaces a connection that seems dead; the session continues. */
  renew(): void {
    if (this.#stage === 'welcomed') this.#connect()
  }

  /** True when a connection that is in the room took the message. */
  send(message: ClientMessage): boolean {
    return this.#stage === 'welcomed' && this.#transport?.send(message) === true
  }

  /** Says goodbye and does not reconnect. */
  leave(): void {
    this.#drop(this.send({ type: 'bye' }))
    this.#options.onPhase({ phase: 'idle' })
  }

  #connect(): void {
    this.#drop()
    this.#stage = 'opening'
    this.#options.onPhase({ phase: 'connecting' })
    const isCurrent = () => transport === this.#transport
    const transport = this.#options.connect({
      opened: () => isCurrent() && this.#greet(),
      received: (message) => isCurrent() && this.#receive(message),
      closed: (why, replaced = false) => isCurrent() && this.#lose(why, replaced),
    })
    this.#transport = transport
    this.#startDeadline()
  }

  #greet(): void {
    this.#stage = 'opening'
    this.#startDeadline()
    this.#transport?.send(this.#options.createHello())
  }

  #startDeadline(): void {
    this.#setTimer(WELCOME_MS, () => this.#lose(this.#transport?.silence ?? '', false))
  }

  #receive(message: ServerMessage): void {
    this.heardAt = this.#clock.now()
    // A welcome, a reason, or the wait for a host, which has no limit here.
    if (this.#stage === 'opening') this.#cancelTimer()
    if (message.type === 'welcome') {
      this.#stage = 'welcomed'
      this.#welcomedAt = this.heardAt
    }
    const error = message.type === 'error' ? message : undefined
    const isRefused = error && (isRefusal(error.code) || error.room !== undefined)
    if (isRefused && this.#stage === 'opening') this.#stage = 'refused'
    this.#options.onMessage(message)
    if (/replaced|kicked|banned/.test(`${error?.code}`)) this.#lose('', true)
  }

  #lose(why: string, replaced: boolean): void {
    const { retriesFirst, onPhase } = this.#options
    const stage = this.#stage
    const now = this.#clock.now()
    if (stage === 'welcomed' && now - this.#welcomedAt >= STEADY_MS) this.#attempts = 0
    this.#drop()
    if (stage === 'refused') onPhase({ phase: 'idle' })
    else if (replaced || (this.#welcomedAt === 0 && !retriesFirst)) onPhase({ phase: 'ended', why })
    else this.#waitForNext(why, now)
  }

  #waitForNext(why: string, now: number): void {
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#attempts)
    // Half of it is random, so that thousands of clients do not reconnect at the same moment.
    const wait = longest * (0.5 + this.#clock.random() / 2)
    this.#attempts++
    this.#stage = 'waiting'
    this.#setTimer(wait, () => this.#connect())
    this.#options.onPhase({ phase: 'waiting', retryAt: now + wait, why })
  }

  #drop(afterBye = false): void {
    const transport = this.#transport
    this.#transport = null
    this.#stage = 'closed'
    this.#cancelTimer()
    transport?.close(afterBye)
  }

  #setTimer(ms: number, run: () => void): void {
    this.#cancelTimer()
    this.#cancelTimer = this.#clock.after(ms, run)
  }
}
