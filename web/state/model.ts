/**
 * The state of the page, as plain values. The view is derived from one `State`; every
 * change is an `Action` for the reducer.
 *
 * All times are in ms since 1970 and are passed in.
 */
import type { ConnectionPhase } from '../../shared/client/connection.ts'
import type { Draft } from '../../shared/client/pending.ts'
import { type ClientState, type Identity, initialClient } from '../../shared/client/state.ts'
import { limits } from '../../shared/limits.ts'
import type { Person, RoomEvent, ServerMessage, Via, Welcome } from '../../shared/protocol.ts'

export type { ConnectionPhase } from '../../shared/client/connection.ts'
export type { Pending, PendingFault } from '../../shared/client/pending.ts'

/** Limit on rows of the log in the document. */
export const LOG_ROWS = 900
/**
 * Rows kept while the reader follows the newest one, and how many more there may be before
 * the oldest are removed. The time for a frame grows with the number of rows.
 */
export const FOLLOWED_ROWS = 200
export const FOLLOWED_SLACK = 100
/** Limit on rows of pending messages; with `LOG_ROWS` at most 1000. */
export const PENDING_ROWS = 100
/** Limit on the newest entries kept outside of the document for a reader who scrolled up. */
export const AHEAD_ENTRIES = 900
/** Limit on pending messages; above it the text stays in the composer. */
export const PENDING_MESSAGES = 500

/** One person joined, left or took a new name. */
export type Change =
  | { kind: 'joined'; name: string; via: Via }
  | { kind: 'left'; name: string }
  | { kind: 'renamed'; was: string; name: string }

/** One row of the list: an event of the log, or a line about presence. */
export type Entry =
  | { kind: 'event'; at: number; event: RoomEvent; mine: boolean; mention: boolean }
  /** `more`: number of changes that are not listed. */
  | { kind: 'presence'; at: number; changes: readonly Change[]; more: number }

/** An error of the server: its code, its text, and a free name that it suggests. */
export type Refusal = { code: string; text: string; suggestion: string | null }

export type State = ClientState & {
  screen: 'form' | 'room'
  /** The form was sent and the server has not responded. */
  joining: boolean
  refusal: Refusal | null
  /** Since when there is no connection, null while there is one or none is wanted. */
  awaySince: number | null
  /** Why the last connection ended. */
  trouble: Refusal | null
  /** The rows in the document, oldest first: a window on the log. */
  entries: readonly Entry[]
  /** The newest entries, for as long as they are not in the window. */
  ahead: readonly Entry[]
  /** There are events between the window and `ahead` that are held in neither. */
  gap: boolean
  /** The window begins with the oldest event of the log. */
  atStart: boolean
  /** The message to bring into view; a new object each time. */
  target: { seq: number } | null
  /** The reader's position before that; a `seq` of null is the newest row. */
  back: { seq: number | null } | null
  /** The latest result of a search. */
  found: { query: string; events: readonly RoomEvent[] } | null
  typing: readonly { person: Person; until: number }[]
  limits: Welcome['limits']
  /** The page does not have the reader's attention. */
  away: boolean
  /** Messages from others since the page lost it. */
  unread: number
  /** The unread line is above the first message of others after this seq. */
  readTo: number | null
  /** The list scrolls with its newest row. */
  following: boolean
  /** Messages from others since the reader scrolled up. */
  below: number
  /** Those of them that mention the reader. */
  belowMentions: number
  /** The text below the composer. */
  notice: Refusal | null
}

export type Action =
  | { type: 'join'; name: string }
  | { type: 'left' }
  | { type: 'connection'; connection: ConnectionPhase; now: number }
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

/** A part of the log, fetched. `more`: the log goes on in that direction. */
export type LogPage = {
  /** Before the window, after it, or instead of it around `target`. */
  position: 'older' | 'newer' | { target: number; back: State['back'] }
  epoch: string
  events: readonly RoomEvent[]
  more: boolean
}

/** An empty list. */
export const emptyLog = {
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

/** With a token the tab returns to the room without the form. */
export function initialState(identity: Identity): State {
  return {
    ...initialClient(identity),
    screen: identity.token === null ? 'form' : 'room',
    joining: false,
    refusal: null,
    awaySince: null,
    trouble: null,
    ...emptyLog,
    typing: [],
    limits,
    away: false,
    unread: 0,
    notice: null,
  }
}
