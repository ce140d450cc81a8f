/** The characters of a text and their width on a terminal. */
import stringWidth from 'string-width'

// A fixed locale: the borders of characters must not depend on the user's.
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

/** The longest prefix that fits into `cells`, with an ellipsis if the text was cut. */
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
