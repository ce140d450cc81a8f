/**
 * Keeps the rows in the document equal to the entries shown: elements are made
 * once for an entry, moved never, and removed when it goes.
 *
 * For a reader who has scrolled up, the row being read MUST stay where it is.
 */
import { dayNumber } from '../clock.ts'
import type { Entry } from '../state.ts'
import { type Place, rowElement } from './row.ts'

/** A pause this long begins a new run of the same speaker. Milliseconds. */
const RUN_MS = 5 * 60_000

type Row = { element: HTMLLIElement; place: Place }

export class Rows {
  readonly #list: HTMLOListElement
  readonly #scroller: HTMLElement
  #rows = new Map<Entry, Row>()

  constructor(list: HTMLOListElement, scroller: HTMLElement) {
    this.#list = list
    this.#scroller = scroller
  }

  /** Draws these entries, oldest first. `steady` keeps the line being read in its place. */
  show(entries: readonly Entry[], steady: boolean): void {
    const old = this.#rows
    const anchor = steady ? entries.find((entry) => old.has(entry)) : undefined
    const anchorElement = anchor && old.get(anchor)?.element
    const top = anchorElement?.getBoundingClientRect().bottom

    this.#place(entries)

    if (anchorElement?.isConnected && top !== undefined) {
      this.#scroller.scrollTop += anchorElement.getBoundingClientRect().bottom - top
    }
  }

  #place(entries: readonly Entry[]): void {
    const old = this.#rows
    const rows = new Map<Entry, Row>()
    const kept = new Set(entries)
    for (const [entry, { element }] of old) if (!kept.has(entry)) element.remove()
    let cursor = this.#list.firstElementChild
    let above: Entry | undefined
    for (const entry of entries) {
      const place = placeAfter(above, entry)
      const known = old.get(entry)
      above = entry
      if (known && known.place.lead === place.lead && known.place.newDay === place.newDay) {
        rows.set(entry, known)
        cursor = known.element.nextElementSibling
        continue
      }
      const element = rowElement(entry, place)
      rows.set(entry, { element, place })
      if (known) {
        known.element.replaceWith(element)
        cursor = element.nextElementSibling
      } else {
        this.#list.insertBefore(element, cursor)
      }
    }
    this.#rows = rows
  }
}

function placeAfter(above: Entry | undefined, entry: Entry): Place {
  const newDay = above === undefined || dayNumber(above.at) !== dayNumber(entry.at)
  return { newDay, lead: newDay || !continuesRun(above, entry) }
}

function continuesRun(above: Entry, entry: Entry): boolean {
  if (above.kind !== 'said' || entry.kind !== 'said') return false
  const [first, second] = [above.event, entry.event]
  return (
    first.kind === 'message' &&
    second.kind === 'message' &&
    first.from.id === second.from.id &&
    first.from.name === second.from.name &&
    entry.at - above.at < RUN_MS
  )
}
