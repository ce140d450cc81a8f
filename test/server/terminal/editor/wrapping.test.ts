import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cellsOf } from '../../../../server/terminal/editor/width.ts'
import { wrapWords } from '../../../../server/terminal/editor/wrapping.ts'

describe('a line that is too long for the terminal', () => {
  it('breaks between words, below the text of its first row', () => {
    expect(wrapWords('[12:21] Bob: one two three four five six seven', 36)).toEqual([
      '[12:21] Bob: one two three four',
      '        five six seven',
    ])
    const words = 'one two three four five six seven eight'
    expect(wrapWords(`[12:21:15] Bob: ${words}`, 48)).toEqual([
      '[12:21:15] Bob: one two three four five six',
      '           seven eight',
    ])
    expect(wrapWords('* Here: Ann (web), Bob (terminal)', 20)).toEqual([
      '* Here: Ann (web),',
      '  Bob (terminal)',
    ])
  })

  it.each([
    ['[12:21] Eve: one two [12:21] Bob: mine', 28],
    ['          | one two three [12:21] Bob: mine', 30],
    ['Eve: one two Bob: mine', 14],
  ])('%j does not begin a row like a message, at %i columns', (line, columns) => {
    const [, ...rows] = wrapWords(line, columns)
    expect(rows.join('')).toContain('Bob:')
    for (const row of rows) expect(row).toMatch(/^ /)
  })

  it('counts cells, not characters, and no colours', () => {
    expect(wrapWords('漢字 漢字 漢字', 11)).toEqual(['漢字 漢字', '  漢字'])
    const line = '\x1b[38;5;29mBob\x1b[39m: one two'
    expect(wrapWords(line, 13)).toEqual([line])
  })

  it('keeps a word whole that fits into no row', () => {
    const address = `https://chat.example/${'x'.repeat(60)}`
    expect(wrapWords(`[12:21] Bob: see ${address} and tell`, 40).join('\n')).toContain(address)
  })

  it('loses no word, and has no row that is too wide if each word fits', () => {
    const words = fc.array(fc.stringMatching(/^[a-z漢]{1,4}$/), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(words, fc.integer({ min: 16, max: 80 }), (all, columns) => {
        const rows = wrapWords(all.join(' '), columns)
        expect(rows.flatMap((row) => row.split(' ')).filter(Boolean)).toEqual(all)
        for (const row of rows) expect(cellsOf(row)).toBeLessThan(columns)
      }),
    )
  })
})
