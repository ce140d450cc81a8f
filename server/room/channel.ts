/**
 * A channel: a log, and the feed that readers follow. A room is a channel with members; a direct
 * conversation is one between two people.
 *
 * MUST broadcast the events that its log passes on as committed, and no others, in the log's
 * order.
 */
import { limits } from '../../shared/limits.ts'
import type { RoomEvent } from '../../shared/protocol.ts'
import { redactedBy } from '../../shared/redaction.ts'
import type { Direct, Events, ServerMessage } from '../../shared/replies.ts'
import { Feed, type FeedMemory } from './feed.ts'
import { latestFitting } from './fitting.ts'
import type { RoomLog } from './log.ts'
import type { Pages } from './pages.ts'
import type { People } from './people.ts'
import type { Reader } from './reader.ts'
import { shownBefore } from './shown.ts'
import type { Tally } from './tally.ts'

/** The same for all channels of a server. */
export type ChannelOptions = {
  people: People
  tally: Tally
  feedMemory: FeedMemory
  pages: Pages
  /** Receives an error that only a bug can cause. */
  onBug: (error: unknown) => void
}

/** A reader, as far as a channel needs it. */
type Follower = Pick<Reader, 'wake' | 'lost'>

export abstract class Channel {
  readonly log: RoomLog
  readonly feed: Feed
  readonly #options: ChannelOptions
  readonly #onUnused: () => void
  readonly #readers = new Set<Follower>()
  #holds = 0
  #prepared: Promise<void> | undefined

  /** `onUnused`: called when the channel is empty and not held. */
  constructor(options: ChannelOptions, log: RoomLog, onUnused: () => void) {
    this.#options = options
    this.log = log
    this.#onUnused = onUnused
    this.feed = new Feed(options.feedMemory, log.head())
    log.onCommitted((events) => this.#publish(events))
  }

  /** The message that clients receive for events of this channel. */
  abstract eventsMessage(events: RoomEvent[]): Events | Direct

  /** What a reader receives that missed a part of the feed which is not in the log. */
  abstract snapshot(): ServerMessage | undefined

  /** Whether the channel has people in it, also if nobody holds it. */
  protected abstract get isInhabited(): boolean

  /** Called before events are broadcast. */
  protected abstract prepareFor(events: readonly RoomEvent[]): void

  /** Called after events were broadcast. */
  protected conclude(_events: readonly RoomEvent[]): void {}

  /** Keeps the channel in memory until `release` is called as often. */
  hold(): void {
    this.#holds += 1
  }

  release(): void {
    this.#holds -= 1
    this.checkUse()
  }

  protected checkUse(): void {
    if (this.#holds === 0 && !this.isInhabited) this.#onUnused()
  }

  /** Reads the events that newcomers are shown; after it, joining does not wait for the log. */
  prepare(): Promise<void> {
    this.#prepared ??= shownBefore(this.log, this.feed.seq + 1, limits.historyEvents).then(
      (events) => this.feed.prepend(latestFitting(events)),
      () => {
        // The next newcomer tries again.
        this.#prepared = undefined
      },
    )
    return this.#prepared
  }

  /** The latest `limit` events, oldest first; at most `limits.historyEvents`. */
  async latest(limit: number): Promise<RoomEvent[]> {
    if (limit > 0) await this.prepare()
    return this.feed.latest(limit, this.log.first())
  }

  /** MUST NOT throw, since the log goes on to the outcome of the append. */
  #publish(events: RoomEvent[]): void {
    const { people, tally, onBug } = this.#options
    tally.messages += events.length
    try {
      // A text that is taken away here is in no event of the same commit either.
      if (this.#redact(events)) this.#options.pages.close()
      this.prepareFor(events)
      this.broadcast(this.eventsMessage(this.feed.current(events)))
      this.conclude(events)
      people.noteSeatsSoon()
    } catch (error) {
      onBug(error)
    }
  }

  /** Takes away the texts that these acts are about. Returns whether there were any. */
  #redact(events: readonly RoomEvent[]): boolean {
    let isAny = false
    for (const { act, from } of events) {
      if (act?.type !== 'redact') continue
      isAny = true
      this.feed.redact(act.seq, redactedBy(act, from))
    }
    return isAny
  }

  protected broadcast(message: ServerMessage): void {
    this.feed.add(message)
    for (const reader of this.#readers) {
      try {
        reader.wake()
      } catch (error) {
        this.failed(reader, error)
      }
    }
  }

  /** A bug in one reader MUST NOT stop the others. */
  protected failed(reader: Follower, error: unknown): void {
    this.#options.onBug(error)
    reader.lost()
  }

  addReader(reader: Follower): void {
    this.#readers.add(reader)
  }

  removeReader(reader: Follower): void {
    this.#readers.delete(reader)
  }

  protected get readerCount(): number {
    return this.#readers.size
  }

  /** Frees the memory of the feed and the log. */
  close(): void {
    this.feed.close()
    this.log.release()
  }
}
