/** Joins and leaves of an address that come too often are told together. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Network } from '../../../server/room/doors/networks.ts'
import { Members } from '../../../server/room/members.ts'
import type { Reader } from '../../../server/room/reader.ts'
import type { Presence } from '../../../shared/replies.ts'
import { manualClock } from '../../support/clock.ts'
import { NO_LIMITS, testNetwork } from '../../support/rooms.ts'

function room() {
  const clock = manualClock()
  const told: Presence[] = []
  const broadcast = (message: Presence) => told.push(message)
  const members = new Members({ clock, absenceMs: 0, broadcast, onLeft() {} })
  const origin = { network: 'far', isTrusted: false, isLocal: false }
  const presence = { perSecond: 0.001, burst: 4 }
  const far = new Network(origin, { ...NO_LIMITS, presence }, clock)
  const reader = (source: Network) => ({ source, isGone: false }) as Reader
  const person = (name: string) => ({ id: name, name, via: 'tcp' as const })
  const come = (name: string, source: Network): (() => void) => {
    const one = reader(source)
    members.join(person(name), one)
    return () => members.leave(name, one, false)
  }
  return { clock, told, members, far, come, person }
}

test('the first are told one by one, the others as numbers', async () => {
  const { clock, told, members, far, come } = room()
  for (let at = 0; at < 10; at += 1) {
    const leave = come(`flap-${at}`, far)
    await nextTurn()
    leave()
    await nextTurn()
  }
  expect(told).toHaveLength(4)
  const stays = [come('one', far), come('two', far), come('three', far), come('four', far)]
  await nextTurn()
  expect(told).toHaveLength(4)
  clock.advance(10_000)
  // Those that came and went in between are not mentioned.
  expect(told.slice(4)).toEqual([
    expect.objectContaining({
      counted: { joined: 4, left: 0 },
      members: ['one', 'two', 'three', 'four'].map((name) => expect.objectContaining({ name })),
      memberCount: 4,
    }),
  ])
  for (const leave of stays.slice(1)) leave()
  clock.advance(10_000)
  expect(told.at(-1)?.left.map(({ name }) => name)).toEqual(['two', 'three', 'four'])
  expect(members.size).toBe(1)
})

test('people of other addresses are told as before, and a leave never comes before its join', async () => {
  const { clock, told, members, far, come, person } = room()
  for (let at = 0; at < 4; at += 1) come(`early-${at}`, far)
  await nextTurn()
  told.length = 0
  const leave = come('late', far)
  come('near', testNetwork)
  members.rename({ ...person('late'), name: 'later' }, 'late')
  await nextTurn()
  expect(told.map(({ joined }) => joined.map(({ name }) => name))).toEqual([['near']])
  leave()
  clock.advance(10_000)
  expect(told).toHaveLength(1)
  members.close()
  expect(clock.timers).toBe(0)
})
