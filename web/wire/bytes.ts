/** The bytes of a rung as a person reads them. */
import { escaped, type Token, tokensOf } from '../../shared/wire.ts'

export type Form = 'text' | 'escapes' | 'hex'
export const FORMS: readonly Form[] = ['text', 'escapes', 'hex']

/** Bytes of one line of hex. */
const HEX_BYTES = 16

/** What a row shows: text, and escapes that stand out from it. */
export function shownBytes(bytes: Uint8Array, form: Form): Token[] {
  if (form === 'text') return tokensOf(bytes).map(withLineEnd)
  const text = form === 'hex' ? hexOf(bytes) : `"${escaped(bytes)}"`
  return [{ text, isEscape: false }]
}

/** A line feed also ends the line on the page. */
function withLineEnd(token: Token): Token {
  return token.isEscape && token.text === '\\n' ? { text: '\\n\n', isEscape: true } : token
}

/** `00000000  68 65 6c 6c 6f 0a  |hello.|`, as hexdump -C has it. */
function hexOf(bytes: Uint8Array): string {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += HEX_BYTES) {
    const row = [...bytes.subarray(at, at + HEX_BYTES)]
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    // A space that does not break the line.
    const text = row.map((byte) =>
      byte > 32 && byte < 127 ? String.fromCharCode(byte) : byte === 32 ? '\u00a0' : '.',
    )
    lines.push(`${at.toString(16).padStart(4, '0')}  ${hex.padEnd(3 * HEX_BYTES)} ${text.join('')}`)
  }
  return lines.join('\n')
}
