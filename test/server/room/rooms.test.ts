/** The registry of rooms: which exist, which are in memory, and their limits. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { memoryStore } from '../../../server/log/memory.ts'
import type { Reader } from '../../../server/room/reader.ts'
import type { Room } from '../../../server/room/room.ts'
import { LobbyTaken, MAX_ROOMS_OF_NETWORK, type Rooms } from '../../../server/room/rooms.ts'
import { newPersonId, tokenFor } from '../../../server/room/token.ts'
import { MAX_ROOMS } from '../../../shared/limits.ts'
import { testRooms } from '../../support/rooms.ts'

const from = { id: 'a', name: 'Ann', via: 'web' } as const

async function enter(rooms: Rooms, name: string, network = 'test'): Promise<Room> {
  const held = await rooms.enter(name, network)
  if (!held.ok) throw new Error(held.fault.code)
  return held.room
}

const faultOf = async (rooms: Rooms, name: string, network = 'test') => {
  const held = await rooms.enter(name, network)
  return held.ok ? undefined : held.fault
}

const say = (rooms: Rooms, room: Room, text: string) =>
  new Promise((resolve) => rooms.post(room, { kind: 'message', from, text }, resolve))

const names = (rooms: Rooms) => rooms.list().rooms.map(({ name }) => name)

test('a room is the same room under each spelling of its name', async () => {
  const rooms = await testRooms()
  const physics = await enter(rooms, 'Physics')
  for (const name of ['physics', 'PHYSICS', ' #physics ', 'ｐｈｙｓｉｃｓ']) {
    expect(await enter(rooms, name)).toBe(physics)
  }
  expect(await enter(rooms, 'LOBBY')).toBe(rooms.lobby)
  expect(names(rooms)).toEqual(['lobby', 'Physics'])
})

test('no room is made with a name that contains a token', async () => {
  const rooms = await testRooms()
  const token = tokenFor(newPersonId(), rooms.store.secret)
  expect(await faultOf(rooms, `x ${token}`)).toMatchObject({ code: 'room_invalid' })
  expect(names(rooms)).toEqual(['lobby'])
  expect(await faultOf(rooms, 'AAAAAAAAAA.BBBBBBBBBBB')).toBeUndefined()
})

test('a room that is entered twice at once is opened once', async () => {
  const rooms = await testRooms()
  const [one, two] = await Promise.all([enter(rooms, 'physics'), enter(rooms, 'physics')])
  expect(one).toBe(two)
})

test('an empty room is forgotten if nothing was said in it', async () => {
  const rooms = await testRooms()
  const physics = await enter(rooms, 'physics')
  const math = await enter(rooms, 'math')
  await say(rooms, math, 'one')
  physics.release()
  math.release()
  expect(names(rooms)).toEqual(['lobby', 'math'])
  expect(rooms.opened).toEqual([rooms.lobby])
  const again = await enter(rooms, 'Math')
  expect(again).not.toBe(math)
  expect(again.feed.seq).toBe(1)
  expect(await again.latest(10)).toMatchObject([{ seq: 1, text: 'one' }])
})

test('a room in which something was said is kept if its log cannot be opened', async () => {
  const store = memoryStore()
  const rooms = await testRooms({ store })
  const physics = await enter(rooms, 'Physics')
  await say(rooms, physics, 'one')
  physics.release()
  const { open } = store
  store.open = () => Promise.reject(new Error('the disk'))
  expect(await faultOf(rooms, 'physics')).toMatchObject({ code: 'history_unavailable' })
  expect(await faultOf(rooms, 'math')).toMatchObject({ code: 'history_unavailable' })
  expect(names(rooms)).toEqual(['lobby', 'Physics'])
  store.open = open
  expect((await enter(rooms, 'physics')).feed.seq).toBe(1)
})

test('a room that is closed while another caller waits for it is opened again', async () => {
  const rooms = await testRooms()
  const first = enter(rooms, 'physics').then((room) => room.release())
  const second = enter(rooms, 'physics')
  await first
  const room = await second
  expect(rooms.opened).toEqual([rooms.lobby, room])
  await say(rooms, room, 'one')
  expect(room.feed.seq).toBe(1)
})

test('a log that cannot be opened is a fault, and is opened by the next caller', async () => {
  const store = memoryStore()
  const rooms = await testRooms({ store })
  const open = store.open.bind(store)
  store.open = () => Promise.reject(new Error('the disk is gone'))
  expect(await faultOf(rooms, 'physics')).toEqual({ code: 'history_unavailable', room: 'physics' })
  expect(names(rooms)).toEqual(['lobby'])
  store.open = open
  expect(await faultOf(rooms, 'physics')).toBeUndefined()
})

test.each(['', '#', 'a:b', 'x'.repeat(33), '12', 'a\u200bb'])(
  'the name %j cannot be used',
  async (name) => {
    const rooms = await testRooms()
    expect(await faultOf(rooms, name)).toMatchObject({ code: 'room_invalid', room: name })
  },
)

test('a listed room exists without a word; no other can be made', async () => {
  const rule = { type: 'listed', names: ['physics', 'Lobby', 'math'] } as const
  const rooms = await testRooms({ rule })
  expect(names(rooms)).toEqual(['lobby', 'math', 'physics'])
  const physics = await enter(rooms, 'Physics')
  physics.release()
  expect(names(rooms)).toEqual(['lobby', 'math', 'physics'])
  expect(await faultOf(rooms, 'biology')).toEqual({ code: 'room_unknown', room: 'biology' })
  expect(rooms.list().open).toBe(false)
})

test('the lobby cannot have the name of a stored room', async () => {
  const store = memoryStore()
  Object.assign(store, { rooms: [{ key: 'room physics', name: 'Physics', topic: '' }] })
  await expect(testRooms({ store, lobby: 'physics' })).rejects.toThrow(LobbyTaken)
  const rooms = await testRooms({ store })
  expect(names(rooms)).toEqual(['lobby', 'Physics'])
})

test('the number of rooms has a limit, also for each network', async () => {
  const rooms = await testRooms()
  for (let at = 0; at < MAX_ROOMS_OF_NETWORK; at += 1) await enter(rooms, `a${at}x`, 'one')
  expect(await faultOf(rooms, 'more', 'one')).toMatchObject({ code: 'rooms_full', room: 'more' })
  // A room that exists can be entered.
  expect(await faultOf(rooms, 'a1x', 'one')).toBeUndefined()
  for (let at = MAX_ROOMS_OF_NETWORK; at < MAX_ROOMS - 1; at += 1) {
    await enter(rooms, `a${at}x`, `network ${at}`)
  }
  expect(await faultOf(rooms, 'more', 'two')).toEqual({ code: 'rooms_full', room: 'more' })
  expect(rooms.list()).toMatchObject({ roomCount: MAX_ROOMS })
  expect(rooms.list().rooms).toHaveLength(200)
})

test('a topic is that of the latest topic event', async () => {
  const rooms = await testRooms()
  const physics = await enter(rooms, 'physics')
  const set = (text: string) =>
    new Promise((resolve) => rooms.post(physics, { kind: 'topic', from, text }, resolve))
  await Promise.all([set('one'), set('two')])
  expect(physics.about.topic).toBe('two')
  physics.release()
  expect(rooms.list().rooms[1]).toEqual({ name: 'physics', memberCount: 0, topic: 'two' })
  const again = await enter(rooms, 'physics')
  expect(again.about.topic).toBe('two')
})

test('a room that its last member leaves has no memory in the feeds', async () => {
  const rooms = await testRooms()
  const room = await enter(rooms, 'physics')
  const reader = {} as Reader
  room.members.join(from, reader)
  await nextTurn()
  expect(rooms.feedBytes).toBeGreaterThan(0)
  room.members.leave(from.id, reader, false)
  room.release()
  await nextTurn()
  expect(rooms.opened).toEqual([rooms.lobby])
  expect(rooms.feedBytes).toBe(0)
})

test('rooms that nobody is in have no memory in the feeds', async () => {
  const rooms = await testRooms()
  for (let at = 0; at < 100; at += 1) {
    const room = await enter(rooms, `room ${at}`)
    await say(rooms, room, 'x'.repeat(1000))
    room.release()
  }
  await nextTurn()
  expect(rooms.opened).toEqual([rooms.lobby])
  expect(rooms.feedBytes).toBe(0)
})
