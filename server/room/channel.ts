/**
 * A channel: a log, and the feed that readers follow. A room is a channel with members; a direct
 * conversation is one between two people.
 *
 * MUST broadcast the events that its log passes on as committed, and no others, in the log's
 * order.
 */
import { limits } from '../../shared/limits.ts'
import type { RoomEvent } from '../../shared/protocol.ts'
import type { Direct, Events, ServerMessage } from '../../shared/replies.ts'
import { Feed, type FeedMemory } from './feed.ts'
import { latestFitting } from './fitting.ts'
import type { RoomLog } from './log.ts'
import type { People } from './people.ts'
import type { Reader } from './reader.ts'
import type { Tally } from './tally.ts'

/** The same for all channels of a server. */
export type ChannelOptions = {
  people: People
  tally: Tally
  feedMemory: FeedMemory
  /** Receives an error that only a bug can cause. */
  onBug: (error: unknown) => void
}

export abstract class Channel {
  readonly log: RoomLog
  readonly feed: Feed
  readonly #options: ChannelOptions
  readonly #onUnused: () => void
  readonly #readers = new Set<Reader>()
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
    this.#prepared ??= this.log.before(this.feed.seq + 1, limits.historyEvents).then(
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
      this.prepareFor(events)
      this.broadcast(this.eventsMessage(events))
      this.conclude(events)
      people.noteSeatsSoon()
    } catch (error) {
      onBug(error)
    }
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
  protected failed(reader: Reader, error: unknown): void {
    this.#options.onBug(error)
    reader.lost()
  }

  addReader(reader: Reader): void {
    this.#readers.add(reader)
  }

  removeReader(reader: Reader): void {
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
