/** The room code: words that people give to come in. */
import { createHash, randomInt, timingSafeEqual } from 'node:crypto'
import { wordlist } from '@scure/bip39/wordlists/english.js'

/** `until`: when it expires, ISO 8601, UTC; without it, never. */
export type RoomCode = { words: string; until?: string }

const WORDS = 3
/** Longest word of a code, in letters: short words are easy to say and to type. */
const WORD_LENGTH = 5
/** 1,100 words: a code has 30 random bits. No two words begin with the same four letters. */
const shortWords = wordlist.filter((word) => word.length <= WORD_LENGTH)
/** Characters of a code without its hyphens. */
const MIN_LENGTH = 4
const MAX_LENGTH = 64

/** Three random words: `amber-fox-lamp`. */
export function newWords(): string {
  return Array.from({ length: WORDS }, () => shortWords[randomInt(shortWords.length)]).join('-')
}

/** The form in which codes are compared and shown: `Amber  Fox, lamp` → `amber-fox-lamp`. */
export function normalWords(given: string): string {
  return given
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')
}

/** Why these words cannot be a code, as the end of a sentence; undefined if they can. */
export function wordsFault(given: string): string | undefined {
  const { length } = normalWords(given).replaceAll('-', '')
  return length >= MIN_LENGTH && length <= MAX_LENGTH
    ? undefined
    : `must have ${MIN_LENGTH} to ${MAX_LENGTH} letters and digits`
}

/** Takes the same time for all codes. */
export function isSameCode(given: string, words: string): boolean {
  return timingSafeEqual(digest(given), digest(words))
}

function digest(words: string): Buffer {
  return createHash('sha256').update(normalWords(words)).digest()
}

export function isExpired({ until }: RoomCode, now: number): boolean {
  return until !== undefined && Date.parse(until) <= now
}
