/**
 * The feed: the latest broadcasts of the room, as segments in a ring. A reader is a
 * position in it. Each segment is encoded once per encoding, for all readers.
 *
 * MUST stay within its limit of bytes. Readers that need older events read the log.
 */
import type { Encoding } from '../../shared/dialect/dialect.ts'
import { limits } from '../../shared/limits.ts'
import type { RoomEvent, ServerMessage } from '../../shared/protocol.ts'
import { Encoded } from './encoded.ts'

/**
 * Encodings that a segment keeps, besides the common ones; a room has fewer styles in use.
 * For readers of any further style the segment is encoded each time.
 */
const KEPT_ENCODINGS = 32
/** Estimated bytes of memory for each UTF-16 unit of an Encoded: its text and its frames. */
const ENCODED_BYTES = 5
/** Events that `latest` can return. */
const RECENT_EVENTS = limits.historyEvents

/** One broadcast. */
export class Segment {
  readonly message: ServerMessage
  /** seq of its last event; of the segment before it if it has no events. */
  readonly lastSeq: number
  /** Estimated bytes of memory: the message and its encodings. */
  cost: number
  readonly #encoded = new Map<Encoding, Encoded>()
  readonly #onGrown: (bytes: number) => void

  /** `onGrown` receives the bytes by which the cost grows. */
  constructor(message: ServerMessage, lastSeq: number, onGrown: (bytes: number) => void) {
    this.message = message
    this.lastSeq = lastSeq
    this.cost = costOf(message)
    this.#onGrown = onGrown
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
  if (message.type === 'events') {
    return message.events.reduce((sum, { text }) => sum + 400 + text.length * 2, 256)
  }
  if (message.type !== 'presence') return 1024
  const { joined, left, renamed, moved = [], members = [] } = message
  const people = joined.length + left.length + renamed.length + moved.length + members.length
  return 256 + 200 * people
}

export class Feed {
  readonly #maxBytes: number
  #ring: Segment[] = []
  /** Position of the oldest segment in the ring. */
  #tail = 0
  #bytes = 0
  #seq: number
  /** lastSeq of the segment that left the ring last. */
  #trimmedSeq: number
  /** The latest events, oldest first: at least RECENT_EVENTS if the room has them. */
  #recent: RoomEvent[] = []

  /** `seq`: head of the log at the start. */
  constructor(maxBytes: number, seq: number) {
    this.#maxBytes = maxBytes
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
    if (message.type === 'events') {
      this.#seq = message.events.at(-1)?.seq ?? this.#seq
      this.#remember(message.events)
    }
    const segment = new Segment(message, this.#seq, (bytes) => this.#grow(bytes))
    this.#ring.push(segment)
    this.#grow(segment.cost)
  }

  /** Adds events from before the start, oldest first, so that `latest` can return them. */
  prepend(events: readonly RoomEvent[]): void {
    const oldest = this.#recent[0]?.seq ?? this.#seq + 1
    this.#recent = [...events.filter(({ seq }) => seq < oldest), ...this.#recent]
  }

  /** The latest `limit` events from `first` on, oldest first; at most RECENT_EVENTS. */
  latest(limit: number, first: number): RoomEvent[] {
    if (limit === 0) return []
    return this.#recent.slice(-Math.min(limit, RECENT_EVENTS)).filter(({ seq }) => seq >= first)
  }

  #remember(events: readonly RoomEvent[]): void {
    this.#recent.push(...events)
    if (this.#recent.length > 2 * RECENT_EVENTS) this.#recent = this.#recent.slice(-RECENT_EVENTS)
  }

  #grow(bytes: number): void {
    this.#bytes += bytes
    while (this.#bytes > this.#maxBytes && this.#ring.length > 1) {
      const gone = this.#ring.shift() as Segment
      this.#bytes -= gone.cost
      this.#trimmedSeq = gone.lastSeq
      this.#tail += 1
    }
  }

  /** The segment at a position from tail to head; undefined at the head. */
  at(position: number): Segment | undefined {
    return this.#ring[position - this.#tail]
  }
}
