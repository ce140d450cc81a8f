import { pino } from 'pino'
import { expect, onTestFinished, test, vi } from 'vitest'
import { Edges } from '../../../../server/net/connection/connections.ts'
import { systemClock } from '../../../../server/room/clock.ts'
import { lineDialect } from '../../../../shared/dialect/line.ts'

function edgesWith(count: number, onCrowdGone: () => void) {
  // Beats come every 10 ms.
  const edges = new Edges({
    log: pino({ level: 'silent' }),
    clock: systemClock,
    max: 20_000,
    stalledMs: 30,
    helloMs: 10_000,
    onCrowdGone,
  })
  onTestFinished(() => edges.closeAll('shutdown'))
  let beats = 0
  const open = Array.from({ length: count }, () => {
    const edge = {
      via: 'tcp' as const,
      dialect: lineDialect(0),
      seq: 0,
      beat: () => {
        beats += 1
      },
      close: () => edges.delete(edge),
    }
    edges.add(edge)
    return edge
  })
  const beat = (): Promise<void> => {
    const before = beats
    return vi.waitFor(() => expect(beats).toBeGreaterThan(before))
  }
  return { edges, open, beat }
}

test('of a crowd that has left is told once', async () => {
  const onCrowdGone = vi.fn()
  const { edges, open, beat } = edgesWith(1500, onCrowdGone)
  await beat()
  for (const edge of open.slice(0, 1400)) edges.delete(edge)
  await vi.waitFor(() => expect(onCrowdGone).toHaveBeenCalled())
  await beat()
  await beat()
  expect(onCrowdGone).toHaveBeenCalledTimes(1)
})

test('of a few who leave, or of many among more, nothing is told', async () => {
  const onCrowdGone = vi.fn()
  const { edges, open, beat } = edgesWith(2500, onCrowdGone)
  await beat()
  for (const edge of open.slice(0, 1500)) edges.delete(edge)
  await beat()
  await beat()
  expect(onCrowdGone).not.toHaveBeenCalled()
})
