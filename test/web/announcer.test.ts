/** What a screen reader is told in a quiet room and in a busy one. */
import { describe, expect, it } from 'vitest'
import { Announcer } from '../../web/announcer.ts'

describe('the announcer', () => {
  it('reads out a few messages', () => {
    const announcer = new Announcer()
    expect(announcer.hear(['bob: one'], 0)).toBe('bob: one')
    expect(announcer.hear(['bob: two', 'bob: three'], 10)).toBe('bob: two. bob: three')
    expect(announcer.summary()).toBeNull()
  })

  it('counts from the fourth in three seconds on, and says how many once', () => {
    const announcer = new Announcer()
    announcer.hear(['1', '2', '3'], 0)
    expect(announcer.hear(['4'], 2_999)).toBeNull()
    expect(announcer.hear(['5', '6'], 2_999)).toBeNull()
    expect(announcer.summary()).toBe('3 new messages')
    expect(announcer.summary()).toBeNull()
  })

  it('reads out again once it is quiet', () => {
    const announcer = new Announcer()
    announcer.hear(['1', '2', '3', '4'], 0)
    announcer.summary()
    expect(announcer.hear(['5'], 3_000)).toBe('5')
  })
})
