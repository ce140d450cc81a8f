/** The state of a tab in several rooms. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ANSWER_MS } from '../../shared/client/pending.ts'
import type { ErrorMessage } from '../../shared/replies.ts'
import { leave } from '../../web/rooms.ts'
import {
  type Action,
  arrivals,
  firstUnread,
  greetingOf,
  HISTORY_EVENTS,
  hasFaulty,
  joinsOf,
  LOBBY,
  sendable,
  unreadIn,
} from '../../web/state.ts'
import { keepDraft, readDraft } from '../../web/store.ts'
import {
  alice,
  bob,
  event,
  events,
  eventsIn,
  joined,
  presence,
  range,
  seqsOf,
  Tab,
  welcome,
} from './room.ts'

/** In the lobby, which has 3 messages, and in `physics`, which has 2 and is shown. */
function inTwoRooms(): Tab {
  return new Tab().receive(
    welcome({ events: range(1, 3) }),
    joined('physics', { events: range(1, 2), topic: 'Waves', memberCount: 7 }),
  )
}

const forAlice = (seq: number) => event(seq, bob, { text: 'alice: look' })

function refusal(fields: Partial<ErrorMessage>): ErrorMessage {
  return { type: 'error', code: 'room_unknown', message: 'There is no such room.', ...fields }
}

const idsToSend = (tab: Tab) => sendable(tab.state).map(({ id }) => id)

describe('a message of the server', () => {
  it('changes the room that it names, and the lobby if it names none', () => {
    const tab = inTwoRooms().receive(events(event(4)), eventsIn('physics', event(3)))
    expect(seqsOf(tab.in(LOBBY))).toEqual([1, 2, 3, 4])
    expect(seqsOf(tab.in('physics'))).toEqual([1, 2, 3])
    tab.receive({ ...presence({ memberCount: 9 }), type: 'presence' })
    expect(tab.in(LOBBY).memberCount).toBe(9)
    expect(tab.in('physics').memberCount).toBe(7)
  })

  it('changes nothing if the tab is not in its room', () => {
    const tab = inTwoRooms()
    const { state } = tab
    expect(tab.receive(eventsIn('maths', forAlice(1))).state).toBe(state)
  })

  it('sets the topic of its room', () => {
    const tab = inTwoRooms()
    expect(tab.state.topic).toBe('Waves')
    tab.receive(events(event(4, bob, { kind: 'topic', text: 'Welcome' })))
    expect([tab.in(LOBBY).topic, tab.state.topic]).toEqual(['Welcome', 'Waves'])
    tab.receive(eventsIn('physics', event(3, bob, { kind: 'topic', text: '' })))
    expect(tab.state.topic).toBe('')
  })

  it('that the tab is in the lobby, under its own name in the address, leads to the lobby', () => {
    const rooms = [LOBBY, 'physics', 'hall'].map((room) => ({ room, readTo: null }))
    const tab = new Tab({ token: 't', room: 'hall', rooms })
      .say('a')
      .receive(
        welcome({ events: range(1, 3) }),
        joined('physics', { events: range(1, 2) }),
        refusal({ code: 'already_in_room', room: 'hall' }),
      )
    expect([...tab.state.rooms.keys()]).toEqual([LOBBY, 'physics'])
    expect(tab.state.room).toBe(LOBBY)
    expect(seqsOf(tab.state)).toEqual([1, 2, 3])
    expect(idsToSend(tab)).toEqual(['a'])
  })

  it('about typing is forgotten when its room is left', () => {
    const tab = inTwoRooms().receive({ type: 'typing', from: bob, on: true, room: 'physics' })
    expect(tab.state.typing).toHaveLength(1)
    expect(tab.show(LOBBY).show('physics').state.typing).toEqual([])
  })
})

