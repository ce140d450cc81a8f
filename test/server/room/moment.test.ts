import { expect, it, onTestFinished } from 'vitest'
import { memoryStore } from '../../../server/log/memory.ts'
import { rangeOf, seqAt } from '../../../server/room/moment.ts'
import { appendTo, draft } from '../../support/store.ts'

const at = (minute: number) => new Date(Date.UTC(2026, 10, 20, 12, minute)).toISOString()

/** A log with an event for each of these minutes, of which the latest 8 are kept. */
async function logOf(...minutes: number[]) {
  const store = memoryStore(8)
  onTestFinished(() => store.close())
  const log = await store.open('lobby', 'lobby')
  await appendTo(store, log)(minutes.map((minute) => draft('hello', { at: at(minute) })))
  return log
}

it('finds the first event at or after a time, in a log whose beginning was deleted', async () => {
  const log = await logOf(0, 1, 2, 3, 3, 3, 6, 7, 8, 9)
  const seqs = [-1, 0, 2, 3, 4, 9, 10].map((minute) => seqAt(log, Date.parse(at(minute))))
  expect(log.first()).toBe(3)
  expect(await Promise.all(seqs)).toEqual([3, 3, 3, 4, 7, 10, 11])
})

it('makes a range of two times, of which the second does not belong to it', async () => {
  const log = await logOf(0, 1, 2, 3)
  expect(await rangeOf(log, at(1), at(3))).toEqual({ first: 2, last: 3 })
  expect(await rangeOf(log, undefined, at(0))).toEqual({ last: 0 })
  expect(await rangeOf(log, at(4), undefined)).toEqual({ first: 5 })
  expect(await rangeOf(await logOf(), at(1), at(2))).toEqual({ first: 1, last: 0 })
})
