/** Marks the words of a search in the message that it has led to. */
import { hitsIn } from '../../shared/words.ts'

/** The name in the style sheet. */
const NAME = 'found'

/**
 * Marks the hits in the row that has the focus, until it loses it. The marks are no elements, so
 * that the row stays as it was drawn. A browser without them shows the row only.
 */
export function highlight(words: readonly string[]): void {
  const row = document.activeElement
  const text = row?.querySelector('.text')
  if (!row || !text || !('highlights' in CSS)) return
  const ranges: Range[] = []
  const nodes = document.createTreeWalker(text, NodeFilter.SHOW_TEXT)
  for (let node = nodes.nextNode(); node !== null; node = nodes.nextNode()) {
    for (const { from, to } of hitsIn(node.nodeValue ?? '', words)) {
      const range = document.createRange()
      range.setStart(node, from)
      range.setEnd(node, to)
      ranges.push(range)
    }
  }
  CSS.highlights.set(NAME, new Highlight(...ranges))
  row.addEventListener('blur', () => CSS.highlights.delete(NAME), { once: true })
}
