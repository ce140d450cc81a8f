/**
 * The client's side of the conversation, without a connection: who we are, what we have
 * heard, and what we said that has not come back.
 *
 * A message MUST stay pending until its own event arrives or the room refuses it for
 * good. An event MUST be told once, however often connections break.
 */
import { type ErrorCode, errors } from '../../../shared/errors.ts'
import { PROTOCOL_VERSION } from '../../../shared/limits.ts'
import type {
  ErrorMessage,
  Hello,
  Person,
  Presence,
  RoomEvent,
  Say,
  ServerMessage,
  Welcome,
} from '../../../shared/protocol.ts'
import type { Shown } from '../editor/style.ts'

/** Messages sent and not yet acknowledged, at most; the others wait for them. */
const MOST_SENT = 64

/** `state`: `waiting` to be carried, `sent` by this connection, `held` until the log takes it. */
export type Pending = Say & { id: string; state: 'waiting' | 'sent' | 'held' }

export class Conversation {
  readonly members = new Map<string, Person>()
  me: Person | undefined
  memberCount = 0
  /** Messages that the room has refused for good. */
  refused = 0
  #pending: Pending[] = []
  /** The name to ask for. */
  #name: string | undefined
  readonly #history: number
  #token: string | undefined
  #epoch: string | undefined
  /** The last event that was told. */
  #seq = 0
  /** Nothing is sent before what was missed up to here has been heard. */
  #replayTo = 0
  #online = false

  /** `history`: how many of the latest events a newcomer wants. */
  constructor(name: string | undefined, history: number) {
    this.#name = name
    this.#history = history
  }

  get pending(): readonly Pending[] {
    return this.#pending
  }

  hello(): Hello {
    return {
      type: 'hello',
      protocol: PROTOCOL_VERSION,
      history: this.#history,
      ...(this.#name !== undefined && { name: this.#name }),
      ...(this.#token !== undefined && { token: this.#token }),
      ...(this.#epoch !== undefined && { epoch: this.#epoch, seq: this.#seq }),
    }
  }

  say(text: string, action = false): void {
    const id = crypto.randomUUID()
    const say = { type: 'say', id, text, ...(action && { action }) } as const
    this.#pending.push({ ...say, state: 'waiting' })
  }

  /** What this connection has yet to carry, in order; from now on it counts as sent. */
  take(): Say[] {
    if (!this.#online || this.#seq < this.#replayTo) return []
    if (this.#pending.some(({ state }) => state === 'held')) return []
    // They come back in the order in which they went, so those that were sent are the first.
    const waiting = this.#pending.slice(0, MOST_SENT).filter(({ state }) => state === 'waiting')
    for (const one of waiting) one.state = 'sent'
    return waiting.map(({ state: _, ...say }) => say)
  }

  /** What the log could not take is tried again. */
  retry(): void {
    for (const one of this.#pending) if (one.state === 'held') one.state = 'waiting'
  }

  /** The connection is gone; the next one has carried nothing. */
  lost(): void {
    this.#online = false
    for (const one of this.#pending) one.state = 'waiting'
  }

  /** Asks for another name, where the room has not let us in under the last one. */
  rename(name: string): void {
    this.#name = name
  }

  /** What is to be told of a message: without what was told before. */
  receive(message: ServerMessage): Shown[] {
    switch (message.type) {
      case 'welcome':
        return this.#welcome(message)
      case 'events': {
        const events = this.#fresh(message.events)
        return events.length === 0 ? [] : [{ type: 'events', events }]
      }
      case 'presence': {
        this.#presence(message)
        const joined = message.joined.filter(({ id }) => id !== this.me?.id)
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

  #welcome(welcome: Welcome): Shown[] {
    const { you, token, epoch, head, resumed, reset, members, memberCount } = welcome
    const isFirst = this.#token === undefined
    const renamed = this.me !== undefined && this.me.name !== you.name
    if (epoch !== this.#epoch) this.#seq = 0
    this.me = you
    this.#name = you.name
    this.#token = token
    this.#epoch = epoch
    this.#online = true
    this.#snapshot(members, memberCount)
    const events = this.#fresh(welcome.events)
    if (resumed === null) this.#seq = head
    this.#replayTo = head
    if (isFirst) return [{ ...welcome, events }]
    const lines = [
      ...(renamed ? [`* You are ${you.name} now.`] : []),
      ...(reset === null ? [] : [missing[reset]]),
    ]
    return [
      ...(lines.length === 0 ? [] : [{ type: 'lines' as const, lines }]),
      ...(events.length === 0 ? [] : [{ type: 'events' as const, events }]),
    ]
  }

  #fresh(events: readonly RoomEvent[]): RoomEvent[] {
    const fresh = events.filter(({ seq }) => seq > this.#seq)
    this.#seq = fresh.at(-1)?.seq ?? this.#seq
    // A message that was said before comes back under its old number.
    const heard = new Set(events.map(({ id }) => id))
    this.#pending = this.#pending.filter(({ id }) => !heard.has(id))
    return fresh
  }

  #presence({ joined, left, renamed, moved = [], members, memberCount }: Presence): void {
    if (members !== undefined) this.#snapshot(members, memberCount)
    this.memberCount = memberCount
    for (const { id } of left) this.members.delete(id)
    for (const person of [...joined, ...moved]) this.members.set(person.id, person)
    for (const { id, name } of renamed) {
      const person = this.members.get(id)
      if (person !== undefined) this.members.set(id, { ...person, name })
      if (this.me?.id !== id) continue
      this.me = { ...this.me, name }
      this.#name = name
    }
  }

  #snapshot(members: readonly Person[], memberCount: number): void {
    this.members.clear()
    for (const person of members) this.members.set(person.id, person)
    this.memberCount = memberCount
  }

  #error(error: ErrorMessage): Shown[] {
    const about = this.#pending.find(({ id }) => id === error.id)
    if (about === undefined) return [error]
    if (isRetryable(error.code)) {
      const told = this.#pending.some(({ state }) => state === 'held')
      about.state = 'held'
      return told ? [] : [{ ...error, message: 'The room cannot record messages right now.' }]
    }
    this.refused += 1
    this.#pending = this.#pending.filter((one) => one !== about)
    return [error]
  }
}

const missing = {
  epoch: '* The room has begun a new record; this is the end of it.',
  trimmed: '* Some of what was said meanwhile is no longer kept.',
  too_far: '* More was said meanwhile than can be shown; this is the end of it.',
}

function isRetryable(code: string): boolean {
  return Object.hasOwn(errors, code) && errors[code as ErrorCode].retryable
}
