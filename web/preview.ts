/**
 * The draft as terminals will show it: a chunk of its own, loaded when a draft may look
 * different in a page.
 */
import { sanitiseLines } from '../shared/text.ts'
import { meaningOf, textOf } from './draft.ts'
import { type Token, tokensOf } from './log/tokens.ts'
import { messagesIn } from './messages.ts'

/** The first message that terminals show differently, as they show it; null if there is none. */
export function terminalView(draft: string): string | null {
  const { type } = meaningOf(draft)
  if (type !== 'say' && type !== 'long') return null
  for (const text of messagesIn(textOf(draft))) {
    const sent = sanitiseLines(text)
    if (sent !== text.normalize() || shownOf(tokensOf(sent, true)) !== sent) return sent
  }
  return null
}

function shownOf(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      if (!('inner' in token) || token.kind === 'quote') return token.text
      return typeof token.inner === 'string' ? token.inner : shownOf(token.inner)
    })
    .join('')
}
