import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  cut,
  insert,
  type Line,
  lineOf,
  type Motion,
  move,
} from '../../../../server/terminal/editor/line.ts'
import { characters } from '../../../../server/terminal/editor/width.ts'

const motions: Motion[] = ['left', 'right', 'word left', 'word right', 'start', 'end']
const family = '👩‍👩‍👧'

/** `|` marks the caret. */
function line(marked: string): Line {
  return { text: marked.replace('|', ''), caret: marked.indexOf('|') }
}

function marked({ text, caret }: Line): string {
  return `${text.slice(0, caret)}|${text.slice(caret)}`
}

describe('a line being typed', () => {
  it.each<[Motion, string, string]>([
    ['left', 'ab|c', 'a|bc'],
    ['left', `a${family}|`, `a|${family}`],
    ['right', '|e\u0301a', 'e\u0301|a'],
    ['left', '|ab', '|ab'],
    ['word left', 'one two  |three', 'one |two  three'],
    ['word left', ' \u0301|', '| \u0301'],
    ['word right', 'one| two three', 'one two| three'],
    ['start', 'one|', '|one'],
    ['end', '|one', 'one|'],
  ])('moves %s by whole characters: %s', (motion, from, to) => {
    expect(marked(move(line(from), motion))).toBe(to)
  })

  it('loses a whole character to one backspace, and nothing at its ends', () => {
    expect(marked(cut(lineOf(`a${family}`), 'left').line)).toBe('a|')
    expect(marked(cut(line('|a'), 'left').line)).toBe('|a')
    expect(marked(cut(line('a|'), 'right').line)).toBe('a|')
  })

  it('returns the text that was cut', () => {
    expect(cut(line('one two| three'), 'word left')).toEqual({
      line: line('one | three'),
      gone: 'two',
    })
  })

  it('inserts typed text at the caret', () => {
    expect(marked(insert(line('h|o'), 'ell'))).toBe('hell|o')
  })

  it('keeps the caret between characters after any change', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 4 }),
      fc.constantFrom('\u0301', '\u200d', '👩', '👧', '🇩', '🇪', '한', 'ᄒ', 'ᅡ', ' '),
    )
    const step = fc.oneof(
      piece.map((text) => (before: Line) => insert(before, text)),
      fc.constantFrom(...motions).map((motion) => (before: Line) => move(before, motion)),
      fc.constantFrom(...motions).map((motion) => (before: Line) => cut(before, motion).line),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { text, caret } = steps.reduce((now, run) => run(now), lineOf(''))
        const borders = [0]
        for (const { length } of characters(text)) borders.push((borders.at(-1) ?? 0) + length)
        expect(borders).toContain(caret)
      }),
    )
  })
})
