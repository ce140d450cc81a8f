/** The intake: one step at a time, in order, no faster than flood control and the session allow. */
import { expect, test, vi } from 'vitest'
import type { Arrived } from '../../../../server/net/connection/input.ts'
import { Intake } from '../../../../server/net/connection/intake.ts'
import { Bucket, type Rate } from '../../../../server/room/rate.ts'
import { LINE_HELLO } from '../../../../shared/dialect/typed.ts'
import { manualClock } from '../../../support/clock.ts'
import { HANGING_MS } from '../../../support/waiting.ts'

type Process = (text: string) => Promise<void> | void

function intakeOf(texts: string[], { process, rate }: { process?: Process; rate?: Rate } = {}) {
  const clock = manualClock()
  const processed: string[] = []
  const calls: string[] = []
  const steps: Arrived[] = texts.map((text) => ({ type: 'unit', text }))
  const onError = vi.fn()
  const intake = new Intake({
    input: { next: () => steps.shift() },
    transport: { listen: () => calls.push('listen'), pause: () => calls.push('pause') },
    clock,
    flood: new Bucket(rate ?? { perSecond: Infinity, burst: 1 }, 0),
    process(arrived) {
      const text = arrived.type === 'unit' ? arrived.text : arrived.type
      processed.push(text)
      return process?.(text)
    },
    isPart: () => false,
    roomForReplies: () => undefined,
    onError,
  })
  return { intake, clock, steps, processed, calls, onError }
}

/** A promise and the function that resolves it. */
function held(): { promise: Promise<void>; release: () => void } {
  let release = (): void => {}
  const promise = new Promise<void>((resolve) => {
    release = resolve
  })
  return { promise, release }
}

test('everything is processed in order, and then the transport listens', () => {
  const { intake, processed, calls } = intakeOf(['one', 'two', 'three'])
  intake.pump()
  expect(processed).toEqual(['one', 'two', 'three'])
  expect(calls).toEqual(['listen'])
})

test('while one step is processed, the transport is paused and no other step is taken', async () => {
  const { promise, release } = held()
  const { intake, processed, calls } = intakeOf(['slow', 'next'], {
    process: (text) => (text === 'slow' ? promise : undefined),
  })
  intake.pump()
  intake.pump()
  expect([processed, calls]).toEqual([['slow'], ['pause']])
  release()
  await vi.waitFor(() => expect(calls).toEqual(['pause', 'listen']), HANGING_MS)
  expect(processed).toEqual(['slow', 'next'])
})

test('flood control delays steps and drops none', async () => {
  const texts = ['1', '2', '3', '4']
  const { intake, clock, processed } = intakeOf(texts, { rate: { perSecond: 10, burst: 2 } })
  intake.pump()
  expect(processed).toEqual(['1', '2'])
  for (const count of [3, 4]) {
    await vi.waitFor(() => expect(clock.timers).toBe(1), HANGING_MS)
    clock.advance(100)
    await vi.waitFor(() => expect(processed).toHaveLength(count), HANGING_MS)
  }
  expect(processed).toEqual(texts)
})

test('a stopped intake takes nothing, and leaves no timer', async () => {
  const { intake, clock, processed } = intakeOf(['1', '2'], { rate: { perSecond: 1, burst: 1 } })
  intake.pump()
  await vi.waitFor(() => expect(clock.timers).toBe(1), HANGING_MS)
  intake.stop()
  intake.pump()
  expect([processed, clock.timers, intake.isStopped]).toEqual([['1'], 0, true])
})

test('draining processes what was received without flood control, but not the end', async () => {
  const { promise, release } = held()
  const { intake, steps, processed } = intakeOf(['slow', '2', '3'], {
    process: (text) => (text === 'slow' ? promise : undefined),
    rate: { perSecond: 1, burst: 1 },
  })
  steps.push({ type: 'end' })
  intake.pump()
  const drained = intake.drain('unlimited')
  expect(processed).toEqual(['slow'])
  release()
  await drained
  expect(processed).toEqual(['slow', '2', '3'])
  expect(intake.isStopped).toBe(true)
})

test('draining at the rate of flood control can be hastened, or stopped', async () => {
  const rate = { perSecond: 10, burst: 1 }
  const hastened = intakeOf(['1', '2', '3', '4'], { rate })
  const drained = hastened.intake.drain('flood')
  await vi.waitFor(() => expect(hastened.clock.timers).toBe(1), HANGING_MS)
  expect(hastened.processed).toEqual(['1'])
  hastened.clock.advance(100)
  await vi.waitFor(() => expect(hastened.processed).toEqual(['1', '2']), HANGING_MS)
  await vi.waitFor(() => expect(hastened.clock.timers).toBe(1), HANGING_MS)
  expect(hastened.intake.drain('unlimited')).toBe(drained)
  await drained
  expect(hastened.processed).toEqual(['1', '2', '3', '4'])
  expect(hastened.clock.timers).toBe(0)

  const stopped = intakeOf(['1', '2', '3'], { rate })
  const end = stopped.intake.drain('flood')
  await vi.waitFor(() => expect(stopped.clock.timers).toBe(1), HANGING_MS)
  stopped.intake.stop()
  await end
  expect(stopped.processed).toEqual(['1'])
  expect(stopped.clock.timers).toBe(0)
})

test('steps that the server adds do not count for flood control', () => {
  const { intake, steps, processed } = intakeOf([], { rate: { perSecond: 1, burst: 1 } })
  steps.push(LINE_HELLO, { type: 'style', change: {} }, { type: 'unit', text: 'hi' })
  intake.pump()
  expect(processed).toEqual(['request', 'style', 'hi'])
})

test.each([
  [
    'throws',
    () => {
      throw new Error('a bug')
    },
  ],
  ['rejects', () => Promise.reject(new Error('a bug'))],
])('a step that %s stops the intake and is reported', async (_how, process) => {
  const { intake, onError, processed } = intakeOf(['1', '2'], { process })
  intake.pump()
  await vi.waitFor(() => expect(onError).toHaveBeenCalledOnce(), HANGING_MS)
  intake.pump()
  expect(processed).toEqual(['1'])
})
