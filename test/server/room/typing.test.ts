/** Typing notices: their cost does not grow with the number of members that type. */
import { expect, test } from 'vitest'
import { Typing } from '../../../server/room/typing.ts'
import type { Person } from '../../../shared/protocol.ts'
import type { ServerMessage } from '../../../shared/replies.ts'
import { manualClock } from '../../support/clock.ts'

const person = (at: number): Person => ({ id: `p${at}`, name: `n${at}`, via: 'web' })

function typing() {
  const clock = manualClock()
  const sent: string[] = []
  const room = new Typing(clock, (message: ServerMessage) => {
    if (message.type === 'typing') sent.push(`${message.from.name} ${message.on ? 'on' : 'off'}`)
  })
  return { clock, sent, room }
}

test('the first notice is broadcast at once, and the next ones after a second', () => {
  const { clock, sent, room } = typing()
  room.set(person(1), true)
  expect(sent).toEqual(['n1 on'])
  room.set(person(2), true)
  room.set(person(1), false)
  expect(sent).toEqual(['n1 on'])
  clock.advance(1000)
  expect(sent).toEqual(['n1 on', 'n1 off', 'n2 on'])
})

test('200 members that type for ten seconds cause a few broadcasts', () => {
  const { clock, sent, room } = typing()
  for (let second = 0; second < 10; second += 1) {
    for (let at = 0; at < 200; at += 1) room.set(person(at), true)
    clock.advance(1000)
  }
  expect(new Set(sent.map((one) => one.split(' ')[0])).size).toBe(5)
  expect(sent.length).toBeLessThanOrEqual(25)
})

test('a member that sends no further notice has stopped, and then no timer is left', () => {
  const { clock, sent, room } = typing()
  room.set(person(1), true)
  for (let second = 0; second < 8; second += 1) clock.advance(1000)
  expect(sent.at(-1)).toBe('n1 off')
  expect(clock.timers).toBe(0)
})

test('a member that is renamed is shown under the new name the next time', () => {
  const { clock, sent, room } = typing()
  room.set(person(1), true)
  room.renamed({ ...person(1), name: 'new' })
  for (let second = 0; second < 5; second += 1) clock.advance(1000)
  expect(sent).toEqual(['n1 on', 'new on'])
})
