/** Rules as values: what acts make, and until when it holds. */
import { expect, test } from 'vitest'
import { Rules, rulesOf } from '../../../../server/room/hosts/rules.ts'
import type { Act } from '../../../../shared/acts.ts'
import { alice, bob } from '../../../support/store.ts'

const LOBBY = 'lobby'
const person = { id: bob.id, name: 'bob' }
const at = (seconds: number) => new Date(seconds * 1000).toISOString()

function after(...acts: Act[]): Rules {
  const rules = new Rules([])
  for (const act of acts) rules.take(rulesOf({ act, at: at(0), from: alice }, LOBBY))
  return rules
}

test('a mute ends at its time, without anything happening then', () => {
  const rules = after({ type: 'mute', person, until: at(600) })
  const said = (ms: number) => rules.objection(bob.id, LOBBY, ms)?.message
  expect(said(0)).toBe('You are muted for 10 more minutes.')
  expect(said(60_001)).toBe('You are muted for 9 more minutes.')
  expect(said(510_000)).toBe('You are muted for 90 more seconds.')
  expect(said(599_001)).toBe('You are muted for 1 more second.')
  expect(said(600_000)).toBeUndefined()
  expect(rules.objection(alice.id, LOBBY, 0)).toBeUndefined()
})

test('everybody in one room is muted, but its hosts', () => {
  const rules = after({ type: 'mute', until: at(60) }, { type: 'host', person: alice })
  expect(rules.objection(bob.id, LOBBY, 0)?.message).toBe(
    'Everybody here is muted for 1 more minute.',
  )
  expect(rules.objection(alice.id, LOBBY, 0)).toBeUndefined()
  expect(rules.objection(bob.id, 'room physics', 0)).toBeUndefined()
  expect(rules.objection(bob.id, undefined, 0)).toBeUndefined()
  rules.take(rulesOf({ act: { type: 'unmute' }, at: at(0), from: alice }, 'room physics'))
  expect(rules.objection(bob.id, LOBBY, 0)).toBeDefined()
  rules.take(rulesOf({ act: { type: 'unmute' }, at: at(0), from: alice }, LOBBY))
  expect(rules.objection(bob.id, LOBBY, 0)).toBeUndefined()
})

test('who becomes a host is not muted any more; a host whom the console mutes is', () => {
  const rules = after({ type: 'mute', person }, { type: 'host', person })
  expect([rules.isHost(bob.id), rules.objection(bob.id, LOBBY, 0)]).toEqual([true, undefined])
  rules.take(rulesOf({ act: { type: 'mute', person }, at: at(0), from: alice }, LOBBY))
  expect(rules.objection(bob.id, LOBBY, 0)?.message).toBe('You are muted.')
  rules.take(rulesOf({ act: { type: 'unhost', person }, at: at(0), from: alice }, LOBBY))
  expect(rules.isHost(bob.id)).toBe(false)
})

test('rules that were stored are the same as those that were made', () => {
  const acts: Act[] = [{ type: 'host', person: alice }, { type: 'mute', person }, { type: 'mute' }]
  const stored = acts.flatMap((act) => rulesOf({ act, at: at(0), from: alice }, LOBBY))
  const rules = new Rules(JSON.parse(JSON.stringify(stored)))
  expect(rules.isHost(alice.id)).toBe(true)
  expect(rules.objection(bob.id, undefined, 0)).toEqual({
    code: 'muted',
    message: 'You are muted.',
  })
  expect(rulesOf({ at: at(0), from: alice }, LOBBY)).toEqual([])
})

test('a person who is unmuted after everybody was muted may write there', () => {
  const rules = new Rules([])
  const may = (log: string) => rules.objection(bob.id, log, 0) === undefined
  const order = (seconds: number, act: Act, log = LOBBY) =>
    rules.take(rulesOf({ act, at: at(seconds), from: alice }, log))
  order(1, { type: 'mute' })
  order(2, { type: 'mute' }, 'room physics')
  order(3, { type: 'unmute', person })
  expect([may(LOBBY), may('room physics')]).toEqual([true, false])
  order(4, { type: 'mute', person })
  order(5, { type: 'unmute' })
  expect(may(LOBBY)).toBe(false)
  order(6, { type: 'unmute', person })
  order(7, { type: 'mute' })
  expect(may(LOBBY)).toBe(false)
})

test('what holds in a room is told while it holds', () => {
  const rules = after({ type: 'mute', until: at(60) }, { type: 'approve', on: true })
  const mutedUntil = at(60)
  expect(rules.houseOf(LOBBY, 59_999)).toEqual({ mutedAll: true, mutedUntil, approve: true })
  expect(rules.houseOf(LOBBY, 60_000)).toEqual({ approve: true })
  expect(rules.houseOf('room physics', 0)).toEqual({ approve: true })
  rules.take(rulesOf({ act: { type: 'approve', on: false }, at: at(0), from: alice }, LOBBY))
  expect(rules.houseOf(LOBBY, 60_000)).toBeUndefined()
})
