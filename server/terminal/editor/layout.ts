/**
 * Layout: a prompt and the line being typed → rows of a terminal, and the caret's place
 * among them. Rows are broken here and not by the terminal, whose opinion of how wide a
 * character is may differ.
 */
import type { Line } from './line.ts'
import { cellsOf, characters, shortened } from './width.ts'

/** `row` and `column` count from 0. `cells`: how much of each row is taken. */
export type Layout = { rows: string[]; cells: number[]; row: number; column: number }

/** `text`, and how it is painted: with sequences that take no room. */
export type Prompt = { text: string; paint: (text: string) => string }

/** `maxRows`: at most so many rows are given, those around the caret. */
export function layOut(prompt: Prompt, line: Line, columns: number, maxRows: number): Layout {
  // The last column stays free: what a terminal does after it has been written differs.
  const width = Math.max(1, columns - 1)
  // Where nothing is typed, it may be a question, which is to be read whole.
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
    // The caret stands on the character that it is before.
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

/** The same with more rows above it. */
export function under(above: readonly string[], layout: Layout): Layout {
  return {
    ...layout,
    rows: [...above, ...layout.rows],
    cells: [...above.map(cellsOf), ...layout.cells],
    row: layout.row + above.length,
  }
}
