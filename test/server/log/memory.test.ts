/** The store in memory: the contract, and retention. */
import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../../server/log/memory.ts'
import type { RoomLog, Store } from '../../../server/room/log.ts'
import { storeContract } from '../../contract/store.ts'
import { type Append, appendTo, draft } from '../../support/store.ts'

storeContract('memoryStore', async () => memoryStore())

/** `log`: the lobby, and `append` is to it. */
async function open(retain = 0): Promise<{ store: Store; log: RoomLog; append: Append }> {
  const store = memoryStore(retain)
  const log = await store.open('lobby', 'lobby')
  return { store, log, append: appendTo(store, log) }
}

const many = (count: number) => Array.from({ length: count }, (_, n) => draft(`${n}`))
const seqs = (events: { seq: number }[]) => events.map(({ seq }) => seq)

describe('a memoryStore that keeps 8', () => {
  test('keeps up to a quarter more, and then only 8', async () => {
    const { log, append } = await open(8)
    await append(many(9))
    expect([log.first(), log.head()]).toEqual([1, 9])
    await append(many(1))
    expect([log.first(), log.head()]).toEqual([3, 10])
    await append(many(100))
    expect([log.first(), log.head()]).toEqual([103, 110])
  })

  test('returns all events of a batch, also those that it deletes with it', async () => {
    const { append } = await open(8)
    const committed = await append(many(100))
    expect(committed.map(({ event }) => event.seq)).toEqual(many(100).map((_, at) => at + 1))
  })

  test('reads from its first event, when asked for an earlier one', async () => {
    const { log, append } = await open(8)
    await append(many(10))
    expect(seqs(await log.read(1, 3))).toEqual([3, 4, 5])
    expect(seqs(await log.read(3, 3))).toEqual([3, 4, 5])
    expect(seqs(await log.read(0, 99))).toEqual([3, 4, 5, 6, 7, 8, 9, 10])
    expect(seqs(await log.before(5, 9))).toEqual([3, 4])
    expect(await log.before(3, 9)).toEqual([])
    expect(await log.before(1, 9)).toEqual([])
  })

  test('forgets the ids of deleted events, and no others', async () => {
    const { log, append } = await open(8)
    await append([
      draft('gone', { id: 'u1' }),
      draft('gone'),
      ...many(7),
      draft('kept', { id: 'u2' }),
    ])
    expect(log.first()).toBe(3)
    const committed = await append([draft('new', { id: 'u1' }), draft('again', { id: 'u2' })])
    expect(committed).toMatchObject([
      { event: { seq: 11, text: 'new' }, repeated: false },
      { event: { seq: 10, text: 'kept' }, repeated: true },
    ])
  })

  test('does not find deleted events', async () => {
    const { log, append } = await open(8)
    await append([draft('hello'), draft('x'), ...many(7), draft('hello')])
    expect(seqs(await log.search('hello', 99))).toEqual([10])
  })

  test('distinguishes no id from the id "undefined"', async () => {
    const { log, append } = await open(8)
    await append([...many(9), draft('kept', { id: 'undefined' })])
    expect(log.first()).toBe(3)
    expect(await append([draft('again', { id: 'undefined' })])).toMatchObject([{ repeated: true }])
  })

  test('keeps 8 of each log', async () => {
    const { store, log, append } = await open(8)
    const physics = await store.open('room physics', 'physics')
    await append(many(4))
    await appendTo(store, physics)(many(20))
    expect([log.first(), log.head()]).toEqual([1, 4])
    expect([physics.first(), physics.head()]).toEqual([13, 20])
  })
})

test('a memoryStore keeps 100,000 events in all: those of small logs, and the latest of large ones', async () => {
  const { store, log, append } = await open(1_000_000)
  const keys = ['a', 'b', 'c']
  const [a, b, c] = await Promise.all(keys.map((key) => store.open(`room ${key}`, key)))
  const appendMany = (log: RoomLog | undefined, count: number) =>
    appendTo(store, log as RoomLog)(many(count))
  await append(many(10))
  await appendMany(a, 30_000)
  await appendMany(b, 60_000)
  // A released log counts as well.
  b?.release()
  await appendMany(c, 34_989)
  const opened = await store.open('room b', 'b')
  const sizes = () => [log, a, opened, c].map((log) => log && log.head() - log.first() + 1)
  expect(sizes()).toEqual([10, 30_000, 60_000, 34_989])
  await append(many(1))
  expect(sizes()).toEqual([11, 30_000, 35_000, 34_989])
  expect(opened.head()).toBe(60_000)
  expect(await c?.read(1, 1)).toMatchObject([{ seq: 1 }])
})

test('with as many conversations as it keeps, it still opens rooms', async () => {
  const store = memoryStore()
  const from = { id: 'a', name: 'Ann', via: 'web' } as const
  const draft = { at: new Date().toISOString(), kind: 'message', from, text: 'one' } as const
  for (let at = 0; at < 20_000; at += 1) {
    const log = await store.open(`direct a${at} b`, '')
    await store.append([{ log, draft }])
    log.release()
  }
  await expect(store.open('direct a b', '')).rejects.toThrow('too many logs')
  expect((await store.open('room physics', 'physics')).head()).toBe(0)
})

test('a memoryStore keeps the latest 10,000 seats, and those of people who have registered a name', async () => {
  const store = memoryStore()
  const seat = (at: number) => ({
    person: `p${at}`,
    name: `n${at}`,
    room: 'lobby',
    positions: {},
    ignored: [],
  })
  await store.register('p1', 'n1')
  await store.keepSeats(Array.from({ length: 10_002 }, (_, at) => seat(at + 1)))
  expect(await store.seatOf('p1')).toEqual(seat(1))
  expect(await store.seatOf('p2')).toBeUndefined()
  expect(await store.seatOf('p3')).toEqual(seat(3))
  await store.register('p1', undefined)
  await store.keepSeats([])
  expect(await store.seatOf('p1')).toBeUndefined()
  expect(await store.seatOf('p3')).toEqual(seat(3))
})
