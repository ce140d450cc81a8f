/**
 * Valid names, and names that count as the same: the nickname profile of RFC 8266 without
 * invisible characters and separators, and the look-alikes of UTS #39 (confusables.txt).
 *
 * A name that `checkName` accepts MUST be a fixed point of `checkName` and of `sanitise`,
 * so that it can be written anywhere unchanged. Its skeleton MUST NOT be empty.
 */
import lookalikes from 'unhomoglyph'
import type { Fault } from './errors.ts'
import { foldName } from './fold.ts'
import { limits, ROOM_NAME_LENGTH } from './limits.ts'
import { sanitise, utf8Length } from './text.ts'

/** UTF-8 bytes for each character of the longest name: a grapheme cluster can be several code points. */
const CHARACTER_BYTES = 4
/** Longest name in UTF-8 bytes. */
const NAME_BYTES = CHARACTER_BYTES * limits.nameLength

/** UTF-16 units examined, as many as the schemas allow. NFKC makes up to 18 of one. */
const RAW_UNITS = 256

/** Spaces, and symbols and letters that are blank. */
const blanks = /[\p{Zs}\u2800\ufffc\u{13441}\u{13442}\u{1d159}]+/gu

/** Control, joining, bidi, private and unassigned characters. U+FE0F is part of many emoji. */
const invisible = /(?!\ufe0f)[\p{C}\p{Zl}\p{Zp}\p{DI}]/gu
const ascii = /^\p{ASCII}*$/u
/** U+0345 is a mark, but the table of look-alikes makes a letter of it. */
const ignorable = /\p{DI}|\u0345/gu

/**
 * Characters that end a name in commands, mentions, links and lines of text. In a line,
 * `*` marks notices and actions, `!` marks errors, and a colon ends the speaker's name.
 */
