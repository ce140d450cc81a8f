/**
 * The text of a message as received → the text to broadcast: within its limits, and safe to show.
 */
import type { Fault } from '../../shared/errors.ts'
import { limits } from '../../shared/limits.ts'
import { sanitise, utf8Length } from '../../shared/text.ts'
import { holdsToken } from './token.ts'

/** `secret`: the key of the tokens. A text with a valid token is rejected. */
export function checkMessage(
  raw: string,
  secret: Uint8Array,
): { ok: true; text: string } | { ok: false; fault: Fault } {
  // No UTF-16 unit takes more than three bytes.
  if (raw.length * 3 > limits.textBytes && utf8Length(raw) > limits.textBytes) {
    return { ok: false, fault: { code: 'text_too_long' } }
  }
  const text = sanitise(raw)
  if (holdsToken(text, secret)) return { ok: false, fault: { code: 'code_said' } }
  return text.trim() === '' ? { ok: false, fault: { code: 'text_empty' } } : { ok: true, text }
}
