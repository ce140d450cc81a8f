/**
 * The full-text index: the words of a text as in `shared/words.ts`, so that all engines find the same.
 * PostgreSQL's own parsers and dictionaries are not used.
 */
import { isPrefix, wordsOf } from '../../../shared/words.ts'
import { BLOCK_BITS } from './functions.ts'

/** Characters of a word in the index, which holds words of 2046 bytes. */
const INDEXED_CHARACTERS = 200

/** A tsvector. No word has a character that would need quoting. */
export function indexText(text: string): string {
  return [...new Set(wordsOf(text).map(cut))].map((word) => `'${word}'`).join(' ')
}

/** A tsquery. It may also find events without a word that is longer than the index holds. */
export function queryText(words: readonly string[]): string {
  return words
    .map((word, at) => {
      const isLast = at === words.length - 1
      return `'${cut(word)}'${isLast && isPrefix(word) ? ':*' : ''}`
    })
    .join(' & ')
}

/** A tsquery for the events of a log in these blocks. */
export function blocksText(log: number, from: number, to: number): string {
  const blocks = Array.from({ length: to - from + 1 }, (_, at) => `'/${log}/${from + at}'`)
  return `(${blocks.join(' | ')})`
}

export function blockOf(seq: number): number {
  return Math.floor(seq / 2 ** BLOCK_BITS)
}

function cut(word: string): string {
  return word.length <= INDEXED_CHARACTERS ? word : [...word].slice(0, INDEXED_CHARACTERS).join('')
}
