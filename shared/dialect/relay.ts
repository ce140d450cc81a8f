/**
 * The relay's dialect: events → lines for another chat server, and its lines → messages. The
 * other server has no commands here: every line from it is a message.
 */

import { limits } from '../limits.ts'
import type { RoomEvent } from '../protocol.ts'
import { quoteText } from '../quote.ts'
import { isReaction } from '../reactions.ts'
import { removalText } from '../redaction.ts'
import type { Codec, Decoded, Dialect, Outgoing, Unit } from './dialect.ts'
import { topicChange } from './line.ts'

/** A /resume code in the greeting of another Oneroom. With it, members here could become the relay there. */
const RESUME_CODE = /\/resume [\w-]+\.[\w-]{11}(?![\w-])/
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u
/** A name that could be read as a command if a line begins with it: `.quit`, `QUIT now`. */
const COMMAND_LIKE = /^[^\p{L}\p{N}]|\s/u

/**
 * Returns why a format is rejected; undefined if it is accepted. A visible character that is
 * not part of the name must precede the text. Otherwise members could send commands.
 */
export function relayFormatFault(format: string): string | undefined {
  const before = format.split('{text}', 1)[0] ?? ''
  if (!format.includes('{text}') || /\p{Cc}/u.test(format)) {
    return 'is not one line that contains {text}'
  }
  return !VISIBLE.test(before.replaceAll('{name}', ''))
    ? 'must have a visible character before {text}, as {name}: {text} has, so that no message is read as a command'
    : undefined
}

/** `format`: accepted by relayFormatFault; `{name}` is replaced by the sender's name. */
export function relayDialect(format: string): Dialect {
  const encode = (message: Outgoing): Unit[] =>
    message.type === 'events'
      ? message.events.flatMap((event) =>
          // Reactions would be many lines.
          isReaction(event)
            ? []
            : [
                ...quoteUnits(event),
                // The other server has no messages of several lines.
                ...event.text.split('\n').map((text) => ({
                  text: relayed({ ...event, text }, format),
                  own: event.from.id,
                })),
              ],
        )
      : []
  const codec: Codec = {
    decode,
    encode,
    broadcast: { skipsOwn: true, isCommon: false, encode },
    restyle: () => {},
  }
  return {
    name: 'relay',
    reconnects: true,
    remembersSeat: false,
    unitBytes: limits.textBytes,
    open: () => codec,
  }
}

function decode(line: string): Decoded {
  return line.trim() === '' || RESUME_CODE.test(line)
    ? { type: 'nothing' }
    : { type: 'request', request: { type: 'say', text: line } }
}

/** Begins as no action does, so that none can look like a quote. */
function quoteUnits({ from, quote }: RoomEvent): Unit[] {
  if (quote === undefined) return []
  return [{ text: `> ${from.name} ${quoteText(quote.from.name, quote)}`, own: from.id }]
}

function relayed({ kind, from, text, redacted }: RoomEvent, format: string): string {
  if (redacted !== undefined) return `* ${from.name}: ${removalText(from.name, redacted.by)}`
  if (kind === 'notice') return `* ${text}`
  if (kind === 'topic') return `* ${from.name} ${topicChange(text)}`
  if (kind === 'action' || kind === 'act') return `* ${from.name} ${text}`
  // In one pass: a name or a text may contain braces.
  const line = format.replace(/\{(name|text)\}/g, (_, field) =>
    field === 'name' ? from.name : text,
  )
  // `QUIT now: hi` and `QUIT > hi` begin with a word that can be a command; `QUIT: hi` does not.
  const [, after] = /^\s*\{name\}(.?)/.exec(format) ?? []
  const isRisky = after !== undefined && (after.trim() === '' || COMMAND_LIKE.test(from.name))
  return isRisky ? `- ${line}` : line
}
