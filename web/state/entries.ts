/**
 * The list: how events and presence become rows, and which rows stay.
 *
 * An event MUST be shown once and in the order of its seq, whatever is sent
 * twice. Rows leave at the top only while the reader follows the newest one, so
 * that the line being read never moves.
 */
import type { Person, RoomEvent } from '../../shared/protocol.ts'
import { type Change, type Entry, HELD_ENTRIES, LOG_ROWS, type State } from './model.ts'
import { confirm } from './pending.ts'

/** Changes named in one presence row; more are counted. */
const CHANGES_NAMED = 6
/** Changes this close together share a row. */
const PRESENCE_GROUP_MS = 60_000
/** Rows that leave at the top when a reader who scrolled up reaches the last row shown. */
const ADVANCE_ROWS = 400

/** The rows in the document, oldest first. */
export function shownEntries(entries: readonly Entry[]): readonly Entry[] {
  return entries.length > LOG_ROWS ? entries.slice(0, LOG_ROWS) : entries
}

/** True when newer rows wait below the last one shown. */
export function heldBack(entries: readonly Entry[]): boolean {
  return entries.length > LOG_ROWS
}

/** Takes events from the log; `counted` says whether they may be news to the reader. */
export function takeEvents(
  state: State,
  events: readonly RoomEvent[],
  counted: boolean,
  now: number,
): State {
  let seq = state.seq
  let foreign = 0
  let next = state
  const added: Entry[] = []
  for (const event of events) {
    const mine = state.selves.includes(event.from.id)
    // Also one that is shown already, or too old to be: it answers what was sent again.
    if (mine) next = confirm(next, event, now)
    if (event.seq <= seq) continue
    seq = event.seq
    added.push({ kind: 'said', at: timeOf(event, now), event, mine })
    if (!mine) foreign++
  }
  if (added.length === 0) return next
  const quiet = ({ person }: { person: Person }) =>
    !events.some((event) => event.from.id === person.id)
  return append(
    {
      ...next,
      seq,
      unread: counted && state.hidden ? state.unread + foreign : state.unread,
      below: counted && !state.following ? state.below + foreign : state.below,
      typing: state.typing.every(quiet) ? state.typing : state.typing.filter(quiet),
    },
    added,
  )
}

/** Adds a quiet line, or continues the one that is the newest row. */
export function takeChanges(state: State, changes: readonly Change[], now: number): State {
  if (changes.length === 0) return state
  const last = state.entries.at(-1)
  const continues = last?.kind === 'presence' && now - last.at < PRESENCE_GROUP_MS
  const known = continues ? last.changes : []
  const all = [...known, ...changes]
  const entry: Entry = {
    kind: 'presence',
    at: continues ? last.at : now,
    changes: all.slice(0, CHANGES_NAMED),
    more: (continues ? last.more : 0) + Math.max(0, all.length - CHANGES_NAMED),
  }
  const before = continues ? { ...state, entries: state.entries.slice(0, -1) } : state
  return append(before, [entry])
}

/** Moves the rows shown towards the newest, for a reader who scrolls down. */
export function advance(state: State): State {
  if (!heldBack(state.entries)) return state
  const surplus = Math.min(ADVANCE_ROWS, state.entries.length - LOG_ROWS)
  return { ...state, entries: state.entries.slice(surplus) }
}

/** Goes to the newest row and stays there, or stays where the reader is. */
export function follow(state: State, on: boolean): State {
  if (on === state.following) return state
  if (!on) return { ...state, following: false, below: 0 }
  return { ...state, following: true, below: 0, entries: state.entries.slice(-LOG_ROWS) }
}

/** Events that are new to the reader and may be spoken, between two states. */
export function arrivals(before: State, after: State): RoomEvent[] {
  if (after.seq === before.seq || after.epoch !== before.epoch) return []
  const fresh: RoomEvent[] = []
  for (let index = after.entries.length - 1; index >= 0; index--) {
    const entry = after.entries[index]
    if (entry?.kind !== 'said') continue
    if (entry.event.seq <= Math.max(before.seq, after.replayTo)) break
    if (!entry.mine) fresh.unshift(entry.event)
  }
  return fresh
}

function append(state: State, added: readonly Entry[]): State {
  const limit = state.following ? LOG_ROWS : HELD_ENTRIES
  return { ...state, entries: [...state.entries, ...added].slice(-limit) }
}

function timeOf(event: RoomEvent, now: number): number {
  const at = Date.parse(event.at)
  return Number.isNaN(at) ? now : at
}
