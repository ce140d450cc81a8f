/**
 * The window on the log: the rows in the document, and `ahead`, the newest entries outside
 * of it while the reader is elsewhere.
 *
 * Both MUST be in the order of the log, `ahead` MUST end with the newest event, and each has
 * a limit. Rows MUST leave the window at its top only while the reader follows the newest
 * row or scrolls down, so that the row being read never moves.
 */
import { indexOfSeq } from './entry.ts'
import { AHEAD_ENTRIES, FOLLOWED_ROWS, FOLLOWED_SLACK, LOG_ROWS, type State } from './model.ts'
import type { Entry } from './room.ts'

/** Rows added to the window at once; the server's limit for one response. */
export const PAGE_ROWS = 200

/** Whether there are newer rows than those in the window. */
export function isDetached({ ahead, gap }: State): boolean {
  return gap || ahead.length > 0
}

/** Adds the newest entries, to the window or to `ahead`. */
export function append(state: State, added: readonly Entry[]): State {
  if (state.following) return withWindow(state, trimmed([...state.entries, ...added]))
  const room = isDetached(state) ? 0 : Math.max(0, LOG_ROWS - state.entries.length)
  const next = room === 0 ? state : withWindow(state, [...state.entries, ...added.slice(0, room)])
  return room >= added.length ? next : hold(next, [...state.ahead, ...added.slice(room)])
}

/** Moves the window towards the newest row, for a reader who scrolls down. */
export function advance(state: State): State {
  if (state.gap || state.ahead.length === 0) return state
  const window = [...state.entries, ...state.ahead.slice(0, PAGE_ROWS)].slice(-LOG_ROWS)
  return { ...withWindow(state, window), ahead: state.ahead.slice(PAGE_ROWS) }
}

/** `on`: moves the window to the newest row and keeps it there. */
export function follow(state: State, on: boolean): State {
  if (on === state.following) return state
  const fresh = { ...state, following: on, below: 0, belowMentions: 0 }
  if (!on) return fresh
  const entries = trimmed(newest(state))
  return { ...withWindow(fresh, entries), ahead: [], gap: false, target: null, back: null }
}

/** Brings a message of the window into view. */
export function aim(state: State, target: number, back: State['back']): State {
  return { ...follow(state, false), target: { seq: target }, back }
}

/** Whether this message is in the window. */
export function isShown({ entries }: State, seq: number): boolean {
  return indexOfSeq(entries, seq) !== -1
}

function trimmed(entries: readonly Entry[]): readonly Entry[] {
  const full = entries.length > FOLLOWED_ROWS + FOLLOWED_SLACK
  return full ? entries.slice(-FOLLOWED_ROWS) : entries
}

/** The entries without a gap before the newest event. */
export function newest({ entries, ahead, gap }: State): readonly Entry[] {
  return gap ? ahead : [...entries, ...ahead]
}

/** Keeps the newest of these entries outside of the window. */
export function hold(state: State, ahead: readonly Entry[]): State {
  const gap = state.gap || ahead.length > AHEAD_ENTRIES
  return { ...state, ahead: ahead.slice(-AHEAD_ENTRIES), gap }
}

/** A window that lost rows at its top does not begin with the oldest event any more. */
export function withWindow(state: State, entries: readonly Entry[]): State {
  return { ...state, entries, atStart: state.atStart && entries[0] === state.entries[0] }
}
