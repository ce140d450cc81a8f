/**
 * A message's text in pieces that are drawn differently: plain text, addresses
 * that become links, and control bytes, which are made visible. The pieces
 * joined are always the text as it was sent.
 */

export type Token =
  | { kind: 'text'; text: string }
  | { kind: 'link'; text: string; href: string }
  /** `name`: its code point, as in `U+001B`. */
  | { kind: 'control'; text: string; name: string }

/** C0 but tab, DEL, C1, and the marks that reorder text around them. */
const CONTROL = '\\u0000-\\u0008\\u000a-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069'
const SPECIAL = new RegExp(`(?<![\\p{L}\\p{N}_])https?://[^\\s<>"${CONTROL}]+|[${CONTROL}]`, 'giu')
/** What ends a sentence around an address rather than the address. */
const TRAILING = /[.,:;!?'*_~)\]}’”»…]$/u
const OPENING: Record<string, string> = { ')': '(', ']': '[', '}': '{' }

export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let end = 0
  for (const { 0: match, index } of text.matchAll(SPECIAL)) {
    const token = match.length === 1 ? controlToken(match) : linkToken(match)
    if (token === null) continue
    if (index > end) tokens.push({ kind: 'text', text: text.slice(end, index) })
    tokens.push(token)
    end = index + token.text.length
  }
  if (end < text.length) tokens.push({ kind: 'text', text: text.slice(end) })
  return tokens
}

function controlToken(text: string): Token {
  const code = (text.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  return { kind: 'control', text, name: `U+${code}` }
}

/** An address with a user name in it is left as text: it shows one host and goes to another. */
function linkToken(match: string): Token | null {
  const text = withoutTrailing(match)
  try {
    const { href, username, password } = new URL(text)
    return username === '' && password === '' ? { kind: 'link', text, href } : null
  } catch {
    return null
  }
}

function withoutTrailing(match: string): string {
  let text = match
  for (;;) {
    const last = TRAILING.exec(text)?.[0]
    if (last === undefined) return text
    const opening = OPENING[last]
    if (opening !== undefined && count(text, opening) >= count(text, last)) return text
    text = text.slice(0, -1)
  }
}

function count(text: string, character: string): number {
  return text.split(character).length - 1
}
