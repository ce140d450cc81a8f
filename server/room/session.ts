/**
 * A session: what one connection may do in the room, the same in every dialect. It replies
 * with values; dialects make sentences of them.
 *
 * MUST give posts to the room in the order in which they were received, and MUST leave the
 * room exactly once, after everything it posted was settled.
 */
import type { Decoded, Outgoing, Request } from '../../shared/dialect/dialect.ts'
import { errorMessage, type Fault } from '../../shared/errors.ts'
import { limits, PROTOCOL_VERSION } from '../../shared/limits.ts'
import type { Hello, Person, ResetReason, Say, Welcome } from '../../shared/protocol.ts'
import { type Joined, LISTED_MEMBERS } from './members.ts'
import { checkMessage } from './message.ts'
import { latestFitting, type Query, replyTo } from './query.ts'
import type { Reader } from './reader.ts'
import type { Room } from './room.ts'
import { personOf, tokenFor } from './token.ts'

/** UTF-16 units of posts that may wait for the log; above it the connection is not read. */
const MAX_UNSETTLED = 262_144
/** Added to the length of each post's text. */
const POST_OVERHEAD = 64
/** A reader that has missed more events receives the recent tail instead. */
const MAX_RESUME_EVENTS = 100_000

export class Session {
  readonly #room: Room
  readonly #reader: Reader
  /** Id of the member, if the server itself chose it: the console, a relay. */
  readonly #identity: string | undefined
  #state: 'new' | 'entering' | 'member' | 'leaving' | 'left' = 'new'
  #id: string | undefined
  /** The member as last seen: a message may be processed after its sender has left the room. */
  #lastKnown: Person | undefined
  #unsettled = 0
  #onSettled: (() => void)[] = []

  constructor(room: Room, reader: Reader, identity?: string) {
    this.#room = room
    this.#reader = reader
    this.#identity = identity
  }

  get personId(): string | undefined {
    return this.#id
  }

  /** The name, or the last one after leaving; undefined before hello. */
  get name(): string | undefined {
    return (this.#person ?? this.#lastKnown)?.name
  }

  get #person(): Person | undefined {
    return this.#id === undefined ? undefined : this.#room.roster.get(this.#id)
  }

  /** Handles one decoded unit. Until a returned promise resolves, the caller MUST NOT call again. */
  receive(decoded: Exclude<Decoded, { type: 'setting' }>): Promise<void> | void {
    if (decoded.type === 'nothing' || this.#state === 'leaving' || this.#state === 'left') {
      return undefined
    }
    if (decoded.type === 'fault') {
      this.#refuse(decoded.fault, decoded.id)
      return undefined
    }
    return this.#request(decoded.request)
  }

