/**
 * Wraps text for a terminal with a known width. Each code point counts as one column, so a
 * line of wide characters can be too long; the terminal then breaks it.
 */

/** Largest indent, as a fraction of the width. */
const MOST_INDENT = 0.5

/**
 * Joins `parts` with spaces into lines of at most `columns` (Infinity: one line), broken
 * between parts. The first line begins with `first`; the others are indented by its length.
 */
export function wrap(parts: readonly string[], columns: number, first = ''): string[] {
  const indent = ' '.repeat(first.length > columns * MOST_INDENT ? 2 : first.length)
  const lines: string[] = []
  let line = first
  let gap = ''
  for (const part of parts) {
    if (line.trim() !== '' && [...line, ...gap, ...part].length > columns) {
      lines.push(line.trimEnd())
      line = indent
      gap = ''
    }
    line += gap + part
    gap = ' '
  }
  return [...lines, line]
}
