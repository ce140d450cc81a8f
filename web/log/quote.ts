/** The quote above an answer: a link to what is answered. */
import type { RoomEvent } from '../../shared/protocol.ts'
import { more } from '../language/more.ts'
import { element } from './text.ts'

export function drawQuote(row: Element, { reply, quote, redacted }: RoomEvent): void {
  if (quote === undefined || redacted !== undefined) return
  const { name } = quote.from
  const link = element('a', 'answered', element('bdi', '', name), ` ${quote.text}`)
  link.href = `#${reply}`
  link.tabIndex = -1
  // The direction of the answer is not that of the quote.
  link.dir = 'auto'
  link.ariaLabel = more.answerTo(name, quote.text)
  row.querySelector('.text')?.prepend(link)
}
