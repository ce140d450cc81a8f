/** Announcements for a screen reader in a quiet room and in a busy one. */
import { describe, expect, it } from 'vitest'
import { Announcer, type Sentence } from '../../web/announcer.ts'

function plain(...sentences: string[]): Sentence[] {
  return sentences.map((text) => ({ text, mention: false }))
}

describe('the announcer', () => {
  it('reads out a few messages', () => {
    const announcer = new Announcer()
    expect(announcer.hear(plain('bob: one'), 0)).toBe('bob: one')
    expect(announcer.hear(plain('bob: two', 'bob: three'), 10)).toBe('bob: two. bob: three')
    expect(announcer.summary()).toBeNull()
  })

  it('counts messages from the fourth in three seconds on, and announces the number once', () => {
    const announcer = new Announcer()
    announcer.hear(plain('1', '2', '3'), 0)
    expect(announcer.hear(plain('4'), 2_999)).toBeNull()
    expect(announcer.hear(plain('5', '6'), 2_999)).toBeNull()
    expect(announcer.summary()).toEqual({ count: 3, mentions: 0 })
    expect(announcer.summary()).toBeNull()
  })

  it('counts how many of them speak to the reader', () => {
    const announcer = new Announcer()
    announcer.hear(plain('1', '2', '3', '4'), 0)
    announcer.hear([{ text: 'bob: alice!', mention: true }], 10)
    expect(announcer.summary()).toEqual({ count: 5, mentions: 1 })
  })

  it('reads out again once it is quiet', () => {
    const announcer = new Announcer()
    announcer.hear(plain('1', '2', '3', '4'), 0)
    announcer.summary()
    expect(announcer.hear(plain('5'), 3_000)).toBe('5')
  })
})
