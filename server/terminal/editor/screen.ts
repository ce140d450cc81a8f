/**
 * The screen: text that scrolls by, and below it the rows where somebody types. It
 * remembers what is drawn and gives the characters that change it; it writes nothing.
 *
 * MUST erase exactly the rows it has drawn: one row more would take a message away, one
 * less would leave a torn piece of what was typed.
 */
import type { Layout } from './layout.ts'

const ESC = '\x1b['
/** Without it a row that is wider than we think would become two. */
const NO_WRAP = `${ESC}?7l`
const WRAP = `${ESC}?7h`
/**
 * Everything from here, at the beginning of a row, on. In two steps, since tmux takes an
 * erasure that begins in its first cell for a new page and keeps the old one to scroll to.
 */
const ERASE = `${ESC}K${ESC}C${ESC}J\r`
const HIDE = `${ESC}?25l`
const SHOW = `${ESC}?25h`

export class Screen {
  #drawn: Layout | undefined
  /** Rows between the first one drawn and the caret. */
  #above = 0

  /** `lines`, which are whole and safe to write, above the rows of `layout`. */
  update(lines: readonly string[], layout: Layout): string {
    const said = lines.map((line) => `${line}\r\n`).join('')
    return `${HIDE}${this.erase()}${said}${this.#draw(layout)}${SHOW}`
  }

  /** Takes the rows away; the next line is written where they were. */
  erase(): string {
    if (this.#drawn === undefined) return ''
    const up = this.#above === 0 ? '' : `${ESC}${this.#above}A`
    this.#drawn = undefined
    return `\r${up}${ERASE}`
  }

  /** Everything goes, and what comes next is at the top. */
  clear(): string {
    this.#drawn = undefined
    return `${ESC}H${ESC}2J`
  }

  /**
   * The terminal has another width. `reflows`: it breaks rows anew that have become too
   * wide for it, as most do; others cut them off.
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
