/**
 * Which names may be used, and which count as the same: the nickname profile of RFC 8266,
 * narrowed to what shows, and the look-alikes of UTS #39 (Unicode's confusables.txt).
 *
 * A name that `checkName` lets through MUST be a fixed point of `checkName` and of
 * `sanitise`, so that it is written everywhere as it is.
 */
import lookalikes from 'unhomoglyph'
import type { Fault } from './errors.ts'
import { limits } from './limits.ts'
import { sanitise, utf8Length } from './text.ts'

/** A character may be several code points; this bounds them. UTF-8 bytes in a name. */
const NAME_BYTES = 4 * limits.nameLength

/** UTF-16 units that are looked at; the schemas allow no more either. NFKC makes up to 18 of one. */
const RAW_UNITS = 256

/** What is printed as nothing: spaces, and the symbols and letters that are blank. */
const blanks = /[\p{Zs}\u2800\u{13441}\u{13442}\u{1d159}]+/gu

/** Controls, ZWJ and the like, bidi, private, unassigned; U+FE0F, in many an emoji, may stay. */
const unseen = /(?!\ufe0f)[\p{C}\p{Zl}\p{Zp}\p{DI}]/gu
const ascii = /^\p{ASCII}*$/u
const ignorable = /\p{DI}/gu

/**
 * What marks names off in commands, mentions, links and the lines of a terminal. There,
 * `*` begins notices and actions and `!` errors: no name may pass for either.
 */
const reserved = /[<>[\]:,@#/*!]/g

/** A mark with nothing under it would sit on the bracket or space that the server wrote. */
const looseMarks = /(?<=^| )\p{M}+/gu

// One language for everyone: a name's length must not depend on the server's locale.
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

function tidy(raw: string): string {
  return raw.normalize('NFKC').replace(blanks, ' ').replace(/^ | $/g, '')
}

/** As many whole grapheme clusters from the start as fit. */
function cut(name: string, length: number, bytes: number): string {
  let end = 0
  for (const { segment } of segmenter.segment(name)) {
    bytes -= utf8Length(segment)
    if (--length < 0 || bytes < 0) break
    end += segment.length
  }
  return name.slice(0, end)
}

/**
 * The name as it will be shown, 1–24 grapheme clusters and at most 96 UTF-8 bytes, or
 * `name_invalid` with a sentence about what is wrong. Says nothing about who has it.
 */
export function checkName(raw: string): { ok: true; name: string } | { ok: false; fault: Fault } {
  const name = tidy(raw.slice(0, RAW_UNITS))
  const message = raw.length > RAW_UNITS ? tooLong : objection(name)
  return message === undefined
    ? { ok: true, name }
    : { ok: false, fault: { code: 'name_invalid', message } }
}

const tooLong = `A name is at most ${limits.nameLength} characters and ${NAME_BYTES} bytes long.`

function objection(name: string): string | undefined {
  if (name === '') return 'A name needs at least one character that can be seen.'
  const hidden = name.match(unseen)?.[0].codePointAt(0)
  if (hidden !== undefined) {
    const hex = hidden.toString(16).toUpperCase().padStart(4, '0')
    return `A name cannot have U+${hex} in it, which is not a character that can be seen.`
  }
  const char = name.match(reserved)?.[0]
  if (char !== undefined) return `A name cannot have ${char} in it.`
  if (name.search(looseMarks) >= 0) return 'A combining mark in a name needs a letter before it.'
  // Of what sanitise changes, only marks are left by now.
  if (sanitise(name) !== name) return 'A name can have at most 4 combining marks on one letter.'
  if (/^[\p{Nd} ]+$/u.test(name)) return 'A name cannot be digits only.'
  return cut(name, limits.nameLength, NAME_BYTES) === name ? undefined : tooLong
}

/**
 * Two valid names are the same name when this is equal (RFC 8266 section 2.4); a final
 * sigma counts as any other. A fixed point of itself.
 */
export function foldName(name: string): string {
  // The second NFKC: J with a caron is two characters, its lower case composes into one.
  return name.normalize('NFKC').toLowerCase().replaceAll('ς', 'σ').normalize('NFKC')
}

/**
 * Two valid names look alike when this is equal: the skeleton of UTS #39 section 4, of the
 * folded name, so that one name in two cases is alike too. A fixed point of itself.
 * Greek Ν and Υ count as what their small letters look like, v and u, not as N and Y.
 */
export function nameSkeleton(name: string): string {
  let skeleton = name
  // What the table gives may fold, decompose and be in the table again (0, O, o), so until
  // nothing changes; the test tries every character, and none needs as many rounds.
  for (let round = 0; round < 8; round++) {
    const before = skeleton
    // I is the capital of i and looks like l, so under folding the three are one.
    const folded = foldName(before).replaceAll('i', 'l').normalize('NFD').replace(ignorable, '')
    skeleton = confusable(folded.replace(/\P{ASCII}/gu, likeness))
    if (skeleton === before) break
  }
  return skeleton
}

/** Folding hides that В is like B, since в is like nothing: then the capital decides. */
function likeness(char: string): string {
  const small = confusable(char)
  if (ascii.test(small)) return small
  const capital = confusable(char.toUpperCase())
  return ascii.test(capital) ? capital : small
}

// A CommonJS module whose types claim a default export: Node's resolution and a bundler's
// disagree about the type, while the value is the function in both.
const confusable = lookalikes as unknown as (text: string) => string

/** The valid name that is left of `raw` without all that a name cannot have, if one is. */
export function nearestName(raw: string): string | undefined {
  const kept = tidy(raw.slice(0, RAW_UNITS)).replace(unseen, '').replace(reserved, '')
  const based = sanitise(kept.replace(looseMarks, ''))
  const checked = checkName(cut(tidy(based), limits.nameLength, NAME_BYTES))
  return checked.ok ? checked.name : undefined
}

/**
 * A valid name near to one that cannot be had: what is left of an invalid one if that is
 * free, else the first free of `alice-2` … `alice-99`, else one of ten with six random
 * digits. Of `guest` if nothing is left. After those 108 tries the last is returned, free or not.
 */
export function suggestName(name: string, isFree: (candidate: string) => boolean): string {
  const nearest = nearestName(name)
  if (nearest !== undefined && nearest !== name && isFree(nearest)) return nearest
  const base = (nearest ?? 'guest').replace(/(?<=.)-\d{1,2}$/, '')
  let candidate = ''
  for (let n = 2; n < 110; n++) {
    // A crowd of one name must not make each newcomer ask for every number before.
    const suffix = `-${n < 100 ? n : Math.floor(1e5 + Math.random() * 9e5)}`
    const room = cut(base, limits.nameLength - suffix.length, NAME_BYTES - suffix.length)
    candidate = (room.trimEnd() || 'guest') + suffix
    if (isFree(candidate)) break
  }
  return candidate
}