describe('a room', () => {
  it('is shown when it has been entered', () => {
    expect(inTwoRooms().state.room).toBe('physics')
    expect([...inTwoRooms().state.rooms.keys()]).toEqual([LOBBY, 'physics'])
  })

  it('is not shown when a new connection has entered it again', () => {
    const tab = inTwoRooms().show(LOBBY).loseConnection()
    tab.receive(welcome({ resumed: { from: 4, to: 3 }, head: 3 }), joined('physics'))
    expect(tab.state.room).toBe(LOBBY)
  })

  it('takes the name that the server shows', () => {
    const room = 'Physics'
    const tab = new Tab({ token: 't', room, rooms: [{ room, readTo: null }] }).say('a')
    tab.receive(welcome({ room: 'physics' }))
    expect(tab.state.room).toBe('physics')
    expect([...tab.state.rooms.keys()]).toEqual(['physics'])
    expect(tab.state.pending[0]?.room).toBe('physics')
  })

  it('keeps its rows, its place and its results of a search while another is shown', () => {
    const tab = inTwoRooms().act({ type: 'follow', on: false })
    tab.receive({ type: 'found', query: 'x', events: [], room: 'physics' })
    const { entries, found } = tab.state
    tab.show(LOBBY)
    expect(tab.state.found).toBeNull()
    expect(tab.state.following).toBe(true)
    tab.show('physics')
    expect(tab.state.entries).toBe(entries)
    expect(tab.state.found).toBe(found)
    expect(tab.state.following).toBe(false)
  })

  it('takes a page of its log also while another is shown', () => {
    const tab = inTwoRooms()
      .show(LOBBY)
      .receive(joined('physics', { events: range(51, 60) }))
    tab.show('physics').act({ type: 'follow', on: false }).show(LOBBY)
    const page = { epoch: 'e1', events: range(41, 50), more: true, position: 'older' as const }
    tab.take(page, 'physics')
    expect(seqsOf(tab.in('physics'))).toEqual(range(41, 60).map(({ seq }) => seq))
    expect(tab.seqs).toEqual([1, 2, 3])
  })

  it('that is left leads to the one before it', () => {
    const tab = inTwoRooms().act({ type: 'drop', room: 'physics' })
    expect(tab.state.room).toBe(LOBBY)
    expect(tab.seqs).toEqual([1, 2, 3])
    expect([...tab.state.rooms.keys()]).toEqual([LOBBY])
  })

  it('is still one of the tab after its person has left the server', () => {
    const tab = inTwoRooms().act({ type: 'left' })
    expect(tab.state.room).toBe('physics')
    tab.receive(welcome())
    expect(joinsOf(tab.state).map(({ room }) => room)).toEqual(['physics'])
  })
})

describe('what is unread', () => {
  it('is counted in each room that is not shown, mentions apart', () => {
    const tab = inTwoRooms().receive(events(event(4), forAlice(5)), eventsIn('physics', event(3)))
    expect(tab.in(LOBBY)).toMatchObject({ unread: 2, mentions: 1 })
    expect(tab.state).toMatchObject({ unread: 0, mentions: 0 })
    expect(unreadIn(tab.state)).toBe(2)
  })

  it('does not count the messages of the reader', () => {
    expect(
      inTwoRooms()
        .receive(events(event(4, alice)))
        .in(LOBBY).unread,
    ).toBe(0)
  })

  it('is counted in the shown room as well while the page has no attention', () => {
    const tab = inTwoRooms().act({ type: 'away', on: true })
    tab.receive(events(event(4)), eventsIn('physics', event(3)))
    expect(unreadIn(tab.state)).toBe(2)
    tab.act({ type: 'away', on: false })
    expect(unreadIn(tab.state)).toBe(1)
  })

  it('is read when the room is shown, and a line is above it', () => {
    const tab = inTwoRooms()
      .receive(events(event(4), forAlice(5)))
      .show(LOBBY)
    expect(tab.state).toMatchObject({ unread: 0, mentions: 0, readTo: 3 })
    expect(firstUnread(tab.state)).toBe(4)
    expect(firstUnread(tab.show('physics').show(LOBBY).state)).toBeNull()
  })

  it('is found again after a reload, from the place that the tab remembers', () => {
    const rooms = [
      { room: LOBBY, readTo: null },
      { room: 'physics', readTo: 2 },
      { room: 'maths', readTo: 9 },
    ]
    const tab = new Tab({ token: 't', rooms }).receive(
      welcome({ events: range(1, 3) }),
      joined('physics', { events: [event(1), event(2), event(3), forAlice(4)] }),
      joined('maths', { events: range(1, 9) }),
    )
    expect(tab.state.room).toBe(LOBBY)
    expect(tab.in('physics')).toMatchObject({ unread: 2, mentions: 1, readTo: 2 })
    expect(tab.in('maths')).toMatchObject({ unread: 0, mentions: 0 })
  })
})

describe('arrivals', () => {
  it('are the messages of others in all rooms', () => {
    const tab = inTwoRooms()
    const before = tab.state
    tab.receive(events(event(4), forAlice(5)), eventsIn('physics', event(3)))
    const heard = arrivals(before, tab.state).map(({ event: { seq }, room }) => [room, seq])
    expect(heard).toEqual([
      [LOBBY, 4],
      [LOBBY, 5],
      ['physics', 3],
    ])
  })

  it('are none from a replay', () => {
    const tab = inTwoRooms().show(LOBBY).loseConnection()
    const before = tab.state
    tab.receive(welcome({ resumed: { from: 4, to: 3 }, head: 3 }))
    tab.receive(joined('physics', { resumed: { from: 3, to: 4 }, head: 4 }))
    tab.receive(eventsIn('physics', event(3), forAlice(4)))
    expect(arrivals(before, tab.state)).toEqual([])
    expect(tab.in('physics').mentions).toBe(1)
  })
})

