/**
 * What a search compares: words without case and diacritics, as the index of the
 * durable log has them (FTS5, unicode61). For what no index has.
 */

const WORDS = /[\p{L}\p{N}\p{M}]+/gu

/** The words to look for, in order; the last one may be the beginning of one. */
export function wordsOf(text: string): string[] {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().match(WORDS) ?? []
}

/** A word of one letter is not taken for a beginning: nearly everything would be found. */
export function mayGoOn(word: string): boolean {
  return word.length > 1
}

/** Whether a text has every word, or one that goes on from the last. */
export function hasWords(text: string, words: readonly string[]): boolean {
  const said = wordsOf(text)
  return words.every((word, at) =>
    at === words.length - 1 && mayGoOn(word)
      ? said.some((one) => one.startsWith(word))
      : said.includes(word),
  )
}
