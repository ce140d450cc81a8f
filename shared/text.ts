/**
 * What may reach a terminal. Text is made safe once, where it enters, so that no
 * reader has to: whatever passed `sanitise` can be written to any terminal or page.
 *
 * Its output MUST be well-formed and NFC, MUST hold no character that moves a cursor,
 * starts an escape sequence, ends a line or changes the reading order, and MUST be a
 * fixed point of `sanitise`.
 *
 * Stripping escape sequences instead is not enough: strippers leave the ESC of a DCS or
 * of an unterminated OSC, and ENQ, BEL, BS and the bidi overrides.
 */

/** Combining marks on one base; more than any living script needs, too few to climb over lines. */
const MARKS = 4

const forbidden =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu

/** Marks before NFC, which sorts them in quadratic time: 16 kB of them took it 30 ms. */
const UNSORTED_MARKS = 32

const mark = /\p{M}/gu
const cutMarks = marksUpTo(MARKS)
const cutUnsortedMarks = marksUpTo(UNSORTED_MARKS)

/** Keeps a BOM, for `sanitise` to show; not fatal, so bad bytes become U+FFFD. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** UTF-8 to a string, any bytes at all: what is not UTF-8 becomes U+FFFD. A BOM is kept. */
export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

/**
 * The text with everything that could act on a terminal made visible: C0 and DEL as
 * `^[`, other controls, separators, bidi controls, invisible and tag characters as
 * `\u202e` or `\u{e0001}`; a tab becomes a space, a lone surrogate U+FFFD. Marks beyond
 * four on one base are dropped. ZWJ and ZWNJ stay, for emoji and for Persian.
 * At most three times as many UTF-8 bytes as went in; plain ASCII comes back as it is.
 */
export function sanitise(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x20 || unit > 0x7e) return sanitiseAny(text)
  }
  return text
}

function sanitiseAny(text: string): string {
  // NFC comes after the tokens, since a mark behind one composes with its last letter.
  // What they replace is inert under NFC, so nothing differs otherwise. Marks are cut from
  // the end of a run, and the rest of an NFC string is NFC.
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
  // Joiners count into a run, though not as marks: what is invisible is no new base.
  const run = new RegExp(`[\\p{M}\\p{Cf}]{${limit + 1},}`, 'gu')
  return (text) =>
    text.replace(run, (found) => {
      let marks = 0
      return found.replace(mark, (char) => (++marks > limit ? '' : char))
    })
}

/** Bytes of one code point in UTF-8; a lone surrogate counts as the U+FFFD that stands for it. */
function utf8Size(point: number): 1 | 2 | 3 | 4 {
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
}

/** How many bytes the text takes in UTF-8; a lone surrogate takes three. */
export function utf8Length(text: string): number {
  let bytes = 0
  for (let i = 0; i < text.length; i++) {
    const size = utf8Size(text.codePointAt(i) as number)
    if (size === 4) i++
    bytes += size
  }
  return bytes
}

/** The longest beginning of at most `maxBytes` UTF-8 bytes that splits no code point. */
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
