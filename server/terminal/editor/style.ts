/** Messages → lines on a terminal, in the words of the line dialect. */
import type { Codec, Outgoing } from '../../../shared/dialect/dialect.ts'

/** A message of the server, or lines of the client itself. */
export type Shown = Outgoing | { type: 'lines'; lines: string[] }

export const dim = (text: string): string => `\x1b[2m${text}\x1b[22m`
/** Not a colour: also without colours, it sets a text off. */
export const reversed = (text: string): string => `\x1b[7m${text}\x1b[27m`
export const loud = (text: string): string => `\x1b[31m${text}\x1b[39m`

/** `colours`: whether presence and errors are set off from messages. */
export function shownLines(shown: Shown, codec: Codec, colours: boolean): string[] {
  if (shown.type === 'lines') return shown.lines
  const lines = codec.encode(shown).map(({ text }) => text)
  if (!colours) return lines
  if (shown.type === 'presence') return lines.map(dim)
  return shown.type === 'error' ? lines.map(loud) : lines
}
