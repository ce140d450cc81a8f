/** What a search of the page asks for, and what it shows. */
import { describe, expect, it } from 'vitest'
import type { Found } from '../../shared/replies.ts'
import { type Asked, foundIn, hitsIn, isAsking, soughtOf } from '../../web/search.ts'
import { event, joined, Tab, welcome } from './room.ts'

const fields = { words: '', from: '', since: '', until: '', mentions: false }

describe('a search', () => {
  it('has the filters that were chosen, and those that were typed', () => {
    expect(soughtOf({ ...fields, words: 'disk from:bob', from: 'alice', mentions: true })).toEqual({
      query: 'disk',
      from: 'bob',
      mentions: true,
    })
    const days = soughtOf({ ...fields, since: '2026-11-20', until: '2026-11-21' })
    expect(days?.since).toBe(new Date(2026, 10, 20).toISOString())
    expect(days?.until).toBe(new Date(2026, 10, 21).toISOString())
    expect(soughtOf({ ...fields, words: 'after:soon' })).toBeUndefined()
  })

  it('asks for something if it has words or a filter', () => {
    expect(isAsking(soughtOf({ ...fields, words: ' ' }) ?? { query: 'x' })).toBe(false)
    expect(isAsking({ query: '', mentions: true })).toBe(true)
  })

  it('shows what was found in one room or in all, the latest first, and no reply to another search', () => {
    const tab = new Tab().receive(welcome(), joined('den'))
    const reply = (fields: Partial<Found>) =>
      tab.receive({ type: 'found', query: 'x', events: [], ...fields })
    const sought = { query: 'x', from: 'bob' }
    const shown = (asked: Asked) =>
      hitsIn(tab.state, asked, 3)?.map(({ room, event }) => [room, event.seq])
    const list = foundIn()
    reply({ events: [event(1)] })
    expect(shown({ sought, room: null })).toBeUndefined()
    const before = list(tab.state)
    expect(list({ ...tab.state })).toBe(before)
    reply({ from: 'bob', events: [event(2), event(5)] })
    reply({ from: 'bob', room: 'den', events: [event(3), event(4)] })
    expect(list(tab.state)).not.toBe(before)
    expect(shown({ sought, room: '' })).toEqual([
      ['', 5],
      ['', 2],
    ])
    expect(shown({ sought, room: null })).toEqual([
      ['', 5],
      ['den', 4],
      ['den', 3],
    ])
  })
})
