/**
 * Layout: a prompt and the line being typed → rows of a terminal, and the position of the
 * caret. Rows are wrapped here and not by the terminal, which may count other widths for
 * some characters.
 */
import type { Line } from './line.ts'
import { cellsOf, characters, shortened } from './width.ts'

/** `row` and `column` of the caret, from 0. `cells`: the width of each row. */
export type Layout = { rows: string[]; cells: number[]; row: number; column: number }

/** `paint`: adds colours, which change no width. */
export type Prompt = { text: string; paint: (text: string) => string }

/** `maxRows`: limit on the rows returned, which are those around the caret. */
export function layOut(prompt: Prompt, line: Line, columns: number, maxRows: number): Layout {
  // The last column stays free, because terminals differ in what they do after writing it.
  const width = Math.max(1, columns - 1)
  // Without typed text the prompt may be a question, which needs the full width.
  const most = line.text === '' ? width : Math.floor(width / 2)
  const head = shortened(prompt.text, Math.max(1, most))
  const rows = [prompt.paint(head)]
  const cells = [cellsOf(head)]
  let [row, column, index] = [0, cells[0] as number, 0]
  for (const character of characters(line.text)) {
    const wide = cellsOf(character)
    const last = rows.length - 1
    if ((cells[last] as number) + wide > width && cells[last] !== 0) {
      rows.push('')
      cells.push(0)
    }
    const at = rows.length - 1
    // The caret is drawn on the character after it.
    if (index === line.caret) [row, column] = [at, cells[at] as number]
    rows[at] += character
    cells[at] = (cells[at] as number) + wide
    index += character.length
  }
  if (line.caret === index) [row, column] = [rows.length - 1, cells.at(-1) as number]
  const first = Math.max(0, Math.min(row - Math.floor(maxRows / 2), rows.length - maxRows))
  return {
    rows: rows.slice(first, first + maxRows),
    cells: cells.slice(first, first + maxRows),
    row: row - first,
    column,
  }
}

/** The same layout below other rows. */
export function withRowsAbove(above: readonly string[], layout: Layout): Layout {
  return {
    ...layout,
    rows: [...above, ...layout.rows],
    cells: [...above.map(cellsOf), ...layout.cells],
    row: layout.row + above.length,
  }
}
