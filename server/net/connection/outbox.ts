/**
 * The outbox: a cursor on the feed → one write at a time. It queues no events; what
 * its reader has not had yet waits in the feed, and beyond that in the log.
 *
 * MUST have at most one write outstanding. MUST send a reply after everything that
 * the feed held when the reply was made.
 */
import type { Dialect, Outgoing } from '../../../shared/dialect/dialect.ts'
import type { Cursor } from '../../room/connection.ts'
import { Encoded } from '../../room/feed.ts'
import type { Room } from '../../room/room.ts'
import type { Transport } from './transport.ts'

/** Most bytes gathered into one write. */
const WRITE_BYTES = 262_144
/** The same for a reader who takes 1024 bytes at a time, and only when they ask. */
const SPARING_BYTES = 4096
/** The same for a reader who did not take the last write at once: each write is to show progress. */
const STRAINED_BYTES = 32_768
/** Writes in one turn: a reader who has much to catch up with leaves time to the others. */
const TURN_WRITES = 4
/** Unsent replies, in bytes, beyond which the connection is not read. */
const REPLY_BYTES = 65_536
/** Events read from the log at once for a reader that is behind the feed. */
const PAGE_EVENTS = 32
const SPARING_EVENTS = 8

/** Most bytes that the kernels of both sides may have taken and nobody read (tcp(7)). */
const KERNEL_BYTES = 8 * 1024 * 1024

/** The place of a reply that waits for nothing in the feed. */
const AT_ONCE = -1

/** Whose outbox it is. */
export type Reader = {
  /** The person whose own units are left out where the dialect does so, unless it echoes. */
  readonly personId: string | undefined
  readonly echoes: boolean
  /** It cannot be given what it missed; the connection must end. */
  lost(): void
}

export class Outbox {
  /** In which everything from now on is told. */
  dialect: Dialect
  /** Whether little is gathered at once, for a reader who may not ask for it for long. */
  sparing = false
  readonly #room: Room
  readonly #transport: Transport
  readonly #reader: Reader
  #cursor: Cursor | undefined
  #takenSeq: number | undefined
  #firstSeq = 0
  #sentBytes = 0
  #replies: { after: number; encoded: Encoded }[] = []
  #replyBytes = 0
  #onSent: (() => void)[] = []
  #busy = false
  #stopped = false
  #strained = false
  /** When the outstanding write began, in ms; undefined when there is none. */
  #writeBegan: number | undefined
  #finish: (() => void) | undefined
  readonly #written: () => void

  /** `dialect`: in which it begins. */
  constructor(room: Room, transport: Transport, dialect: Dialect, reader: Reader) {
    this.dialect = dialect
    this.#room = room
    this.#transport = transport
    this.#reader = reader
    this.#written = () => {
      if (this.#stopped) return
      this.#busy = false
      this.#writeBegan = undefined
      this.wake()
    }
  }

  deliver(message: Outgoing): void {
    const encoded = new Encoded(this.dialect.encode(message))
    if (encoded.units.length === 0) return
    const after = this.#cursor === undefined ? AT_ONCE : this.#room.feed.head
    this.#replies.push({ after, encoded })
    this.#replyBytes += encoded.size
    this.wake()
  }

  /** seq of the last event that the transport has taken; undefined before follow(). */
  get seq(): number | undefined {
    return this.#takenSeq
  }

