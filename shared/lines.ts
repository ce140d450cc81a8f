/** Messages of several lines: how a text becomes them, and how their lines are shown. */
import { limits } from './limits.ts'

/** All line ends that clients send. */
export const LINE_END = /\r\n|[\n\r]/

/**
 * Stands before each further line of a message. It begins with a space, as no name and no stamp does.
 */
export const CONTINUED = '  | '

/** The lines of a text, without blank ones at its beginning and its end. */
export function linesOf(text: string): string[] {
  const lines = text.split(LINE_END)
  const first = lines.findIndex((line) => !isBlank(line))
  const last = lines.findLastIndex((line) => !isBlank(line))
  return first < 0 ? [] : lines.slice(first, last + 1)
}

/**
 * As few messages as can hold the lines. A line that is too long is a message of its own. `sizeOf`:
 * UTF-8 bytes of a text.
 */
export function messagesOf(lines: readonly string[], sizeOf: (text: string) => number): string[] {
  const messages: string[][] = []
  let bytes = Infinity
  for (const line of lines) {
    const size = sizeOf(line) + 1
    const last = messages.at(-1)
    if (last && bytes + size - 1 <= limits.textBytes && last.length < limits.textLines) {
      last.push(line)
      bytes += size
    } else if (!isBlank(line)) {
      messages.push([line])
      bytes = size
    }
  }
  return messages.map((message) => message.join('\n'))
}

function isBlank(line: string): boolean {
  return line.trim() === ''
}
