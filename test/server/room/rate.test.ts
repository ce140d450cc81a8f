/** Flood control: how long a connection is left unread. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Bucket } from '../../../server/room/rate.ts'

describe('a connection at 4 a second, 12 at once', () => {
  const rate = { perSecond: 4, burst: 12 }
  /** Takes `count` messages at one time; returns the last wait. */
  const take = (flood: Bucket, count: number, now: number) =>
    Array.from({ length: count }, () => flood.take(now)).at(-1)

  test('may send 12 at once, and is then read every 250 ms', () => {
    const flood = new Bucket(rate, 1000)
    expect(take(flood, 11, 1000)).toBe(0)
    expect(take(flood, 1, 1000)).toBe(250)
    expect(take(flood, 1, 1250)).toBe(250)
    expect(take(flood, 1, 1500)).toBe(250)
  })

  test('waits only for the missing part of a message', () => {
    const flood = new Bucket(rate, 0)
    take(flood, 12, 0)
    expect(flood.take(249)).toBe(251)
    expect(flood.take(500)).toBe(250)
    expect(flood.take(760)).toBe(240)
  })

  test('waits longer after messages that it took too early', () => {
    const flood = new Bucket(rate, 0)
    take(flood, 12, 0)
    expect(take(flood, 4, 0)).toBe(1250)
  })

  test('earns its burst again in 3 seconds of silence, and no more in an hour', () => {
    const flood = new Bucket(rate, 0)
    take(flood, 12, 0)
    expect(take(flood, 11, 3000)).toBe(0)
    expect(take(flood, 1, 3000)).toBe(250)
    expect(take(flood, 11, 3_603_000)).toBe(0)
    expect(take(flood, 1, 3_603_000)).toBe(250)
  })

  test('neither earns nor loses when the clock is set back, and earns from then on', () => {
    const flood = new Bucket(rate, 1_000_000)
    take(flood, 11, 1_000_000)
    expect(flood.take(0)).toBe(250)
    expect(flood.take(250)).toBe(250)
    const rested = new Bucket(rate, 1_000_000)
    expect(take(rested, 11, 0)).toBe(0)
    expect(take(rested, 1, 0)).toBe(250)
  })
})

test('one at a time is a rate like any other', () => {
  const flood = new Bucket({ perSecond: 0.5, burst: 1 }, 0)
  expect(flood.take(0)).toBe(2000)
  expect(flood.take(2000)).toBe(2000)
  expect(flood.take(60_000)).toBe(2000)
})

test('a connection without a rate never waits', () => {
  const flood = new Bucket({ perSecond: Infinity, burst: 1 }, 0)
  for (let n = 0; n < 100; n += 1) expect(flood.take(0)).toBe(0)
})

test('a connection that waits as long as required stays within the rate, and waits no longer', () => {
  const rate = fc.record({
    perSecond: fc.constantFrom(0.5, 1, 3, 4, 7, 100),
    burst: fc.integer({ min: 1, max: 20 }),
  })
  const pauses = fc.array(fc.oneof(fc.constant(0), fc.nat(3000)), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(rate, pauses, ({ perSecond, burst }, pauses) => {
      const flood = new Bucket({ perSecond, burst }, 0)
      const times: number[] = []
      let now = 0
      for (const pause of pauses) {
        now += pause
        times.push(now)
        const wait = flood.take(now)
        expect(wait).toBeLessThanOrEqual(Math.ceil(1000 / perSecond))
        now += wait
      }
      // In any span of time: the burst, and what the rate gives.
      for (const [first, from] of times.entries()) {
        for (const [last, to] of times.entries()) {
          if (last < first) continue
          const most = burst + ((to - from) / 1000) * perSecond
          expect(last - first + 1).toBeLessThanOrEqual(most + 1e-6)
        }
      }
    }),
  )
})

test('a rate that applies more times has more bursts, which coming and going does not renew', () => {
  const bucket = new Bucket({ perSecond: 1, burst: 2 }, 0)
  const taken = (times: number) =>
    Array.from({ length: 8 }, () => bucket.wait(0, times) === 0 && bucket.take(0, times) >= 0)
  expect(taken(1).filter(Boolean)).toHaveLength(2)
  expect(taken(3).filter(Boolean)).toHaveLength(4)
  for (let at = 0; at < 5; at += 1) {
    expect(taken(1).filter(Boolean)).toHaveLength(0)
    expect(taken(3).filter(Boolean)).toHaveLength(0)
  }
})
