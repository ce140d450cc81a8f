/**
 * Parts of the log that were fetched, and what they do to the window. Loaded with the history,
 * not with the page.
 *
 * A page MUST join the window without a gap. The events of people who are ignored are left out
 * after that was checked.
 */
import type { RoomEvent } from '../../shared/protocol.ts'
import { takeActs } from './acts.ts'
import { entryOf, firstSeq, hasRow, indexOfSeq, lastSeq } from './entry.ts'
import { LOG_ROWS, type State } from './model.ts'
import type { Entry } from './room.ts'
import { aim, hold, newest, PAGE_ROWS, withWindow } from './window.ts'

/** A part of the log, fetched. `more`: the log goes on in that direction. */
export type LogPage = {
  /** Before the window, after it, or instead of it around `target`. */
  position: 'older' | 'newer' | { target: number; back: State['back'] }
  epoch: string
  events: readonly RoomEvent[]
  more: boolean
}

/** Adds a part of the log, unless the window has moved since the request. */
export function takePage(state: State, page: LogPage, now: number): State {
  if (page.epoch !== state.epoch) return state
  const entries = page.events.map((event) => entryOf(state, event, now))
  // The page may have been read before a text in it was taken away.
  return takeActs(withEntries(state, entries, page), redactions(state), now)
}

function withEntries(state: State, entries: readonly Entry[], { position, more }: LogPage): State {
  if (position === 'older') return addOlder(state, entries, more)
  return position === 'newer' ? addNewer(state, entries) : goTo(state, entries, position)
}

function redactions({ entries, ahead }: State): RoomEvent[] {
  return [...entries, ...ahead].flatMap((entry) =>
    entry.kind === 'event' && entry.event.act?.type === 'redact' ? [entry.event] : [],
  )
}

function addOlder(state: State, page: readonly Entry[], more: boolean): State {
  const before = Math.min(firstSeq(state.entries), state.seq + 1)
  if (state.following || (page.length > 0 && lastSeq(page) !== before - 1)) return state
  const all = [...page.filter(isVisible(state)), ...state.entries]
  const next = { ...state, entries: all.slice(0, LOG_ROWS), atStart: !more }
  const cut = all.slice(LOG_ROWS)
  return cut.length === 0 || state.gap ? next : hold(next, [...cut, ...state.ahead])
}

function addNewer(state: State, page: readonly Entry[]): State {
  if (!state.gap || firstSeq(page) !== lastSeq(state.entries) + 1) return state
  const limit = firstSeq(state.ahead)
  const added = below(page, limit).filter(isVisible(state))
  const window = [...state.entries, ...added].slice(-LOG_ROWS)
  return { ...withWindow(state, window), gap: lastSeq(page) + 1 < limit }
}

type Goal = Exclude<LogPage['position'], string>

function goTo(state: State, page: readonly Entry[], { target, back }: Goal): State {
  const tail = newest(state)
  const limit = Math.min(firstSeq(tail), state.seq + 1)
  const meets = lastSeq(page) + 1 >= limit
  const all = (meets ? [...below(page, limit), ...tail] : page).filter(isVisible(state))
  const at = indexOfSeq(all, target)
  if (at === -1) return state
  const from = Math.max(0, at - PAGE_ROWS)
  const to = Math.min(all.length, from + LOG_ROWS)
  const entries = all.slice(from, to)
  const moved = { ...aim(state, target, back), entries, ahead: [], gap: false, atStart: false }
  return meets ? hold(moved, all.slice(to)) : { ...hold(moved, tail), gap: true }
}

/** Whether this person is ignored. */
export function isIgnored({ ignored }: Pick<State, 'ignored'>, person: string): boolean {
  return ignored.some(({ id }) => id === person)
}

/** Whether the event has no row here. */
export function isHidden(state: Pick<State, 'ignored'>, event: RoomEvent): boolean {
  return isIgnored(state, event.from.id) || !hasRow(event)
}

function isVisible(state: State): (entry: Entry) => boolean {
  return (entry) => entry.kind === 'presence' || !isHidden(state, entry.event)
}

function below(page: readonly Entry[], limit: number): readonly Entry[] {
  return page.filter((entry) => entry.kind === 'event' && entry.event.seq < limit)
}
