/** Clients that wait outside, as hosts decide about them. */
import { expect, test } from 'vitest'
import { Knocks } from '../../../server/room/doors/knocks.ts'
import { ownNetwork } from '../../../server/room/doors/networks.ts'
import { manualClock } from '../../support/clock.ts'

function waiting(count: number) {
  const clock = manualClock()
  const knocks = new Knocks(clock, () => {})
  const source = ownNetwork('192.0.2.7', clock)
  const admitted: number[] = []
  for (let at = 1; at <= count; at += 1) {
    knocks.add(source, { text: `${at}` }, () => admitted.push(at))
  }
  return { clock, knocks, admitted }
}

test('a host who decides about the first means the one that was the first a second ago', async () => {
  const { clock, knocks, admitted } = waiting(4)
  expect(await knocks.decide(undefined, true, 'hana')).toBe('decided')
  expect(await knocks.decide(undefined, true, 'ivan')).toBe('unread')
  expect(await knocks.decide(undefined, true, 'hana')).toBe('decided')
  expect(await knocks.decide(4, true, 'ivan')).toBe('decided')
  expect(admitted).toEqual([1, 2, 4])
  clock.advance(1000)
  expect(await knocks.decide(undefined, true, 'ivan')).toBe('decided')
  expect(admitted).toEqual([1, 2, 4, 3])
  expect(await knocks.decide(undefined, true, 'ivan')).toBe('unknown')
  knocks.close()
})

test('a client that leaves makes the next one the first', async () => {
  const { knocks, admitted } = waiting(2)
  knocks.remove(1)
  expect(await knocks.decide(undefined, true, 'hana')).toBe('unread')
  expect(admitted).toEqual([])
  knocks.close()
})

test('a client that knocks while no other waits can be admitted at once', async () => {
  const { clock, knocks, admitted } = waiting(1)
  knocks.remove(1)
  knocks.add(ownNetwork('192.0.2.8', clock), { text: '' }, () => admitted.push(2))
  expect(await knocks.decide(undefined, true, 'hana')).toBe('decided')
  expect(admitted).toEqual([2])
  knocks.close()
})
