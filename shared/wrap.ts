/**
 * Text laid out for a terminal whose width is known. Columns are counted as code points,
 * so a line of wide characters may still be too long: then the terminal breaks it.
 */

/** An indent over this part of the width would leave no room for the text. */
const MOST_INDENT = 0.5

/**
 * `parts` joined with a space, broken between them where a line would be over `columns`
 * (Infinity: nowhere). The first line begins with `first`, the others with as much space.
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
