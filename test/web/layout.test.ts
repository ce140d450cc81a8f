/** The parts of a row's look that depend on the row above it. */
import { expect, it } from 'vitest'
import { layoutBelow } from '../../web/log/layout.ts'
import type { Entry } from '../../web/state.ts'
import { alice, bob, event } from './room.ts'

const NOON = new Date(2026, 10, 22, 12).getTime()

function said(seq: number, seconds: number, from = bob): Entry {
  const at = NOON + seconds * 1000
  return { kind: 'event', at, event: event(seq, from), mine: false, mention: false }
}

const below = (above: Entry, entry: Entry) => layoutBelow({ entry: above }, entry)

it.each([
  ['of one minute', said(2, 59), { lead: false, sameMinute: true }],
  ['of the next minute', said(2, 60), { lead: false, sameMinute: false }],
  ['of the next five minutes', said(2, 300), { lead: true, sameMinute: false }],
  ['of another person', said(2, 1, alice), { lead: true, sameMinute: false }],
] as const)('a message below one of its minute, here %s, has this layout', (_, entry, layout) => {
  expect(below(said(1, 0), entry)).toEqual({ newDay: false, ...layout })
})

it('shows the name again in a log that is steady, or fast', () => {
  const leads = (count: number, seconds: number): number => {
    const entries = Array.from({ length: count }, (_, at) => said(at + 1, at * seconds))
    const others = entries.slice(1)
    return others.filter((one, at) => below(entries[at] as Entry, one).lead).length
  }
  expect(leads(16, 60)).toBe(3)
  expect(leads(91, 0)).toBe(3)
})
