/**
 * The list: how events and presence become rows.
 *
 * An event MUST be shown once and in the order of its seq, also if the server sends it twice.
 */
import { acknowledge, newEvents } from '../../shared/client/state.ts'
import type { Person, RoomEvent } from '../../shared/protocol.ts'
import type { Events } from '../../shared/replies.ts'
import { entryOf, hasRow, othersAfter } from './entry.ts'
import type { State } from './model.ts'
import { type Change, type Entry, emptyLog } from './room.ts'
import { append } from './window.ts'

/** Limit on changes listed in one presence row; more people who came or went are counted. */
const CHANGES_NAMED = 6
/** Changes this close together share a row. */
const PRESENCE_GROUP_MS = 60_000
/** A new name this soon after the row about a person began is part of their arrival. */
const NAMING_MS = 120_000

/** Adds new events, and counts them for a reader who does not see them arrive. */
export function takeEvents(state: State, { events, to = 0 }: Events, now: number): State {
  const known = acknowledge(state, events, now)
  const all = newEvents(events, state.seq)
  const seq = Math.max(state.seq, all.at(-1)?.seq ?? 0, to)
  const fresh = all.filter(hasRow)
  if (fresh.length === 0) return seq === state.seq ? known : { ...known, seq }
  let { readTo } = state
  let [foreign, mentions] = [0, 0]
  const added = fresh.map((event) => {
    const entry = entryOf(state, event, now)
    if (!entry.mine) foreign++
    // The unread line is never above a message of the reader.
    else if (readTo !== null) readTo = state.away ? event.seq : null
    if (entry.mention) mentions++
    return entry
  })
  const quiet = ({ person }: { person: Person }) =>
    !fresh.some((event) => event.from.id === person.id)
  const below = !state.following
  return append(
    {
      ...known,
      seq,
      topic: fresh.findLast(({ kind }) => kind === 'topic')?.text ?? state.topic,
      readTo,
      unread: state.away ? state.unread + foreign : state.unread,
      mentions: state.away ? state.mentions + mentions : state.mentions,
      below: below ? state.below + foreign : state.below,
      belowMentions: below ? state.belowMentions + mentions : state.belowMentions,
      typing: state.typing.every(quiet) ? state.typing : state.typing.filter(quiet),
    },
    added,
  )
}

/**
 * Replaces the list by the latest events of the log. None of them is news, unless the tab
 * remembers how far the reader has read; `before` is the state before it entered the room.
 */
export function replaceEvents(
  state: State,
  before: State,
  events: readonly RoomEvent[],
  now: number,
): State {
  const entries = events.filter(hasRow).map((event) => entryOf(state, event, now))
  const readTo = state.away ? (before.epoch === null && before.readTo) || state.seq : null
  const missed = othersAfter(entries, readTo ?? Infinity)
  const next = append({ ...acknowledge(state, events, now), ...emptyLog }, entries)
  return {
    ...next,
    readTo,
    unread: state.unread + missed.length,
    mentions: state.mentions + missed.filter(({ mention }) => mention).length,
  }
}

/** Adds a row about presence, or continues the one that is the newest row. */
export function takeChanges(state: State, changes: readonly Change[], now: number): State {
  if (changes.length === 0) return state
  const held = state.ahead.length > 0 ? 'ahead' : 'entries'
  const list = [...state[held]]
  const fresh = changes.filter((change) => !takesName(list, change, now))
  const renamed = { ...state, [held]: list }
  if (fresh.length === 0) return renamed
  const last = state.gap && held === 'entries' ? undefined : list.at(-1)
  const continues = last?.kind === 'presence' && now - last.at < PRESENCE_GROUP_MS
  const known = continues ? last.changes : []
  const all = [...known, ...fresh]
  const unnamed = all.slice(CHANGES_NAMED).filter(({ kind }) => kind !== 'renamed')
  const entry: Entry = {
    kind: 'presence',
    at: continues ? last.at : now,
    changes: all.slice(0, CHANGES_NAMED),
    more: (continues ? last.more : 0) + unnamed.length,
  }
  return append(continues ? { ...state, [held]: list.slice(0, -1) } : renamed, [entry])
}

/**
 * A person who has just joined, and said nothing, takes a name: puts it into the row about that,
 * and returns true.
 */
function takesName(list: Entry[], change: Change, now: number): boolean {
  if (change.kind !== 'renamed') return false
  const { was, name } = change
  const isArrival = (one: Change): boolean => one.kind === 'joined' && one.name === was
  const at = list.findLastIndex((entry) =>
    entry.kind === 'event' ? entry.event.from.name === was : entry.changes.some(isArrival),
  )
  const row = list[at]
  if (row?.kind !== 'presence' || now - row.at > NAMING_MS) return false
  list[at] = {
    ...row,
    changes: row.changes.map((one) => (isArrival(one) ? { ...one, name } : one)),
  }
  return true
}

/** `away`: the room lost the reader's attention, and the unread line starts at this position. */
export function attend(state: State, away: boolean): State {
  if (away === state.away) return state
  const readTo = away ? state.seq : state.readTo === state.seq ? null : state.readTo
  return { ...state, away, unread: 0, mentions: 0, readTo }
}

/** The seq of the message below the unread line; null if there is no line. */
export function firstUnread({ entries, readTo }: Pick<State, 'entries' | 'readTo'>): number | null {
  if (readTo === null) return null
  return othersAfter(entries, readTo)[0]?.event.seq ?? null
}
