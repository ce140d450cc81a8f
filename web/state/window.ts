/**
 * The window on the log: the rows in the document, and `ahead`, the newest entries outside
 * of it while the reader is elsewhere.
 *
 * Both MUST be in the order of the log, `ahead` MUST end with the newest event, and each has
 * a limit. Rows MUST leave the window at its top only while the reader follows the newest
 * row or scrolls down, so that the row being read never moves.
 */
import { entryOf, firstSeq, indexOfSeq, lastSeq } from './entry.ts'
import {
  AHEAD_ENTRIES,
  FOLLOWED_ROWS,
  FOLLOWED_SLACK,
  LOG_ROWS,
  type LogPage,
  type State,
} from './model.ts'
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

/** Adds a part of the log, unless the window has moved since the request. */
export function takePage(state: State, page: LogPage, now: number): State {
  if (page.epoch !== state.epoch) return state
  const entries = page.events.map((event) => entryOf(state, event, now))
  if (page.position === 'older') return addOlder(state, entries, page.more)
  if (page.position === 'newer') return addNewer(state, entries)
  return goTo(state, entries, page.position)
}

function addOlder(state: State, page: readonly Entry[], more: boolean): State {
  const before = Math.min(firstSeq(state.entries), state.seq + 1)
  if (state.following || (page.length > 0 && lastSeq(page) !== before - 1)) return state
  const all = [...page, ...state.entries]
  const next = { ...state, entries: all.slice(0, LOG_ROWS), atStart: !more }
  const cut = all.slice(LOG_ROWS)
  return cut.length === 0 || state.gap ? next : hold(next, [...cut, ...state.ahead])
}

function addNewer(state: State, page: readonly Entry[]): State {
  if (!state.gap || firstSeq(page) !== lastSeq(state.entries) + 1) return state
  const limit = firstSeq(state.ahead)
  const window = [...state.entries, ...below(page, limit)].slice(-LOG_ROWS)
  return { ...withWindow(state, window), gap: lastSeq(window) + 1 < limit }
}

type Goal = Exclude<LogPage['position'], string>

function goTo(state: State, page: readonly Entry[], { target, back }: Goal): State {
  const tail = newest(state)
  const limit = Math.min(firstSeq(tail), state.seq + 1)
  const meets = lastSeq(page) + 1 >= limit
  const all = meets ? [...below(page, limit), ...tail] : page
  const at = indexOfSeq(all, target)
  if (at === -1) return state
  const from = Math.max(0, at - PAGE_ROWS)
  const to = Math.min(all.length, from + LOG_ROWS)
  const entries = all.slice(from, to)
  const moved = { ...aim(state, target, back), entries, ahead: [], gap: false, atStart: false }
  return meets ? hold(moved, all.slice(to)) : { ...hold(moved, tail), gap: true }
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
function newest({ entries, ahead, gap }: State): readonly Entry[] {
  return gap ? ahead : [...entries, ...ahead]
}

function below(page: readonly Entry[], limit: number): readonly Entry[] {
  return page.filter((entry) => entry.kind === 'event' && entry.event.seq < limit)
}

/** Keeps the newest of these entries outside of the window. */
function hold(state: State, ahead: readonly Entry[]): State {
  const gap = state.gap || ahead.length > AHEAD_ENTRIES
  return { ...state, ahead: ahead.slice(-AHEAD_ENTRIES), gap }
}

/** A window that lost rows at its top does not begin with the oldest event any more. */
function withWindow(state: State, entries: readonly Entry[]): State {
  return { ...state, entries, atStart: state.atStart && entries[0] === state.entries[0] }
}
