import { describe, expect, test } from 'vitest'
import { isWithin, parseRange } from '../../../shared/transcript/moment.ts'

/** 21:15 at UTC+05:45. */
const now = Date.parse('2026-11-22T15:30:00.000Z')
const nepal = { now, offset: 345 }

function between(from: string | undefined, to: string | undefined, here = nepal) {
  const read = parseRange({ from, to }, here)
  if (!read.ok) return read.fault
  return [read.range.from, read.range.to].map((at) => at && new Date(at).toISOString())
}

describe('a time', () => {
  test.each([
    ['2026-11-20', '2026-11-19T18:15:00.000Z'],
    ['2026-11-20T10:00', '2026-11-20T04:15:00.000Z'],
    ['2026-11-20t10:00:15.5', '2026-11-20T04:15:15.500Z'],
    ['2026-11-20T10:00Z', '2026-11-20T10:00:00.000Z'],
    ['2026-11-20T10:00:00-03:30', '2026-11-20T13:30:00.000Z'],
    ['10:00', '2026-11-22T04:15:00.000Z'],
    ['9:05:07', '2026-11-22T03:20:07.000Z'],
    ['today', '2026-11-21T18:15:00.000Z'],
    ['Today', '2026-11-21T18:15:00.000Z'],
    ['todayT10:00', '2026-11-22T04:15:00.000Z'],
    ['2h', '2026-11-22T13:30:00.000Z'],
    [' 90m ', '2026-11-22T14:00:00.000Z'],
  ])('%s is one of the reader’s clock', (text, at) => {
    expect(between(text, undefined)).toEqual([at, undefined])
  })

  test.each([
    '',
    'noon',
    '2026-02-30',
    '2026-13-01',
    '25:00',
    '10:60',
    '24:01',
    '2026-11-20T',
    '5',
  ])('%j is none, and the fault says what is', (text) => {
    expect(between(text, undefined)).toMatch(/ is no time\. A time is one of .*2h/)
  })

  test('that is a day ends a range with that day, also the last of a year', () => {
    expect(between('2026-12-31', '2026-12-31', { now, offset: 0 })).toEqual([
      '2026-12-31T00:00:00.000Z',
      '2027-01-01T00:00:00.000Z',
    ])
  })

  test('has the time zone of the machine, with its daylight saving time, if no other is known', () => {
    for (const date of ['2026-01-20', '2026-07-20']) {
      const read = parseRange({ from: `${date}T10:00` }, { now, offset: undefined })
      expect(read).toEqual({
        ok: true,
        range: { from: new Date(`${date}T10:00`).getTime(), to: undefined },
      })
    }
  })
})

test('a range must not be empty', () => {
  expect(between('10:00', '9:00')).toMatch(/not before its end/)
  expect(between('10:00', '10:00')).toMatch(/not before its end/)
})

test('a range has its beginning and not its end', () => {
  const range = { from: 10, to: 20 }
  expect([9, 10, 19, 20].map((at) => isWithin(at, range))).toEqual([false, true, true, false])
  expect(isWithin(1, { from: undefined, to: undefined })).toBe(true)
})
