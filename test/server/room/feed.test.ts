/** The feed: a ring of segments, each encoded once for all readers. */
import { describe, expect, test } from 'vitest'
import { Feed, FeedMemory, Segment } from '../../../server/room/feed.ts'
import type { Encoding } from '../../../shared/dialect/dialect.ts'
import { jsonDialect } from '../../../shared/dialect/json.ts'
import { LineCodec } from '../../../shared/dialect/line.ts'
import type { Person } from '../../../shared/protocol.ts'
import type { Events, Presence } from '../../../shared/replies.ts'

const alice: Person = { id: 'a1', name: 'alice', via: 'web' }
const bob: Person = { id: 'b2', name: 'bob', via: 'tcp' }
const at = '2026-11-22T12:21:15.123Z'

/** An event for each seq, of one character unless `text` is given. */
const events = (seqs: number[], text = 'x', from = alice): Events => ({
  type: 'events',
  events: seqs.map((seq) => ({ seq, at, kind: 'message', from, text })),
})
const presence = (joined: Person[]): Presence => ({
  type: 'presence',
  joined,
  left: [],
  renamed: [],
  memberCount: joined.length,
})

const lines = (offset: number): Encoding => new LineCodec({ offset }).broadcast
const json = jsonDialect.open().broadcast

/** Counts how often it encodes. */
function counting(encoding: Encoding): Encoding & { count: number } {
  const counted = {
    ...encoding,
    count: 0,
    encode(message: Parameters<Encoding['encode']>[0]) {
      counted.count += 1
      return encoding.encode(message)
    },
  }
  return counted
}

describe('a segment', () => {
  test('is encoded once for each encoding, for any number of readers', () => {
    const [line, object] = [counting(lines(0)), counting(json)]
    const segment = new Segment(events([1, 2]), 2, () => {})
    expect([line.count, object.count]).toEqual([0, 0])
    const first = segment.encoded(line)
    for (let reader = 0; reader < 100; reader += 1) {
      expect(segment.encoded(line)).toBe(first)
      segment.encoded(object)
    }
    expect([line.count, object.count]).toEqual([1, 1])
  })

  test('keeps 32 styles of lines, and JSON in addition', () => {
    const segment = new Segment(events([1, 2]), 2, () => {})
    const styles = Array.from({ length: 100 }, (_, at) => counting(lines(at * 15)))
    const object = counting(json)
    for (let reader = 0; reader < 2; reader += 1) {
      for (const one of [...styles, object]) segment.encoded(one)
    }
    const counts = styles.map(({ count }) => count)
    expect(counts).toEqual([...Array(32).fill(1), ...Array(68).fill(2)])
    expect(object.count).toBe(1)
  })

  test('leaves the ring when encodings of other segments need its bytes', () => {
    const feed = new Feed(new FeedMemory(4000), 0)
    for (let seq = 1; seq <= 4; seq += 1) feed.add(events([seq]))
    expect(feed.tail).toBe(0)
    const newest = feed.at(3)
    for (let style = 0; style < 30; style += 1) newest?.encoded(lines(style * 15))
    expect(feed.tail).toBeGreaterThan(0)
    expect(feed.at(3)).toBe(newest)
  })

  test('costs at least the bytes that it is encoded to', () => {
    const person = { id: 'x'.repeat(12), name: '😀'.repeat(24), via: 'server' } as const
    const crowd = Array.from({ length: 500 }, () => person)
    for (const message of [
      events([1, 2, 3], 'hello', person),
      events([1], 'x'.repeat(4096)),
      presence([alice]),
      presence(crowd),
    ]) {
      const segment = new Segment(message, 0, () => {})
      const units = [lines(0), json].flatMap((encoding) => segment.encoded(encoding).units)
      const bytes = Buffer.byteLength(units.map(({ text }) => text).join(''))
      expect(segment.cost).toBeGreaterThanOrEqual(bytes)
    }
  })
})

