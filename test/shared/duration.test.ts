/** Tests how lengths of time are read and shown. */
import { expect, test } from 'vitest'
import { durationText, parseDuration, remainingText } from '../../shared/duration.ts'

test.each([
  ['30s', 30, '30 seconds'],
  ['1m', 60, '1 minute'],
  ['10M', 600, '10 minutes'],
  ['90s', 90, '90 seconds'],
  ['2h', 7200, '2 hours'],
  ['1d', 86_400, '1 day'],
  ['365d', 31_536_000, '365 days'],
])('%s is %i seconds: %s', (typed, seconds, text) => {
  expect(parseDuration(typed)).toBe(seconds)
  expect(durationText(seconds)).toBe(text)
})

test.each(['', '10', 'm', '0s', '-1m', '1.5h', '366d', '10 m', '10m ', '99999999999s'])(
  '%j is no length of time',
  (typed) => {
    expect(parseDuration(typed)).toBeUndefined()
  },
)

test.each([
  [0.2, '1 more second'],
  [59.5, '1 more minute'],
  [60, '1 more minute'],
  [61, '61 more seconds'],
  [540, '9 more minutes'],
  [3600, '1 more hour'],
  [3601, '61 more minutes'],
  [86_400 * 3 - 1, '3 more days'],
])('%d seconds are left: %s', (seconds, text) => {
  expect(remainingText(seconds)).toBe(text)
})
