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
import type { Person } from '../../shared/protocol.ts'
import type { ServerMessage, Welcome } from '../../shared/replies.ts'
import { emptyRoom, type RoomState } from './room.ts'

export type { ConnectionPhase } from '../../shared/client/connection.ts'
export type { Pending, PendingFault } from '../../shared/client/pending.ts'

/** Latest events that a newcomer to a room requests. */
export const HISTORY_EVENTS = 100
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

/** An error of the server: its code, its text, a free name that it suggests, the room it is about. */
export type Refusal = { code: string; text: string; suggestion: string | null; room?: string }

/** A person who may be connected or not. */
export type Named = Pick<Person, 'id' | 'name'>

/** The fields of `RoomState` are those of the room that is shown. */
export type State = ClientState &
  RoomState & {
    screen: 'form' | 'room'
    /** All rooms of the tab, by name; the entry of the room that is shown is out of date. */
    rooms: ReadonlyMap<string, RoomState>
    /** The form was sent and the server has not responded. */
    joining: boolean
    refusal: Refusal | null
    /** Since when there is no connection, null while there is one or none is wanted. */
    awaySince: number | null
    /** Why the last connection ended. */
    trouble: Refusal | null
    limits: Welcome['limits']
    /** The text below the composer. */
    notice: Refusal | null
    /** The people whose messages are hidden. */
    ignored: readonly Named[]
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
  /** A change of one room, or of the whole state, by a part of the page that is loaded later. */
  | { type: 'change'; room: string; change: (there: State) => State }
  | { type: 'show'; room: string }
  | { type: 'drop'; room: string }
  | { type: 'aim'; seq: number; back: State['back'] }
  | { type: 'away'; on: boolean }
  | { type: 'notice'; notice: Refusal | null }

/** A room as the tab remembers it. `readTo`: the last event that was read, null if unknown. */
export type KeptRoom = Pick<RoomState, 'room' | 'readTo'> & Partial<Pick<RoomState, 'person'>>

/** What the tab remembers, and the room to show, which is one of `rooms`. */
export type Kept = Identity & { room: string; rooms: readonly KeptRoom[] }

/** With a token the tab returns to its rooms without the form. */
export function initialState(kept: Kept): State {
  const rooms = kept.rooms.map(
    ({ room, readTo, person }) =>
      [room, { ...emptyRoom(room, person), away: true, readTo }] as const,
  )
  return {
    ...initialClient(kept),
    ...emptyRoom(kept.room, kept.rooms.find(({ room }) => room === kept.room)?.person),
    rooms: new Map(rooms),
    screen: kept.token === null ? 'form' : 'room',
    joining: false,
    refusal: null,
    awaySince: null,
    trouble: null,
    limits,
    notice: null,
    ignored: [],
  }
}
