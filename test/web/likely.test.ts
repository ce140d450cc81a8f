/** The order in which the completion offers people. */
import { expect, it } from 'vitest'
import { likely } from '../../web/likely.ts'
import { initialState, LOBBY, reduce } from '../../web/state.ts'
import { alice, bob, event, welcome } from './room.ts'

it('offers the person who spoke last first, and the server at the end', () => {
  const people = ['Anna', 'Server', 'Zoe', 'Eve'].map((name) => ({
    id: name,
    name,
    via: name === 'Server' ? ('server' as const) : ('web' as const),
  }))
  const [anna, server, zoe] = people as [typeof bob, typeof bob, typeof bob]
  const events = [anna, bob, zoe, bob, alice, server].map((from, at) => event(at + 1, from))
  const message = welcome({ members: [alice, bob, ...people], events })
  const kept = { name: '', token: null, ownIds: [], pending: [], room: LOBBY, rooms: [] }
  const state = reduce(initialState({ ...kept, rooms: [{ room: LOBBY, readTo: null }] }), {
    type: 'received',
    message,
    now: 1,
  })
  expect(likely(state).map(({ name }) => name)).toEqual(['bob', 'Zoe', 'Anna', 'Eve', 'Server'])
})
