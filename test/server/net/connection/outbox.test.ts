/** The outbox: one write at a time, replies in order with broadcasts, no gap and no repeat. */
import { expect, test, vi } from 'vitest'
import { Outbox } from '../../../../server/net/connection/outbox.ts'
import type { Part } from '../../../../server/room/encoded.ts'
import { LineCodec } from '../../../../shared/dialect/line.ts'
import { testRooms } from '../../../support/rooms.ts'
import { HANGING_MS } from '../../../support/waiting.ts'

const from = { id: 'a', name: 'Ann', via: 'web' } as const

/** An outbox whose transport takes nothing until `take` is called. */
function fail(error: unknown): void {
  throw error
}

async function outboxOf(feedBytes = 1_000_000) {
  const rooms = await testRooms({ feedBytes })
  const room = rooms.lobby
  const writes: string[][] = []
  let done: (() => void) | undefined
  const write = (parts: readonly Part[], onTaken: () => void): boolean => {
    writes.push(parts.flatMap(({ encoded }) => encoded.units.map(({ text }) => text)))
    done = onTaken
    return false
  }
  const lost = vi.fn()
  const codec = new LineCodec({ stamps: false })
  const transport = { write, listen() {}, pause() {}, end() {}, destroy() {} }
  const outbox = new Outbox(rooms, transport, {
    codec,
    omits: undefined,
    ignored: new Set(),
    lost,
    failed: fail,
  })
  const say = (text: string) =>
    new Promise((resolve) => rooms.post(room, { kind: 'message', from, text }, resolve))
  const take = (): void => {
    const onTaken = done
    done = undefined
    onTaken?.()
  }
  const follow = (): void => {
    const { seq, head } = room.feed
    outbox.follow(room, { seq, until: seq, position: head })
  }
  return { room, outbox, writes, say, take, follow, lost }
}

test('there is one write at a time, and the next one has everything broadcast since', async () => {
  const { room, outbox, writes, say, take, follow } = await outboxOf()
  follow()
  await say('one')
  outbox.wake()
  for (const text of ['two', 'three']) await say(text)
  outbox.wake()
  expect(writes).toEqual([['Ann: one']])
  take()
  expect(writes).toEqual([['Ann: one'], ['Ann: two', 'Ann: three']])
  expect(outbox.seqIn(room)).toBe(1)
  take()
  expect(outbox.seqIn(room)).toBe(3)
})

test('a reply comes after what was broadcast before it', async () => {
  const { outbox, writes, say, take, follow } = await outboxOf()
  follow()
  outbox.deliver({ type: 'goodbye', name: 'first' })
  await say('one')
  outbox.deliver({ type: 'goodbye', name: 'second' })
  await say('two')
  take()
  expect(writes.flat()).toEqual(['Goodbye, first.', 'Ann: one', 'Goodbye, second.', 'Ann: two'])
})

test('events that have left the feed are read from the log, without a gap', async () => {
  const { outbox, writes, say, take, follow } = await outboxOf(2000)
  follow()
  outbox.deliver({ type: 'goodbye', name: 'busy' })
  const texts = Array.from({ length: 200 }, (_, at) => `message ${at}`)
  for (const text of texts) await say(text)
  const last = 'Ann: message 199'
  while (writes.flat().at(-1) !== last) {
    const count = writes.length
    take()
    await vi.waitFor(() => expect(writes.length).toBeGreaterThan(count), HANGING_MS)
  }
  expect(writes.flat().slice(1)).toEqual(texts.map((text) => `Ann: ${text}`))
})

test('the connection is lost when the log cannot be read, and keeps its position', async () => {
  const { room, outbox, say, take, follow, lost, writes } = await outboxOf(2000)
  follow()
  outbox.deliver({ type: 'goodbye', name: 'busy' })
  for (let at = 0; at < 50; at += 1) await say(`message ${at}`)
  room.log.read = () => Promise.reject(new Error('the disk is gone'))
  take()
  await vi.waitFor(() => expect(lost).toHaveBeenCalledOnce(), HANGING_MS)
  expect(writes).toHaveLength(1)
  expect(outbox.seqIn(room)).toBe(0)
})

test('many unsent replies make the outbox full until they are taken', async () => {
  const { outbox, take, follow } = await outboxOf()
  follow()
  outbox.deliver({ type: 'goodbye', name: 'busy' })
  for (let at = 0; at < 20; at += 1) outbox.deliver({ type: 'goodbye', name: 'x'.repeat(4000) })
  expect(outbox.isFull).toBe(true)
  const room = outbox.hasRoom()
  take()
  await room
  expect(outbox.isFull).toBe(false)
})

test('finish waits until everything is taken', async () => {
  const { outbox, take, follow } = await outboxOf()
  follow()
  const finished = vi.fn()
  outbox.deliver({ type: 'goodbye', name: 'busy' })
  outbox.finish(finished)
  expect(finished).not.toHaveBeenCalled()
  take()
  expect(finished).toHaveBeenCalledOnce()
})

test('written waits until the reader is sent what was said until then', async () => {
  const { room, outbox, writes, say, take, follow } = await outboxOf()
  follow()
  expect(outbox.written(room)).toBeUndefined()
  outbox.deliver({ type: 'goodbye', name: 'busy' })
  await say('one')
  let isWritten = false
  const written = outbox.written(room)?.then(() => {
    isWritten = true
  })
  await say('two')
  expect(isWritten).toBe(false)
  take()
  await written
  expect(writes.flat()).toEqual(['Goodbye, busy.', 'Ann: one', 'Ann: two'])
  expect(outbox.written(room)).toBeUndefined()
})

test.each(['stop', 'stopFollowing', 'release'] as const)('%s ends the wait', async (end) => {
  const { room, outbox, say, follow } = await outboxOf()
  follow()
  outbox.deliver({ type: 'goodbye', name: 'busy' })
  await say('one')
  const written = outbox.written(room)
  expect(written).toBeDefined()
  outbox[end]()
  await written
})
