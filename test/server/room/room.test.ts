/** The room and its log: what is broadcast, and a stop, which commits everything first. */
import { connect } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { testGateway } from '../../support/gateway.ts'
import { greeted } from '../../support/raw.ts'

const from = { id: 'other', name: 'Zoe', via: 'http' } as const
const at = '2026-11-22T12:21:15.123Z'

test('events are broadcast in the order of the log, also if the room has not appended them', async () => {
  const { room, rooms, tcp } = await testGateway()
  const { client } = await greeted(tcp.port)
  rooms.post(room, { kind: 'message', from, text: 'one' }, () => {})
  await client.until('Zoe: one\n')
  const draft = { kind: 'message', from, at, text: 'two' } as const
  await rooms.store.append([{ log: room.log, draft }])
  await client.until('Zoe: two\n')
  expect(room.feed.seq).toBe(2)
  expect(rooms.tally.messages).toBe(2)
})

test('if a broadcast throws, its sender is settled, and the next event is broadcast', async () => {
  const { room, rooms, tcp, logged } = await testGateway()
  const { client } = await greeted(tcp.port)
  const announce = room.members.announceUnlessCrowded
  room.members.announceUnlessCrowded = () => {
    room.members.announceUnlessCrowded = announce
    throw new Error('a bug')
  }
  const settled = new Promise((resolve) => {
    rooms.post(room, { kind: 'message', from, text: 'one' }, resolve)
  })
  expect(await settled).toMatchObject({ event: { seq: 1 }, repeated: false })
  expect(logged.map(({ msg }) => msg)).toContain('a room failed to process an event')
  rooms.post(room, { kind: 'message', from, text: 'two' }, () => {})
  await client.until('Zoe: two\n')
})

test('a stop commits all waiting messages, also those of a lost connection', async () => {
  const { rooms, tcp, logged, close } = await testGateway()
  const calls: string[] = []
  const { store } = rooms
  const append = store.append.bind(store)
  let release = (): void => {}
  const slow = new Promise<void>((resolve) => {
    release = resolve
  })
  store.append = async (drafts) => {
    await slow
    calls.push(...drafts.map(({ draft }) => draft.text))
    return append(drafts)
  }
  store.close = async () => {
    calls.push('closed')
  }
  const { client } = await greeted(tcp.port)
  // The first waits for the disk, the second for the first.
  for (const text of ['one\n', 'two\n']) {
    const received = rooms.tally.bytesIn
    client.send(text)
    await expect.poll(() => rooms.tally.bytesIn).toBe(received + text.length)
    await nextTurn()
  }
  client.socket.resetAndDestroy()
  await expect.poll(() => logged.some(({ msg }) => msg === 'left')).toBe(true)
  const closed = close()
  const isListening = () =>
    new Promise((resolve) => {
      const socket = connect(tcp.port, tcp.host)
      socket
        .on('connect', () => resolve(Boolean(socket.destroy())))
        .on('error', () => resolve(false))
    })
  await expect.poll(isListening).toBe(false)
  await nextTurn()
  expect(calls).toEqual([])
  release()
  await closed
  expect(calls).toEqual(['one', 'two', 'closed'])
})