describe('after the connection broke', () => {
  it('each room continues after the last event that it has shown', () => {
    const tab = inTwoRooms()
      .receive(events(event(4)))
      .loseConnection()
    expect(greetingOf(tab.state)).toMatchObject({ epoch: 'e1', seq: 4 })
    expect(greetingOf(tab.state)).not.toHaveProperty('room')
    tab.receive(welcome({ resumed: { from: 5, to: 4 }, head: 4 }))
    expect(joinsOf(tab.state)).toEqual([
      { type: 'join', room: 'physics', history: HISTORY_EVENTS, epoch: 'e1', seq: 2 },
    ])
  })

  it('the room that is shown is greeted in if the tab is not in the lobby', () => {
    const tab = inTwoRooms().receive(joined('maths')).act({ type: 'drop', room: LOBBY })
    expect(greetingOf(tab.loseConnection().state)).toMatchObject({ room: 'maths' })
    tab.receive(welcome({ room: 'maths' }))
    expect(joinsOf(tab.state).map(({ room }) => room)).toEqual(['physics'])
  })

  it('nothing is sent in a room before its replay has arrived', () => {
    const tab = inTwoRooms().loseConnection().say('p').show(LOBBY).say('l')
    expect(idsToSend(tab)).toEqual([])
    tab.receive(welcome({ resumed: { from: 4, to: 3 }, head: 3 }))
    expect(idsToSend(tab)).toEqual(['l'])
    tab.receive(joined('physics', { resumed: { from: 3, to: 4 }, head: 4 }))
    tab.receive(eventsIn('physics', event(3)))
    expect(idsToSend(tab)).toEqual(['l'])
    tab.receive(eventsIn('physics', event(4)))
    expect(idsToSend(tab)).toEqual(['l', 'p'])
  })

  it('a replay has arrived also if its last events are of people that the reader ignores', () => {
    const tab = inTwoRooms().loseConnection().show(LOBBY).say('l')
    tab.receive(welcome({ resumed: { from: 4, to: 6 }, head: 6 }), events(event(4)))
    expect(idsToSend(tab)).toEqual([])
    tab.receive({ type: 'events', events: [], to: 6 })
    expect(idsToSend(tab)).toEqual(['l'])
  })

  it('each room shows each seq once and in order, whatever is shown, repeated or lost', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('say' as const), at: fc.nat(2), count: fc.nat(4) }),
      fc.record({ kind: fc.constant('repeat' as const), at: fc.nat(2), count: fc.nat(6) }),
      fc.record({ kind: fc.constant('show' as const), at: fc.nat(2), count: fc.constant(0) }),
      fc.record({ kind: fc.constant('break' as const), at: fc.nat(2), count: fc.nat(3) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const rooms = [LOBBY, 'physics', 'maths']
        const heads = new Map(rooms.map((room) => [room, 0]))
        const headOf = (room: string) => heads.get(room) ?? 0
        const tab = new Tab().receive(welcome(), joined('physics'), joined('maths'))
        const within = (room: string) => (room === LOBBY ? {} : { room })
        const catchUp = (room: string, seq: number) => ({
          head: headOf(room),
          resumed: { from: seq + 1, to: headOf(room) },
        })
        for (const { kind, at, count } of steps) {
          const room = rooms[at] as string
          const head = headOf(room)
          if (kind === 'show') tab.show(room)
          else if (kind === 'say') {
            heads.set(room, head + count)
            tab.receive({ ...events(...range(head + 1, head + count)), ...within(room) })
          } else if (kind === 'repeat') {
            tab.receive({ ...events(...range(Math.max(1, head - count), head)), ...within(room) })
          } else {
            tab.loseConnection()
            // Said while nobody is connected.
            heads.set(room, head + count)
            const { room: greeted = LOBBY, seq = 0 } = greetingOf(tab.state)
            tab.receive(welcome({ ...within(greeted), ...catchUp(greeted, seq) }))
            const missed = [{ room: greeted, seq }]
            for (const { room, seq = 0 } of joinsOf(tab.state)) {
              tab.receive(joined(room, catchUp(room, seq)))
              missed.push({ room, seq })
            }
            for (const { room, seq } of missed) {
              const list = range(seq + 1, headOf(room))
              if (list.length > 0) tab.receive({ ...events(...list), ...within(room) })
            }
          }
        }
        for (const room of rooms) {
          expect(seqsOf(tab.in(room))).toEqual(range(1, headOf(room)).map(({ seq }) => seq))
        }
      }),
    )
  })
})

