/**
 * The text of a message, split into tokens that are drawn differently: plain text, links,
 * visible control characters, and a small markdown. The tokens joined MUST be the text as
 * it was sent.
 */

/** `text`: the token as sent; `inner`: the part between the marks. */
export type Token =
  | { kind: 'text'; text: string }
  | { kind: 'link'; text: string; href: string }
  /** `name`: its code point, as in `U+001B`. */
  | { kind: 'control'; text: string; name: string }
  /** `block`: between fences; `inner` has neither the name of a language nor the outer line ends. */
  | { kind: 'code' | 'block'; text: string; inner: string }
  /** `quote`: a line that begins with one or more `> `, with its line end. */
  | { kind: 'strong' | 'em' | 'quote'; text: string; inner: Token[] }

/** C0 except tab and LF, DEL, C1, and the controls of bidirectional text. */
const CONTROL = '\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069'
const PLAIN = `(?<link>(?<![\\p{L}\\p{N}_])https?://[^\\s<>"${CONTROL}]+)|(?<control>[${CONTROL}])`
/** None of these looks beyond the next mark of its kind, so all take linear time. */
const MARKS = [
  '```(?<block>[^]+?)```\\n?',
  '`(?<code>[^`\\n]+)`',
  '(?<=^|\\n)(?:> )+(?<quote>[^\\n]+)\\n?',
  '\\*\\*(?=\\S)(?<strong>(?:[^*\\n]|\\*(?!\\*))+)(?<=\\S)\\*\\*',
  '(?<![*\\p{L}\\p{N}])\\*(?=[^\\s*])(?<em>[^*\\n]+)(?<=\\S)\\*(?![*\\p{L}\\p{N}])',
].join('|')
const plain = new RegExp(PLAIN, 'giu')
const marked = new RegExp(`${MARKS}|${PLAIN}`, 'giu')
/** Characters that end the sentence around an address and not the address. */
const TRAILING = /[.,:;!?'*_~)\]}’”»…]$/u
/** In a block: the name of a language on the first line, and the last line end. */
const OUTER = /^[\w+#.-]*\n|\n\s*$/gu
const OPENING: Record<string, string> = { ')': '(', ']': '[', '}': '{' }

/** `markdown`: whether marks are read; never for text from a terminal. */
export function tokensOf(text: string, markdown = false): Token[] {
  const tokens: Token[] = []
  let end = 0
  for (const match of text.matchAll(markdown ? marked : plain)) {
    const token = tokenOf(match[0], match.groups ?? {})
    if (token === null) continue
    if (match.index > end) tokens.push({ kind: 'text', text: text.slice(end, match.index) })
    tokens.push(token)
    end = match.index + token.text.length
  }
  if (end < text.length) tokens.push({ kind: 'text', text: text.slice(end) })
  return tokens
}

function tokenOf(text: string, groups: Record<string, string | undefined>): Token | null {
  const { link, block, code, quote, strong, em } = groups
  if (link !== undefined) return linkToken(link)
  if (block !== undefined) return { kind: 'block', text, inner: block.replace(OUTER, '') }
  if (code !== undefined) return { kind: 'code', text, inner: code }
  if (quote !== undefined) return { kind: 'quote', text, inner: tokensOf(quote, true) }
  if (strong !== undefined) return { kind: 'strong', text, inner: tokensOf(strong, true) }
  if (em !== undefined) return { kind: 'em', text, inner: tokensOf(em, true) }
  const hex = (text.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  return { kind: 'control', text, name: `U+${hex}` }
}

/** An address with a user name stays text: it shows one host and leads to another. */
function linkToken(match: string): Token | null {
  const text = withoutTrailing(match)
  try {
    const { href, username, password } = new URL(text)
    return username === '' && password === '' ? { kind: 'link', text, href } : null
  } catch {
    return null
  }
}

/** Brackets are counted once for each kind: an address may end in thousands of them. */
function withoutTrailing(match: string): string {
  const unopened: Record<string, number> = {}
  let end = match.length
  for (; end > 0; end--) {
    const last = match.charAt(end - 1)
    if (!TRAILING.test(last)) break
    const opening = OPENING[last]
    if (opening === undefined) continue
    const extra = unopened[last] ?? count(match, last) - count(match, opening)
    if (extra <= 0) break
    unopened[last] = extra - 1
  }
  return match.slice(0, end)
}

function count(text: string, character: string): number {
  return text.split(character).length - 1
}
