/** Commits: one append at a time, and every draft settled once, also after an exception. */
import { expect, test, vi } from 'vitest'
import { systemClock } from '../../../server/clock.ts'
import { memoryStore } from '../../../server/log/memory.ts'
import { Commits, type Settle } from '../../../server/room/commits.ts'
import { Tally } from '../../../server/room/tally.ts'

const from = { id: 'a', name: 'Ann', via: 'web' } as const
const draft = (text: string) => ({ kind: 'message', from, text }) as const

async function commits() {
  const store = memoryStore()
  const log = await store.open('lobby', 'lobby')
  const onBug = vi.fn()
  const onLogFault = vi.fn()
  const options = { store, clock: systemClock, tally: new Tally(), onLogFault, onBug }
  const queue = new Commits(options)
  const post = (text: string, settle: Settle) => queue.post(log, draft(text), settle)
  return { store, log, onBug, onLogFault, post, settled: () => queue.settled() }
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
