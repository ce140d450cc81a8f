/** The log in memory: the contract, and retention. */
import { describe, expect, test } from 'vitest'
import { memoryLog } from '../../../server/log/memory.ts'
import type { Draft } from '../../../server/room/log.ts'
import { logContract } from '../../contract/log.ts'

logContract('memoryLog', async () => memoryLog())

const draft = (text: string, id?: string): Draft => ({
  at: '2026-11-22T12:21:15.123Z',
  kind: 'message',
  from: { id: 'a1', name: 'alice', via: 'web' },
  text,
  ...(id !== undefined && { id }),
})
const many = (count: number) => Array.from({ length: count }, (_, n) => draft(`${n}`))
const seqs = (events: { seq: number }[]) => events.map(({ seq }) => seq)

describe('a memoryLog that keeps 8', () => {
  test('keeps up to a quarter more, and then only 8', async () => {
    const log = memoryLog(8)
    await log.append(many(9))
    expect([log.first(), log.head()]).toEqual([1, 9])
    await log.append(many(1))
    expect([log.first(), log.head()]).toEqual([3, 10])
    await log.append(many(100))
    expect([log.first(), log.head()]).toEqual([103, 110])
  })

  test('returns all events of a batch, also those that it deletes with it', async () => {
    const committed = await memoryLog(8).append(many(100))
    expect(committed.map(({ event }) => event.seq)).toEqual(many(100).map((_, at) => at + 1))
  })

  test('reads from its first event, when asked for an earlier one', async () => {
    const log = memoryLog(8)
    await log.append(many(10))
    expect(seqs(await log.read(1, 3))).toEqual([3, 4, 5])
    expect(seqs(await log.read(3, 3))).toEqual([3, 4, 5])
    expect(seqs(await log.read(0, 99))).toEqual([3, 4, 5, 6, 7, 8, 9, 10])
    expect(seqs(await log.before(5, 9))).toEqual([3, 4])
    expect(await log.before(3, 9)).toEqual([])
    expect(await log.before(1, 9)).toEqual([])
  })

  test('forgets the ids of deleted events, and no others', async () => {
    const log = memoryLog(8)
    await log.append([draft('gone', 'u1'), draft('gone'), ...many(7), draft('kept', 'u2')])
    expect(log.first()).toBe(3)
    const committed = await log.append([draft('new', 'u1'), draft('again', 'u2')])
    expect(committed).toMatchObject([
      { event: { seq: 11, text: 'new' }, repeated: false },
      { event: { seq: 10, text: 'kept' }, repeated: true },
    ])
  })

  test('does not find deleted events', async () => {
    const log = memoryLog(8)
    await log.append([draft('hello'), draft('x'), ...many(7), draft('hello')])
    expect(seqs(await log.search('hello', 99))).toEqual([10])
  })

  test('distinguishes no id from the id "undefined"', async () => {
    const log = memoryLog(8)
    await log.append([...many(9), draft('kept', 'undefined')])
    expect(log.first()).toBe(3)
    expect(await log.append([draft('again', 'undefined')])).toMatchObject([{ repeated: true }])
  })
})
