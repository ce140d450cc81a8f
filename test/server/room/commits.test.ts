/** Commits: one append at a time, and every draft settled once, also after an exception. */
import { expect, test, vi } from 'vitest'
import { systemClock } from '../../../server/clock.ts'
import { memoryLog } from '../../../server/log/memory.ts'
import { Commits } from '../../../server/room/commits.ts'
import { Tally } from '../../../server/room/tally.ts'

const from = { id: 'a', name: 'Ann', via: 'web' } as const
const draft = (text: string) => ({ kind: 'message', from, text }) as const

function commits() {
  const log = memoryLog()
  const onBug = vi.fn()
  const onLogFault = vi.fn()
  const options = { log, clock: systemClock, tally: new Tally(), onLogFault, onBug }
  return { log, onBug, onLogFault, commits: new Commits(options) }
}

test('if the callback of one sender throws, the others are settled', async () => {
  const { onBug, commits: room } = commits()
  const settle = vi.fn()
  room.post(draft('one'), () => {
    throw new Error('a bug')
  })
  room.post(draft('two'), settle)
  await room.settled()
  expect(settle).toHaveBeenCalledOnce()
  expect(onBug).toHaveBeenCalledOnce()
})

test('drafts that the log cannot append are settled without an event', async () => {
  const { log, onLogFault, commits: room } = commits()
  const { append } = log
  log.append = () => Promise.reject(new Error('the disk is full'))
  const settle = vi.fn()
  room.post(draft('lost'), settle)
  await room.settled()
  expect(settle).toHaveBeenCalledWith(undefined)
  expect(onLogFault).toHaveBeenCalledOnce()
  log.append = append
  room.post(draft('kept'), settle)
  await room.settled()
  expect(log.head()).toBe(1)
})
