/** Tests that sanitised text is safe for any terminal: known attacks, then random text. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cutUtf8, decodeUtf8, sanitise, utf8Length } from '../../shared/text.ts'
import { anyCharacter } from '../support/characters.ts'
import { cpuMs } from '../support/cpu.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

/** The rule of interop.md once more, by ranges and not by the expression under test. */
const ranges = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0x61c, 0x61c],
  [0x180e, 0x180e],
  [0x200b, 0x200b],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0xd800, 0xdfff],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
  [0xe0000, 0xe0fff],
] as const
const actsOnTerminal = (text: string) =>
  Array.from(text, (char) => char.codePointAt(0) as number).filter((point) =>
    ranges.some(([from, to]) => from <= point && point <= to),
  )

/** Ill-formed, unnormalised, piled up and forbidden, far more often than by chance. */
const nasty = fc
  .array(
    fc.oneof(
      fc.string({ unit: anyCharacter, maxLength: 4 }),
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom(...ranges.flat()).map((point) => String.fromCodePoint(point)),
      fc.constantFrom('a', 'e', '가', 'ᄀ', 'ᅡ', 'ᆨ', '\u0958', '\u0344', '\u0301', '\u0323'),
      fc.constantFrom('\u200c', '\u200d', '\ufe0f', '\u{1f468}', '\u{1d165}', '\u00ad'),
      fc.constantFrom('\u0301', '\u0316').chain((mark) => fc.nat(50).map((n) => mark.repeat(n))),
    ),
  )
  .map((parts) => parts.join(''))

describe('sanitise', () => {
  test.each([
    ['an escape sequence', '\x1b[31mred', '^[[31mred'],
    ['the ESC that ends a DCS', '\x1bP0;1|17/ab\x1b\\', '^[P0;1|17/ab^[\\'],
    ['an unterminated OSC', '\x1b]0;owned', '^[]0;owned'],
    ['ENQ, BEL and BS', '\x05\x07\x08', '^E^G^H'],
    ['NUL, US and DEL', '\0\x1f\x7f', '^@^_^?'],
    ['a CSI of one character', '\u009b2J', '\\u009b2J'],
    ['a line that poses as another', 'hi\r\n[12:21] admin: hi', 'hi^M^J[12:21] admin: hi'],
    ['other line ends', '\u0085\u2028\u2029', '\\u0085\\u2028\\u2029'],
    ['bidi overrides', '\u202eevil\u202c \u2066x\u2069', '\\u202eevil\\u202c \\u2066x\\u2069'],
    ['invisible characters', 'a\u200b\u2060\ufeffb', 'a\\u200b\\u2060\\ufeffb'],
    ['tag characters', '\u{e0001}\u{e0041}', '\\u{e0001}\\u{e0041}'],
    ['a tab', 'a\tb', 'a b'],
    ['lone surrogates', 'a\ud800b\udc00', 'a\ufffdb\ufffd'],
    ['a pile of marks', `Z${'\u0335'.repeat(60)}!`, `Z${'\u0335'.repeat(4)}!`],
    [
      'a pile held together by joiners',
      'a\u0335\u0335\u0335\u200d\u0335\u0335',
      'a\u0335\u0335\u0335\u200d\u0335',
    ],
    ['a pile counted after composing', `e${'\u0301'.repeat(9)}`, `é${'\u0301'.repeat(4)}`],
    ['a mark that composes with a token', '\u200e\u0301', '\\u200é'],
  ])('makes %s harmless', (_what, hostile, shown) => {
    expect(sanitise(hostile)).toBe(shown)
    expect(actsOnTerminal(shown)).toEqual([])
  })

  test.each([
    ['an emoji family', '👨‍👩‍👧‍👦 ❤️‍🔥 👩🏽‍💻 🏳️‍🌈 1️⃣'],
    ['Persian with ZWNJ', 'می‌خواهم'],
    ['Hindi with ZWJ', 'क्‍ष'],
    ['Hebrew with points and accents', 'בְּרֵאשִׁ֖ית'.normalize('NFC')],
    ['Vietnamese', 'Nguyễn'.normalize('NFC')],
  ])('leaves %s as it is', (_what, text) => {
    expect(sanitise(text)).toBe(text)
  })

  test('composes letters written apart', () => {
    expect(sanitise('Nguye\u0302\u0303n')).toBe('Nguyễn'.normalize('NFC'))
  })

  test('returns printable ASCII as it is', () => {
    const printable = fc.string({ unit: 'grapheme-ascii' })
    fc.assert(fc.property(printable, (text) => void expect(sanitise(text)).toBe(text)))
  })

  test('removes everything that acts on a terminal from any text', () => {
    const hasPile = /\p{M}[\p{Cf}]*(\p{M}[\p{Cf}]*){4}/u
    const check = (text: string) => {
      const shown = sanitise(text)
      expect(actsOnTerminal(shown)).toEqual([])
      expect(shown).not.toMatch(hasPile)
      expect(shown.normalize('NFC')).toBe(shown)
      expect(sanitise(shown)).toBe(shown)
      expect(utf8Length(shown)).toBeLessThanOrEqual(3 * utf8Length(text))
    }
    fc.assert(fc.property(nasty, check), { numRuns: 2000 })
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }).map(decodeUtf8), check))
  })

  test('takes no quadratic time over marks that NFC would sort', async () => {
    const used = await cpuMs(() => {
      sanitise(`a${'\u0301\u0316'.repeat(100_000)}`)
    })
    // It uses about 100 ms; quadratic time would be many seconds.
    expect(used).toBeLessThan(3000)
  })

  test('only composes text without forbidden characters or too many marks', () => {
    const plain = fc
      .string({ unit: 'grapheme' })
      .filter(
        (text) => actsOnTerminal(text).length === 0 && !/[\p{M}\p{Cf}]{5}/u.test(text.normalize()),
      )
    fc.assert(fc.property(plain, (text) => void expect(sanitise(text)).toBe(text.normalize('NFC'))))
  })

  test('shows each code point by itself as itself, composed, or as a token', () => {
    const wrong: number[] = []
    for (let point = 0; point <= 0x10ffff; point++) {
      const char = String.fromCodePoint(point)
      const shown = sanitise(char)
      const hidden = actsOnTerminal(char).length > 0
      const right = hidden
        ? /^( |\ufffd|\^[@-_?]|\\u[0-9a-f]{4}|\\u\{[0-9a-f]{5}\})$/
        : char.normalize()
      if (typeof right === 'string' ? shown !== right : !right.test(shown)) wrong.push(point)
    }
    expect(wrong).toEqual([])
  })
})

