/**
 * The client: a conversation over a connection, used by the terminal and by the pipe.
 */
import {
  type Clock,
  Connection,
  type ConnectionPhase,
  type TransportEvents,
} from '../../../shared/client/connection.ts'
import type { Recipient } from '../../../shared/client/pending.ts'
import { type ErrorCode, errors } from '../../../shared/errors.ts'
import type { ErrorMessage, ServerMessage } from '../../../shared/replies.ts'
import type { Shown } from '../editor/style.ts'
import type { Asked, Conversation } from './conversation.ts'
import type { Written } from './outbox.ts'
import type { Destination } from './tls.ts'
import { TcpTransport } from './transport.ts'

/** A connection is dead if a message waits and nothing at all was received for this long. */
const SILENT_MS = 20_000
const TICK_MS = 500

export type ClientEvents = {
  /** A message to show. */
  onMessage(message: Shown): void
  /** Anything else changed: the connection, the pending messages, the time they waited. */
  onChange(): void
}

const clock: Clock = {
  now: Date.now,
  random: Math.random,
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

export class Client {
  readonly conversation: Conversation
  readonly #connection: Connection
  readonly #events: ClientEvents
  #transport: TcpTransport | undefined
  #ticking: NodeJS.Timeout | undefined
  #isReading = true
  /** Whether the server waits for the room code. */
  #lacksCode = false

  constructor(address: Destination, conversation: Conversation, events: ClientEvents) {
    this.conversation = conversation
    this.#events = events
    const options = {
      connect: (transportEvents: TransportEvents) => {
        this.#transport = new TcpTransport(address, transportEvents)
        return this.#transport
      },
      createHello: () => this.conversation.hello(),
      onMessage: (message: ServerMessage) => this.#connectionOnMessage(message),
      onPhase: (phase: ConnectionPhase) => this.#connectionOnPhase(phase),
      retriesFirst: false,
    }
    this.#connection = new Connection(options, clock)
  }

  open(): void {
    this.#connection.open()
  }

  get lacksCode(): boolean {
    return this.#lacksCode
  }

  giveCode(code: string): void {
    this.#lacksCode = false
    this.conversation.code = code
    this.#connection.open()
  }

  get waitedMs(): number {
    return this.conversation.waitedMs(Date.now())
  }

  /** Why there is no connection: the last error of the server, or of the network. */
  get trouble(): string {
    const { connection, closingReason } = this.conversation
    return closingReason || ('why' in connection ? connection.why : '')
  }

  say(texts: readonly string[], how: Written = {}): void {
    this.conversation.say(texts, how, Date.now())
    this.flush()
  }

  /** Writes to one person. */
  tell(to: Recipient, text: string): void {
    this.conversation.tell(to, text, Date.now())
    this.flush()
  }

  /** False if there is no connection. */
  ask(asked: Asked): boolean {
    return this.#connection.send(this.conversation.request(asked))
  }

  /** Goes to another room. `name`: valid. False if there is no connection. */
  move(name: string): boolean {
    if (this.conversation.connection.phase !== 'online') return false
    for (const shown of this.conversation.move(name)) this.#events.onMessage(shown)
    this.flush()
    return true
  }

  /** Sends what the connection may send now. */
  flush(): void {
    for (const move of this.conversation.takeMoves()) this.#connection.send(move)
    for (const fetch of this.conversation.takeFetches()) this.#connection.send(fetch)
    for (const message of this.conversation.take(Date.now())) this.#connection.send(message)
    this.#changed()
  }

  /** Pauses and resumes reading, for an output that is slower than the room. */
  setReading(isReading: boolean): void {
    if (this.#isReading === isReading) return
    this.#isReading = isReading
    if (isReading) {
      this.#transport?.resume()
      this.#connection.wake()
    } else {
      this.#transport?.pause()
    }
  }

  /** Says goodbye; resolves when the connection has closed. */
  async close(): Promise<void> {
    clearInterval(this.#ticking)
    this.#connection.leave()
    await this.#transport?.closed
  }

  #connectionOnMessage(message: ServerMessage): void {
    const isOnline = this.conversation.connection.phase === 'online'
    if (message.type === 'error' && !isOnline && this.#isShutOut(message)) {
      this.#connectionOnPhase({ phase: 'ended', why: message.message })
      return
    }
    if (message.type === 'error' && !isOnline) {
      this.#lacksCode = message.code === 'code_needed' || message.code === 'code_wrong'
    }
    for (const one of this.conversation.receive(message, Date.now())) this.#events.onMessage(one)
    this.flush()
  }

  /** Whether the name, the room or a host keeps this client out, and another attempt would not help. */
  #isShutOut({ code, room }: ErrorMessage): boolean {
    if (code.startsWith('name_') || code === 'turned_away') return true
    if (room === undefined) return false
    const isRetryable = Object.hasOwn(errors, code) && errors[code as ErrorCode].retryable
    return this.conversation.me === null || !isRetryable
  }

  #connectionOnPhase(phase: ConnectionPhase): void {
    this.conversation.connection = phase
    if (phase.phase !== 'online') this.conversation.retry()
    // While the output is blocked, the client would not read, and the server would close it again.
    if (phase.phase === 'waiting' && !this.#isReading) this.#connection.hold()
    this.flush()
  }

  #changed(): void {
    const { connection, pending } = this.conversation
    const isIdle = connection.phase === 'online' && pending.length === 0
    if (isIdle || connection.phase === 'ended' || connection.phase === 'idle') {
      clearInterval(this.#ticking)
      this.#ticking = undefined
    } else {
      this.#ticking ??= setInterval(() => this.#tick(), TICK_MS)
    }
    this.#events.onChange()
  }

  #tick(): void {
    this.conversation.retry()
    const silentMs = Math.min(this.waitedMs, Date.now() - this.#connection.heardAt)
    if (this.#isReading && silentMs > SILENT_MS) this.#connection.renew()
    else this.flush()
  }
}
