/**
 * The client: a conversation over a link, for people at a terminal and for pipes alike.
 */
import type { Address } from '../../../shared/address.ts'
import type { ServerMessage } from '../../../shared/protocol.ts'
import type { Shown } from '../editor/style.ts'
import type { Conversation } from './conversation.ts'
import { type Connection, Link } from './link.ts'

/** Nothing at all heard for this long, while we wait for an answer: the connection is dead. */
const SILENT_MS = 20_000
/** How often waiting is looked at, in ms. */
const TICK_MS = 500

export type ClientEvents = {
  onTold(message: Shown): void
  /** Something else has changed: the connection, what is pending, the time. */
  onChange(): void
}

export class Client {
  readonly conversation: Conversation
  readonly link: Link
  connection: Connection = { phase: 'connecting' }
  readonly #events: ClientEvents
  #ticking: NodeJS.Timeout | undefined
  /** When something of ours was last answered, or first waited, in ms since 1970. */
  #waitingSince = 0

  constructor(address: Address, conversation: Conversation, events: ClientEvents) {
    this.conversation = conversation
    this.#events = events
    this.link = new Link(address, {
      hello: () => this.conversation.hello(),
      onMessage: (message) => this.#linkOnMessage(message),
      onConnection: (connection) => this.#linkOnConnection(connection),
    })
  }

  /** In ms: how long something of ours has waited for its answer; 0 when nothing does. */
  get waitedMs(): number {
    return this.conversation.pending.length === 0 ? 0 : Date.now() - this.#waitingSince
  }

  say(texts: readonly string[], action = false): void {
    if (this.conversation.pending.length === 0) this.#waitingSince = Date.now()
    for (const text of texts) this.conversation.say(text, action)
    this.flush()
  }

  /** Gives the connection what it can carry. */
  flush(): void {
    for (const say of this.conversation.take()) this.link.send(say)
    this.#changed()
  }

  close(): Promise<void> {
    clearInterval(this.#ticking)
    return this.link.leave()
  }

  #linkOnMessage(message: ServerMessage): void {
    const before = this.conversation.pending.length
    const told = this.conversation.receive(message)
    for (const one of told) this.#events.onTold(one)
    if (message.type === 'error' && this.connection.phase === 'connecting') this.#rename(message)
    if (this.conversation.pending.length < before) this.#waitingSince = Date.now()
    this.flush()
  }

  /** A room that does not let us in under this name has named one that is free. */
  #rename({ code, suggestion }: { code: string; suggestion?: string }): void {
    if (!code.startsWith('name_') || suggestion === undefined) return
    this.conversation.rename(suggestion)
    this.link.greet()
  }

  #linkOnConnection(connection: Connection): void {
    if (connection.phase !== 'online') this.conversation.lost()
    this.connection = connection
    this.flush()
  }

  #changed(): void {
    const idle = this.connection.phase === 'online' && this.conversation.pending.length === 0
    if (idle || this.connection.phase === 'ended') {
      clearInterval(this.#ticking)
      this.#ticking = undefined
    } else {
      this.#ticking ??= setInterval(() => this.#tick(), TICK_MS)
    }
    this.#events.onChange()
  }

  #tick(): void {
    this.conversation.retry()
    const silentMs = Math.min(this.waitedMs, Date.now() - this.link.heardAt)
    if (this.connection.phase === 'online' && silentMs > SILENT_MS) this.link.open()
    else this.flush()
  }
}
