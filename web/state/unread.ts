/**
 * What the reader has not seen of the list: below, since they scrolled up, and above, since the
 * room lost their attention. Loaded with the controls of the list, not with the page.
 */
import { type EventEntry, firstSeq, othersAfter } from './entry.ts'
import type { State } from './model.ts'

/** Everything of others after `seq` is below the reader. */
export function leave(state: State, seq: number): State {
  const rest = othersHeld(state, seq)
  return { ...state, below: rest.length, belowMentions: mentionsIn(rest) }
}

/** The event with this seq was in view, so it and those before it are not below any more. */
export function see(state: State, seq: number): State {
  const { below, belowMentions, gap } = state
  // Events that the tab does not have cannot be counted.
  if (below === 0 || gap) return state
  const rest = othersHeld(state, seq)
  const [count, mentions] = [
    Math.min(below, rest.length),
    Math.min(belowMentions, mentionsIn(rest)),
  ]
  if (count === below && mentions === belowMentions) return state
  return { ...state, below: count, belowMentions: mentions }
}

/** Whether the window does not reach up to what comes after `seq`. */
export function isUnreadBefore({ entries, atStart }: State, seq: number): boolean {
  return !atStart && firstSeq(entries) > seq + 1
}

/** Events of others after `seq` without a gap. */
export function othersHeld({ entries, ahead, gap }: State, seq: number): EventEntry[] {
  return othersAfter(gap ? entries : [...entries, ...ahead], seq)
}

function mentionsIn(list: readonly EventEntry[]): number {
  return list.filter(({ mention }) => mention).length
}
