/**
 * Keeps the rows in the document equal to the entries of the window. An element is made
 * once for each entry, is never moved, and is removed with its entry.
 *
 * If the reader has scrolled up, the row at the top of the view MUST NOT move.
 */
import { type Entry, firstUnread, type State } from '../state.ts'
import { layoutBelow, type RowLayout } from './layout.ts'
import { rowElement, unreadLine } from './row.ts'

export type Row = {
  entry: Entry
  element: HTMLLIElement
  layout: RowLayout
  above: Row | undefined
}

/** `bottom`: the lower edge of the row below the top of the visible part, in pixels. */
export type Place = { entry: Entry; bottom: number }

export class Rows {
  readonly #list: HTMLOListElement
  readonly #scroller: HTMLElement
  #rows = new Map<Entry, Row>()
  readonly #byElement = new WeakMap<Element, Row>()
  readonly #unread = unreadLine()

  constructor(list: HTMLOListElement, scroller: HTMLElement) {
    this.#list = list
    this.#scroller = scroller
  }

  /** Draws the window; the row being read stays in its position unless the newest is followed. */
  show(state: Pick<State, 'entries' | 'readTo' | 'following'>): void {
    const place = state.following ? undefined : this.place(state.entries)
    const focused = this.of(document.activeElement)
    this.#draw(state.entries)
    this.#drawUnread(firstUnread(state))
    this.keep(place)
    if (focused?.element.isConnected === false) this.#focusAgain(focused.entry)
  }

  /** A row that had the focus was drawn again, or has left the window. */
  #focusAgain(entry: Entry): void {
    const next = this.#rows.get(entry)?.element ?? this.#scroller
    next.focus({ preventScroll: true })
  }

  /** Draws all rows again, of another room or after a change of a setting that all depend on. */
  redraw(state: Pick<State, 'entries' | 'readTo' | 'following'>): void {
    this.#rows.clear()
    this.#list.replaceChildren()
    this.show(state)
  }

  /** The position of the row being read, or of the next one that is among these entries. */
  place(entries?: readonly Entry[]): Place | undefined {
    const row = this.#anchorFor(entries)
    return row && { entry: row.entry, bottom: this.#bottomOf(row) }
  }

  /** Scrolls until a row has the position that it had. False if it is not in the window. */
  keep(place: Place | undefined): boolean {
    const row = place && this.#rows.get(place.entry)
    if (!row) return false
    const moved = this.#bottomOf(row) - place.bottom
    if (moved !== 0) this.#scroller.scrollTop += moved
    return true
  }

  /** The row at the top of the visible part. */
  get reading(): Row | undefined {
    const edge = this.#scroller.getBoundingClientRect().top + 1
    const rows = this.#list.children
    let [low, high] = [0, rows.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((rows[middle] as Element).getBoundingClientRect().bottom > edge) high = middle
      else low = middle + 1
    }
    return this.of(rows[low])
  }

  /** The row that contains an element or a text. */
  of(node: Node | null | undefined): Row | undefined {
    const element = node instanceof Element ? node : node?.parentElement
    const row = element?.closest('.row')
    return row ? this.#byElement.get(row) : undefined
  }

  find(seq: number): HTMLLIElement | undefined {
    for (const { entry, element } of this.#rows.values()) {
      if (entry.kind === 'event' && entry.event.seq === seq) return element
    }
    return undefined
  }

  /** The row being read, or the next one that is still in the window. */
  #anchorFor(entries?: readonly Entry[]): Row | undefined {
    let row = this.reading
    if (!row || !entries) return row
    const kept = new Set(entries)
    while (row && !kept.has(row.entry)) row = this.of(row.element.nextElementSibling)
    return row
  }

  #bottomOf({ element }: Row): number {
    const { top } = this.#scroller.getBoundingClientRect()
    return element.getBoundingClientRect().bottom - top
  }

  #draw(entries: readonly Entry[]): void {
    const old = this.#rows
    const rows = new Map<Entry, Row>()
    for (const entry of entries) {
      const known = old.get(entry)
      if (known) rows.set(entry, known)
    }
    for (const [entry, { element }] of old) if (!rows.has(entry)) element.remove()
    this.#rows = new Map()
    let cursor = this.#list.firstElementChild
    let above: Row | undefined
    for (const entry of entries) {
      const row = this.#rowFor(entry, rows.get(entry), above, cursor)
      this.#rows.set(entry, row)
      cursor = row.element.nextElementSibling
      above = row
    }
  }

  #rowFor(
    entry: Entry,
    known: Row | undefined,
    above: Row | undefined,
    cursor: Element | null,
  ): Row {
    // With the same row above it, the layout is the same.
    if (known && known.above === above && above !== undefined) return known
    const layout = layoutBelow(above, entry)
    if (known && isSame(known.layout, layout)) {
      known.above = above
      return known
    }
    const element = rowElement(entry, layout)
    if (known) known.element.replaceWith(element)
    else this.#list.insertBefore(element, cursor)
    const row = { entry, element, layout, above }
    this.#byElement.set(element, row)
    return row
  }

  /** The line lies over the border of two rows, so that showing it moves neither. */
  #drawUnread(seq: number | null): void {
    const row = seq === null ? undefined : this.find(seq)
    if (!row) this.#unread.remove()
    else if (this.#unread.parentElement !== row) row.prepend(this.#unread)
  }
}

function isSame(one: RowLayout, other: RowLayout): boolean {
  return (
    one.lead === other.lead && one.newDay === other.newDay && one.sameMinute === other.sameMinute
  )
}
