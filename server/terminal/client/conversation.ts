/**
 * The state of the conversation, and the items that a terminal or a pipe shows for each
 * message of the server. No input or output.
 */
import type { ConnectionPhase } from '../../../shared/client/connection.ts'
import { markSent, type Pending, sayOf, without, written } from '../../../shared/client/pending.ts'
import {
  acknowledge,
  type ClientState,
  helloOf,
  initialClient,
  newEvents,
  takePresence,
  takeRejection,
  takeWelcome,
  unsent,
} from '../../../shared/client/state.ts'
import { type ErrorCode, errors } from '../../../shared/errors.ts'
import type {
  ErrorMessage,
  Hello,
  RoomEvent,
  Say,
  ServerMessage,
  Welcome,
} from '../../../shared/protocol.ts'
import type { Shown } from '../editor/style.ts'

export class Conversation {
  /** Messages that the server rejected, and that are not sent again. */
  refused = 0
  /** Why the server closes the connection, as its last error says; '' if it gave no reason. */
  closingReason = ''
  #state: ClientState
  readonly #history: number

  /** `history`: how many of the latest events to show at first. */
  constructor(name: string | undefined, history: number) {
    this.#state = initialClient({ name: name ?? '', token: null, ownIds: [], pending: [] })
    this.#history = history
  }

  get me(): ClientState['me'] {
    return this.#state.me
  }

  get members(): ClientState['members'] {
    return this.#state.members
  }

  get memberCount(): number {
    return this.#state.memberCount
  }

  get pending(): readonly Pending[] {
    return this.#state.pending
  }

  get connection(): ConnectionPhase {
    return this.#state.connection
  }

  set connection(connection: ConnectionPhase) {
    if (connection.phase === 'connecting') this.closingReason = ''
    this.#state = { ...this.#state, connection }
  }

  /** How long messages have waited without any acknowledgement, in ms; 0 when none wait. */
  waitedMs(now: number): number {
    const { pending, progressAt } = this.#state
    const [oldest] = pending
    return oldest === undefined ? 0 : now - Math.max(oldest.at, progressAt)
  }

  hello(): Hello {
    return helloOf(this.#state, this.#history)
  }

  say(texts: readonly string[], action: boolean, now: number): void {
    const drafts = texts.map((text) => ({ id: crypto.randomUUID(), text, action }))
    this.#state = { ...this.#state, pending: [...this.pending, ...written(drafts, now)] }
  }

  /** The messages that the connection may send now, in order; they count as sent afterwards. */
  take(now: number): Say[] {
    // After a rejection by the log all others wait, so that they stay in order.
    if (this.pending.some(isRejected)) return []
    const says = unsent(this.#state).map(sayOf)
    const ids = says.map(({ id }) => id)
    if (ids.length > 0) this.#state = { ...this.#state, pending: markSent(this.pending, ids, now) }
    return says
  }

  /** Sends again the messages that the log could not take, before those written later. */
  retry(): void {
    if (!this.pending.some(isRejected)) return
    const pending = this.pending.map((message) =>
      isRejected(message) ? { ...message, sentAt: null, fault: null } : message,
    )
    this.#state = { ...this.#state, pending }
  }

  /** Asks for another name, if the server rejected the last one. */
  rename(name: string): void {
    this.#state = { ...this.#state, name }
  }

  /** The items to show for a message, without events that were shown before. */
  receive(message: ServerMessage, now: number): Shown[] {
    switch (message.type) {
      case 'welcome':
        return this.#welcome(message, now)
      case 'events': {
        const events = this.#takeEvents(message.events, now)
        return events.length === 0 ? [] : [{ type: 'events', events }]
      }
      case 'presence': {
        const joined = message.joined.filter(({ id }) => id !== this.me?.id)
        this.#state = takePresence(this.#state, message)
        return [{ ...message, joined }]
      }
      case 'error':
        return this.#error(message)
      case 'typing':
        return []
      default:
        return [message]
    }
  }

  #welcome(welcome: Welcome, now: number): Shown[] {
    const before = this.#state
    this.#state = acknowledge(takeWelcome(before, welcome), welcome.events, now)
    const events = newEvents(welcome.events, welcome.epoch === before.epoch ? before.seq : 0)
    if (before.token === null) return [{ ...welcome, events }]
    const { you, reset } = welcome
    const lines = [
      ...(before.me?.name === you.name ? [] : [`* You are ${you.name} now.`]),
      ...(reset === null ? [] : [missing[reset]]),
    ]
    return [
      ...(lines.length === 0 ? [] : [{ type: 'lines' as const, lines }]),
      ...(events.length === 0 ? [] : [{ type: 'events' as const, events }]),
    ]
  }

  #takeEvents(events: readonly RoomEvent[], now: number): RoomEvent[] {
    const state = acknowledge(this.#state, events, now)
    const fresh = newEvents(events, state.seq)
    this.#state = { ...state, seq: fresh.at(-1)?.seq ?? state.seq }
    return fresh
  }

  #error(error: ErrorMessage): Shown[] {
    const row = Object.hasOwn(errors, error.code) ? errors[error.code as ErrorCode] : undefined
    if (row !== undefined && row.close !== null) this.closingReason = error.message
    const rejected = takeRejection(this.#state, error)
    if (rejected === undefined) return [error]
    if (row?.retryable === true) {
      const wasShown = this.pending.some(isRejected)
      this.#state = rejected
      if (wasShown) return []
      return [{ ...error, message: 'The room cannot record messages right now.' }]
    }
    this.refused += 1
    this.#state = { ...this.#state, pending: without(this.pending, error.id as string) }
    return [error]
  }
}

const missing = {
  epoch: '* The room started a new log; these are its latest messages.',
  trimmed: '* Some of the messages that you missed are no longer kept.',
  too_far: '* You missed more messages than can be shown; these are the latest.',
}

function isRejected({ fault }: Pending): boolean {
  return fault?.kind === 'refused'
}
