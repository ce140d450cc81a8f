/**
 * A room: a channel with a name, members, and a topic. It has no sockets and no clock of its own.
 */

import { actText } from '../../shared/acts.ts'
import type { PersonName } from '../../shared/person.ts'
import type { Person, RoomEvent } from '../../shared/protocol.ts'
import type { Events, House, Presence, TypingNotice } from '../../shared/replies.ts'
import { Channel, type ChannelOptions } from './channel.ts'
import type { Clock } from './clock.ts'
import { Folding } from './folding.ts'
import type { Hosts } from './hosts/hosts.ts'
import type { Draft, RoomLog } from './log.ts'
import { LISTED_MEMBERS, Members } from './members.ts'
import { Typing } from './typing.ts'

/** What the server knows of a room also while nobody is in it. */
export type About = { readonly name: string; topic: string }

/** The same for all rooms of a server. */
export type RoomOptions = ChannelOptions & {
  clock: Clock
  hosts: Hosts
  /** How long, in ms, the place of a lost connection is held; 0: not at all. */
  absenceMs: number
  /** Posts what follows from what a person did. The room is held. */
  post: (room: Room, draft: Omit<Draft, 'at'>, settle: () => void) => void
}

export class Room extends Channel {
  readonly about: About
  /** The room in messages; undefined for the lobby. */
  readonly label: string | undefined
  readonly members: Members
  readonly typing: Typing
  readonly #folding: Folding
  readonly #clock: Clock
  readonly #hosts: Hosts
  /** The list of those that are in this room only, who are most people. */
  readonly alone: readonly Room[] = [this]

  /** `label`: undefined for the lobby. `onUnused`: called when the room is empty and not held. */
  constructor(
    options: RoomOptions,
    about: About,
    label: string | undefined,
    log: RoomLog,
    onUnused: () => void,
  ) {
    super(options, log, onUnused)
    this.about = about
    this.label = label
    const { clock, people, absenceMs, hosts } = options
    this.#clock = clock
    this.#hosts = hosts
    const broadcast = (message: Presence | TypingNotice) => this.broadcast(this.labelled(message))
    this.typing = new Typing(clock, broadcast)
    this.#folding = new Folding({
      clock,
      find: (seq) => this.event(seq),
      current: (events) => this.feed.current(events),
      broadcast: (message) => this.broadcast(this.labelled(message)),
      onBug: options.onBug,
    })
    this.members = new Members({
      clock,
      absenceMs,
      broadcast,
      onLeft: (person) => {
        people.left(person.id, this)
        this.#lowerHand(person, options.post)
        this.checkUse()
      },
    })
  }

  protected get isInhabited(): boolean {
    return this.members.isInhabited
  }

  eventsMessage(events: RoomEvent[]): Events {
    return this.labelled({ type: 'events', events })
  }

  snapshot(): Presence {
    return this.labelled(this.members.snapshot())
  }

  /** The event that a host has pinned, unless its text is gone. */
  async pinned(): Promise<RoomEvent | undefined> {
    const seq = this.#hosts.rules.pinIn(this.log.key)
    if (seq === undefined) return undefined
    const event = await this.event(seq).catch(() => undefined)
    return event?.redacted === undefined ? event : undefined
  }

  /** The event with this seq, as it is now. Rejects if the log cannot be read. */
  async event(seq: number): Promise<RoomEvent | undefined> {
    if (seq > this.feed.seq) return undefined
    const [event] = this.feed.current(await this.log.read(seq, 1))
    return event?.seq === seq ? event : undefined
  }

  /** The rules that hold here now; undefined if none is on. */
  get house(): House | undefined {
    const house = this.#hosts.rules.houseOf(this.log.key, this.#clock.now())
    const { hands } = this
    return hands.length === 0 ? house : { ...house, hands }
  }

  /** Those present whose hands are raised, the first one longest. */
  get hands(): PersonName[] {
    const raised = this.#hosts.rules.handsIn(this.log.key)
    return raised.filter(({ id }) => this.members.has(id)).slice(0, LISTED_MEMBERS)
  }

  /** Otherwise, it would be raised when the person returns, perhaps days later. */
  #lowerHand({ id, name, via }: Person, post: RoomOptions['post']): void {
    if (!this.#hosts.rules.handsIn(this.log.key).some((hand) => hand.id === id)) return
    const act = { type: 'hand', person: { id, name }, on: false } as const
    this.hold()
    const from = { id, name, via }
    post(this, { kind: 'act', from, text: actText(act, undefined, id), act }, () => this.release())
  }

  /** Without those before the lesson, which are still in the log. */
  override async latest(limit: number): Promise<RoomEvent[]> {
    const events = await super.latest(limit)
    return events.filter(({ seq }) => seq > this.lesson)
  }

  /** seq of the latest event before the lesson; 0 if none was begun. */
  get lesson(): number {
    return this.#hosts.rules.lessonIn(this.log.key)
  }

  /** Adds the name of the room, unless it is the lobby. */
  labelled<T extends object>(message: T): T {
    return this.label === undefined ? message : { ...message, room: this.label }
  }

  protected prepareFor(events: readonly RoomEvent[]): void {
    for (const { kind, text, act } of events) {
      if (kind === 'topic') this.about.topic = text
      else if (act?.type === 'redact' && act.topic === true) this.about.topic = ''
    }
    this.members.announceUnlessCrowded()
  }

  protected override conclude(events: readonly RoomEvent[]): void {
    for (const event of events) this.#hosts.take(event, this.log.key)
    this.#folding.take(events)
  }

  /** A member has another name. */
  rename(person: Person, was: string): void {
    this.members.rename(person, was)
    this.typing.renamed(person)
  }

  /** Numbers for tests. */
  get counts(): { readers: number; present: number; held: number } {
    return { readers: this.readerCount, ...this.members.counts }
  }

  /** Leaves no timer. */
  override close(): void {
    this.typing.close()
    this.#folding.close()
    this.members.close()
    super.close()
  }
}
