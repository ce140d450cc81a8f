/**
 * How text takes room on a terminal: its characters, and the cells each is wide.
 */
import stringWidth from 'string-width'

// One language for everyone: where a character ends must not depend on the user's locale.
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

const PLAIN = /^[ -~]*$/

/** Grapheme clusters, in order. */
export function characters(text: string): string[] {
  if (PLAIN.test(text)) return text.split('')
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

/** Cells, 0 to 2 for one character. */
export function cellsOf(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text)
}

/** The longest beginning that fits into `cells`; with an ellipsis where something was left out. */
export function shortened(text: string, cells: number): string {
  if (cellsOf(text) <= cells) return text
  let kept = ''
  let taken = 1
  for (const character of characters(text)) {
    taken += cellsOf(character)
    if (taken > cells) break
    kept += character
  }
  return cells < 1 ? '' : `${kept}…`
}
