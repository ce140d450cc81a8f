import { pino } from 'pino'
import { expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../../../server/clock.ts'
import { Connections } from '../../../../server/net/connection/connections.ts'
import { lineDialect } from '../../../../shared/dialect/line.ts'
import { manualClock } from '../../../support/clock.ts'
import { testNetwork } from '../../../support/rooms.ts'
import { HANGING_MS } from '../../../support/waiting.ts'

function connectionsWith(count: number, onCrowdGone: () => void) {
  // Beats come every 10 ms.
  const connections = new Connections({
    log: pino({ level: 'silent' }),
    clock: systemClock,
    max: 20_000,
    stalledMs: 30,
    helloMs: 10_000,
    onCrowdGone,
  })
  onTestFinished(() => connections.closeAll('shutdown'))
  const leave = (connection: Parameters<Connections['gone']>[0]): void => {
    connections.gone(connection)
    connections.delete(connection)
  }
  let beats = 0
  const open = Array.from({ length: count }, () => {
    const connection = {
      via: 'tcp' as const,
      dialect: lineDialect,
      source: testNetwork,
      lag: 0,
      beat: () => {
        beats += 1
      },
      giveUp: () => {},
      canHandOver: false,
      hold: async () => {},
      handOver: () => {},
      close: () => leave(connection),
    }
    connections.add(connection)
    return connection
  })
  const beat = (): Promise<void> => {
    const before = beats
    return vi.waitFor(() => expect(beats).toBeGreaterThan(before), HANGING_MS)
  }
  return { connections, open, leave, beat }
}

test('onCrowdGone is called once after a crowd has left', async () => {
  const onCrowdGone = vi.fn()
  const { open, leave, beat } = connectionsWith(1500, onCrowdGone)
  await beat()
  for (const connection of open.slice(0, 1400)) leave(connection)
  await vi.waitFor(() => expect(onCrowdGone).toHaveBeenCalled(), HANGING_MS)
  await beat()
  await beat()
  expect(onCrowdGone).toHaveBeenCalledTimes(1)
})

test('onCrowdGone is not called after few have left, or many out of more', async () => {
  const onCrowdGone = vi.fn()
  const { open, leave, beat } = connectionsWith(2500, onCrowdGone)
  await beat()
  for (const connection of open.slice(0, 1500)) leave(connection)
  await beat()
  await beat()
  expect(onCrowdGone).not.toHaveBeenCalled()
})

test('connections are checked after the input and output that a suspended process has missed', async () => {
  const clock = manualClock()
  const turns: (() => void)[] = []
  clock.turn = (run) => turns.push(run)
  const [log, onCrowdGone] = [pino({ level: 'silent' }), () => {}]
  const limits = { max: 10, stalledMs: 30_000, helloMs: 10_000 }
  const connections = new Connections({ log, clock, ...limits, onCrowdGone })
  const beat = vi.fn()
  const close = (): void => {
    connections.gone(connection)
    connections.delete(connection)
  }
  const giveUp = () => {}
  const connection = {
    via: 'tcp' as const,
    dialect: lineDialect,
    source: testNetwork,
    lag: 0,
    beat,
    giveUp,
    canHandOver: false,
    hold: async () => {},
    handOver: () => {},
    close,
  }
  connections.add(connection)
  clock.advance(100_000)
  expect(beat).not.toHaveBeenCalled()
  turns.shift()?.()
  expect(beat.mock.calls).toEqual([[100_000]])
  clock.advance(100_000)
  await connections.closeAll('shutdown')
  turns.shift()?.()
  expect(beat).toHaveBeenCalledOnce()
  expect(clock.timers).toBe(0)
})

test('connections that are gone do not count as open, and the oldest of too many are given up', async () => {
  const { connections, open } = connectionsWith(1002, () => {})
  const givenUp: number[] = []
  open.forEach((connection, at) => {
    connection.giveUp = () => givenUp.push(at)
    connections.gone(connection)
  })
  expect([...connections.open]).toEqual([])
  expect(new Set(givenUp)).toEqual(new Set([0]))
  // A stop waits for those that are gone, too.
  let hasEnded = false
  for (const connection of open) connection.close = () => {}
  const ended = connections.closeAll('shutdown').then(() => {
    hasEnded = true
  })
  for (const connection of open.slice(1)) connections.delete(connection)
  await Promise.resolve()
  expect(hasEnded).toBe(false)
  connections.delete(open[0] as (typeof open)[0])
  await ended
})
