import { pino } from 'pino'
import { expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../../../server/clock.ts'
import { Connections } from '../../../../server/net/connection/connections.ts'
import { lineDialect } from '../../../../shared/dialect/line.ts'

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
  let beats = 0
  const open = Array.from({ length: count }, () => {
    const connection = {
      via: 'tcp' as const,
      dialect: lineDialect,
      seq: 0,
      beat: () => {
        beats += 1
      },
      close: () => connections.delete(connection),
    }
    connections.add(connection)
    return connection
  })
  const beat = (): Promise<void> => {
    const before = beats
    return vi.waitFor(() => expect(beats).toBeGreaterThan(before))
  }
  return { connections, open, beat }
}

test('onCrowdGone is called once after a crowd has left', async () => {
  const onCrowdGone = vi.fn()
  const { connections, open, beat } = connectionsWith(1500, onCrowdGone)
  await beat()
  for (const connection of open.slice(0, 1400)) connections.delete(connection)
  await vi.waitFor(() => expect(onCrowdGone).toHaveBeenCalled())
  await beat()
  await beat()
  expect(onCrowdGone).toHaveBeenCalledTimes(1)
})

test('onCrowdGone is not called after few have left, or many out of more', async () => {
  const onCrowdGone = vi.fn()
  const { connections, open, beat } = connectionsWith(2500, onCrowdGone)
  await beat()
  for (const connection of open.slice(0, 1500)) connections.delete(connection)
  await beat()
  await beat()
  expect(onCrowdGone).not.toHaveBeenCalled()
})
