/**
 * The outbox: a cursor on the feed → one write at a time. It queues no events: events that
 * its reader has not received yet are in the feed, and older ones in the log.
 *
 * MUST have at most one write outstanding. MUST send a reply after everything that the
 * feed held when the reply was made.
 */
import type { Codec, Outgoing } from '../../../shared/dialect/dialect.ts'
import { Encoded, type Part, partFor, whole } from '../../room/encoded.ts'
import type { Segment } from '../../room/feed.ts'
import type { Cursor } from '../../room/reader.ts'
import type { Room } from '../../room/room.ts'
import type { Transport } from './transport.ts'

/** Bytes gathered into one write. */
const WRITE_BYTES = 262_144
/** The same in lockstep mode, in which the client takes 1024 bytes for each message it sends. */
const LOCKSTEP_BYTES = 4096
/** The same for a reader that did not take the last write at once, so that each write is progress. */
const STRAINED_BYTES = 32_768
/** Writes of one reader in one turn of the event loop; the rest waits for the other readers. */
const TURN_WRITES = 4
/** Bytes of unsent replies at which the connection is not read any more. */
const REPLY_BYTES = 65_536
/** Events read from the log at once in lockstep mode. */
const LOCKSTEP_EVENTS = 8
/** Bytes that the kernels of both sides may hold unread (tcp(7)). */
const KERNEL_BYTES = 8 * 1024 * 1024

/** The position of a reply that waits for no segment of the feed. */
const AT_ONCE = -1

/** The connection that an outbox belongs to. */
export type OutboxOwner = {
  readonly codec: Codec
  /** Id of the person whose own units are left out; undefined if none are. */
  readonly omits: string | undefined
  /** Events that the reader needs cannot be read: the connection must end. */
  lost(): void
  /** A bug in the server has thrown an error. */
  failed(error: unknown): void
}

export class Outbox {
  /** Whether little is gathered into one write, since the client may not ask for more for long. */
  writesLittle = false
  readonly #room: Room
  readonly #transport: Transport
  readonly #owner: OutboxOwner
  #cursor: Cursor | undefined
  /** seq of the last event that the transport has taken. */
  #takenSeq: number | undefined
  /** #takenSeq when the reader began to follow, and the UTF-16 units written since. */
  #firstSeq = 0
  #writtenSize = 0
  /** Unsent replies. `after`: the position of the feed that is written before. */
  #replies: { after: number; encoded: Encoded }[] = []
  #replyBytes = 0
  #onRoom: (() => void)[] = []
  /** `busy`: a write or a read of the log is outstanding. */
  #state: 'free' | 'busy' | 'stopped' = 'free'
  /** Whether the reader did not take the last write at once. */
  #strained = false
  /** Monotonic time, in ms, at which the outstanding write began; undefined if there is none. */
  #writeBegan: number | undefined
  #onFinished: (() => void) | undefined
  readonly #onTaken: () => void

