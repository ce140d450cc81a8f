/**
 * The screen: lines that scroll, and below them the rows of the line being typed. It keeps
 * the rows that are drawn and returns the characters that change them; it writes nothing.
 *
 * MUST erase exactly the rows it has drawn: one more would erase a message, one less would
 * leave a part of the typed line.
 */
import type { Layout } from './layout.ts'

const ESC = '\x1b['
/** Otherwise the terminal would wrap a row that it counts as wider. */
const NO_WRAP = `${ESC}?7l`
const WRAP = `${ESC}?7h`
/**
 * Erases from the start of this row to the end of the screen. In two steps, because tmux
 * treats an erasure from its first cell as a new page and keeps the old one in its history.
 */
const ERASE = `${ESC}K${ESC}C${ESC}J\r`
const HIDE = `${ESC}?25l`
const SHOW = `${ESC}?25h`

export class Screen {
  #drawn: Layout | undefined
  /** Rows between the first one drawn and the caret. */
  #above = 0

  /** Prints `lines` above the rows of `layout`. `lines`: without control characters. */
  update(lines: readonly string[], layout: Layout): string {
    const printed = lines.map((line) => `${line}\r\n`).join('')
    return `${HIDE}${this.erase()}${printed}${this.#draw(layout)}${SHOW}`
  }

  /** Erases the rows; the next line is written at their position. */
  erase(): string {
    if (this.#drawn === undefined) return ''
    const up = this.#above === 0 ? '' : `${ESC}${this.#above}A`
    this.#drawn = undefined
    return `\r${up}${ERASE}`
  }

  /** Clears the screen; the next line is written at its top. */
  clear(): string {
    this.#drawn = undefined
    return `${ESC}H${ESC}2J`
  }

  /**
   * To be called after a change of the terminal's width. `reflows`: the terminal wraps rows
   * that are too wide now, as most do; others cut them off.
   */
  resized(columns: number, reflows: boolean): void {
    if (this.#drawn === undefined || !reflows) return
    const { cells, row, column } = this.#drawn
    const rowsOf = (taken: number): number => Math.max(1, Math.ceil(taken / columns))
    this.#above = cells.slice(0, row).reduce((sum, taken) => sum + rowsOf(taken), 0)
    this.#above += Math.floor(column / columns)
  }

  #draw(layout: Layout): string {
    const { rows, row, column } = layout
    this.#drawn = layout
    this.#above = row
    const up = rows.length - 1 - row
    return [
      NO_WRAP,
      rows.join('\r\n'),
      WRAP,
      up === 0 ? '' : `${ESC}${up}A`,
      '\r',
      column === 0 ? '' : `${ESC}${column}C`,
    ].join('')
  }
}
