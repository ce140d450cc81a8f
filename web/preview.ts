/**
 * What readers at a terminal will get: a chunk of its own, fetched when a draft has
 * something in it that may be shown otherwise in a page.
 */
import { sanitise } from '../shared/text.ts'
import { meaningOf } from './draft.ts'
import { type Token, tokensOf } from './log/tokens.ts'

/** The first message that is not what the page shows, as terminals read it; else null. */
export function terminalView(draft: string): string | null {
  const meaning = meaningOf(draft)
  if (meaning.type !== 'say') return null
  for (const { text } of meaning.messages) {
    const sent = sanitise(text)
    if (sent !== text.normalize() || shownOf(tokensOf(sent, true)) !== sent) return sent
  }
  return null
}

function shownOf(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      if (!('inner' in token)) return token.text
      return typeof token.inner === 'string' ? token.inner : shownOf(token.inner)
    })
    .join('')
}