const reserved = /[<>[\]:,@#/*!]/g

/** Reserved characters whose look-alikes could forge a line of text. */
const separators = /[<>:*!]/
/** The same for letters: names in some scripts need letters that look like < and >. */
const letterSeparators = /[:*!]/
const letter = /\p{L}/u
/** Look-alikes of these that UTS #39 does not list: mostly colons of other scripts. */
const moreSeparators =
  /[ˑ܅-܉፡፥፦᠄៖᭝༔꧇⁝⁞⦂⦙⸪⸫꛳꛴〈〉⟨⟩❬❭\u{12471}\u{12472}\u{1da8a}⁑✱✲✳꙳\u{1f7af}-\u{1f7be}ꜝ❕❗]/u
/** Scripts that write vowels as marks, or need marks to tell words apart. */
const marked = [
  ...['Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati', 'Oriya', 'Tamil', 'Telugu', 'Kannada'],
  ...['Malayalam', 'Sinhala', 'Thai', 'Lao', 'Tibetan', 'Myanmar', 'Khmer', 'Thaana'],
  ...['Hiragana', 'Katakana'],
]
const inMarked = `[${marked.map((script) => `\\p{scx=${script}}`).join('')}]`

/** A visarga looks like a colon, unless it ends a word of a script that has it. */
const VISARGA = '[\\u0903\\u0983\\u0a03\\u0a83\\u0b03\\u0c03\\u0c83\\u0d03\\u0d83\\u1038\\u17c7]'
const visarga = new RegExp(VISARGA, 'u')
const strayVisarga = new RegExp(`(?<!${inMarked})${VISARGA}|${VISARGA}(?= )`, 'gu')

/** In a line, `->` stands between the two names of a direct message. */
const arrows =
  /[→↛↝↠↣↦↪↬↷↱↳↴⇀⇁⇉⇏⇒⇛⇝⇢⇥⇨⇰⇴-⇶⇸⇻⇾⟴⟶⟹⟼⟾⟿⤀⤁⤃⤅⤇⤍⤏-⤑⤔-⤘⤚⤜⤞⤠⤳⥤⥱-⥵⬎⬏➔➙-➮➱-➾⭢⭬⭲⮆⮊⮕⮞►▶▸▻▷▹\u{1f812}\u{1f816}\u{1f81a}\u{1f81e}\u{1f822}\u{1f826}\u{1f82a}\u{1f82e}\u{1f832}\u{1f836}\u{1f83a}\u{1f83e}\u{1f842}\u{1f846}\u{1f852}\u{1f862}\u{1f86a}\u{1f872}\u{1f87a}\u{1f882}]|[\p{Pd}−]\s?[\p{Sm}ᐅᐉᐳᐷᗒᗘ\u{16f3f}]/gu

/** A mark without a base would join the bracket or space that the server writes before it. */
const looseMarks = /(?<=^| )\p{M}+/gu

/**
 * Ignored when names are compared: punctuation, spaces, signs, marks, and modifier letters
 * such as U+02BC. Marks count where their script needs them. So does the Japanese long vowel.
 */
const insignificant = new RegExp(
  `[\\p{P}\\p{Z}\\p{Sk}\\p{Sm}]|(?!(?<=${inMarked})${inMarked})\\p{M}|(?!ー)(?=\\p{sc=Zyyy})\\p{Lm}`,
  'gu',
)

const signs = /[\p{P}\p{Z}\p{Sk}\p{Sm}]/gu
const oneLetter = /^[a-z]$/i

/** Signs and digits that are written in place of letters. */
const stand = new Map(Object.entries({ $: 's', 3: 'e', 4: 'a', 5: 's', 7: 't', 8: 'b' }))

// One locale for all: the length of a name must not depend on the server's locale.
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

function tidy(raw: string): string {
  return raw.normalize('NFKC').replace(blanks, ' ').replace(/^ | $/g, '')
}

/** The longest beginning of at most `length` grapheme clusters and `bytes` UTF-8 bytes. */
export function cut(name: string, length: number, bytes: number): string {
  let end = 0
  for (const { segment } of segmenter.segment(name)) {
    bytes -= utf8Length(segment)
    if (--length < 0 || bytes < 0) break
    end += segment.length
  }
  return name.slice(0, end)
}

/**
 * Returns the name as it will be shown: 1–24 grapheme clusters, at most 96 UTF-8 bytes.
 * Returns `name_invalid` and the reason if the name is invalid. Does not check whether the
 * name is taken.
 */
export function checkName(raw: string): { ok: true; name: string } | { ok: false; fault: Fault } {
  return check(raw, limits.nameLength, 'name_invalid')
}

/**
 * Returns the name of a room as it will be shown: like a name of a person, with 1–32 grapheme
 * clusters and at most 128 UTF-8 bytes. A `#` before it is ignored. Two rooms with the same fold
 * are the same room.
 */
export function checkRoomName(raw: string): ReturnType<typeof checkName> {
  return check(raw.replace(/^\s*#/, ''), ROOM_NAME_LENGTH, 'room_invalid')
}

function check(
  raw: string,
  length: number,
  code: 'name_invalid' | 'room_invalid',
): ReturnType<typeof checkName> {
  const name = tidy(raw.slice(0, RAW_UNITS))
  const message = raw.length > RAW_UNITS ? tooLong(length) : objection(name, length)
  return message === undefined ? { ok: true, name } : { ok: false, fault: { code, message } }
}

function tooLong(length: number): string {
  return `A name can have at most ${length} characters and ${CHARACTER_BYTES * length} bytes.`
}

const EMPTY = 'A name needs at least one letter, digit or emoji.'

function objection(name: string, length: number): string | undefined {
  if (name === '') return EMPTY
  const hidden = name.match(invisible)?.[0].codePointAt(0)
  if (hidden !== undefined) {
    const hex = hidden.toString(16).toUpperCase().padStart(4, '0')
    return `A name cannot contain the invisible character U+${hex}.`
  }
  const char = name.match(reserved)?.[0]
  if (char !== undefined) return `A name cannot contain "${char}".`
  const like =
    (name.match(strayVisarga) ?? name.match(arrows))?.[0] ?? [...name].find(looksLikeSeparator)
  if (like !== undefined) return `A name cannot contain "${like}", which looks like a separator.`
  if (name.search(looseMarks) >= 0) return 'A combining mark in a name must follow a letter.'
  // At this point, sanitise can change nothing but marks.
  if (sanitise(name) !== name) return 'A letter in a name can have at most 4 combining marks.'
  if (/^[\p{Nd} ]+$/u.test(name)) return 'A name cannot consist of digits only.'
  if (cut(name, length, CHARACTER_BYTES * length) !== name) return tooLong(length)
  return nameSkeleton(name) === '' ? EMPTY : undefined
}

/** Whether the character, which is not reserved, could be taken for a separator. */
function looksLikeSeparator(char: string): boolean {
  if (ascii.test(char) || visarga.test(char)) return false
  const alike = letter.test(char) ? letterSeparators : separators
  return alike.test(confusable(char)) || moreSeparators.test(char)
}

/**
 * Two valid names look alike if their skeletons are equal: the skeleton of UTS #39, section
 * 4, of the folded name, without insignificant characters. Names with equal folds have
 * equal skeletons. The result is a fixed point. Greek Ν and Υ count as v and u, which their
 * small letters look like, not as N and Y.
 */
export function nameSkeleton(name: string): string {
  let skeleton = name
  // The table's output can be folded, decomposed and looked up again (0, O, o), so repeat
  // until nothing changes. A test tries every character; none needs as many rounds.
  for (let round = 0; round < 8; round++) {
    const before = skeleton
    // I is the capital of i and looks like l, so all three are equal. U+0660 and U+06F0 are
    // zeros, which the table takes for full stops.
    const lettered = foldName(before).replace(/\P{ASCII}/gu, (char) => shaped.get(char) ?? char)
    const folded = lettered.replaceAll('i', 'l').replace(/[٠۰]/g, '0')
    const plain = folded.normalize('NFD').replace(ignorable, '')
    const letters = plain.replace(/[$\d]/g, (char) => stand.get(char) ?? char).replace(signs, sign)
    skeleton = confusable(letters.replace(/\P{ASCII}/gu, likeness)).replace(insignificant, '')
    if (skeleton === before) break
  }
  return skeleton
}

/** Letters in circles and squares, flag letters, small capitals and turned letters → plain letters. */
const shaped = new Map<string, string>([
  ...[0x1f130, 0x1f150, 0x1f170, 0x1f1e6].flatMap((first) =>
    [...'abcdefghijklmnopqrstuvwxyz'].map(
      (letter, at) => [String.fromCodePoint(first + at), letter] as const,
    ),
  ),
  ...[...'ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢɘɛєʋɾ€ɐɔǝɹʇʌʍʎ◯⭕'].map(
    (char, at) => [char, [...'abcdefghijklmnoprstuvwyzeeevreacertvwyoo'][at] ?? char] as const,
  ),
])

/** The letter that a sign looks like, as | looks like l; or nothing. */
function sign(char: string): string {
  const like = likeness(char)
  return oneLetter.test(like) ? like : ''
}

/** Folding hides that В looks like B, since в looks like nothing. Then the capital decides. */
function likeness(char: string): string {
  const small = confusable(char)
  if (ascii.test(small)) return small
  const capital = confusable(char.toUpperCase())
  return ascii.test(capital) ? capital : small
}

// A CommonJS module whose types declare a default export. Node and bundlers disagree about
// the type; the value is the function in both.
const confusable = lookalikes as unknown as (text: string) => string

/** `raw` without everything that is invalid in a name; undefined if no valid name is left. */
export function nearestName(raw: string): string | undefined {
  const visible = tidy(raw.slice(0, RAW_UNITS)).replace(invisible, '').replace(reserved, '')
  const kept = [...visible.replace(strayVisarga, '').replace(arrows, '')].filter(
    (char) => !looksLikeSeparator(char),
  )
  const based = sanitise(kept.join('').replace(looseMarks, ''))
  const checked = checkName(cut(tidy(based), limits.nameLength, NAME_BYTES))
  return checked.ok ? checked.name : undefined
}

/**
 * Suggests a valid name near `name`, which is invalid or taken: the nearest valid name if it
 * is free, otherwise the first free one of `alice-2` … `alice-99`, otherwise one of ten with
 * six random digits. Without a nearest name it starts from `guest`. If all 108 attempts are
 * taken, it returns the last one.
 */
export function suggestName(name: string, isFree: (candidate: string) => boolean): string {
  const nearest = nearestName(name)
  if (nearest !== undefined && nearest !== name && isFree(nearest)) return nearest
  const base = (nearest ?? 'guest').replace(/(?<=.)-\d{1,2}$/, '')
  let candidate = ''
  for (let n = 2; n < 110; n++) {
    // Random from here on, so that a newcomer to a crowd of one name need not try them all.
    const suffix = `-${n < 100 ? n : Math.floor(1e5 + Math.random() * 9e5)}`
    const room = cut(base, limits.nameLength - suffix.length, NAME_BYTES - suffix.length)
    candidate = (room.trimEnd() || 'guest') + suffix
    if (isFree(candidate)) break
  }
  return candidate
}