describe('the feed', () => {
  test('begins empty, at the head of the log', () => {
    const feed = new Feed(new FeedMemory(10_000), 41)
    expect(feed).toMatchObject({ head: 0, tail: 0, seq: 41, trimmedSeq: 41 })
    expect(feed.at(0)).toBeUndefined()
  })

  test('gives each segment the next position, and each event its seq', () => {
    const feed = new Feed(new FeedMemory(10_000), 41)
    feed.add(events([42, 43]))
    feed.add(presence([bob]))
    feed.add(events([44]))
    expect(feed).toMatchObject({ head: 3, tail: 0, seq: 44, trimmedSeq: 41 })
    expect([0, 1, 2].map((position) => feed.at(position)?.lastSeq)).toEqual([43, 43, 44])
    expect(feed.at(1)?.message).toEqual(presence([bob]))
    expect(feed.at(3)).toBeUndefined()
    expect(feed.at(-1)).toBeUndefined()
  })

  const sum = (feed: Feed) => {
    let bytes = 0
    for (let position = feed.tail; position < feed.head; position += 1) {
      bytes += feed.at(position)?.cost ?? Number.NaN
    }
    return bytes
  }

  test('stays within its limit by dropping the oldest, and reports the last dropped event', () => {
    const feed = new Feed(new FeedMemory(5000), 0)
    for (let seq = 1; seq <= 100; seq += 1) {
      feed.add(events([seq], 'x'.repeat(seq)))
      expect(sum(feed)).toBeLessThanOrEqual(5000)
      expect(feed.at(feed.head - 1)?.lastSeq).toBe(seq)
      // The one that went last is the one before the first that is still there.
      expect(feed.trimmedSeq).toBe((feed.at(feed.tail)?.lastSeq ?? 0) - 1)
      expect(feed.at(feed.tail - 1)).toBeUndefined()
    }
    expect(feed.head).toBe(100)
    expect(feed.head - feed.tail).toBeGreaterThan(2)
    expect(sum(feed) + new Segment(events([1], 'x'.repeat(50)), 1, () => {}).cost).toBeGreaterThan(
      5000,
    )
  })

  test('keeps a segment at exactly its limit, and drops it at one byte more', () => {
    const { cost } = new Segment(events([1]), 1, () => {})
    const [exact, less] = [
      new Feed(new FeedMemory(2 * cost), 0),
      new Feed(new FeedMemory(2 * cost - 1), 0),
    ]
    for (const feed of [exact, less]) for (const seq of [1, 2]) feed.add(events([seq]))
    expect([exact.tail, exact.trimmedSeq]).toEqual([0, 0])
    expect([less.tail, less.trimmedSeq]).toEqual([1, 1])
  })

  test('keeps the newest segment of any size, because readers still need it', () => {
    const feed = new Feed(new FeedMemory(1000), 0)
    feed.add(events([1]))
    feed.add(events([2], 'x'.repeat(4096)))
    expect(feed).toMatchObject({ head: 2, tail: 1, seq: 2, trimmedSeq: 1 })
    feed.add(events([3]))
    expect(feed).toMatchObject({ head: 3, tail: 2, seq: 3, trimmedSeq: 2 })
  })

  test('keeps the latest events of a room for people who enter, and none of a conversation', () => {
    const [room, conversation] = [
      new Feed(new FeedMemory(1000), 0),
      new Feed(new FeedMemory(1000), 0),
    ]
    for (const seq of [1, 2, 3]) {
      const message = events([seq], 'x'.repeat(1000))
      room.add(message)
      conversation.add({ ...message, type: 'direct', people: [alice, bob] })
    }
    expect(room.latest(2, 1)).toMatchObject([{ seq: 2 }, { seq: 3 }])
    expect(conversation.latest(2, 1)).toEqual([])
    expect(conversation.seq).toBe(3)
  })

  test('keeps a message, with what people gave it, below any number of reactions', () => {
    const feed = new Feed(new FeedMemory(1000), 0)
    feed.add(events([1]))
    for (let seq = 2; seq <= 500; seq += 1) {
      const from = seq < 10 ? alice : bob
      const person = { id: alice.id, name: alice.name }
      const act = {
        type: 'react',
        seq: 1,
        person,
        sign: '👍',
        on: seq % 2 === 0 || seq < 10,
      } as const
      feed.add({ type: 'events', events: [{ seq, at, kind: 'act', from, text: '', act }] })
    }
    const people = [alice, bob].map(({ id, name }) => ({ id, name }))
    expect(feed.latest(5, 1)).toMatchObject([{ seq: 1, reactions: [{ sign: '👍', people }] }])
  })

  test('counts the bytes of presence changes', () => {
    const feed = new Feed(new FeedMemory(1_000_000), 0)
    const crowd = Array.from({ length: 2000 }, (_, n) => ({ ...bob, id: `${n}` }))
    for (let round = 0; round < 20; round += 1) feed.add(presence(crowd))
    const held = JSON.stringify(presence(crowd)).length * (feed.head - feed.tail)
    expect(held).toBeLessThan(1_000_000)
  })
})
