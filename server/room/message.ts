/**
 * The text of a message as received → the text to broadcast: within its limits, and safe to show.
 */
import type { Fault } from '../../shared/errors.ts'
import { limits, TOPIC_BYTES } from '../../shared/limits.ts'
import { sanitise, sanitiseLines, utf8Length } from '../../shared/text.ts'
import { holdsToken } from './token.ts'

export type Checked = { ok: true; text: string } | { ok: false; fault: Fault }

/** `secret`: the key of the tokens. A text with a valid token is rejected. */
export function checkMessage(raw: string, secret: Uint8Array): Checked {
  // No UTF-16 unit takes more than three bytes.
  if (raw.length * 3 > limits.textBytes && utf8Length(raw) > limits.textBytes) {
    return { ok: false, fault: { code: 'text_too_long' } }
  }
  const text = sanitiseLines(raw)
  if (text.split('\n').length > limits.textLines) {
    const message = `A message has at most ${limits.textLines} lines.`
    return { ok: false, fault: { code: 'text_too_long', message } }
  }
  if (holdsToken(text, secret)) return { ok: false, fault: { code: 'code_said' } }
  return text.trim() === '' ? { ok: false, fault: { code: 'text_empty' } } : { ok: true, text }
}

/** The topic of a room; '' removes it. */
export function checkTopic(raw: string, secret: Uint8Array): Checked {
  const text = sanitise(raw).trim()
  if (utf8Length(text) > TOPIC_BYTES) {
    const message = `A topic is at most ${TOPIC_BYTES} bytes long.`
    return { ok: false, fault: { code: 'text_too_long', message } }
  }
  return holdsToken(text, secret) ? { ok: false, fault: { code: 'code_said' } } : { ok: true, text }
}
