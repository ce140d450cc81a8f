/** Tests that the number of unsaved seats is bounded. */
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../server/clock.ts'
import { memoryStore } from '../../../server/log/memory.ts'
import { Seats } from '../../../server/room/seats.ts'
import { cpuMs } from '../../support/cpu.ts'

test('while the store fails, the latest 10,000 seats wait, and are saved when it recovers', async () => {
  const store = memoryStore()
  const keepSeats = store.keepSeats
  store.keepSeats = () => Promise.reject(new Error('the log is full'))
  const seats = new Seats(store, systemClock)
  onTestFinished(() => seats.close())
  const seat = (at: number, seq = 0) => ({
    person: `p${at}`,
    name: `n${at}`,
    room: 'lobby',
    positions: { lobby: seq },
    ignored: [],
  })
  for (let at = 1; at <= 10_000; at += 1) seats.note(seat(at))
  // A seat that changed lately is not the first to be dropped.
  seats.note(seat(1, 7))
  seats.note(seat(10_001))
  await seats.keep()
  expect(await seats.of('p2')).toBeUndefined()
  store.keepSeats = keepSeats
  await seats.keep()
  expect(await store.seatOf('p1')).toEqual(seat(1, 7))
  expect(await store.seatOf('p3')).toEqual(seat(3))
  expect(await store.seatOf('p10001')).toEqual(seat(10_001))
})

test('a name is found among many seats that wait, however often it is looked for', async () => {
  const store = memoryStore()
  store.keepSeats = () => Promise.reject(new Error('the log is full'))
  const seats = new Seats(store, systemClock)
  onTestFinished(() => seats.close())
  for (let at = 0; at < 10_000; at += 1) {
    const name = `Straße ${at}`
    seats.note({ person: `p${at}`, name, room: 'lobby', positions: {}, ignored: [] })
  }
  // Folds the names.
  const first = await cpuMs(async () => void (await seats.named('nobody')))
  const used = await cpuMs(async () => {
    for (let times = 0; times < 1000; times += 1) await seats.named('nobody')
  })
  // Folding each name at each look-up would use a thousand times as much.
  expect(used).toBeLessThan(300 * first)
  expect(await seats.named('straße 1')).toMatchObject({ person: 'p1' })
})
