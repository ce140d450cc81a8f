/**
 * The meaning of the text in the composer when it is sent. A command must be the only line.
 */

export type Spoken = { text: string; action: boolean }

/** `command`: a line that begins with a slash; `command.ts` interprets it. */
export type Meaning =
  | { type: 'nothing' }
  | { type: 'say'; messages: Spoken[] }
  /** Perhaps too long for one message. */
  | { type: 'long'; text: string }
  | { type: 'command'; line: string }
  /** A command among other lines. */
  | { type: 'crowded' }

/** All characters that a line-based client may treat as a line break. */
const LINE_BREAK = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/gu
const COMMAND_SHAPED = /^\/[a-z]+(\s|$)/iu
/** Characters, of at most three bytes, and lines that always fit into one message. */
const SHORT = 1300
const FEW_LINES = 100

/** Also with spaces before it: said as text, it would reveal the key of the hosts. */
export const SECRET = /^\s*\/host\s/i

/** The draft without blank lines at its beginning, and without blanks at its end. */
export function textOf(draft: string): string {
  return draft
    .replace(LINE_BREAK, '\n')
    .replace(/^\s*\n/u, '')
    .trimEnd()
}

export function meaningOf(draft: string): Meaning {
  const text = textOf(draft)
  const { length } = text.split('\n')
  if (text.trim() === '') return { type: 'nothing' }
  if (length === 1 && (SECRET.test(text) || /^\/(?!\/)/.test(text))) {
    return { type: 'command', line: text }
  }
  if (length > 1 && COMMAND_SHAPED.test(text)) return { type: 'crowded' }
  const said = length === 1 ? text.replace(/^\/\//u, '/') : text
  return length > FEW_LINES || text.length > SHORT
    ? { type: 'long', text: said }
    : { type: 'say', messages: [{ text: said, action: false }] }
}
