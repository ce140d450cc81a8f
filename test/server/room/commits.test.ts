/** Commits: one append at a time, and every draft settled once, also after an exception. */
import { expect, test, vi } from 'vitest'
import { systemClock } from '../../../server/clock.ts'
import { memoryStore } from '../../../server/log/memory.ts'
import type { Clock } from '../../../server/room/clock.ts'
import { Commits, type Settle } from '../../../server/room/commits.ts'
import { Tally } from '../../../server/room/tally.ts'
import { manualClock } from '../../support/clock.ts'

const from = { id: 'a', name: 'Ann', via: 'web' } as const
const draft = (text: string) => ({ kind: 'message', from, text }) as const

async function commits(clock: Clock = systemClock) {
  const store = memoryStore()
  const log = await store.open('lobby', 'lobby')
  const onBug = vi.fn()
  const onLogFault = vi.fn()
  const options = { store, clock, tally: new Tally(), onLogFault, onBug }
  const queue = new Commits(options)
  const post = (text: string, settle: Settle) => queue.post(log, draft(text), settle)
  return { store, log, queue, onBug, onLogFault, post, settled: () => queue.settled() }
}

test('if the callback of one sender throws, the others are settled', async () => {
  const { onBug, post, settled } = await commits()
  const settle = vi.fn()
  post('one', () => {
    throw new Error('a bug')
  })
  post('two', settle)
  await settled()
  expect(settle).toHaveBeenCalledOnce()
  expect(onBug).toHaveBeenCalledOnce()
})

test('drafts that the log cannot append are settled without an event', async () => {
  const { store, log, onLogFault, post, settled } = await commits()
  const { append } = store
  store.append = () => Promise.reject(new Error('the disk is full'))
  const settle = vi.fn()
  post('lost', settle)
  await settled()
  expect(settle).toHaveBeenCalledWith(undefined)
  expect(onLogFault).toHaveBeenCalledOnce()
  store.append = append.bind(store)
  post('kept', settle)
  await settled()
  expect(log.head()).toBe(1)
})

/** A queue whose first append had three drafts and took 10 ms, and the texts of each append. */
async function busyCommits() {
  const clock = manualClock()
  const { store, post, settled } = await commits(clock)
  const batches: string[][] = []
  const { append } = store
  store.append = (parts) => {
    batches.push(parts.map(({ draft }) => draft.text))
    clock.advance(10)
    return append.call(store, parts)
  }
  const say = (...texts: string[]) => {
    for (const text of texts) post(text, () => {})
  }
  say('a', 'b', 'c')
  await settled()
  return { clock, batches, say, settled }
}

test('an append waits until the senders of the append before have sent again', async () => {
  const { clock, batches, say, settled } = await busyCommits()
  say('d', 'e')
  await vi.waitFor(() => expect(clock.timers).toBe(1))
  say('f')
  await settled()
  expect(batches).toEqual([
    ['a', 'b', 'c'],
    ['d', 'e', 'f'],
  ])
  expect(clock.timers).toBe(0)
})

test('an append waits no longer than 4 ms for senders that do not send again', async () => {
  const { clock, batches, say, settled } = await busyCommits()
  say('d')
  await vi.waitFor(() => expect(clock.timers).toBe(1))
  clock.advance(4)
  await settled()
  expect(batches).toHaveLength(2)
})

test('a draft that comes some time after the latest append does not wait', async () => {
  const { clock, batches, say, settled } = await busyCommits()
  clock.advance(5)
  say('d')
  await settled()
  expect(batches).toHaveLength(2)
})

test('drafts that belong together are in one append, also beyond the limit of a batch', async () => {
  const { store, log, queue, post, settled } = await commits()
  const sizes: number[] = []
  const { append } = store
  store.append = (drafts) => {
    sizes.push(drafts.length)
    return append.call(store, drafts)
  }
  for (let count = 0; count < 1023; count += 1) post('alone', () => {})
  const together = queue.postTogether(log, [draft('one'), draft('two'), draft('three')])
  post('after', () => {})
  expect((await together)?.map(({ event }) => event.text)).toEqual(['one', 'two', 'three'])
  await settled()
  expect(sizes).toEqual([1026, 1])
})

test('drafts that belong together are lost together', async () => {
  const { store, log, queue } = await commits()
  store.append = () => Promise.reject(new Error('the disk is full'))
  expect(await queue.postTogether(log, [draft('one'), draft('two')])).toBeUndefined()
})
