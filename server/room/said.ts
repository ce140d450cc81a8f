/**
 * What somebody wants to say → what is said: within its limits, and safe to show.
 */
import type { Fault } from '../../shared/errors.ts'
import { limits } from '../../shared/limits.ts'
import { sanitise, utf8Length } from '../../shared/text.ts'

export function checkText(raw: string): { ok: true; text: string } | { ok: false; fault: Fault } {
  // No UTF-16 unit takes more than three bytes.
  if (raw.length * 3 > limits.textBytes && utf8Length(raw) > limits.textBytes) {
    return { ok: false, fault: { code: 'text_too_long' } }
  }
  const text = sanitise(raw)
  return text.trim() === '' ? { ok: false, fault: { code: 'text_empty' } } : { ok: true, text }
}
