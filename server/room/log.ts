/**
 * The interface between the room and its log: an ordered record that gives each event its seq.
 * The engines are in `server/log/`; one contract suite runs on each of them.
 *
 * The room MUST append one batch at a time. The log MUST resolve an append only when the events
 * are as durable as the engine promises.
 */
import type { RoomEvent } from '../../shared/protocol.ts'

/** An event without its seq. */
export type Draft = Omit<RoomEvent, 'seq'>

/** `repeated`: the person has used this id before, and `event` is that earlier event. */
export type Committed = { event: RoomEvent; repeated: boolean }

export type CommitListener = (events: RoomEvent[]) => void

/** The name of a person, and the seq of the last event that was sent to them. */
export type Seat = { person: string; name: string; seq: number }

/**
 * Whether events can be recorded. `ok`: as far as the log knows. `failing`: the latest append
 * was rejected. `stalled`: the disk has kept an append waiting for seconds. `lost`: a thread of
 * the log has ended, and every call rejects until the server is restarted.
 */
export type LogHealth = 'ok' | 'failing' | 'stalled' | 'lost'

export interface RoomLog {
  /** Identifies this sequence of numbers: a log that starts again at 1 has a new epoch. */
  readonly epoch: string
  /** The key for tokens, 32 bytes; it lasts as long as the epoch. */
  readonly secret: Uint8Array
  /** seq of the latest committed event; 0 when there is none. */
  head(): number
  /** seq of the oldest event that is kept; head() + 1 when there is none. */
  first(): number
  /**
   * Calls `listener` with the new events of each commit, in the log's order and without a gap,
   * also when another process has appended them. The events of an append are passed on before
   * it resolves. A log has one listener, which MUST NOT throw.
   */
  onCommitted(listener: CommitListener): void
  /**
   * Resolves to one Committed for each draft, in their order. Rejects when nothing was committed.
   * The outcome is for the senders; readers receive the events from `onCommitted`.
   */
  append(drafts: readonly Draft[]): Promise<Committed[]>
  /** At most `limit` events from `seq` on, oldest first. */
  read(seq: number, limit: number): Promise<RoomEvent[]>
  /** The latest `limit` events whose seq is below `seq`, oldest first. */
  before(seq: number, limit: number): Promise<RoomEvent[]>
  /**
   * The latest `limit` events that have every word of `query`, oldest first. The last word of the
   * query may be the beginning of a word. At most 16 different words count; the others are ignored.
   * Never delays the other calls. Rejects when too many searches are waiting already.
   */
  search(query: string, limit: number): Promise<RoomEvent[]>
  /** Stores seats by person. A crash may lose the latest. */
  keepSeats(seats: readonly Seat[]): Promise<void>
  /** The stored seat of a person. At least the latest 10,000 seats are stored. */
  seatOf(person: string): Promise<Seat | undefined>
  health(): LogHealth
  close(): Promise<void>
}
