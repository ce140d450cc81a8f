/** The quotes of events that are answered. */
import { cut } from '../../shared/names.ts'
import type { Quote, RoomEvent } from '../../shared/protocol.ts'

/** Most characters (grapheme clusters), and UTF-8 bytes, of a quote: less than one row of a terminal. */
const QUOTE_LENGTH = 60
const QUOTE_BYTES = 360

/** The beginning of what was said; undefined if it was taken away. */
export function quoteOf({ from: { id, name }, text, redacted }: RoomEvent): Quote | undefined {
  if (redacted !== undefined) return undefined
  const [first = ''] = text.split('\n', 1)
  const begun = cut(first, QUOTE_LENGTH, QUOTE_BYTES)
  if (begun === text) return { from: { id, name }, text }
  // Between words, unless the last one is very long.
  const whole = begun === first ? begun : begun.replace(/(?<=.{20})\s\S{0,20}$/u, '')
  return { from: { id, name }, text: `${whole.trimEnd()} …` }
}
