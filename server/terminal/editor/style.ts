/**
 * What the room tells → lines on a terminal, as the line dialect words them.
 */
import type { Dialect, Outgoing } from '../../../shared/dialect/dialect.ts'

export const dim = (text: string): string => `\x1b[2m${text}\x1b[22m`
export const loud = (text: string): string => `\x1b[31m${text}\x1b[39m`

/** `colours`: whether what is not said by anybody is set off from what is. */
export function tellingLines(message: Outgoing, dialect: Dialect, colours: boolean): string[] {
  const lines = dialect.encode(message).map(({ text }) => text)
  if (!colours) return lines
  if (message.type === 'presence') return lines.map(dim)
  return message.type === 'error' ? lines.map(loud) : lines
}
