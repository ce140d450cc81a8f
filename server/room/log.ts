/**
 * The interface between the rooms and their logs. A log is an ordered record that gives each
 * event its seq; a store holds the logs of a server, which it commits together. The engines are
 * in `server/log/`; one contract suite runs on each of them.
 *
 * The server MUST append one batch at a time. The store MUST resolve an append only when the
 * events are as durable as the engine promises.
 */
import type { RoomEvent } from '../../shared/protocol.ts'
import type { Rule } from './hosts/rules.ts'
import type { Nodes } from './nodes/nodes.ts'

/**
 * An event without its seq. A draft of the kind `topic` also becomes the topic of its room, and one
 * with an act makes rules (`rulesOf`); it MUST have no id.
 */
export type Draft = Omit<RoomEvent, 'seq'>

/** `repeated`: the person has used this id in this log before, and `event` is that earlier event. */
export type Committed = { event: RoomEvent; repeated: boolean }

/** What a search finds besides words. */
export type Filter = {
  /** The name under which it was said, in any case. */
  from?: string | undefined
  /** A name that the text mentions. What was said under this name is not found. */
  mentions?: string | undefined
  /** seqs, both included. */
  first?: number | undefined
  last?: number | undefined
}

export type CommitListener = (events: RoomEvent[]) => void

/**
 * Identifies a log in its store: `lobby`, `room NAME` with the folded name, or `direct ID ID`
 * with the ids of two people, the smaller one first.
 */
export type LogKey = string

/** A room in which something was said. `name`: as it is shown. `topic`: '' if none is set. */
export type StoredRoom = { key: LogKey; name: string; topic: string }

/**
 * What the server remembers of a person. `room`: the room of their terminal. `positions`: the seq
 * of the last event that was sent to them in each log. `ignored`: the people they ignore.
 */
export type Seat = {
  person: string
  name: string
  room: LogKey
  positions: Readonly<Record<LogKey, number>>
  ignored: readonly { id: string; name: string }[]
}

/** A name that is kept for a person. */
export type Registered = { person: string; name: string }

/**
 * Whether events can be recorded. `ok`: as far as the store knows. `failing`: the latest append
 * was rejected. `stalled`: the disk or the database has kept an append waiting for seconds. `lost`:
 * the store cannot go on, and every call rejects until the server is restarted.
 */
export type StoreHealth = 'ok' | 'failing' | 'stalled' | 'lost'

export interface RoomLog {
  readonly key: LogKey
  /** The topic when the log was opened, if another process may have set it. */
  readonly topic?: string
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
   * Resolves when the events up to `seq` are passed on, if the log has them: a client may have read
   * them in another process. Rejects if they cannot be read. Undefined if only this process appends.
   */
  reach?(seq: number): Promise<void>
  /** At most `limit` events from `seq` on, oldest first. */
  read(seq: number, limit: number): Promise<RoomEvent[]>
  /** The latest `limit` events whose seq is below `seq`, oldest first. */
  before(seq: number, limit: number): Promise<RoomEvent[]>
  /**
   * The latest `limit` events that have every word of `query` and pass the filter, oldest first. The
   * last word of the query may be the beginning of a word. At most 16 different words count; the
   * others are ignored. Without words, a filter is needed. Looks at most at the latest 50,000 events
   * that have the words and are in the range of the filter.
   * Never delays the other calls. Rejects when too many searches are waiting already.
   */
  search(query: string, limit: number, filter?: Filter): Promise<RoomEvent[]>
  /** Frees its memory. The log MUST NOT be used afterwards; `Store.open` opens it again. */
  release(): void
}

export interface Store {
  /** Identifies the numbers of all logs: a store whose logs start again at 1 has a new epoch. */
  readonly epoch: string
  /** The key for tokens, 32 bytes; it lasts as long as the epoch. */
  readonly secret: Uint8Array
  /** The rooms that had events when the store was opened, without the lobby. */
  readonly rooms: readonly StoredRoom[]
  /** The topic of the lobby when the store was opened; '' if none is set. */
  readonly lobbyTopic: string
  /** The names that were registered when the store was opened. */
  readonly registered: readonly Registered[]
  /** The rules that are stored when the store is opened. */
  readonly rules: readonly Rule[]
  /** The other servers on this store; undefined if there can be none. */
  readonly nodes?: Nodes
  /**
   * Opens a log, which need not exist yet: nothing is stored before its first event. `name`: how
   * the room is shown; it is stored with the first event. `after`: seq of an event that was
   * committed, if the listener is to receive those after it. A log MUST be open once at a time.
   */
  open(key: LogKey, name: string, after?: number): Promise<RoomLog>
  /**
   * Commits all drafts or none. Resolves to one Committed for each draft, in their order. Each
   * log MUST be open. Rejects when nothing was committed; an engine in another process also when it
   * cannot tell. Then the drafts may still appear in the log, and an id that is sent again is a
   * repeat. The outcome is for the senders; readers receive the events from `onCommitted`.
   */
  append(drafts: readonly { log: RoomLog; draft: Draft }[]): Promise<Committed[]>
  /** Stores seats by person. A crash may lose the latest. */
  keepSeats(seats: readonly Seat[]): Promise<void>
  /**
   * Stores the name that is registered for a person, in place of the one before; undefined: none.
   * Resolves when it is as durable as the engine promises.
   */
  register(person: string, name: string | undefined): Promise<void>
  /**
   * The stored seat of a person. At least the latest 10,000 seats are stored, and those of all
   * people who have registered a name.
   */
  seatOf(person: string): Promise<Seat | undefined>
  /** The seat that was stored last under a name with this fold (`foldName`). */
  seatNamed(foldedName: string): Promise<Seat | undefined>
  /**
   * The keys and heads of the `direct` logs of a person that have events, the one with the latest
   * event first.
   */
  directLogsOf(person: string, limit: number): Promise<{ key: LogKey; head: number }[]>
  /** The value of a rule that is stored now, also by another process; undefined if there is none. */
  ruleOf(key: string): Promise<unknown>
  /** Stores a rule that no act makes. */
  keepRule(rule: Rule): Promise<void>
  health(): StoreHealth
  close(): Promise<void>
}
