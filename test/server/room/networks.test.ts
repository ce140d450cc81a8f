/** Limits by address. */
import { describe, expect, test } from 'vitest'
import { Networks, type NetworksOptions } from '../../../server/room/doors/networks.ts'
import { manualClock } from '../../support/clock.ts'

const limits = {
  connections: 4,
  connects: { perSecond: 1, burst: 6 },
  messages: { perSecond: 2, burst: 4 },
  joins: { perSecond: 1, burst: 1 },
  renames: { perSecond: 1, burst: 1 },
  codes: { perSecond: 1, burst: 2 },
  presence: { perSecond: 1, burst: 4 },
}

function networks(options: Partial<NetworksOptions> = {}) {
  const clock = manualClock()
  const all = new Networks({
    limits,
    clock,
    maxConnections: 1000,
    limitsLocal: false,
    originOf: (network) => ({
      network,
      isTrusted: network === 'trusted',
      isLocal: network === 'local',
    }),
    ...options,
  })
  const connect = (name: string, times: number) =>
    Array.from({ length: times }, () => {
      const refusal = all.connect(all.of(name))
      if (refusal === undefined) all.of(name).open += 1
      return refusal
    }).filter((refusal) => refusal === undefined).length
  return { all, clock, connect }
}

describe('an address', () => {
  test('has a number of connections, and opens them at a rate', () => {
    const { all, clock, connect } = networks()
    expect(connect('a', 10)).toBe(4)
    expect(connect('b', 1)).toBe(1)
    all.of('a').open = 0
    expect(connect('a', 10)).toBe(2)
    all.of('a').open = 0
    clock.advance(1000)
    expect(connect('a', 10)).toBe(1)
  })

  test('has at most a quarter of all connections', () => {
    const { all, connect } = networks({ maxConnections: 8 })
    all.of('a').insiders = 5
    expect(connect('a', 10)).toBe(2)
  })

  test('has higher limits for each person there who gave the code', () => {
    const { all, clock } = networks()
    const network = all.of('a')
    network.insiders = 2
    expect(network.maxOpen).toBe(12)
    const taken = () => Array.from({ length: 12 }, () => network.take('messages'))
    expect(taken()).toEqual([...Array(11).fill(0), 167])
    clock.advance(60_000)
    expect(taken()).toEqual([...Array(11).fill(0), 167])
    network.insiders = 0
    expect(network.maxOpen).toBe(4)
  })

  test('has one rate for the messages of all its connections', () => {
    const { all, clock } = networks()
    expect(Array.from({ length: 5 }, () => all.of('a').take('messages'))).toEqual([
      0, 0, 0, 500, 1000,
    ])
    clock.advance(1000)
    expect(all.of('a').wait('messages')).toBe(0)
    expect(all.of('b').take('messages')).toBe(0)
  })

  test.each(['trusted', 'local'])('that is %s has no limits', (name) => {
    const { connect, all } = networks()
    expect(connect(name, 50)).toBe(50)
    expect(all.of(name).allows('renames') && all.of(name).allows('renames')).toBe(true)
  })

  test('of this machine has limits if the operator says so', () => {
    expect(networks({ limitsLocal: true }).connect('local', 50)).toBe(4)
  })
})

test('networks that are forgotten are those without connections', () => {
  const { all, connect } = networks()
  connect('kept', 4)
  connect('gone', 4)
  all.of('gone').open = 0
  for (let at = 0; at < 20_000; at += 1) all.of(`other ${at}`)
  expect(connect('kept', 1)).toBe(0)
  expect(connect('gone', 10)).toBe(4)
})
