/**
 * A room: a channel with a name, members, and a topic. It has no sockets and no clock of its own.
 */

import type { Person, RoomEvent } from '../../shared/protocol.ts'
import type { Events, House, Presence, TypingNotice } from '../../shared/replies.ts'
import { Channel, type ChannelOptions } from './channel.ts'
import type { Clock } from './clock.ts'
import type { Hosts } from './hosts/hosts.ts'
import type { RoomLog } from './log.ts'
import { Members } from './members.ts'
import type { Pages } from './pages.ts'
import { Typing } from './typing.ts'

/** What the server knows of a room also while nobody is in it. */
export type About = { readonly name: string; topic: string }

/** The same for all rooms of a server. */
export type RoomOptions = ChannelOptions & {
  clock: Clock
  hosts: Hosts
  pages: Pages
  /** How long, in ms, the place of a lost connection is held; 0: not at all. */
  absenceMs: number
}

export class Room extends Channel {
  readonly about: About
  /** The room in messages; undefined for the lobby. */
  readonly label: string | undefined
  readonly members: Members
  readonly typing: Typing
  readonly #clock: Clock
  readonly #hosts: Hosts
  readonly #pages: Pages
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
    const { clock, people, absenceMs, hosts, pages } = options
    this.#clock = clock
    this.#hosts = hosts
    this.#pages = pages
    const broadcast = (message: Presence | TypingNotice) => this.broadcast(this.labelled(message))
    this.typing = new Typing(clock, broadcast)
    this.members = new Members({
      clock,
      absenceMs,
      broadcast,
      onLeft: (id) => {
        people.left(id, this)
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
    const [event] = this.feed.current(await this.log.read(seq, 1).catch(() => []))
    return event?.seq === seq && event.redacted === undefined ? event : undefined
  }

  /** The rules that hold here now; undefined if none is on. */
  get house(): House | undefined {
    return this.#hosts.rules.houseOf(this.log.key, this.#clock.now())
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
    for (const event of events) {
      this.#hosts.take(event, this.log.key)
      if (event.act?.type !== 'redact') continue
      this.feed.redact(event.act.seq, event.from.name)
      this.#pages.close()
    }
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
    this.members.close()
    super.close()
  }
}
