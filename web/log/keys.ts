/**
 * The list by keyboard. It is one tab stop: Up and Down move between rows, Left and Right
 * between the links and buttons of a row, Home and End to the ends, Escape to the composer.
 */
import type { Session } from '../session.ts'
import type { Rows } from './rows.ts'

const USABLE = 'a, button:not([hidden])'

export function connectKeys(
  session: Session,
  scroller: HTMLElement,
  list: HTMLElement,
  rows: Rows,
): () => void {
  function scrollerOnKeyDown(event: KeyboardEvent) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
    if (event.key === 'End') session.follow(true)
    const from = event.target as HTMLElement
    const next = goalOf(event.key, from.closest<HTMLElement>('.row'))
    if (!next) return
    event.preventDefault()
    // New messages do not scroll the list while it is read row by row.
    if (list.contains(next) && next !== list.lastElementChild) session.follow(false)
    next.focus()
  }

  function goalOf(key: string, row: HTMLElement | null): HTMLElement | null | undefined {
    const forward = getComputedStyle(scroller).direction === 'ltr' ? 1 : -1
    switch (key) {
      case 'Escape':
        return document.getElementById('message')
      case 'ArrowUp':
        return (row ? row.previousElementSibling : first()) as HTMLElement | null
      case 'ArrowDown':
        return (row ? row.nextElementSibling : first()) as HTMLElement | null
      case 'Home':
        return list.firstElementChild as HTMLElement | null
      case 'End':
        return list.lastElementChild as HTMLElement | null
      case 'ArrowRight':
        return row && across(row, forward)
      case 'ArrowLeft':
        return row && across(row, -forward)
      default:
        return null
    }
  }

  /** The row to start with: the one being read, or the newest. */
  function first(): Element | null {
    const seq = session.readingSeq()
    return (seq === null ? undefined : rows.find(seq)) ?? list.lastElementChild
  }

  scroller.addEventListener('keydown', scrollerOnKeyDown)
  return () => scroller.removeEventListener('keydown', scrollerOnKeyDown)
}

/** The row itself, then each of its links and buttons, then the row again. */
function across(row: HTMLElement, step: number): HTMLElement | undefined {
  const stops = [row, ...row.querySelectorAll<HTMLElement>(USABLE)]
  const at = stops.indexOf(document.activeElement as HTMLElement)
  return stops.at((at + step) % stops.length)
}
