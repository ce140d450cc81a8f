/**
 * A session: what one connection may do in the room, the same in every dialect.
 *
 * MUST give posts to the room in the order in which they were received, and MUST
 * leave the room exactly once, after everything it posted was answered.
 */

import type { Decoded, Request } from '../../shared/dialect/dialect.ts'
import { errorMessage, type Fault } from '../../shared/errors.ts'
import { limits, PROTOCOL_VERSION } from '../../shared/limits.ts'
import type { Hello, Person, ResetReason, Say, Welcome } from '../../shared/protocol.ts'
import type { Connection } from './connection.ts'
import { answerTo, latest, type Query } from './query.ts'
import { MEMBERS_TOLD, type Room } from './room.ts'
import { checkText } from './said.ts'
import { personOf, tokenFor } from './token.ts'

/** UTF-16 units of posts that may wait for the log; beyond it the session is not read. */
const MAX_UNANSWERED = 262_144
/** What a post weighs beside its text. */
const POST_WEIGHT = 64
/** A reader who missed more events than this is given the recent tail instead. */
const MAX_RESUME_EVENTS = 100_000

export class Session {
  readonly #room: Room
  readonly #connection: Connection
  #id: string | undefined
  #state: 'new' | 'in' | 'leaving' | 'out' = 'new'
  #lastName: string | undefined
  #unanswered = 0
  #onAnswered: (() => void)[] = []

  constructor(room: Room, connection: Connection) {
    this.#room = room
    this.#connection = connection
  }

  get personId(): string | undefined {
    return this.#id
  }

  /** The name now, or the one it left under; undefined before hello. */
  get name(): string | undefined {
    return this.person?.name ?? this.#lastName
  }

  /** Undefined before hello and after leaving. */
  get person(): Person | undefined {
    return this.#id === undefined ? undefined : this.#room.roster.get(this.#id)
  }

  /** A promise means: read no more of this connection until it is fulfilled. */
  receive(decoded: Decoded): Promise<void> | void {
    if (decoded.type === 'nothing' || this.#state === 'leaving' || this.#state === 'out') {
      return undefined
    }
    if (decoded.type === 'fault') {
      this.#refuse(decoded.fault, decoded.id)
      return undefined
    }
    return this.#request(decoded.request)
  }

