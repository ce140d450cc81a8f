/** A printed line → rows that break between words. */
import { cellsOf } from './width.ts'

/** A time stamp, or the mark of a notice: the rows that follow are indented below the text. */
const LEAD = /^(?:\[\d\d:\d\d(?::\d\d)?\] |[*!] | +)/
/** Cells of the indent below a line without a lead, such as a message without a stamp. */
const INDENT = 2
/** Largest indent, as a fraction of the width. */
const MOST_INDENT = 0.25

/**
 * `line`: may have colours. From 5 columns on, each row after the first begins with a space, as no
 * message does, so that words of a text do not look like the message of another person. A word that fits into no row, such as a long address, stays whole: the
 * terminal breaks it, and it can be copied.
 */
export function wrapWords(line: string, columns: number): string[] {
  // The last column stays free, because terminals differ in what they do after writing it.
  const width = columns - 1
  if (cellsOf(line) <= width) return [line]
  const lead = LEAD.exec(line)?.[0].length ?? INDENT
  const indent = ' '.repeat(Math.min(lead, Math.floor(width * MOST_INDENT)))
  const rows: string[] = []
  let row = ''
  let cells = 0
  for (const part of line.split(/(?<=[^ ])(?= )/)) {
    const taken = cellsOf(part)
    const word = part.trimStart()
    if (cells > 0 && cells + taken > width && cellsOf(indent + word) <= width) {
      rows.push(row)
      row = indent + word
      cells = cellsOf(row)
    } else {
      row += part
      cells = (cells + taken) % columns
    }
  }
  return [...rows, row]
}
