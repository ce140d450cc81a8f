/**
 * Many rooms, beside one room with as many deliveries: only Oneroom, and with BEFORE an earlier
 * build of it that has rooms. One member of each room publishes, and the others read.
 */
import { beforeAll, test } from 'vitest'
import { buildPrograms, type Load } from './load/run.ts'
import { measure, printMemory, printSpeed, rowName } from './measure.ts'
import { allOneroom } from './peers/peers.ts'

beforeAll(buildPrograms)

/** Each server with each of the loads. */
const onEach = (loads: Record<string, Load>) =>
  allOneroom.flatMap((start) =>
    Object.entries(loads).map(([what, load]) => ({ start, load, what })),
  )

test('a message a second in each', async () => {
  const measured = await measure(
    onEach({
      'one room': { readerCount: 90, pace: { perSecond: 100 }, seconds: 10 },
      '1,000 rooms': { roomCount: 1000, readerCount: 9000, pace: { perSecond: 1000 }, seconds: 10 },
    }),
  )
  const title = '1,000 rooms of 10 members with 1 message/s in each, and one room of 91 with 100'
  printSpeed(title, measured, rowName('oneroom', 'one room'))
})

test('all saturated', async () => {
  const measured = await measure(
    onEach({
      'one room': { readerCount: 200, pace: { ahead: 256 }, seconds: 3 },
      '100 rooms': { roomCount: 100, readerCount: 9900, pace: { ahead: 256 }, seconds: 3 },
    }),
  )
  const title = '100 rooms of 100 members, and one room of 201, each sender always 256 ahead'
  printSpeed(title, measured, rowName('oneroom', 'one room'))
})

test('ten thousand in a thousand', async () => {
  const load = { pace: { perSecond: 10 }, seconds: 5, settleSeconds: 40 }
  const measured = await measure(
    onEach({
      'one room': { readerCount: 9999, ...load },
      '1,000 rooms': { roomCount: 1000, readerCount: 9000, ...load },
    }),
    1,
  )
  printMemory('10,000 connections, 10 messages/s in all', measured, 10_000)
})