  #request(request: Request): Promise<void> | void {
    if (request.type === 'hello') return this.#enter(request)
    if (request.type === 'bye') return this.#quit()
    const id = this.#id
    if (this.#state !== 'member' || id === undefined) {
      this.#refuse({ code: 'hello_first' }, request.type === 'say' ? request.id : undefined)
      return undefined
    }
    switch (request.type) {
      case 'say':
        return this.#say(request)
      case 'name':
        return this.#rename(id, request.name)
      case 'typing':
        return this.#typing(request.on)
      case 'resume':
        return this.#resume(request.code)
      default:
        return this.#ask(request)
    }
  }

  async #enter(hello: Omit<Hello, 'type' | 'protocol'>): Promise<void> {
    if (this.#state !== 'new') {
      this.#refuse({ code: 'hello_twice' })
      return
    }
    this.#state = 'entering'
    const { log, feed, members } = this.#room
    const returning =
      this.#identity ?? (hello.token === undefined ? undefined : personOf(hello.token, log.secret))
    const name = hello.name ?? (await this.#storedName(returning))
    if (this.#state !== 'entering') return
    if (returning !== undefined && this.#comesTooLate(returning)) {
      this.#state = 'new'
      this.#refuse({ code: 'replaced' })
      return
    }
    let joined = members.join(this.#reader, name, returning)
    // A stored name can be taken, or invalid by now. The client has not asked for it.
    if (!joined.ok && hello.name === undefined) joined = this.#joinUnder(joined.fault, returning)
    if (!joined.ok) {
      this.#state = 'new'
      this.#refuse(joined.fault)
      return
    }
    this.#id = joined.person.id
    this.#lastKnown = joined.person
    // In one turn: the snapshot, and the position from which changes follow.
    const head = feed.seq
    const position = feed.head
    const listed = members.roster.list(LISTED_MEMBERS)
    const memberCount = members.roster.size
    const reset = this.#resetReason(hello)
    const resumed = hello.seq !== undefined && hello.epoch !== undefined && reset === null
    const tail = resumed ? 0 : (hello.history ?? 0)
    const events = latestFitting((await this.#room.latest(tail)).filter(({ seq }) => seq <= head))
    if (this.#state !== 'entering') return
    this.#state = 'member'
    const welcome: Welcome = {
      type: 'welcome',
      protocol: PROTOCOL_VERSION,
      you: joined.person,
      token: tokenFor(joined.person.id, log.secret),
      at: new Date(this.#room.clock.now()).toISOString(),
      epoch: log.epoch,
      head,
      resumed: resumed ? { from: (hello.seq ?? 0) + 1, to: head } : null,
      reset,
      members: listed,
      memberCount,
      events,
      limits,
    }
    this.#reader.deliver(welcome)
    this.#reader.follow({ seq: resumed ? (hello.seq ?? head) : head, until: head, position })
    this.#room.addReader(this.#reader)
    this.#reader.wake()
  }

  /** The last name of a person that returns without giving one. */
  async #storedName(person: string | undefined): Promise<string | undefined> {
    if (person === undefined || this.#room.roster.get(person) !== undefined) return undefined
    return (await this.#room.members.seatOf(person).catch(() => undefined))?.name
  }

  /** /resume: becomes the person of another connection, and reads on from its position. */
  async #resume(code: string): Promise<void> {
    const { log, feed, members } = this.#room
    // Until its messages are in the log, their sender stays a member.
    await this.#settled(0)
    const person = personOf(code, log.secret)
    const seat =
      person === undefined ? undefined : await members.seatOf(person).catch(() => undefined)
    if (this.#state !== 'member' || this.#id === undefined) return
    if (person === undefined || seat === undefined || this.#comesTooLate(person)) {
      return this.#refuse({ code: 'resume_unknown' })
    }
    if (person === this.#id)
      return this.#reply({ type: 'you_are', name: seat.name, changed: false })
    // Leaves before it joins, since the name may be the one that this connection has.
    members.leave(this.#reader, this.#id, false)
    let joined = members.join(this.#reader, seat.name, person)
    if (!joined.ok) joined = this.#joinUnder(joined.fault, person)
    if (!joined.ok) return this.#reader.close(joined.fault.code)
    this.#id = person
    this.#lastKnown = joined.person
    const trimmed = Math.max(0, log.first() - 1 - seat.seq)
    const skipped = Math.max(0, feed.seq - seat.seq - trimmed - MAX_RESUME_EVENTS)
    const seq = Math.min(feed.seq, seat.seq + trimmed + skipped)
    const missed = seq < feed.seq
    const { name } = joined.person
    this.#reply({ type: 'resumed', name, was: seat.name, trimmed, skipped, missed })
    this.#reader.follow({ seq, until: feed.seq, position: feed.head })
    this.#reader.wake()
  }

  /** Whether the client has closed this connection and has opened another as the same person. */
  #comesTooLate(person: string): boolean {
    return this.#reader.isGone && this.#room.members.isElsewhere(person, this.#reader)
  }

  /** Joins under the suggested name, or under the name of a guest. */
  #joinUnder({ suggestion }: Fault, person: string | undefined): Joined {
    const { members } = this.#room
    const joined = members.join(this.#reader, suggestion, person)
    return joined.ok ? joined : members.join(this.#reader, undefined, person)
  }

  async #ask(query: Query): Promise<void> {
    // The reply includes what this person has just said.
    await this.#settled(0)
    try {
      this.#reply(await replyTo(query, this.#room))
    } catch {
      this.#refuse({ code: 'history_unavailable' })
    }
  }

  #typing(on: boolean): void {
    const person = this.#person
    if (person !== undefined) this.#room.typing.set(person, on)
  }

  #resetReason({ epoch, seq }: { epoch?: string; seq?: number }): ResetReason | null {
    const { log, feed } = this.#room
    if (epoch === undefined || seq === undefined) return null
    if (epoch !== log.epoch) return 'epoch'
    if (seq + 1 < log.first()) return 'trimmed'
    if (seq > feed.seq || feed.seq - seq > MAX_RESUME_EVENTS) return 'too_far'
    return null
  }

  #say({ text: raw, id, action }: Say): Promise<void> | undefined {
    const checked = checkMessage(raw, this.#room.log.secret)
    if (!checked.ok) {
      this.#refuse(checked.fault, id)
      return undefined
    }
    const { text } = checked
    const from = this.#person ?? this.#lastKnown
    if (from === undefined) return undefined
    this.#lastKnown = from
    const size = text.length + POST_OVERHEAD
    this.#unsettled += size
    const kind = action === true ? 'action' : 'message'
    const draft = { kind, from, text, ...(id !== undefined && { id }) } as const
    this.#room.post(draft, (committed) => {
      this.#unsettled -= size
      for (const resolve of this.#onSettled.splice(0)) resolve()
      if (committed === undefined) this.#refuse({ code: 'log_unavailable' }, id)
      // All others have read it already; the sender repeats it because the first echo was lost.
      else if (committed.repeated) this.#reply({ type: 'events', events: [committed.event] })
    })
    return this.#unsettled < MAX_UNSETTLED ? undefined : this.#settled(MAX_UNSETTLED / 2)
  }

  /** Resolves when at most `size` UTF-16 units of posts wait for the log. */
  async #settled(size: number): Promise<void> {
    while (this.#unsettled > size) {
      await new Promise<void>((resolve) => this.#onSettled.push(resolve))
    }
  }

  async #quit(): Promise<void> {
    await this.leave(false)
    this.#reply({ type: 'goodbye', name: this.name })
    this.#reader.close('bye')
  }

  /** Leaves the room. `hold`: the connection was lost, and its client may reconnect. */
  async leave(hold: boolean): Promise<void> {
    if (this.#state === 'leaving' || this.#state === 'left') return
    this.#state = 'leaving'
    await this.#settled(0)
    this.#state = 'left'
    this.#lastKnown = this.#person ?? this.#lastKnown
    this.#room.removeReader(this.#reader)
    if (this.#id === undefined) return
    // The person may type in another connection by now.
    if (!this.#room.members.isElsewhere(this.#id, this.#reader)) this.#typing(false)
    this.#room.members.leave(this.#reader, this.#id, hold)
  }

  /** Leaves at once, and expects another hello. MUST be called before anything was posted. */
  startOver(): void {
    this.#room.removeReader(this.#reader)
    if (this.#id !== undefined) this.#room.members.leave(this.#reader, this.#id, false)
    this.#id = undefined
    this.#lastKnown = undefined
    this.#state = 'new'
  }

  #reply(message: Outgoing): void {
    this.#reader.deliver(message)
  }

  /** The member receives a reply at once; all others the broadcast of the change. */
  #rename(id: string, raw: string): void {
    const fault = this.#room.members.rename(id, raw)
    if (fault !== undefined) {
      this.#refuse(fault)
      return
    }
    const person = this.#person
    if (person !== undefined) this.#room.typing.renamed(person)
    this.#reply({ type: 'you_are', name: this.name ?? '', changed: true })
  }

  #refuse(fault: Fault, id?: string): void {
    this.#room.tally.refused(fault.code)
    this.#reply(errorMessage(fault, id))
  }
}
