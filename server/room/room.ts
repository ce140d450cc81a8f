/**
 * The room: a log, its members, and the feed that readers follow. It has no sockets and no
 * clock of its own.
 *
 * MUST broadcast the events that its log passes on as committed, and no others, in the log's
 * order. The outcome of an append only settles its senders.
 */

import { limits } from '../../shared/limits.ts'
import type { RoomEvent, ServerMessage } from '../../shared/protocol.ts'
import type { Clock } from './clock.ts'
import { Commits, type Settle } from './commits.ts'
import { Feed } from './feed.ts'
import type { Draft, RoomLog } from './log.ts'
import { Members } from './members.ts'
import { Pages } from './pages.ts'
import type { Reader } from './reader.ts'
import { Seats } from './seats.ts'
import { Tally } from './tally.ts'
import { Typing } from './typing.ts'

export type RoomOptions = {
  log: RoomLog
  clock: Clock
  /** How long, in ms, the place of a lost connection is held; 0: not at all. */
  absenceMs: number
  /** Bytes of recent broadcasts kept in memory for all readers together. */
  feedBytes: number
  /** Receives a fault of the log. */
  onLogFault: (error: unknown) => void
  /** Receives an error that only a bug can cause. */
  onBug: (error: unknown) => void
}

export class Room {
  readonly log: RoomLog
  readonly clock: Clock
  readonly feed: Feed
  readonly pages: Pages
  readonly members: Members
  readonly tally = new Tally()
  readonly typing: Typing
  readonly #onBug: (error: unknown) => void
  readonly #seats: Seats
  readonly #commits: Commits
  readonly #readers = new Set<Reader>()
  #prepared: Promise<void> | undefined

  constructor({ log, clock, absenceMs, feedBytes, onLogFault, onBug }: RoomOptions) {
    this.log = log
    this.clock = clock
    this.#onBug = onBug
    this.feed = new Feed(feedBytes, log.head())
    this.pages = new Pages(log, clock)
    const broadcast = (message: ServerMessage): void => this.#broadcast(message)
    this.typing = new Typing(clock, broadcast)
    this.#seats = new Seats(log, clock)
    this.members = new Members({
      clock,
      seats: this.#seats,
      secret: log.secret,
      absenceMs,
      head: () => this.feed.seq,
      broadcast,
    })
    this.#commits = new Commits({
      log,
      clock,
      tally: this.tally,
      onLogFault,
      onBug,
    })
    log.onCommitted((events) => this.#publish(events))
  }

  get roster() {
    return this.members.roster
  }

  /** Reads the events that newcomers are shown; after it, joining does not wait for the log. */
  prepare(): Promise<void> {
    this.#prepared ??= this.log.before(this.feed.seq + 1, limits.historyEvents).then(
      (events) => this.feed.prepend(events),
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

  /** Queues a draft for the log. Drafts are committed in the order of the calls. */
  post(draft: Omit<Draft, 'at'>, settle: Settle): void {
    this.#commits.post(draft, settle)
  }

  /** MUST NOT throw, since the log goes on to the outcome of the append. */
  #publish(events: RoomEvent[]): void {
    this.tally.messages += events.length
    try {
      this.members.announceBeforeEvents()
      this.#broadcast({ type: 'events', events })
      this.members.noteSeatsSoon()
    } catch (error) {
      this.#onBug(error)
    }
  }

  #broadcast(message: ServerMessage): void {
    this.feed.add(message)
    for (const reader of this.#readers) {
      try {
        reader.wake()
      } catch (error) {
        this.#onBug(error)
        reader.lost()
      }
    }
  }

  addReader(reader: Reader): void {
    this.#readers.add(reader)
  }

  removeReader(reader: Reader): void {
    this.#readers.delete(reader)
  }

  /** Numbers for tests. */
  get counts(): { readers: number; present: number; held: number } {
    return { readers: this.#readers.size, ...this.members.counts }
  }

  /** Commits what was posted, stores the seats, and leaves no timer. */
  async close(): Promise<void> {
    await this.#commits.settled()
    await this.#seats.keep()
    this.#seats.close()
    this.typing.close()
    this.pages.close()
    this.members.close()
  }
}
