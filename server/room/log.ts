/**
 * What a room needs of its log: an ordered record that gives each event its seq.
 * The engines are in `server/log/`; one contract suite runs on all of them.
 *
 * MUST be asked to append one batch at a time. MUST answer an append only when the
 * events will survive whatever the engine promises to survive.
 */
import type { RoomEvent } from '../../shared/protocol.ts'

/** An event that has no place in the log yet. */
export type Draft = Omit<RoomEvent, 'seq'>

/** `repeated`: the person had said something under this id before; `event` is that first event. */
export type Committed = { event: RoomEvent; repeated: boolean }

/** Where somebody was when last seen: their name, and the last event that they were sent. */
export type Seat = { person: string; name: string; seq: number }

/**
 * Whether events can be recorded. `ok`: as far as the log knows. `failing`: the latest append
 * was rejected. `stalled`: the disk has kept an append waiting for seconds. `lost`: a thread of
 * the log has ended, and every call rejects until the server is restarted.
 */
export type LogHealth = 'ok' | 'failing' | 'stalled' | 'lost'

export interface RoomLog {
  /** Names this run of numbers; a log that starts anew at 1 has a new epoch. */
  readonly epoch: string
  /** Key, 32 bytes, for the tokens of those who are in the log; as long-lived as the epoch. */
  readonly secret: Uint8Array
  /** seq of the latest committed event; 0 when there is none. */
  head(): number
  /** seq of the oldest event that is still there; head() + 1 when there is none. */
  first(): number
  /** Answers one Committed for each draft, in the same order. Rejects when nothing was committed. */
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
  /** Remembers where people are. It is a convenience, and may be lost in a fault. */
  keepSeats(seats: readonly Seat[]): Promise<void>
  /** The seat of a person, if it is remembered. */
  seatOf(person: string): Promise<Seat | undefined>
  health(): LogHealth
  close(): Promise<void>
}
