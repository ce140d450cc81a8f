/** The reader's clock, as far as it needs no browser. */
import { afterEach, expect, it } from 'vitest'
import { dayNumber } from '../../web/clock.ts'
import { stampOf } from '../../web/moment.ts'
import { change } from '../../web/settings.ts'

const zone = process.env.TZ
afterEach(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
  change({ utc: false })
})

it('begins a day at the midnight of the reader, or of UTC', () => {
  process.env.TZ = 'Asia/Kathmandu'
  const [before, after] = ['2026-11-22T18:14:59Z', '2026-11-22T18:15:00Z'].map(Date.parse) as [
    number,
    number,
  ]
  expect(dayNumber(after) - dayNumber(before)).toBe(1)
  expect([stampOf(before), stampOf(after)]).toEqual(['23:59:59', '00:00:00'])
  change({ utc: true })
  expect(dayNumber(after)).toBe(dayNumber(before))
  expect(stampOf(before)).toBe('18:14:59')
  const midnight = Date.parse('2026-11-23T00:00:00Z')
  expect(dayNumber(midnight) - dayNumber(midnight - 1)).toBe(1)
})
