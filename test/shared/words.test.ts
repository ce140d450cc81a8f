import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasWords, hitsIn, queryWords, wordsOf } from '../../shared/words.ts'

function hits(text: string, query: string): string[] {
  return hitsIn(text, queryWords(query)).map(({ from, to }) => text.slice(from, to))
}

describe('the hits of a query in a text', () => {
  it('are whole words, in any case and with any diacritics, in the text as it was written', () => {
    expect(hits('Café, cafés — and a cafe\u0301!', 'CAFE and')).toEqual([
      'Café',
      'and',
      'cafe\u0301',
    ])
  })

  it('begin with the last word of the query, which may be incomplete', () => {
    expect(hits('disk is full: diskette fulfils', 'disk fu')).toEqual(['disk', 'full', 'fulfils'])
  })

  it('are none for a query without words', () => {
    expect(hits('a text!', '!')).toEqual([])
  })

  it('have all words of the query if the text has them, whatever the text is', () => {
    const unit = fc.constantFrom(...'aAbé\u0301İß각ﬁ½ς2 !-')
    const text = fc.string({ unit, maxLength: 20 })
    fc.assert(
      fc.property(text, text, (text, other) => {
        const words = queryWords(`${text.slice(0, 8)} ${other.slice(0, 1)}`)
        if (!hasWords(text, words)) return
        const found = hitsIn(text, words).flatMap(({ from, to }) => wordsOf(text.slice(from, to)))
        expect(hasWords(found.join(' '), words) || words.length === 0).toBe(true)
      }),
    )
  })
})
