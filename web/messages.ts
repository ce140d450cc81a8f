/** A text that may be too long for one message: its messages, each of whole lines. */
import { linesOf, messagesOf } from '../shared/lines.ts'
import { utf8Length } from '../shared/text.ts'

export function messagesIn(text: string): string[] {
  return messagesOf(linesOf(text), utf8Length)
}

/** UTF-8 bytes of the longest of the messages. */
export function longestOf(messages: readonly string[]): number {
  return Math.max(0, ...messages.map(utf8Length))
}
