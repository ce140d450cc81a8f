/** What the page knows of the rules that hosts have set. */
import { beforeEach, expect, it } from 'vitest'
import { enterHouse, rulesIn, takeRule } from '../../web/hosts.ts'
import { LOBBY } from '../../web/state.ts'

const until = '2026-11-22T12:21:15.000Z'
const none = { slow: 0, mutedTo: 0, hands: [], locked: false, approve: false }

beforeEach(() => enterHouse(LOBBY, {}, true))

it('begins with those that the server tells, and forgets the rooms before', () => {
  enterHouse('physics', { slow: 30, mutedAll: true, mutedUntil: until, locked: true }, false)
  const physics = { ...none, slow: 30, mutedTo: Date.parse(until), locked: true }
  expect(rulesIn('physics')).toEqual(physics)
  expect(rulesIn(LOBBY)).toEqual({ ...none, locked: true })
  enterHouse('physics', { mutedAll: true }, true)
  expect(rulesIn('physics')).toEqual({ ...none, mutedTo: Infinity })
  expect(rulesIn('@bob')).toEqual(rulesIn('physics'))
})

it('follows the acts of hosts: of a room there, and of the server everywhere', () => {
  enterHouse('physics', {}, false)
  takeRule('physics', { type: 'slow', seconds: 10 })
  takeRule('physics', { type: 'mute', until })
  takeRule('physics', { type: 'mute', person: { id: 'b', name: 'Bob' } })
  takeRule('physics', { type: 'approve', on: true })
  takeRule('physics', { type: 'lock' })
  expect(rulesIn('physics')).toEqual({
    ...none,
    slow: 10,
    mutedTo: Date.parse(until),
    locked: true,
    approve: true,
  })
  expect(rulesIn(LOBBY)).toEqual({ ...none, locked: true, approve: true })
  takeRule('physics', { type: 'unmute', person: { id: 'b', name: 'Bob' } })
  expect(rulesIn('physics').mutedTo).toBe(Date.parse(until))
  takeRule('physics', { type: 'unmute' })
  takeRule('physics', { type: 'slow', seconds: 0 })
  takeRule(LOBBY, { type: 'approve', on: false })
  takeRule(LOBBY, { type: 'unlock' })
  expect(rulesIn('physics')).toEqual(none)
})

it('keeps the order of raised hands, also if it takes acts again that it missed', () => {
  const [ann, bob] = [
    { id: 'a', name: 'Ann' },
    { id: 'b', name: 'Bob' },
  ]
  enterHouse(LOBBY, { hands: [bob, ann] }, true)
  for (const person of [ann, bob]) takeRule(LOBBY, { type: 'hand', person, on: true })
  expect(rulesIn(LOBBY).hands).toEqual([bob, ann])
  takeRule(LOBBY, { type: 'hand', person: bob, on: false })
  takeRule(LOBBY, { type: 'hand', person: bob, on: true })
  expect(rulesIn(LOBBY).hands).toEqual([ann, bob])
  takeRule(LOBBY, { type: 'lesson', seq: 3 })
  expect(rulesIn(LOBBY).hands).toEqual([])
})
