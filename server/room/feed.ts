/**
 * The feed: the latest broadcasts of a channel, as segments in a ring. A reader is a
 * position in it. Each segment is encoded once per encoding, for all readers.
 *
 * MUST keep its segments within the limit of the memory that all feeds share. Readers that need
 * older events read the log.
 */
import type { Encoding } from '../../shared/dialect/dialect.ts'
import { limits } from '../../shared/limits.ts'
import type { RoomEvent } from '../../shared/protocol.ts'
import { withoutQuoteOf } from '../../shared/quote.ts'
import { isReaction, reacted } from '../../shared/reactions.ts'
import { redacted } from '../../shared/redaction.ts'
import type { ServerMessage } from '../../shared/replies.ts'
import { Encoded } from './encoded.ts'
import { latestFitting, REPLY_SIZE } from './fitting.ts'

/**
 * Encodings that a segment keeps, besides the common ones; a room has fewer styles in use.
 * For readers of any further style the segment is encoded each time.
 */
const KEPT_ENCODINGS = 32
/** Estimated bytes of memory for each UTF-16 unit of an Encoded: its text and its frames. */
const ENCODED_BYTES = 5
/** Events that `latest` can return. */
const RECENT_EVENTS = limits.historyEvents
/** Reactions that are applied to events which were read from the log before. */
const RECENT_REACTIONS = 100
/** Texts that were taken away, as long as a read that began before may go on. */
const MAX_REDACTED = 1000

/** One broadcast. */
export class Segment {
  message: ServerMessage
  /** seq of its last event; of the segment before it if it has no events. */
  readonly lastSeq: number
  /** Estimated bytes of memory: the message and its encodings. */
  cost: number
  /** Set by FeedMemory: the feed that it is in, and the segments added before and after it. */
  feed: Feed | undefined
  older: Segment | undefined
  newer: Segment | undefined
  readonly #encoded = new Map<Encoding, Encoded>()
  readonly #onGrown: (bytes: number) => void

  /** `onGrown` receives the bytes by which the cost grows. */
  constructor(message: ServerMessage, lastSeq: number, onGrown: (bytes: number) => void) {
    this.message = message
    this.lastSeq = lastSeq
    this.cost = costOf(message)
    this.#onGrown = onGrown
  }

  /** Replaces the message by one without the text of an event. */
  redact(message: ServerMessage): void {
    const before = this.cost
    this.message = message
    this.cost = costOf(message)
    this.#encoded.clear()
    this.#onGrown(this.cost - before)
  }

  encoded(encoding: Encoding): Encoded {
    const kept = this.#encoded.get(encoding)
    if (kept !== undefined) return kept
    const encoded = new Encoded(encoding.encode(this.message))
    if (encoding.isCommon || this.#encoded.size < KEPT_ENCODINGS) {
      this.#encoded.set(encoding, encoded)
      const bytes = encoded.size * ENCODED_BYTES
      this.cost += bytes
      this.#onGrown(bytes)
    }
    return encoded
  }
}

function costOf(message: ServerMessage): number {
  if (message.type === 'events' || message.type === 'direct') {
    return message.events.reduce(
      (sum, { text, quote }) => sum + 400 + (text.length + (quote?.text.length ?? 0)) * 2,
      256,
    )
  }
  if (message.type !== 'presence') return 1024
  const { joined, left, renamed, moved = [], members = [] } = message
  const people = joined.length + left.length + renamed.length + moved.length + members.length
  return 256 + 200 * people
}

/**
 * The memory of all feeds of a server: the segments of all of them, linked in the order in which they
 * were added. Above the limit the oldest leaves its feed, so that a channel in which nothing happens
 * holds no memory for long.
 */
export class FeedMemory {
  readonly #maxBytes: number
  #oldest: Segment | undefined
  #newest: Segment | undefined
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  add(segment: Segment, feed: Feed): void {
    segment.feed = feed
    segment.older = this.#newest
    if (this.#newest === undefined) this.#oldest = segment
    else this.#newest.newer = segment
    this.#newest = segment
    this.grow(segment.cost)
  }

  /** MUST be called once for each segment that was added. */
  remove(segment: Segment): void {
    const { older, newer } = segment
    if (older === undefined) this.#oldest = newer
    else older.newer = newer
    if (newer === undefined) this.#newest = older
    else newer.older = older
    segment.feed = segment.older = segment.newer = undefined
    this.#bytes -= segment.cost
  }

  /** A segment has grown by so many bytes. The newest segment stays, whatever its size. */
  grow(bytes: number): void {
    this.#bytes += bytes
    while (this.#bytes > this.#maxBytes && this.#oldest !== this.#newest) {
      this.#oldest?.feed?.dropOldest()
    }
  }

  /** Estimated bytes of memory, for tests. */
  get bytes(): number {
    return this.#bytes
  }
}

export class Feed {
  readonly #memory: FeedMemory
  #ring: Segment[] = []
  /** Position of the oldest segment in the ring. */
  #tail = 0
  #seq: number
  /** lastSeq of the segment that left the ring last. */
  #trimmedSeq: number
  /**
   * The latest events of a room, oldest first: at least RECENT_EVENTS that are no reactions, if it has
   * them and they fit into one reply.
   */
  #recent: RoomEvent[] = []
  /** UTF-16 units of text in #recent. */
  #recentSize = 0
  /**
   * Names of the hosts, by the seq of an event whose text was taken away since the feed was made; at
   * most MAX_REDACTED.
   */
  readonly #redacted = new Map<number, string>()

