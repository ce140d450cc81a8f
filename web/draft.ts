/**
 * What the text in the composer means when Enter is pressed. A command stands
 * alone on its line; several lines are several messages, since a message never
 * has a line break.
 */

export type Spoken = { text: string; action: boolean }

/** `command` is a line that begins with a slash; what it means is read in `command.ts`. */
export type Meaning =
  | { type: 'nothing' }
  | { type: 'say'; messages: Spoken[] }
  | { type: 'command'; line: string }
  /** A command among other lines. */
  | { type: 'crowded' }

/** Every character that a reader of lines may take for the end of one. */
const LINE_BREAK = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/u
const COMMAND_SHAPED = /^\/[a-z]+(\s|$)/iu

export function linesOf(draft: string): string[] {
  return draft.split(LINE_BREAK).filter((line) => line.trim() !== '')
}

export function meaningOf(draft: string): Meaning {
  const lines = linesOf(draft)
  const [first] = lines
  if (first === undefined) return { type: 'nothing' }
  if (lines.length === 1) {
    if (first.startsWith('/') && !first.startsWith('//')) return { type: 'command', line: first }
    return { type: 'say', messages: [{ text: first.replace(/^\/\//u, '/'), action: false }] }
  }
  if (COMMAND_SHAPED.test(first)) return { type: 'crowded' }
  return { type: 'say', messages: lines.map((text) => ({ text, action: false })) }
}

/** The draft that says this. */
export function draftOf({ text, action }: Spoken): string {
  if (action) return `/me ${text}`
  return text.startsWith('/') ? `/${text}` : text
}

const encoder = new TextEncoder()

/** UTF-8 bytes of the longest message in the draft. */
export function longestMessage(draft: string): number {
  return Math.max(0, ...linesOf(draft).map((line) => encoder.encode(line).length))
}

/** Whether it has something that readers at a terminal may get otherwise than it is shown. */
export function mayDiffer(draft: string): boolean {
  return /[`*]|[^ -~\n]/u.test(draft)
}
