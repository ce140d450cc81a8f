/** A place: a channel that a reader follows, and how far it has read there. */
import type { Channel } from '../../room/channel.ts'
import type { Segment } from '../../room/feed.ts'
import type { Cursor } from '../../room/reader.ts'

export class Place {
  readonly channel: Channel
  seq: number
  until: number
  position: number
  /** seq of the last event that the transport has taken. */
  takenSeq: number
  /** The same when the reader began to follow. */
  readonly firstSeq: number

  constructor(channel: Channel, { seq, until, position }: Cursor) {
    this.channel = channel
    this.seq = seq
    this.until = until
    this.position = position
    this.takenSeq = seq
    this.firstSeq = seq
  }

  /** Whether the reader needs events that only the log has. */
  get needsLog(): boolean {
    return this.seq < this.until
  }

  /** Whether the segments that the cursor needs have left the feed. */
  get isBehindFeed(): boolean {
    return this.position < this.channel.feed.tail
  }

  /** Whether the reader has everything. */
  get isLevel(): boolean {
    return !this.needsLog && this.position === this.channel.feed.head
  }

  /** Whether everything before this position of the feed is read. */
  hasReached(position: number): boolean {
    return !this.needsLog && this.position >= position
  }

  /** Moves on in the feed; undefined if nothing is there. */
  next(): Segment | undefined {
    const segment = this.channel.feed.at(this.position)
    if (segment === undefined) return undefined
    this.position += 1
    this.seq = this.until = segment.lastSeq
    return segment
  }

  /** Goes on in the log, and then at the tail of the feed. */
  fallBack(): void {
    const { feed } = this.channel
    this.until = Math.max(this.seq, feed.trimmedSeq)
    this.position = feed.tail
  }
}
