/**
 * What the page knows, as plain values. Everything the view draws is derived
 * from one `State`; every change is an `Action` given to the reducer.
 *
 * All times are milliseconds since 1970, and are passed in.
 */
import type { Person, RoomEvent, ServerMessage, Via, Welcome } from '../../shared/protocol.ts'

/** Rows of the log in the document, at most. */
export const LOG_ROWS = 900
/**
 * Rows that stay in it while the reader follows the newest one, and how many more there may
 * be before the oldest go: each frame of a flood costs by the row.
 */
export const FOLLOWED_ROWS = 200
export const FOLLOWED_SLACK = 100
/** Rows of unsent messages in the document; together at most 1000. */
export const PENDING_ROWS = 100
/** Newest entries kept out of the document for a reader who has scrolled up. */
export const AHEAD_ENTRIES = 900
/** Unsent messages kept; over it the composer keeps the text and says so. */
export const PENDING_MESSAGES = 500

export type Connection =
  | { phase: 'idle' }
  | { phase: 'connecting' }
  | { phase: 'online' }
  /** `retryAt`: when the next attempt begins. */
  | { phase: 'waiting'; retryAt: number }
  /** Another tab continued this session. */
  | { phase: 'stopped' }

/** One person's coming, going or new name. */
export type Change =
  | { kind: 'joined'; name: string; via: Via }
  | { kind: 'left'; name: string }
  | { kind: 'renamed'; was: string; name: string }

/** One row of the list: what the log holds, or a quiet line about presence. */
export type Entry =
  | { kind: 'said'; at: number; event: RoomEvent; mine: boolean; mention: boolean }
  /** `more`: how many changes are counted but not named. */
  | { kind: 'presence'; at: number; changes: readonly Change[]; more: number }

/**
 * `silent`: no answer in time, sent again by itself. `refused`, with the server's words, and
 * `left`, when its writer went before it was said: wait for their writer.
 */
export type PendingFault =
  | { kind: 'silent' }
  | { kind: 'left' }
  | { kind: 'refused'; code: string; text: string }

/** A message of ours that has not come back from the log. */
export type Pending = {
  id: string
  text: string
  action: boolean
  at: number
  /** null until this connection has carried it. */
  sentAt: number | null
  fault: PendingFault | null
}

/** What the server says under a code of its error table, and a name it offers instead. */
export type Refusal = { code: string; text: string; suggestion: string | null }

export type State = {
  screen: 'form' | 'room'
  /** The form has been sent and is not yet answered. */
  joining: boolean
  refusal: Refusal | null
  /** The name to ask for. */
  name: string
  token: string | null
  me: Person | null
  /** Every id this tab has had: a message may come back under an earlier one. */
  selves: readonly string[]
  connection: Connection
  /** Since when there is no connection, null while there is one or none is wanted. */
  awaySince: number | null
  /** Why the last connection ended. */
  trouble: Refusal | null
  epoch: string | null
  /** The highest seq shown; events at or below it are ignored. */
  seq: number
  /** Up to this seq events are a replay: not spoken, and nothing is sent before its end. */
  replayTo: number
  /** The rows in the document, oldest first: a window on the log. */
  entries: readonly Entry[]
  /** The newest entries, for as long as they are not in the window. */
  ahead: readonly Entry[]
  /** There are events between the window and `ahead` that are held in neither. */
  gap: boolean
  /** The window begins with the oldest event that is kept. */
  atStart: boolean
  /** A message that was asked for and is to be brought into view; a new object each time. */
  target: { seq: number } | null
  /** Where the reader was before; a `seq` of null is the newest row. */
  back: { seq: number | null } | null
  /** The latest answer to a search. */
  found: { query: string; events: readonly RoomEvent[] } | null
  pending: readonly Pending[]
  /** When one of ours last came back. */
  progressAt: number
  members: ReadonlyMap<string, Person>
  memberCount: number
  typing: readonly { person: Person; until: number }[]
  limits: Welcome['limits']
  /** The page does not have the reader's attention. */
  away: boolean
  /** Messages from others since the page lost it. */
  unread: number
  /** The unread line stands above the first message of others after this seq. */
  readTo: number | null
  /** The list keeps to its newest row. */
  following: boolean
  /** Messages from others since the reader scrolled up. */
  below: number
  /** Those of them that speak to the reader. */
  belowMentions: number
  /** Something to say under the composer. */
  notice: Refusal | null
}

export type Draft = { id: string; text: string; action: boolean }

export type Action =
  | { type: 'join'; name: string }
  | { type: 'left' }
  | { type: 'connection'; connection: Connection; now: number }
  | { type: 'received'; message: ServerMessage; now: number }
  | { type: 'say'; messages: readonly Draft[]; now: number }
  | { type: 'sent'; ids: readonly string[]; now: number }
  | { type: 'retry'; id: string }
  | { type: 'delete'; id: string }
  | { type: 'tick'; now: number }
  | { type: 'follow'; on: boolean }
  | { type: 'advance' }
  | { type: 'page'; page: LogPage; now: number }
  | { type: 'aim'; seq: number; back: State['back'] }
  | { type: 'away'; on: boolean }
  | { type: 'notice'; notice: Refusal | null }

/** A part of the log, fetched. `more`: there are others still in that direction. */
export type LogPage = {
  /** Below the window, above it, or in its stead around `target`. */
  place: 'older' | 'newer' | { target: number; back: State['back'] }
  epoch: string
  events: readonly RoomEvent[]
  more: boolean
}

/** What outlives a reload of the tab. */
export type Kept = {
  name: string
  token: string | null
  selves: readonly string[]
  pending: readonly Pending[]
}

/** A list that shows nothing yet. */
export const emptyLog = {
  seq: 0,
  entries: [],
  ahead: [],
  gap: false,
  atStart: false,
  target: null,
  back: null,
  found: null,
  readTo: null,
  following: true,
  below: 0,
  belowMentions: 0,
} as const satisfies Partial<State>

/** With a token the tab goes straight back to the room. */
export function initialState(kept: Kept): State {
  return {
    ...kept,
    pending: kept.pending.map((message) => ({ ...message, sentAt: null })),
    screen: kept.token === null ? 'form' : 'room',
    joining: false,
    refusal: null,
    me: null,
    connection: { phase: 'idle' },
    awaySince: null,
    trouble: null,
    epoch: null,
    replayTo: 0,
    ...emptyLog,
    progressAt: 0,
    members: new Map(),
    memberCount: 0,
    typing: [],
    limits: { textBytes: 4096, nameLength: 24, frameBytes: 16_384, historyEvents: 200 },
    away: false,
    unread: 0,
    notice: null,
  }
}