describe('decodeUtf8', () => {
  test('gives back all well-formed text, a BOM too', () => {
    expect(decodeUtf8(utf8('\ufeffhi'))).toBe('\ufeffhi')
    const text = fc.string({ unit: anyCharacter })
    fc.assert(fc.property(text, (whole) => void expect(decodeUtf8(utf8(whole))).toBe(whole)))
  })

  test('puts U+FFFD for bytes that are not UTF-8, and remembers none of them', () => {
    expect(decodeUtf8(Uint8Array.of(0x61, 0xff, 0x62, 0xe2, 0x82))).toBe('a\ufffdb\ufffd')
    expect(decodeUtf8(Uint8Array.of(0xac, 0x63))).toBe('\ufffdc')
    expect(decodeUtf8(Uint8Array.of(0xc0, 0x8a))).toBe('\ufffd\ufffd')
  })
})

describe('utf8Length and cutUtf8', () => {
  const anything = fc.oneof(nasty, fc.string({ unit: anyCharacter }))

  test('count the bytes that an encoder writes', () => {
    const sizes = Array.from('\x7f\x80\u07ff\u0800\ud800\uffff\u{10000}', utf8Length)
    expect(sizes).toEqual([1, 2, 2, 3, 3, 3, 4])
    fc.assert(
      fc.property(anything, (text) => void expect(utf8Length(text)).toBe(utf8(text).length)),
    )
  })

  test('cut before the code point that does not fit', () => {
    expect(cutUtf8('a😀b', 4)).toBe('a')
    expect(cutUtf8('a😀b', 5)).toBe('a😀')
    expect(cutUtf8('', 0)).toBe('')
    fc.assert(
      fc.property(anything, fc.nat(60), (text, most) => {
        const kept = Array.from(cutUtf8(text, most))
        const all = Array.from(text)
        expect(kept).toEqual(all.slice(0, kept.length))
        expect(utf8Length(kept.join(''))).toBeLessThanOrEqual(most)
        const more = all.slice(0, kept.length + 1).join('')
        if (more !== kept.join('')) expect(utf8Length(more)).toBeGreaterThan(most)
      }),
    )
  })
})
