/**
 * The words of a text, without case and diacritics, as in the full-text index of the SQLite
 * log (FTS5, unicode61). For events that are in no index, and for the marks on what was found.
 */

const WORD = /[\p{L}\p{N}\p{M}]+/gu
/** Each word of a query costs a pass through the index. */
const MAX_QUERY_WORDS = 16

export function wordsOf(text: string): string[] {
  return folded(text).match(WORD) ?? []
}

function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}

/**
 * The words to search for: at most MAX_QUERY_WORDS different ones. The others are ignored,
 * except that the last word is always kept: it may be incomplete, because it may still be typed.
 */
export function queryWords(query: string): string[] {
  const words = wordsOf(query)
  const last = words.pop()
  if (last === undefined) return []
  return [...[...new Set(words)].slice(0, MAX_QUERY_WORDS - 1), last]
}

/** A word of one letter only matches as a whole: as a prefix it would match nearly everything. */
export function isPrefix(word: string): boolean {
  return word.length > 1
}

/** Whether a text has every word of a query; the last may be the beginning of a word in it. */
export function hasWords(text: string, words: readonly string[]): boolean {
  const found = wordsOf(text)
  return words.every((_, at) => found.some((one) => fits(one, words, at)))
}

/** Where in a text, in UTF-16 units, are words of it that a query has found: each as a whole. */
export function hitsIn(text: string, words: readonly string[]): { from: number; to: number }[] {
  return [...text.matchAll(WORD)]
    .filter(([word]) => words.some((_, at) => fits(folded(word), words, at)))
    .map(({ 0: word, index }) => ({ from: index, to: index + word.length }))
}

function fits(found: string, words: readonly string[], at: number): boolean {
  const word = words[at] as string
  return at === words.length - 1 && isPrefix(word) ? found.startsWith(word) : found === word
}