  /**
   * Its reader reads nothing: what was written last is in the kernels and was never read.
   * So much is taken back, at the mean size of what was written.
   */
  rewind(): void {
    if (this.#takenSeq === undefined) return
    const taken = this.#takenSeq - this.#firstSeq
    const unread = Math.ceil((taken * KERNEL_BYTES) / (this.#sentBytes || 1))
    this.#takenSeq -= Math.min(taken, unread)
  }

  /**
   * Undefined: follows nothing any more. What was delivered before is sent before, whatever
   * the cursor has to catch up with.
   */
  follow(cursor: Cursor | undefined): void {
    this.#cursor = cursor && { ...cursor }
    this.#takenSeq = cursor?.seq
    this.#firstSeq = cursor?.seq ?? 0
    this.#sentBytes = 0
    for (const reply of this.#replies) reply.after = AT_ONCE
  }

  /** So many replies are unsent that the connection is not read. */
  get isFull(): boolean {
    return this.#replyBytes >= REPLY_BYTES
  }

  /** Undefined while there is room for replies; else a promise of it. */
  hasRoom(): Promise<void> | undefined {
    if (!this.isFull || this.#stopped) return undefined
    return new Promise((resolve) => this.#onSent.push(resolve))
  }

  /** Sends what there is to send, unless a write is outstanding. */
  wake(): void {
    for (let writes = 0; !this.#busy; writes += 1) {
      this.#taken()
      if (writes === TURN_WRITES) {
        this.#busy = true
        this.#room.clock.turn(this.#written)
        return
      }
      const batch = this.#gather()
      if (batch.length > 0) {
        this.#write(batch)
        if (this.#isLevel) return
      } else if (this.#cursor !== undefined && this.#cursor.seq < this.#cursor.until) {
        this.#busy = true
        void this.#readPage(this.#cursor)
      } else {
        this.#finish?.()
        return
      }
    }
  }

  /** Whether there is nothing left to send, now that everything was taken. */
  get #isLevel(): boolean {
    if (this.#busy || this.#finish !== undefined || this.#replies.length > 0) return false
    this.#taken()
    const cursor = this.#cursor
    return cursor?.seq === cursor?.until && cursor?.position === this.#room.feed.head
  }

  #taken(): void {
    if (this.#cursor === undefined) return
    this.#room.tally.deliveries += this.#cursor.seq - (this.#takenSeq ?? 0)
    this.#takenSeq = this.#cursor.seq
  }

  #write(batch: readonly Encoded[]): void {
    for (const { size } of batch) this.#sentBytes += size
    this.#busy = !this.#transport.write(batch, this.#written)
    this.#strained = this.#busy
    if (this.#busy) this.#writeBegan = this.#room.clock.monotonic()
  }

  /** Calls `then` once everything has been written; what comes after it is not awaited. */
  finish(then: () => void): void {
    this.#finish = () => {
      this.#finish = undefined
      then()
    }
    this.wake()
  }

  /** Nothing more is written: the transport is gone. */
  stop(): void {
    this.#stopped = true
    this.#busy = true
    this.#replies = []
    this.#finish = undefined
    for (const resolve of this.#onSent.splice(0)) resolve()
  }

  /** How long, in ms, the outstanding write has not been taken; 0 without one. */
  stalledFor(now: number): number {
    return this.#writeBegan === undefined ? 0 : now - this.#writeBegan
  }

  #gather(): Encoded[] {
    const { feed } = this.#room
    const batch: Encoded[] = []
    const cursor = this.#cursor
    const most = this.sparing ? SPARING_BYTES : this.#strained ? STRAINED_BYTES : WRITE_BYTES
    for (let bytes = 0; bytes < most; ) {
      const reply = this.#replies[0]
      const level = cursor !== undefined && cursor.seq >= cursor.until
      if (reply && (reply.after === AT_ONCE || (level && reply.after <= cursor.position))) {
        this.#replies.shift()
        batch.push(reply.encoded)
        bytes += reply.encoded.size
        this.#replySent(reply.encoded.size)
        continue
      }
      if (!level) break
      if (cursor.position < feed.tail) {
        this.#fallBack(cursor)
        continue
      }
      const segment = feed.at(cursor.position)
      if (segment === undefined) break
      cursor.position += 1
      cursor.seq = cursor.until = segment.lastSeq
      const encoded = this.#seen(segment.encoded(this.dialect))
      if (encoded.units.length === 0) continue
      batch.push(encoded)
      bytes += encoded.size
    }
    return batch
  }

  #replySent(bytes: number): void {
    this.#replyBytes -= bytes
    if (this.#replyBytes >= REPLY_BYTES) return
    for (const resolve of this.#onSent.splice(0)) resolve()
  }

  /** What the cursor needs has left the feed: it goes on from the log. */
  #fallBack(cursor: Cursor): void {
    cursor.until = Math.max(cursor.seq, this.#room.feed.trimmedSeq)
    cursor.position = this.#room.feed.tail
    const snapshot = new Encoded(this.dialect.encode(this.#room.snapshot()))
    if (snapshot.units.length === 0) return
    this.#replies.unshift({ after: cursor.position, encoded: snapshot })
    this.#replyBytes += snapshot.size
  }

  async #readPage(cursor: Cursor): Promise<void> {
    const limit = Math.min(this.sparing ? SPARING_EVENTS : PAGE_EVENTS, cursor.until - cursor.seq)
    const events = await this.#room.log.read(cursor.seq + 1, limit).catch(() => [])
    if (this.#stopped) return
    if (cursor !== this.#cursor) {
      this.#busy = false
      this.wake()
      return
    }
    if (events[0]?.seq !== cursor.seq + 1) {
      // Why it ends is told at once; of the feed, which is no use after a gap, nothing.
      this.#cursor = undefined
      for (const reply of this.#replies) reply.after = AT_ONCE
      this.#busy = false
      this.#reader.lost()
      return
    }
    cursor.seq += events.length
    const encoded = this.#seen(new Encoded(this.dialect.encode({ type: 'events', events })))
    if (encoded.units.length > 0) this.#write([encoded])
    else this.#busy = false
    this.wake()
  }

  #seen(encoded: Encoded): Encoded {
    const own = this.dialect.skipsOwn ? this.#reader.personId : undefined
    if (own === undefined || !encoded.hasUnitsOf(own) || this.#reader.echoes) return encoded
    return encoded.without(own)
  }
}
