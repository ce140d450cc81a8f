/** Conversations in a tab: what the page asks the server for, and what it shows. */
import { computed, signal } from '@preact/signals'
import { describe, expect, it, vi } from 'vitest'
import type { RoomEvent } from '../../shared/protocol.ts'
import type { Direct, History, ServerMessage } from '../../shared/replies.ts'
import type { ClientMessage } from '../../shared/requests.ts'
import { Conversations } from '../../web/conversations.ts'
import { more } from '../../web/language/more.ts'
import {
  arrivals,
  conversationWith,
  LOBBY,
  type Refusal,
  roomsOf,
  type State,
  sendable,
  unreadIn,
} from '../../web/state.ts'
import { alice, event, events, range, seqsOf, Tab, welcome } from './room.ts'

const BOB = conversationWith('b')
const people: Direct['people'] = [
  { id: 'a', name: 'alice' },
  { id: 'b', name: 'bob' },
]

function direct(...list: RoomEvent[]): Direct {
  return { type: 'direct', people, events: list }
}

function history(list: RoomEvent[], more = false): History {
  return { type: 'history', people, events: list, more }
}

/** A tab with its conversations, and the requests that the server has received. */
class Talk extends Tab {
  readonly asked: ClientMessage[] = []
  readonly spoken: number[] = []
  hint = ''
  readonly #shown = signal(this.state)
  readonly conversations = new Conversations({
    peek: () => this.state,
    act: (action) => {
      const before = this.state
      this.act(action)
      this.#shown.value = this.state
      this.spoken.push(...arrivals(before, this.state).map((one) => one.event.seq))
    },
    select: <T>(part: (state: State) => T) => computed(() => part(this.#shown.value)),
    send: (message) => {
      this.asked.push(message)
      return true
    },
    hint: (text) => {
      this.hint = text
      return false
    },
  })

  /** Receives messages as the session does, and lets replies take effect. */
  async hear(...messages: ServerMessage[]): Promise<this> {
    for (const message of messages) {
      if (!('people' in message)) this.receive(message)
      this.#shown.value = this.state
      this.conversations.take(message)
      await settled()
    }
    return this
  }

  get last(): ClientMessage | undefined {
    return this.asked.at(-1)
  }
}

/** After all that promises have made possible. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 10; turns++) await Promise.resolve()
}

async function joined(fields: Parameters<typeof welcome>[0] = {}): Promise<Talk> {
  const talk = new Talk()
  await talk.hear(welcome({ events: range(1, 3), ...fields }))
  return talk
}

describe('a direct message', () => {
  it('opens its conversation without showing it, and counts as a mention', async () => {
    const talk = await (await joined()).hear(direct(event(1)))
    expect(talk.state.room).toBe(LOBBY)
    const { person, unread, mentions } = talk.in(BOB)
    expect([person, unread, mentions]).toEqual(['bob', 1, 1])
    expect(unreadIn(talk.state)).toBe(1)
    expect(talk.spoken).toEqual([1])
    // It is the first one, so nothing is missing.
    expect(talk.asked).toEqual([])
    talk.show(BOB)
    expect(talk.state.unread).toBe(0)
    expect(talk.seqs).toEqual([1])
  })

  it('waits for the ones before it, and only it is news', async () => {
    const talk = await (await joined()).hear(direct(event(7)), direct(event(8)))
    expect(talk.asked).toEqual([{ type: 'history', direct: 'b', limit: 100 }])
    expect(seqsOf(talk.in(BOB))).toEqual([])
    await talk.hear(history(range(1, 8)))
    expect(seqsOf(talk.in(BOB))).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(talk.spoken).toEqual([7, 8])
    expect(talk.in(BOB).unread).toBe(2)
  })

  it('is sent again by the next connection, and its event is the acknowledgement', async () => {
    const talk = await (await joined()).hear(direct(event(1)))
    talk.show(BOB).say('x').sent('x').loseConnection()
    expect(sendable(talk.state)).toEqual([])
    await talk.hear(welcome({ direct: [{ with: people[1], head: 1 }] }))
    expect(sendable(talk.state).map(({ id, room }) => [id, room])).toEqual([['x', BOB]])
    await talk.hear(direct(event(2, alice, { id: 'x' })))
    expect(talk.pendingIds).toEqual([])
    expect(talk.seqs).toEqual([1, 2])
  })

  it('is not of a room with the same numbers', async () => {
    const talk = await (await joined()).hear(direct(event(1)), events(event(4)))
    expect(seqsOf(talk.in(LOBBY))).toEqual([1, 2, 3, 4])
    expect(seqsOf(talk.in(BOB))).toEqual([1])
  })
})

describe('after a return', () => {
  it('exactly the events that were missed are fetched, and later ones wait for them', async () => {
    const talk = await (await joined()).hear(direct(event(1)))
    talk.loseConnection()
    await talk.hear(welcome({ direct: [{ with: people[1], head: 3 }] }), direct(event(4)))
    expect(talk.asked).toEqual([{ type: 'history', direct: 'b', limit: 2, before: 4 }])
    await talk.hear(history(range(2, 3)))
    expect(seqsOf(talk.in(BOB))).toEqual([1, 2, 3, 4])
    expect(talk.in(BOB).unread).toBe(4)
    expect(talk.spoken).toEqual([1, 4])
  })

  it('a gap that is too long replaces the list', async () => {
    const talk = await (await joined()).hear(direct(event(1)))
    talk.show(BOB).show(LOBBY).loseConnection()
    await talk.hear(welcome({ direct: [{ with: people[1], head: 500 }] }))
    expect(talk.last).toEqual({ type: 'history', direct: 'b', limit: 200, before: 501 })
    await talk.hear(history(range(301, 500), true))
    expect(seqsOf(talk.in(BOB))).toEqual(range(301, 500).map(({ seq }) => seq))
    expect(talk.in(BOB).unread).toBe(200)
  })

  it('a conversation of another epoch is forgotten', async () => {
    const talk = await (await joined()).hear(direct(...range(1, 5)))
    talk.show(BOB).show(LOBBY).loseConnection()
    await talk.hear(welcome({ epoch: 'e2', direct: [{ with: people[1], head: 2 }] }))
    await talk.hear(history(range(1, 2)))
    expect(seqsOf(talk.in(BOB))).toEqual([1, 2])
    expect(talk.in(BOB).unread).toBe(2)
  })

  it('what was read waits until it is shown, and what was not is counted', async () => {
    const kept = [
      { room: LOBBY, readTo: null },
      { room: BOB, readTo: 5, person: 'bob' },
    ]
    for (const [head, unread] of [
      [5, 0],
      [6, 1],
    ] as const) {
      const talk = new Talk({ token: 't', rooms: kept })
      await talk.hear(welcome({ direct: [{ with: people[1], head }] }))
      expect(talk.asked).toHaveLength(unread)
      if (unread === 0) await talk.conversations.open({ id: 'b', name: 'bob' })
      expect(talk.last).toEqual({ type: 'history', direct: 'b', limit: 100 })
      await talk.hear(history(range(1, head)))
      expect(talk.in(BOB).unread).toBe(unread)
      expect(seqsOf(talk.in(BOB))).toHaveLength(head)
    }
  })
})

describe('a person', () => {
  it('is found by name among those who are here, and looked up otherwise', async () => {
    const talk = await joined()
    expect(await talk.conversations.open('BOB')).toBe(true)
    expect(talk.state.room).toBe(BOB)
    const opened = talk.conversations.open('carol')
    await talk.hear(history([]))
    expect(talk.last).toEqual({ type: 'history', direct: 'carol', limit: 1 })
    const found: History['people'] = [{ id: 'c', name: 'Carol' }, people[0]]
    await talk.hear({ ...history([]), people: found })
    expect(await opened).toBe(true)
    expect([talk.state.room, talk.state.person]).toEqual(['@c', 'Carol'])
  })

  it('whom the server does not know has no conversation', async () => {
    const talk = await joined()
    const opened = talk.conversations.open('nobody')
    await settled()
    const notice: Refusal = { code: 'person_unknown', text: 'There is nobody.', suggestion: null }
    await talk.hear({ type: 'error', code: notice.code, message: notice.text })
    expect(await opened).toBe(false)
    expect(talk.state.notice).toEqual(notice)
    expect(talk.state.room).toBe(LOBBY)
  })

  it('who is renamed keeps the conversation', async () => {
    const talk = await (await joined()).hear(direct(event(1)))
    const renamed = [{ id: 'b', was: 'bob', name: 'robert' }]
    await talk.hear({ type: 'presence', joined: [], left: [], renamed, memberCount: 2 })
    expect(talk.in(BOB).person).toBe('robert')
  })

  it('who is ignored is hidden in all rooms, and the conversation with them', async () => {
    const talk = await (await joined()).hear(events(event(4, alice)), direct(event(1)))
    talk.show(BOB)
    await talk.hear({ type: 'ignored', people: [people[1]] })
    expect(talk.hint).toBe(more.ignored(['bob']))
    expect(talk.state.room).toBe(LOBBY)
    expect(roomsOf(talk.state).map(({ room }) => room)).toEqual([LOBBY])
    expect(talk.seqs).toEqual([4])
    expect(await talk.conversations.open('bob')).toBe(false)
    talk.act({ type: 'follow', on: false })
    talk.receive(events(event(5, alice)))
    const page = { position: 'older' as const, epoch: 'e1', events: range(1, 3), more: false }
    talk.take(page)
    expect(talk.seqs).toEqual([4, 5])
    expect(talk.state.atStart).toBe(true)
  })
})

describe('the log of a conversation', () => {
  it('is given up when the server does not reply, and a late reply is skipped', async () => {
    vi.useFakeTimers()
    try {
      const talk = await (await joined()).hear(direct(event(1)))
      const pages = [
        talk.conversations.page(BOB, 'before', 300),
        talk.conversations.page(BOB, 'before', 100),
      ]
      await vi.advanceTimersByTimeAsync(10_000)
      expect(await pages[0]).toBeNull()
      expect(talk.asked).toHaveLength(2)
      await talk.hear(history(range(200, 299)))
      await talk.hear(history(range(1, 99)))
      expect((await pages[1])?.events).toHaveLength(99)
    } finally {
      vi.useRealTimers()
    }
  })

  it('is read on downwards also if a reply left out events', async () => {
    const talk = await (await joined()).hear(direct(...range(1, 900)))
    const read = talk.conversations.page(BOB, 'after', 100)
    await settled()
    expect(talk.last).toMatchObject({ before: 301, limit: 200 })
    await talk.hear({ ...history(range(250, 300), true), leftOut: 149 })
    expect(talk.last).toMatchObject({ before: 250, limit: 149 })
    await talk.hear(history(range(101, 249), true))
    const page = await read
    expect(page?.events.map(({ seq }) => seq)).toEqual(range(101, 300).map(({ seq }) => seq))
    expect(page?.more).toBe(true)
  })
})