describe('a pending message', () => {
  it('is for the room in which it was written', () => {
    const tab = inTwoRooms().say('p').show(LOBBY).say('l')
    expect(sendable(tab.state).map(({ id, room }) => [id, room])).toEqual([
      ['l', LOBBY],
      ['p', 'physics'],
    ])
    tab.sent('l', 'p').receive(eventsIn('physics', event(3, alice, { id: 'p' })))
    expect(tab.pendingIds).toEqual(['l'])
  })

  it('is kept over a reload, and sent in its room', () => {
    const before = inTwoRooms().loseConnection().say('p')
    const rooms = [
      { room: LOBBY, readTo: null },
      { room: 'physics', readTo: null },
    ]
    const tab = new Tab({ token: 't', pending: before.state.pending, rooms }).receive(welcome())
    expect(idsToSend(tab)).toEqual([])
    tab.receive(joined('physics'))
    expect(idsToSend(tab)).toEqual(['p'])
  })

  it('that was not sent marks its room', () => {
    const tab = inTwoRooms().say('p').sent('p').show(LOBBY).wait(ANSWER_MS)
    expect(['physics', LOBBY].map((room) => hasFaulty(tab.state, room))).toEqual([true, false])
  })

  it('waits for its author after its room was left', () => {
    const tab = inTwoRooms().loseConnection().say('p').act({ type: 'drop', room: 'physics' })
    expect(tab.faults).toEqual(['left'])
    expect(idsToSend(tab.receive(welcome()))).toEqual([])
  })

  it('that was sent before its room was left is acknowledged', () => {
    const tab = inTwoRooms().say('p').sent('p').act({ type: 'drop', room: 'physics' })
    tab.receive(eventsIn('physics', event(3, alice, { id: 'p' })))
    expect(tab.pendingIds).toEqual([])
    expect([...tab.state.rooms.keys()]).toEqual([LOBBY])
  })
})

describe('a room that cannot be entered', () => {
  it('leaves the tab where it was', () => {
    const tab = inTwoRooms().receive(refusal({ room: 'nowhere' }))
    expect(tab.state.room).toBe('physics')
    expect(tab.state.notice).toMatchObject({ code: 'room_unknown', room: 'nowhere' })
  })

  it('leads to the lobby if the address named it', () => {
    const tab = new Tab({ token: 't', room: 'x', rooms: [{ room: 'x', readTo: null }] })
    tab.act({ type: 'connection', connection: { phase: 'connecting' }, now: 0 })
    tab.receive(refusal({ room: 'x' }))
    expect(tab.state.room).toBe(LOBBY)
    expect([...tab.state.rooms.keys()]).toEqual([LOBBY])
    expect(tab.receive(welcome()).state.notice?.code).toBe('room_unknown')
  })

  it('is left while the connection is being opened: the page opens it again, with another hello', () => {
    const tab = inTwoRooms().loseConnection()
    tab.act({ type: 'connection', connection: { phase: 'connecting' }, now: 0 })
    let reconnects = 0
    const host = {
      peek: () => tab.state,
      act: (action: Action) => void tab.act(action),
      send: () => false,
      naming: () => ({}),
      hint: () => false as const,
      reconnect() {
        reconnects += 1
      },
    }
    expect(leave(host, 'physics')).toBe(true)
    expect([...tab.state.rooms.keys()]).toEqual([LOBBY])
    expect(reconnects).toBe(1)
  })

  it('is no room of the tab any more if it was one', () => {
    const tab = inTwoRooms().show(LOBBY).loseConnection().receive(welcome())
    tab.receive(refusal({ room: 'physics' }))
    expect([...tab.state.rooms.keys()]).toEqual([LOBBY])
  })

  it('is still one if the error is about something else', () => {
    const tab = inTwoRooms().receive(refusal({ code: 'bad_message', room: 'physics' }))
    expect(tab.state.room).toBe('physics')
  })
})

describe('a draft', () => {
  it('is kept for each room, also without a storage', () => {
    keepDraft(LOBBY, 'hello')
    keepDraft('physics', 'F = ma')
    expect([LOBBY, 'physics', 'maths'].map(readDraft)).toEqual(['hello', 'F = ma', ''])
  })
})
