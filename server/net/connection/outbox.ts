/**
 * The outbox: a cursor on the feed of each channel → one write at a time. It queues no events:
 * events that its reader has not received yet are in the feeds, and older ones in the logs.
 *
 * MUST have at most one write outstanding. MUST send a reply after everything that the
 * feed of its channel held when the reply was made.
 */
import { callsFor, ringing } from '../../../shared/dialect/bell.ts'
import type { Codec, Outgoing } from '../../../shared/dialect/dialect.ts'
import { type Ignored, isAbout, withoutPeople } from '../../../shared/dialect/ignoring.ts'
import type { PersonName } from '../../../shared/person.ts'
import type { Channel } from '../../room/channel.ts'
import { Encoded, type Part, partFor, whole } from '../../room/encoded.ts'
import type { Segment } from '../../room/feed.ts'
import type { LogKey } from '../../room/log.ts'
import type { Cursor } from '../../room/reader.ts'
import type { Rooms } from '../../room/rooms.ts'
import { Milestones } from './milestones.ts'
import { Place } from './place.ts'
import type { Tap } from './tap.ts'
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

const NOWHERE: readonly Place[] = []

/** An unsent reply. `position`: of the feed of its place, up to which the feed is written before. */
type Reply = {
  /** Undefined if it waits for nothing. */
  place: Place | undefined
  position: number
  encoded: Encoded
}

/** The connection that an outbox belongs to. */
export type OutboxOwner = {
  readonly codec: Codec
  /** Id of the person whose own units are left out; undefined if none are. */
  readonly omits: string | undefined
  /** People of whom the reader receives nothing. */
  readonly ignored: Ignored
  readonly tap?: Tap | undefined
  /** The reader, if the bell is to ring for what concerns them. */
  readonly called?: PersonName | undefined
  /** Events that the reader needs cannot be read: the connection must end. */
  lost(): void
  /** A bug in the server has thrown an error. */
  failed(error: unknown): void
}

export class Outbox {
  /** Whether little is gathered into one write, since the client may not ask for more for long. */
  writesLittle = false
  readonly #rooms: Rooms
  readonly #transport: Transport
  readonly #owner: OutboxOwner
  /** In each channel that the reader follows, or has followed until the last one was stopped. */
  #followed: readonly Place[] = NOWHERE
  /** Those that are read: #followed, or none when following has stopped. */
  #places: readonly Place[] = NOWHERE
  /** UTF-16 units written since the reader began to follow. */
  #writtenSize = 0
  #replies: Reply[] = []
  #replyBytes = 0
  #onRoom: (() => void)[] = []
  /** Made when it is needed. */
  #milestones: Milestones | undefined
  /** `busy`: a write or a read of the log is outstanding. */
  #state: 'free' | 'busy' | 'stopped' = 'free'
  /** Whether the reader did not take the last write at once. */
  #strained = false
  /** Monotonic time, in ms, at which the outstanding write began; undefined if there is none. */
  #writeBegan: number | undefined
  #onFinished: (() => void) | undefined
  readonly #onTaken: () => void

