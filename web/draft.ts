/**
 * The meaning of the text in the composer when it is sent. A command must be the only line.
 * Several lines are several messages, because a message has no line breaks.
 */

export type Spoken = { text: string; action: boolean }

/** `command`: a line that begins with a slash; `command.ts` interprets it. */
export type Meaning =
  | { type: 'nothing' }
  | { type: 'say'; messages: Spoken[] }
  | { type: 'command'; line: string }
  /** A command among other lines. */
  | { type: 'crowded' }

/** All characters that a line-based client may treat as a line break. */
const LINE_BREAK = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/u
const COMMAND_SHAPED = /^\/[a-z]+(\s|$)/iu

/** Also with spaces before it: said as text, it would reveal the key of the hosts. */
export const SECRET = /^\s*\/host\s/i

export function linesOf(draft: string): string[] {
  return draft.split(LINE_BREAK).filter((line) => line.trim() !== '')
}

export function meaningOf(draft: string): Meaning {
  const lines = linesOf(draft)
  const [first] = lines
  if (first === undefined) return { type: 'nothing' }
  if (lines.length === 1) {
    if (SECRET.test(first) || /^\/(?!\/)/.test(first)) return { type: 'command', line: first }
    return { type: 'say', messages: [{ text: first.replace(/^\/\//u, '/'), action: false }] }
  }
  if (COMMAND_SHAPED.test(first)) return { type: 'crowded' }
  return { type: 'say', messages: lines.map((text) => ({ text, action: false })) }
}

/** The draft that sends this message. */
export function draftOf({ text, action }: Spoken): string {
  if (action) return `/me ${text}`
  return text.startsWith('/') ? `/${text}` : text
}

const encoder = new TextEncoder()

/** UTF-8 bytes of the longest message in the draft. */
export function longestMessage(draft: string): number {
  return Math.max(0, ...linesOf(draft).map((line) => encoder.encode(line).length))
}
