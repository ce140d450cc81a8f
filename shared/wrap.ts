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
  /** Code points of `line`, counted once for each part. */
  let width = codePoints(first)
  let gap = ''
  for (const part of parts) {
    const partWidth = codePoints(part)
    if (width + gap.length + partWidth > columns && line.trim() !== '') {
      lines.push(line.trimEnd())
      line = indent
      width = indent.length
      gap = ''
    }
    line += gap + part
    width += gap.length + partWidth
    gap = ' '
  }
  return [...lines, line]
}

function codePoints(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}
