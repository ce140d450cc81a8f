/** Completion, recall, and mentions. */
import { describe, expect, it } from 'vitest'
import { mentions } from '../../shared/mention.ts'
import { matching, soughtAt } from '../../web/completion.ts'
import { Recall } from '../../web/recall.ts'

describe('completion', () => {
  it.each([
    ['/na', { kind: 'command', from: 0, query: 'na' }],
    ['/', { kind: 'command', from: 0, query: '' }],
    ['ask @bo', { kind: 'name', from: 4, query: 'bo' }],
    ['@', { kind: 'name', from: 0, query: '' }],
    ['hi :rock', { kind: 'emoji', from: 3, query: 'rock' }],
  ])('of %j is sought', (text, sought) => expect(soughtAt(text, text.length)).toEqual(sought))

  it.each(['say /na', '//na', '/name x', 'a@b', ':)', 'at 12:30', 'http://x'])(
    'of %j is not',
    (text) => expect(soughtAt(text, text.length)).toBeNull(),
  )

  it('uses only the text before the caret', () => {
    expect(soughtAt('@bob and more', 3)).toEqual({ kind: 'name', from: 0, query: 'bo' })
  })

  it('offers items that begin with the word first', () => {
    expect(matching(['limbo', 'bob', 'Bo', 'x'], 'bo', 8, (name) => name)).toEqual([
      'bob',
      'Bo',
      'limbo',
    ])
    expect(matching(['a1', 'a2', 'a3'], 'a', 2, (name) => name)).toEqual(['a1', 'a2'])
  })
})

describe('recall', () => {
  it('recalls earlier messages, and returns to the draft', () => {
    const recall = new Recall(['one', 'two'])
    expect(recall.step('older', 'half')).toBe('two')
    expect(recall.step('older', 'two')).toBe('one')
    expect(recall.step('older', 'one')).toBeNull()
    expect(recall.step('newer', 'one')).toBe('two')
    expect(recall.step('newer', 'two')).toBe('half')
    expect(recall.step('newer', 'half')).toBeNull()
  })

  it('keeps the last fifty, and equal ones once', () => {
    const recall = new Recall()
    for (let index = 0; index < 60; index++) recall.add(`text ${index}`)
    recall.add('text 59')
    expect(recall.texts).toHaveLength(50)
    expect(recall.texts.at(-2)).toBe('text 58')
  })
})

describe('a mention', () => {
  it.each(['alice', '@alice: hi', 'hi Alice!', 'so (alice)', 'malice alice'])('is in %j', (text) =>
    expect(mentions(text, 'alice')).toBe(true),
  )

  it.each(['malice', 'alice2', 'alice-2', 'al ice', ''])('is not in %j', (text) =>
    expect(mentions(text, 'alice')).toBe(false),
  )

  it('matches nothing without a name', () => expect(mentions('hello', '')).toBe(false))
})
