/**
 * The list: how events and presence become rows.
 *
 * An event MUST be shown once and in the order of its seq, whatever is sent twice.
 */
import type { Person, RoomEvent } from '../../shared/protocol.ts'
import { entryOf, othersAfter, type Said } from './entry.ts'
import type { Change, Entry, State } from './model.ts'
import { confirm } from './pending.ts'
import { append } from './window.ts'

/** Changes named in one presence row; more are counted. */
const CHANGES_NAMED = 6
/** Changes this close together share a row. */
const PRESENCE_GROUP_MS = 60_000

/** Takes events from the log; `counted` says whether they may be news to the reader. */
export function takeEvents(
  state: State,
  events: readonly RoomEvent[],
  counted: boolean,
  now: number,
): State {
  let { seq, readTo } = state
  let [foreign, mentions] = [0, 0]
  let next = state
  const added: Entry[] = []
  for (const event of events) {
    const entry = entryOf(state, event, now)
    // Also one that is shown already, or too old to be: it answers what was sent again.
    if (entry.mine) next = confirm(next, event, now)
    if (event.seq <= seq) continue
    seq = event.seq
    added.push(entry)
    if (entry.mine) {
      // The unread line never stands above one's own message.
      if (readTo !== null) readTo = state.away ? seq : null
    } else {
      foreign++
      if (entry.mention) mentions++
    }
  }
  if (added.length === 0) return next
  const quiet = ({ person }: { person: Person }) =>
    !events.some((event) => event.from.id === person.id)
  const below = counted && !state.following
  return append(
    {
      ...next,
      seq,
      readTo,
      unread: counted && state.away ? state.unread + foreign : state.unread,
      below: below ? state.below + foreign : state.below,
      belowMentions: below ? state.belowMentions + mentions : state.belowMentions,
      typing: state.typing.every(quiet) ? state.typing : state.typing.filter(quiet),
    },
    added,
  )
}

/** Adds a quiet line, or continues the one that is the newest row. */
export function takeChanges(state: State, changes: readonly Change[], now: number): State {
  if (changes.length === 0) return state
  const held = state.ahead.length > 0 ? 'ahead' : 'entries'
  const last = state.gap && held === 'entries' ? undefined : state[held].at(-1)
  const continues = last?.kind === 'presence' && now - last.at < PRESENCE_GROUP_MS
  const known = continues ? last.changes : []
  const all = [...known, ...changes]
  const entry: Entry = {
    kind: 'presence',
    at: continues ? last.at : now,
    changes: all.slice(0, CHANGES_NAMED),
    more: (continues ? last.more : 0) + Math.max(0, all.length - CHANGES_NAMED),
  }
  return append(continues ? { ...state, [held]: state[held].slice(0, -1) } : state, [entry])
}

/** What others said that is new to the reader and may be spoken, between two states. */
export function arrivals(before: State, after: State): Said[] {
  if (after.seq === before.seq || after.epoch !== before.epoch) return []
  const known = Math.max(before.seq, after.replayTo)
  return [...othersAfter(after.entries, known), ...othersAfter(after.ahead, known)]
}

/** The page has the reader's attention, or has lost it: then the unread line begins here. */
export function attend(state: State, away: boolean): State {
  if (away === state.away) return state
  const readTo = away ? state.seq : state.readTo === state.seq ? null : state.readTo
  return { ...state, away, unread: 0, readTo }
}

/** The message above which the unread line stands, if it stands. */
export function firstUnread({ entries, readTo }: Pick<State, 'entries' | 'readTo'>): number | null {
  if (readTo === null) return null
  return othersAfter(entries, readTo)[0]?.event.seq ?? null
}