  constructor(room: Room, transport: Transport, owner: OutboxOwner) {
    this.#room = room
    this.#transport = transport
    this.#owner = owner
    this.#onTaken = () => {
      this.#writeBegan = undefined
      try {
        this.#resume()
      } catch (error) {
        this.#owner.failed(error)
      }
    }
  }

  deliver(message: Outgoing): void {
    const encoded = new Encoded(this.#owner.codec.encode(message))
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
   * For a reader that has stopped reading, so that the last events written are still in the
   * kernels. Moves `seq` back by as many events as the kernels may hold, at the mean size of
   * the events written.
   */
  rewind(): void {
    if (this.#takenSeq === undefined) return
    const taken = this.#takenSeq - this.#firstSeq
    const unread = Math.ceil((taken * KERNEL_BYTES) / (this.#writtenSize || 1))
    this.#takenSeq -= Math.min(taken, unread)
  }

  /** Reads the room from the cursor on. Replies delivered before are written first. */
  follow(cursor: Cursor): void {
    this.stopFollowing()
    this.#cursor = { ...cursor }
    this.#takenSeq = cursor.seq
    this.#firstSeq = cursor.seq
    this.#writtenSize = 0
  }

  /** Reads the room no more. Replies are written at once. */
  stopFollowing(): void {
    this.#cursor = undefined
    for (const reply of this.#replies) reply.after = AT_ONCE
  }

  /** Whether so many replies are unsent that the connection is not read. */
  get isFull(): boolean {
    return this.#replyBytes >= REPLY_BYTES
  }

  /** Resolves when there is room for replies; undefined if there is room now. */
  hasRoom(): Promise<void> | undefined {
    if (!this.isFull || this.#state === 'stopped') return undefined
    return new Promise((resolve) => this.#onRoom.push(resolve))
  }

  /** Writes everything that is due, unless a write is outstanding. */
  wake(): void {
    for (let writes = 0; this.#state === 'free'; writes += 1) {
      this.#countTaken()
      if (writes === TURN_WRITES) {
        this.#state = 'busy'
        this.#room.clock.turn(this.#onTaken)
        return
      }
      const parts = this.#gather()
      if (parts.length > 0) {
        this.#write(parts)
        if (this.#isLevel) return
      } else if (this.#cursor !== undefined && this.#cursor.seq < this.#cursor.until) {
        this.#state = 'busy'
        this.#readPage(this.#cursor).catch((error) => this.#owner.failed(error))
      } else {
        this.#onFinished?.()
        return
      }
    }
  }

  #resume(): void {
    if (this.#state !== 'busy') return
    this.#state = 'free'
    this.wake()
  }

  /** Whether nothing is left to write, and everything was taken. */
  get #isLevel(): boolean {
    if (this.#state !== 'free' || this.#onFinished !== undefined || this.#replies.length > 0) {
      return false
    }
    this.#countTaken()
    const cursor = this.#cursor
    return cursor?.seq === cursor?.until && cursor?.position === this.#room.feed.head
  }

  #countTaken(): void {
    if (this.#cursor === undefined) return
    this.#room.tally.deliveries += this.#cursor.seq - (this.#takenSeq ?? 0)
    this.#takenSeq = this.#cursor.seq
  }

  #write(parts: readonly Part[]): void {
    for (const { encoded } of parts) this.#writtenSize += encoded.size
    const taken = this.#transport.write(parts, this.#onTaken)
    this.#strained = !taken
    if (taken) return
    this.#state = 'busy'
    this.#writeBegan = this.#room.clock.monotonic()
  }

  /** Calls `then` once, when everything that is due has been taken. */
  finish(then: () => void): void {
    this.#onFinished = () => {
      this.#onFinished = undefined
      then()
    }
    this.wake()
  }

  /** Writes nothing more: the transport has closed. */
  stop(): void {
    this.#state = 'stopped'
    this.#replies = []
    this.#onFinished = undefined
    for (const resolve of this.#onRoom.splice(0)) resolve()
  }

  /** How long, in ms, the outstanding write has not been taken; 0 if there is none. */
  stalledFor(now: number): number {
    return this.#writeBegan === undefined ? 0 : now - this.#writeBegan
  }

  get #maxBytes(): number {
    if (this.writesLittle) return LOCKSTEP_BYTES
    return this.#strained ? STRAINED_BYTES : WRITE_BYTES
  }

  #gather(): Part[] {
    const { feed } = this.#room
    const parts: Part[] = []
    const cursor = this.#cursor
    for (let bytes = 0; bytes < this.#maxBytes; ) {
      const reply = this.#replies[0]
      const level = cursor !== undefined && cursor.seq >= cursor.until
      if (reply && (reply.after === AT_ONCE || (level && reply.after <= cursor.position))) {
        this.#replies.shift()
        parts.push(whole(reply.encoded))
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
      const part = this.#partOf(segment)
      if (part === undefined) continue
      parts.push(part)
      bytes += part.encoded.size
    }
    return parts
  }

  #replySent(bytes: number): void {
    this.#replyBytes -= bytes
    if (this.isFull) return
    for (const resolve of this.#onRoom.splice(0)) resolve()
  }

  /** The segments that the cursor needs have left the feed: it goes on in the log. */
  #fallBack(cursor: Cursor): void {
    cursor.until = Math.max(cursor.seq, this.#room.feed.trimmedSeq)
    cursor.position = this.#room.feed.tail
    const snapshot = new Encoded(this.#owner.codec.encode(this.#room.members.snapshot()))
    if (snapshot.units.length === 0) return
    this.#replies.unshift({ after: cursor.position, encoded: snapshot })
    this.#replyBytes += snapshot.size
  }

  async #readPage(cursor: Cursor): Promise<void> {
    const limit = this.writesLittle ? LOCKSTEP_EVENTS : undefined
    const page = await this.#room.pages.after(cursor.seq, cursor.until, limit)
    if (this.#state === 'stopped') return
    this.#state = 'free'
    if (cursor === this.#cursor) {
      if (page === undefined) {
        this.#owner.lost()
        return
      }
      cursor.seq = page.lastSeq
      const part = this.#partOf(page)
      if (part !== undefined) this.#write([part])
    }
    this.wake()
  }

  /** Undefined if the reader receives nothing of the segment. */
  #partOf(segment: Segment): Part | undefined {
    const { codec, omits } = this.#owner
    return partFor(segment.encoded(codec.broadcast), omits)
  }
}