  /** `seq`: head of the log at the start. */
  constructor(memory: FeedMemory, seq: number) {
    this.#memory = memory
    this.#seq = seq
    this.#trimmedSeq = seq
  }

  /** Position of the next segment. */
  get head(): number {
    return this.#tail + this.#ring.length
  }

  get tail(): number {
    return this.#tail
  }

  /** seq of the latest broadcast event. */
  get seq(): number {
    return this.#seq
  }

  /** Every event up to this seq has left the ring; every later one is in it. */
  get trimmedSeq(): number {
    return this.#trimmedSeq
  }

  add(message: ServerMessage): void {
    if (message.type === 'events' || message.type === 'direct') {
      this.#seq = message.events.at(-1)?.seq ?? this.#seq
    }
    // Nobody enters a conversation, so none is to be shown its latest events.
    if (message.type === 'events') this.#remember(message.events)
    const segment = new Segment(message, this.#seq, (bytes) => this.#memory.grow(bytes))
    this.#ring.push(segment)
    this.#memory.add(segment, this)
  }

  /** The text of an event was taken away: it is in no segment any more. `by`: name of the host. */
  redact(seq: number, by: string): void {
    this.#redacted.set(seq, by)
    const [oldest] = this.#redacted.keys()
    if (this.#redacted.size > MAX_REDACTED && oldest !== undefined) this.#redacted.delete(oldest)
    for (const segment of this.#ring) {
      const { message } = segment
      if (message.type === 'reacted' && message.messages.some((one) => one.seq === seq)) {
        // It quotes the text.
        segment.redact({ ...message, messages: message.messages.filter((one) => one.seq !== seq) })
      }
      if (message.type !== 'events' && message.type !== 'direct') continue
      const isMeant = (event: RoomEvent) => event.seq === seq || event.reply === seq
      if (!message.events.some(isMeant)) continue
      segment.redact({ ...message, events: message.events.map((event) => this.#asItIs(event)) })
    }
    this.#recent = this.#recent.map((event) => this.#asItIs(event))
  }

  /** The events without the texts, and quotes of texts, that were taken away while they were read from the log. */
  current(events: readonly RoomEvent[]): RoomEvent[] {
    const current =
      this.#redacted.size === 0 ? [...events] : events.map((event) => this.#asItIs(event))
    return this.#withReactions(current)
  }

  /** With the reactions of the latest events, which may be of after the event was read or remembered. */
  #withReactions(events: RoomEvent[]): RoomEvent[] {
    const all = this.#recent.filter(isReaction)
    return all.length === 0 ? events : events.map((event) => all.reduce(afterReaction, event))
  }

  #asItIs(event: RoomEvent): RoomEvent {
    const by = this.#redacted.get(event.seq)
    const { reply } = event
    const quoting =
      reply !== undefined && this.#redacted.has(reply) ? withoutQuoteOf(event, reply) : event
    return by === undefined ? quoting : redacted(quoting, by)
  }

  /** Called by the memory, when it needs the bytes of the oldest segment. */
  dropOldest(): void {
    const gone = this.#ring.shift()
    if (gone === undefined) return
    this.#memory.remove(gone)
    this.#trimmedSeq = gone.lastSeq
    this.#tail += 1
  }

  /** Adds events from before the start, oldest first, so that `latest` can return them. */
  prepend(events: readonly RoomEvent[]): void {
    const oldest = this.#recent[0]?.seq ?? this.#seq + 1
    // They may have been read before a text was taken away.
    const older = events.filter(({ seq }) => seq < oldest).map((event) => this.#asItIs(event))
    for (const { text } of older) this.#recentSize += text.length
    this.#recent = [...older, ...this.#recent]
  }

  /** The latest `limit` events from `first` on that are no reactions, oldest first; at most RECENT_EVENTS. */
  latest(limit: number, first: number): RoomEvent[] {
    if (limit === 0) return []
    const shown = this.#recent.filter((event) => event.seq >= first && !isReaction(event))
    return this.#withReactions(shown.slice(-Math.min(limit, RECENT_EVENTS)))
  }

  #remember(events: readonly RoomEvent[]): void {
    for (const { text } of events) this.#recentSize += text.length
    this.#recent.push(...events)
    if (this.#recent.length <= 2 * RECENT_EVENTS && this.#recentSize <= 2 * REPLY_SIZE) return
    this.#recent = latestFitting(this.#withoutOldest())
    this.#recentSize = this.#recent.reduce((sum, { text }) => sum + text.length, 0)
  }

  /** Reactions do not take the place of messages: the oldest are in the messages only, from now on. */
  #withoutOldest(): RoomEvent[] {
    const acts = this.#recent.filter(isReaction)
    const kept = new Set([
      ...acts.slice(-RECENT_REACTIONS),
      ...this.#recent.filter((event) => !isReaction(event)).slice(-RECENT_EVENTS),
    ])
    const old = acts.slice(0, -RECENT_REACTIONS)
    return this.#recent
      .filter((event) => kept.has(event))
      .map((event) => old.reduce(afterReaction, event))
  }

  /** The segment at a position from tail to head; undefined at the head. */
  at(position: number): Segment | undefined {
    return this.#ring[position - this.#tail]
  }

  /** Frees the memory of all segments. */
  close(): void {
    for (const segment of this.#ring) this.#memory.remove(segment)
    this.#ring = []
    this.#recent = []
  }
}

function afterReaction(event: RoomEvent, { act, from }: RoomEvent): RoomEvent {
  return act?.type === 'react' && act.seq === event.seq ? reacted(event, act, from) : event
}
