/**
 * Follows what the reader has seen: the counts of what is below shrink as the rows come into
 * view, and `unreadAbove` tells when the line above what is new has not been in view yet.
 */
import { effect, signal } from '@preact/signals'
import { oncePerFrame } from '../frame.ts'
import type { Session } from '../session.ts'
import { isUnreadBefore, see } from '../state/unread.ts'
import { firstUnread } from '../state.ts'
import { missedAfter } from './missed.ts'
import type { Rows } from './rows.ts'

/** A row counts as seen when this much of it is in view. Pixels. */
const SEEN_PX = 20

/**
 * The seq of the last event before the unread line, or before the line above what was missed, if
 * it is above the visible part, and was not in it since it is there.
 */
export const unreadAbove = signal<number | null>(null)

/** The seq of the lowest event that is in view; 0 if there is none. */
export let lowestSeq: () => number = () => 0

/** Returns a function that disconnects it. */
export function connectUnread(
  session: Session,
  scroller: HTMLElement,
  list: HTMLElement,
  rows: Rows,
): () => void {
  // Nobody presses a button on a projector.
  const isWall = scroller.closest('.wall') !== null
  /** The unread line that was in view. */
  let seen = ''

  function look(): void {
    const state = session.peek()
    const { room, away, below } = state
    const after = state.readTo ?? missedAfter()
    const first = firstUnread({ ...state, readTo: after })
    const line = `${after} ${room}`
    const isKnown = after !== null && (first !== null || isUnreadBefore(state, after))
    if (!isKnown || away || isWall || line === seen) unreadAbove.value = null
    else if (isUnreadBefore(state, after) || isAbove(first ?? 0)) unreadAbove.value = after
    else seen = line
    const seq = below === 0 ? 0 : lowestSeq()
    if (see(state, seq) === state) return
    session.act({ type: 'change', room, change: (there) => see(there, seq) })
  }

  function isAbove(seq: number): boolean {
    let row = rows.reading
    while (row?.entry.kind === 'presence') row = rows.of(row.element.nextElementSibling)
    return row?.entry.kind === 'event' && row.entry.event.seq > seq
  }

  lowestSeq = () => {
    const edge = scroller.getBoundingClientRect().bottom - SEEN_PX
    let [low, high] = [0, list.children.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((list.children[middle] as Element).getBoundingClientRect().top > edge) high = middle
      else low = middle + 1
    }
    let row = rows.of(list.children[low - 1])
    while (row?.entry.kind === 'presence') row = row.above
    return row?.entry.kind === 'event' ? row.entry.event.seq : 0
  }

  const request = oncePerFrame(look)
  const changed = session.select(({ entries, ahead, readTo, away, below }) =>
    readTo === null && missedAfter() === null && below === 0
      ? null
      : { entries, ahead, readTo, away, below },
  )
  const stop = effect(() => {
    changed.value
    request()
  })
  scroller.addEventListener('scroll', request, { passive: true })
  return () => {
    stop()
    scroller.removeEventListener('scroll', request)
    unreadAbove.value = null
    lowestSeq = () => 0
  }
}
