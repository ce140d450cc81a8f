/** Where the lesson begins in the list: with the act of a host that has marked it. */
import type { State } from './model.ts'
import type { Entry, RoomState } from './room.ts'

type Window = Pick<RoomState, 'entries'>

/** seq of the latest mark, unless the list begins with it; 0 if there is none. */
export function lessonAt({ entries }: Window): number {
  const at = entries.findLastIndex(isMark)
  const mark = entries[at]
  return at > 0 && mark?.kind === 'event' ? mark.event.seq : 0
}

/** Without the rows above the latest mark. */
export function fromLesson(state: State): State {
  const at = state.entries.findLastIndex(isMark)
  return at > 0 ? { ...state, entries: state.entries.slice(at), atStart: false } : state
}

/** seq of the latest event before the lesson, if the list begins with its mark; otherwise 0. */
export function lessonShown({ entries, atStart }: Pick<RoomState, 'entries' | 'atStart'>): number {
  const [first] = entries
  if (atStart || first?.kind !== 'event') return 0
  const { act } = first.event
  return act?.type === 'lesson' ? act.seq : 0
}

function isMark(entry: Entry): boolean {
  return entry.kind === 'event' && entry.event.act?.type === 'lesson' && entry.event.act.seq > 0
}
