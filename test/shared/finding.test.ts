import { describe, expect, it } from 'vitest'
import { parseSearch, searchText } from '../../shared/finding.ts'

const NOW = Date.parse('2026-11-27T01:00:00Z')
/** 5:45 east of UTC. */
const OFFSET = 345

const parse = (typed: string) => parseSearch(typed, OFFSET, NOW)

describe('a search as it is typed', () => {
  it('has words, and filters anywhere between them', () => {
    expect(parse('disk from:Alice full mentions:me')).toEqual({
      query: 'disk full',
      from: 'Alice',
      mentions: true,
    })
    expect(parse('FROM:"two words" x')).toEqual({ query: 'x', from: 'two words' })
  })

  it('takes other words with a colon as words', () => {
    expect(parse('http://x to:me from: afterwards:1')).toEqual({
      query: 'http://x to:me from: afterwards:1',
    })
  })

  it.each([
    ['after:2026-11-20', { since: '2026-11-19T18:15:00.000Z' }],
    ['before:2026-11-20T14:30', { until: '2026-11-20T08:45:00.000Z' }],
    ['on:2026-11-19', { since: '2026-11-18T18:15:00.000Z', until: '2026-11-19T18:15:00.000Z' }],
    ['after:2h', { since: '2026-11-26T23:00:00.000Z' }],
    ['after:today', { since: '2026-11-26T18:15:00.000Z' }],
    ['on:yesterday', { since: '2026-11-25T18:15:00.000Z', until: '2026-11-26T18:15:00.000Z' }],
  ])('has days of the zone of the reader: %s', (typed, filter) => {
    expect(parse(typed)).toEqual({ query: '', ...filter })
  })

  it.each([
    'after:monday',
    'before:2026-02-30',
    'on:2026-1',
    'mentions:bob',
    'after:2026-11-20T25:00',
  ])('is not understood with %s', (typed) => {
    expect(parse(`disk ${typed}`)).toBeUndefined()
  })

  it('is shown as it can be typed again', () => {
    const typed = 'disk from:"a b" mentions:me after:2026-11-20 before:2026-11-21T14:30'
    const sought = parse(typed)
    expect(sought && searchText({ type: 'found', events: [], ...sought }, OFFSET)).toBe(typed)
  })
})
