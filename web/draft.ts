/**
 * What the text in the composer means when Enter is pressed. A command stands
 * alone on its line; several lines are several messages, since a message never
 * has a line break.
 */

/** `unknown` carries what to tell the writer; nothing is said then. */
export type Meaning =
  | { type: 'nothing' }
  | { type: 'say'; messages: { text: string; action: boolean }[] }
  | { type: 'name'; name: string }
  | { type: 'unknown'; hint: string }

/** Every character that a reader of lines may take for the end of one. */
const LINE_BREAK = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/u
const COMMAND = /^\/(?<word>\S*)\s*(?<argument>.*)$/u
const COMMAND_SHAPED = /^\/[a-z]+(\s|$)/iu

export function linesOf(draft: string): string[] {
  return draft.split(LINE_BREAK).filter((line) => line.trim() !== '')
}

export function meaningOf(draft: string): Meaning {
  const lines = linesOf(draft)
  const [first] = lines
  if (first === undefined) return { type: 'nothing' }
  if (lines.length === 1) return readLine(first)
  if (COMMAND_SHAPED.test(first)) {
    return { type: 'unknown', hint: 'A command goes alone on one line. Nothing was sent.' }
  }
  return { type: 'say', messages: lines.map((text) => ({ text, action: false })) }
}

function readLine(line: string): Meaning {
  if (line.startsWith('//')) return saying(line.slice(1), false)
  const { word = '', argument = '' } = COMMAND.exec(line)?.groups ?? {}
  if (!line.startsWith('/')) return saying(line, false)
  const rest = argument.trim()
  switch (word.toLowerCase()) {
    case 'me':
      return rest === '' ? { type: 'unknown', hint: 'Try /me waves.' } : saying(rest, true)
    case 'name':
      return rest === ''
        ? { type: 'unknown', hint: 'Try /name and the name you want.' }
        : { type: 'name', name: rest }
    default:
      return {
        type: 'unknown',
        hint: `/${word} is not known here, and nothing was sent. To say it, type //${word}.`,
      }
  }
}

function saying(text: string, action: boolean): Meaning {
  return { type: 'say', messages: [{ text, action }] }
}

const encoder = new TextEncoder()

/** UTF-8 bytes of the longest message in the draft. */
export function longestMessage(draft: string): number {
  return Math.max(0, ...linesOf(draft).map((line) => encoder.encode(line).length))
}
