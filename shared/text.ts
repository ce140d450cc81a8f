/**
 * Makes text safe for terminals and pages. The server sanitises text once, when it
 * receives it, so that no reader has to.
 *
 * The output of `sanitise` MUST be well-formed and NFC. It MUST NOT contain a character
 * that moves a cursor, starts an escape sequence, ends a line or changes the reading order.
 * It MUST be a fixed point of `sanitise`. `sanitiseLines` keeps LF, and nothing else, of these.
 *
 * Removing escape sequences is not enough: common strippers leave the ESC of a DCS or of an
 * unterminated OSC, and ENQ, BEL, BS and the bidi overrides.
 */
import { LINE_END, linesOf } from './lines.ts'

/** Most combining marks on one base: enough for every living script, too few to cover other lines. */
const MARKS = 4

const forbidden =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu

/** Most marks before NFC, which sorts them in quadratic time: 16 kB of marks took 30 ms. */
const UNSORTED_MARKS = 32

const mark = /\p{M}/gu
const cutMarks = marksUpTo(MARKS)
const cutUnsortedMarks = marksUpTo(UNSORTED_MARKS)

/** Keeps a BOM, which `sanitise` makes visible. Not fatal: invalid bytes become U+FFFD. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Decodes any bytes as UTF-8: invalid bytes become U+FFFD. Keeps a BOM. */
export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

/**
 * Returns the text with every character that could act on a terminal made visible. C0
 * controls and DEL become `^[`; other controls, separators, bidi controls, invisible and tag
 * characters become `\u202e` or `\u{e0001}`; a tab becomes a space, a lone surrogate U+FFFD.
 * Removes marks after the fourth on one base. Keeps ZWJ and ZWNJ, which emoji and Persian
 * need. The result has at most three times as many UTF-8 bytes. Visible ASCII is unchanged.
 */
export function sanitise(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x20 || unit > 0x7e) return sanitiseAny(text)
  }
  return text
}

/** As `sanitise`, for a text of several lines, which end with LF in the result. */
export function sanitiseLines(text: string): string {
  return LINE_END.test(text) ? linesOf(text).map(sanitise).join('\n') : sanitise(text)
}

function sanitiseAny(text: string): string {
  // NFC follows the tokens, because a mark after a token composes with its last letter. NFC
  // does not affect the characters that tokens replace. Marks are removed from the end of a
  // run, which leaves an NFC string NFC.
  return cutMarks(cutUnsortedMarks(text.replace(forbidden, token)).normalize('NFC'))
}

function token(char: string): string {
  const point = char.codePointAt(0) as number
  if (point === 0x09) return ' '
  if (point < 0x20 || point === 0x7f) return `^${String.fromCharCode(point ^ 0x40)}`
  if (point >= 0xd800 && point <= 0xdfff) return '\ufffd'
  const hex = point.toString(16)
  return point > 0xffff ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`
}

function marksUpTo(limit: number): (text: string) => string {
  // Joiners belong to a run without counting as marks: an invisible character is no base.
  const run = new RegExp(`[\\p{M}\\p{Cf}]{${limit + 1},}`, 'gu')
  return (text) =>
    text.replace(run, (found) => {
      let marks = 0
      return found.replace(mark, (char) => (++marks > limit ? '' : char))
    })
}

/** Returns the UTF-8 bytes of one code point. A lone surrogate counts as U+FFFD. */
function utf8Size(point: number): 1 | 2 | 3 | 4 {
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
}

/** Returns the length of the text in UTF-8 bytes. A lone surrogate counts as three. */
export function utf8Length(text: string): number {
  let bytes = 0
  for (let i = 0; i < text.length; i++) {
    const size = utf8Size(text.codePointAt(i) as number)
    if (size === 4) i++
    bytes += size
  }
  return bytes
}

/** Returns the longest beginning of at most `maxBytes` UTF-8 bytes that splits no code point. */
export function cutUtf8(text: string, maxBytes: number): string {
  let bytes = 0
  for (let i = 0; i < text.length; i++) {
    const size = utf8Size(text.codePointAt(i) as number)
    bytes += size
    if (bytes > maxBytes) return text.slice(0, i)
    if (size === 4) i++
  }
  return text
}
