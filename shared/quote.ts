/** Quotes: an event that answers another one has the beginning of its text. */
import { LINE_END } from './lines.ts'
import type { Quote } from './protocol.ts'

/** What was answered, as a part of a sentence: `answers bob: …`. `name`: as it is shown. */
export function quoteText(name: string, quote: Quote): string {
  return `answers ${name}: ${firstLine(quote)}`
}

/** One line, also from a server that does not keep to the protocol. */
export function firstLine({ text }: Quote): string {
  return text.split(LINE_END, 1)[0] ?? ''
}

type Answer = { reply?: number | undefined; quote?: Quote | undefined }

/** The answer without its quote, if it quotes the event with this seq, whose text was taken away. */
export function withoutQuoteOf<T extends Answer>(answer: T, seq: number): T {
  if (answer.reply !== seq || answer.quote === undefined) return answer
  const { quote: _, ...rest } = answer
  return rest as T
}