  constructor(rooms: Rooms, transport: Transport, owner: OutboxOwner) {
    this.#rooms = rooms
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

  /** `channel`: of the reply; undefined: the first that the reader follows. */
  deliver(message: Outgoing, channel = this.#followed[0]?.channel): void {
    const { codec, ignored } = this.#owner
    const allowed = ignored.size === 0 ? message : withoutPeople(message, ignored)
    const encoded = new Encoded(allowed === undefined ? [] : codec.encode(allowed))
    if (encoded.units.length === 0) return
    const place = this.#places.find((one) => one.channel === channel)
    this.#replies.push({ place, position: place?.channel.feed.head ?? 0, encoded })
    this.#replyBytes += encoded.size
    this.wake()
  }

  /** seq of the last event of the channel that the transport has taken; undefined before follow(). */
  seqIn(channel: Channel): number | undefined {
    return this.#followed.find((place) => place.channel === channel)?.takenSeq
  }

  /** The same for each channel. */
  get positions(): Record<LogKey, number> {
    return Object.fromEntries(
      this.#followed.map(({ channel, takenSeq }) => [channel.log.key, takenSeq]),
    )
  }

  /** How many events the reader has not received yet, in all channels together. */
  get lag(): number {
    let lag = 0
    for (const { channel, takenSeq } of this.#followed)
      lag += Math.max(0, channel.feed.seq - takenSeq)
    return lag
  }

  /**
   * For a reader that has stopped reading, so that the last events written are still in the
   * kernels. Moves `seq` back by as many events as the kernels may hold, at the mean size of
   * the events written.
   */
  rewind(): void {
    const taken = this.#followed.reduce((sum, place) => sum + place.takenSeq - place.firstSeq, 0)
    const unread = Math.ceil((taken * KERNEL_BYTES) / (this.#writtenSize || 1))
    for (const place of this.#followed) {
      place.takenSeq -= Math.min(place.takenSeq - place.firstSeq, unread)
    }
  }

  /** Reads a channel from the cursor on. Replies delivered before are written first. */
  follow(channel: Channel, cursor: Cursor): void {
    // After a takeover by /resume, the reader begins anew.
    if (this.#places !== this.#followed) this.release()
    if (this.#followed.length === 0) this.#writtenSize = 0
    channel.hold()
    // push() and a spread would reserve space for 17 channels.
    this.#followed = this.#places = this.#followed.concat(new Place(channel, cursor))
  }

  /** Reads the channel no more. Its replies are written at once. */
  unfollow(channel: Channel): void {
    const place = this.#followed.find((one) => one.channel === channel)
    if (place === undefined) return
    this.#loosen(place)
    const isRead = this.#places === this.#followed
    this.#followed = this.#followed.filter((one) => one !== place)
    if (isRead) this.#places = this.#followed
    this.#milestones?.pass(this.#places)
    channel.release()
  }

  /** Frees the channels, and forgets the positions in them. */
  release(): void {
    const followed = this.#followed
    this.#followed = this.#places = NOWHERE
    this.#milestones?.pass(this.#places)
    for (const { channel } of followed) channel.release()
  }

  /** Reads the channels no more. Replies are written at once. */
  stopFollowing(): void {
    this.#places = NOWHERE
    for (const place of this.#followed) this.#loosen(place)
    this.#milestones?.pass(this.#places)
  }

  #loosen(place: Place): void {
    for (const reply of this.#replies) if (reply.place === place) reply.place = undefined
  }

  /**
   * Resolves when everything that the feed of the channel holds now is written, or the channel is
   * read no more; undefined if that is so already, and in lockstep mode, in which the client must
   * send more first.
   */
  written(channel: Channel): Promise<void> | undefined {
    const place = this.#places.find((one) => one.channel === channel)
    const position = channel.feed.head
    if (place === undefined || this.#state === 'stopped' || this.writesLittle) return undefined
    if (place.hasReached(position)) return undefined
    this.#milestones ??= new Milestones()
    return this.#milestones.until(place, position)
  }

  /** Ends all waits of `written`. */
  endWaits(): void {
    this.#milestones?.pass(NOWHERE)
  }

  /**
   * Stops, and returns what another outbox needs to go on: seq of the last event written in each
   * channel, and the replies that are not written.
   */
  handOver(): { positions: Record<LogKey, number>; replies: string[] } {
    const positions = this.#followed.map(({ channel, seq }) => [channel.log.key, seq])
    const replies = this.#replies.flatMap(({ encoded }) => encoded.units.map(({ text }) => text))
    this.stop()
    return { positions: Object.fromEntries(positions), replies }
  }

  /** Sends the replies that another outbox had, after everything that the first channel holds now. */
  goOn(replies: readonly string[]): void {
    if (replies.length === 0) return
    const [place] = this.#places
    // The other server may have known that it is secret.
    const encoded = new Encoded(replies.map((text) => ({ text, secret: true })))
    this.#replies.push({ place, position: place?.channel.feed.head ?? 0, encoded })
    this.#replyBytes += encoded.size
    this.wake()
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
      if (writes === TURN_WRITES) {
        this.#state = 'busy'
        this.#rooms.clock.turn(this.#onTaken)
        return
      }
      const parts = this.#gather()
      if (parts.length > 0) this.#write(parts)
      else this.#countTaken()
      this.#milestones?.pass(this.#places)
      if (parts.length > 0) {
        if (this.#isLevel) return
        continue
      }
      const behind = this.#places.find((place) => place.needsLog)
      if (behind === undefined) {
        this.#onFinished?.()
        return
      }
      this.#state = 'busy'
      this.#readPage(behind).catch((error) => this.#owner.failed(error))
    }
  }

  #resume(): void {
    if (this.#state !== 'busy') return
    this.#state = 'free'
    this.#countTaken()
    this.wake()
  }

  /** Whether nothing is left to write, and everything was taken. */
  get #isLevel(): boolean {
    if (this.#state !== 'free' || this.#onFinished !== undefined || this.#replies.length > 0) {
      return false
    }
    for (const place of this.#places) if (!place.isLevel) return false
    return true
  }

  #countTaken(): void {
    for (const place of this.#places) {
      this.#rooms.tally.deliveries += place.seq - place.takenSeq
      place.takenSeq = place.seq
    }
  }

  #write(parts: readonly Part[]): void {
    for (const { encoded } of parts) this.#writtenSize += encoded.size
    this.#owner.tap?.writing(parts)
    const taken = this.#transport.write(parts, this.#onTaken)
    this.#strained = !taken
    if (taken) {
      this.#countTaken()
      return
    }
    this.#state = 'busy'
    this.#writeBegan = this.#rooms.clock.monotonic()
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
    this.endWaits()
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

  /** Takes what is due in turn, so that no channel keeps the others waiting. */
  #gather(): Part[] {
    const parts: Part[] = []
    const most = this.#maxBytes
    let bytes = 0
    for (let hasMore = true; hasMore && bytes < most; ) {
      const reply = this.#takeReply()
      if (reply !== undefined) {
        parts.push(whole(reply))
        bytes += reply.size
        continue
      }
      hasMore = false
      for (const place of this.#places) {
        const segment = this.#nextSegment(place)
        if (segment === undefined) continue
        // Most readers are level after one segment: a second look at each channel would find nothing.
        hasMore ||= !place.isLevel || this.#replies.length > 0
        const part = this.#partOf(segment)
        if (part === undefined) continue
        parts.push(part)
        bytes += part.encoded.size
      }
    }
    return parts
  }

  /** A reply for which everything before it was written. */
  #takeReply(): Encoded | undefined {
    if (this.#replies.length === 0) return undefined
    const at = this.#replies.findIndex(isDue)
    const [reply] = at < 0 ? [] : this.#replies.splice(at, 1)
    if (reply === undefined) return undefined
    // An emptied array would keep its memory.
    if (this.#replies.length === 0) this.#replies = []
    this.#replySent(reply.encoded.size)
    return reply.encoded
  }

  /** Moves on in the feed of the channel; undefined if nothing is there, or the log comes first. */
  #nextSegment(place: Place): Segment | undefined {
    if (place.needsLog) return undefined
    if (place.isBehindFeed) {
      this.#fallBack(place)
      if (place.needsLog) return undefined
    }
    return place.next()
  }

  #replySent(bytes: number): void {
    this.#replyBytes -= bytes
    if (this.isFull) return
    for (const resolve of this.#onRoom.splice(0)) resolve()
  }

  /** The segments that the cursor needs have left the feed: it goes on in the log. */
  #fallBack(place: Place): void {
    place.fallBack()
    const message = place.channel.snapshot()
    const units = message === undefined ? [] : this.#owner.codec.encode(message)
    if (units.length === 0) return
    const snapshot = new Encoded(units)
    this.#replies.unshift({ place, position: place.position, encoded: snapshot })
    this.#replyBytes += snapshot.size
  }

  async #readPage(place: Place): Promise<void> {
    const limit = this.writesLittle ? LOCKSTEP_EVENTS : undefined
    const page = await this.#rooms.pages.after(place.channel, place.seq, place.until, limit)
    if (this.#state === 'stopped') return
    this.#state = 'free'
    if (this.#places.includes(place)) {
      if (page === undefined) {
        this.#owner.lost()
        return
      }
      place.seq = page.lastSeq
      const part = this.#partOf(page)
      if (part !== undefined) this.#write([part])
    }
    this.wake()
  }

  /** Undefined if the reader receives nothing of the segment. */
  #partOf(segment: Segment): Part | undefined {
    const { codec, omits, ignored, called } = this.#owner
    if (ignored.size > 0 && isAbout(segment.message, ignored)) return this.#filtered(segment)
    if (called !== undefined && callsFor(segment.message, called)) return this.#filtered(segment)
    return partFor(segment.encoded(codec.broadcast), omits)
  }

  /** For this reader alone: without the people that they ignore, and with the bell. */
  #filtered({ message }: Segment): Part | undefined {
    const { codec, omits, ignored, called } = this.#owner
    const allowed = withoutPeople(message, ignored)
    const units = allowed === undefined ? [] : codec.broadcast.encode(allowed)
    const isPresence = message.type === 'presence'
    const visible = isPresence ? units.filter(({ own }) => !ignored.has(own ?? '')) : units
    const rings = called !== undefined && allowed !== undefined && callsFor(allowed, called)
    return partFor(new Encoded(rings ? ringing(visible, omits) : visible), omits)
  }
}

function isDue({ place, position }: Reply): boolean {
  return place === undefined || place.hasReached(position)
}