  #request(request: Request): Promise<void> | void {
    if (request.type === 'hello') return this.enter(request)
    if (request.type === 'bye') return this.#quit()
    const id = this.#id
    if (this.#state === 'new' || id === undefined) {
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
      case 'style':
        this.#connection.speak(this.#connection.dialect.styled(request.change))
        return this.#tell(request.answer)
      case 'turn':
        return this.#turn(request.on)
      default:
        return this.#ask(request)
    }
  }

  /** Makes this connection's person a member and welcomes them. */
  async enter(hello: Omit<Hello, 'type' | 'protocol'>): Promise<void> {
    if (this.#state !== 'new' || this.#id !== undefined) {
      this.#refuse({ code: 'hello_twice' })
      return
    }
    const { log, feed, roster } = this.#room
    const returning = hello.token === undefined ? undefined : personOf(hello.token, log.secret)
    const name = hello.name ?? (await this.#lastNameOf(returning))
    if (this.#state !== 'new' || this.#id !== undefined) return
    const joined = this.#room.join(this.#connection, name, returning)
    if (!joined.ok) {
      this.#refuse(joined.fault)
      return
    }
    this.#id = joined.person.id
    // Taken in one turn: the snapshot and the place in the feed from which it changes.
    const head = feed.seq
    const position = feed.head
    const members = roster.list(MEMBERS_TOLD)
    const memberCount = roster.size
    const reset = this.#resetReason(hello)
    const resumed = hello.seq !== undefined && hello.epoch !== undefined && reset === null
    const tail = resumed ? 0 : (hello.history ?? 0)
    const events = tail === 0 ? [] : latest(await log.before(head + 1, tail).catch(() => []))
    if (this.#state !== 'new') return
    this.#state = 'in'
    const welcome: Welcome = {
      type: 'welcome',
      protocol: PROTOCOL_VERSION,
      you: joined.person,
      token: tokenFor(joined.person.id, log.secret),
      epoch: log.epoch,
      head,
      resumed: resumed ? { from: (hello.seq ?? 0) + 1, to: head } : null,
      reset,
      members,
      memberCount,
      events,
      limits,
    }
    this.#connection.deliver(welcome)
    this.#connection.follow({ seq: resumed ? (hello.seq ?? head) : head, until: head, position })
    this.#room.addReader(this.#connection)
    this.#connection.wake()
  }

  /** Somebody who comes back without saying a name has the one they had. */
  async #lastNameOf(person: string | undefined): Promise<string | undefined> {
    if (person === undefined || this.#room.roster.get(person) !== undefined) return undefined
    return (await this.#room.seatOf(person).catch(() => undefined))?.name
  }

  /** Becomes who one was on another connection, at the place where that one stopped reading. */
  async #resume(code: string): Promise<void> {
    const { log, feed } = this.#room
    const person = personOf(code, log.secret)
    const seat =
      person === undefined ? undefined : await this.#room.seatOf(person).catch(() => undefined)
    if (this.#state !== 'in' || this.#id === undefined) return
    if (person === undefined || seat === undefined) return this.#refuse({ code: 'resume_unknown' })
    if (person === this.#id) return this.#tell(`You are ${this.name} already.`)
    // First out, then in: the name may be the one that this connection has.
    this.#room.leave(this.#connection, this.#id, false)
    let joined = this.#room.join(this.#connection, seat.name, person)
    if (!joined.ok) joined = this.#room.join(this.#connection, joined.fault.suggestion, person)
    if (!joined.ok) joined = this.#room.join(this.#connection, undefined, person)
    if (!joined.ok) return this.#connection.close(joined.fault.code)
    this.#id = person
    const { name } = joined.person
    const gone = Math.max(0, log.first() - 1 - seat.seq)
    const tooMany = Math.max(0, feed.seq - seat.seq - gone - MAX_RESUME_EVENTS)
    const seq = Math.min(feed.seq, seat.seq + gone + tooMany)
    this.#tell(
      name === seat.name
        ? `You are ${name} again.`
        : `You are ${name}: ${seat.name} is taken by somebody else now.`,
      ...(gone > 0 ? [`${messages(gone)} since then no longer kept.`] : []),
      ...(tooMany > 0 ? [`${messages(tooMany)} more than can be shown left out.`] : []),
      seq < feed.seq ? 'What you missed:' : 'You missed nothing.',
    )
    this.#connection.follow({ seq, until: feed.seq, position: feed.head })
    this.#connection.wake()
  }

  /** Asks what changes nothing, and delivers the answer. */
  async #ask(query: Query): Promise<void> {
    // What this person has just said is part of the answer.
    await this.#answered(0)
    try {
      this.#connection.deliver(await answerTo(query, this.#room, this.#connection.columns))
    } catch {
      this.#refuse({ code: 'history_unavailable' })
    }
  }

  #turn(on: boolean): void {
    const can = this.#connection.takeTurns(on)
    this.#tell(can ? `/turn is ${on ? 'on' : 'off'} now.` : '/turn is for raw connections.')
  }

  #typing(on: boolean): void {
    const from = this.person
    if (from !== undefined) this.#room.tell({ type: 'typing', from, on })
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
    const said = checkText(raw, this.#room.log.secret)
    if (!said.ok) {
      this.#refuse(said.fault, id)
      return undefined
    }
    const { text } = said
    const from = this.person
    if (from === undefined) return undefined
    const weight = text.length + POST_WEIGHT
    this.#unanswered += weight
    const kind = action === true ? 'action' : 'message'
    const draft = { kind, from, text, ...(id !== undefined && { id }) } as const
    this.#room.post(draft, (committed) => {
      if (committed === undefined) this.#refuse({ code: 'log_unavailable' }, id)
      // Everybody else has read it; this sender asks because the answer was lost.
      else if (committed.repeated) {
        this.#connection.deliver({ type: 'events', events: [committed.event] })
      }
      this.#unanswered -= weight
      for (const answered of this.#onAnswered.splice(0)) answered()
    })
    return this.#unanswered < MAX_UNANSWERED ? undefined : this.#answered(MAX_UNANSWERED / 2)
  }

  /** Answers when posts of at most this weight still wait for the log. */
  async #answered(most: number): Promise<void> {
    while (this.#unanswered > most) {
      await new Promise<void>((resolve) => this.#onAnswered.push(resolve))
    }
  }

  async #quit(): Promise<void> {
    await this.leave(false)
    this.#tell(`Goodbye, ${this.name ?? 'stranger'}.`)
    this.#connection.close('bye')
  }

  /** Leaves the room. `hold`: the connection was lost, and may come back with its token. */
  async leave(hold: boolean): Promise<void> {
    if (this.#state === 'leaving' || this.#state === 'out') return
    this.#state = 'leaving'
    await this.#answered(0)
    this.#state = 'out'
    this.#lastName = this.name
    this.#room.removeReader(this.#connection)
    if (this.#id !== undefined) this.#room.leave(this.#connection, this.#id, hold)
  }

  /** Leaves, to be somebody else by the next hello. Nothing was posted yet. */
  startOver(): void {
    this.#room.removeReader(this.#connection)
    if (this.#id !== undefined) this.#room.leave(this.#connection, this.#id, false)
    this.#id = undefined
    this.#state = 'new'
  }

  #tell(...lines: string[]): void {
    this.#connection.deliver({ type: 'told', lines })
  }

  /** Whoever asked is told at once; the others when they are told of who came and went. */
  #rename(id: string, raw: string): void {
    const fault = this.#room.rename(id, raw)
    if (fault === undefined) this.#tell(`You are ${this.name} now.`)
    else this.#refuse(fault)
  }

  #refuse(fault: Fault, id?: string): void {
    this.#room.tally.refused(fault.code)
    this.#connection.deliver(errorMessage(fault, id))
  }
}

function messages(count: number): string {
  return count === 1 ? '1 message' : `${count} messages`
}
