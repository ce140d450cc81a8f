/** Which conversations a connection follows, and from where. */
import { expect, test } from 'vitest'
import type { Conversation } from '../../../../server/room/conversation.ts'
import type { Reader } from '../../../../server/room/reader.ts'
import type { Rooms } from '../../../../server/room/rooms.ts'
import { Correspondence, MAX_FOLLOWED } from '../../../../server/room/session/correspondence.ts'
import { testNetwork, testRooms } from '../../../support/rooms.ts'

const bob = { id: 'bob', name: 'Bob' }

/** A terminal, which takes an event when the test says so. `seqs`: the last event taken of each. */
function terminal() {
  const seqs = new Map<unknown, number>()
  const reader: Reader = {
    via: 'tcp',
    remembersSeat: true,
    awaitsAnswer: false,
    isGone: false,
    isTyped: true,
    source: testNetwork,
    seqIn: (channel) => seqs.get(channel),
    get positions() {
      const entries = [...seqs] as [Conversation, number][]
      return Object.fromEntries(entries.map(([{ log }, seq]) => [log.key, seq]))
    },
    deliver() {},
    follow: (channel, { seq }) => {
      channel.hold()
      seqs.set(channel, seq)
    },
    unfollow: (channel) => {
      seqs.delete(channel)
      channel.release()
    },
    stopFollowing() {},
    written: () => undefined,
    invite() {},
    wake() {},
    lost() {},
    close() {},
  }
  return { reader, seqs }
}

const conversations = (rooms: Rooms, count: number): Promise<Conversation[]> =>
  Promise.all(
    Array.from({ length: count }, (_, at) => {
      const id = `person ${at}`
      return rooms.conversations.hold([bob, { id, name: id }])
    }),
  )

const say = (rooms: Rooms, conversation: Conversation) => {
  const from = { ...conversation.pair[1], via: 'web' } as const
  return new Promise((resolve) => {
    rooms.post(conversation, { kind: 'message', from, text: 'x' }, resolve)
  })
}

async function invited(count: number) {
  const rooms = await testRooms()
  const { reader, seqs } = terminal()
  rooms.people.arrive(reader, { name: 'Bob' }, { id: 'bob', seat: undefined, isRead: true })
  const correspondence = new Correspondence(rooms, reader)
  const all = await conversations(rooms, count)
  const receive = async (conversation: Conversation, isTaken: boolean) => {
    correspondence.invite(conversation, 'bob', true)
    await say(rooms, conversation)
    if (isTaken) seqs.set(conversation, conversation.feed.seq)
  }
  return { all, seqs, receive }
}

test('above the limit, the conversation with the longest silence is given up', async () => {
  const { all, seqs, receive } = await invited(MAX_FOLLOWED + 1)
  const [first, second, ...others] = all as [Conversation, Conversation, ...Conversation[]]
  const last = others.pop() as Conversation
  for (const one of [first, second, ...others]) await receive(one, true)
  await receive(first, true)
  await receive(last, true)
  expect(seqs.has(second)).toBe(false)
  expect(seqs.size).toBe(MAX_FOLLOWED)
})

test('a conversation that was given up is followed again from its position', async () => {
  const { all, seqs, receive } = await invited(2 * MAX_FOLLOWED)
  for (const one of all) await receive(one, true)
  const [first] = all as [Conversation]
  expect(seqs.has(first)).toBe(false)
  await receive(first, false)
  expect(seqs.get(first)).toBe(1)
})

test('a conversation that is about to receive its first event is not given up', async () => {
  const { all, seqs, receive } = await invited(MAX_FOLLOWED + 1)
  for (const one of all) await receive(one, false)
  expect(seqs.has(all.at(-1))).toBe(true)
  expect(seqs.size).toBe(MAX_FOLLOWED + 1)
})
