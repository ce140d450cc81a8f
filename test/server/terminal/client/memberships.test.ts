import { describe, expect, it } from 'vitest'
import { Conversation } from '../../../../server/terminal/client/conversation.ts'
import type { RoomEvent } from '../../../../shared/protocol.ts'
import type { Joined, ServerMessage } from '../../../../shared/replies.ts'
import type { ClientMessage } from '../../../../shared/requests.ts'
import { ann, bob, event as eventFrom, welcome } from '../../../shared/client/fixtures.ts'

/** With an id, it is the client's own message and acknowledges it. */
function event(seq: number, text: string, id?: string): RoomEvent {
  return eventFrom(seq, id === undefined ? bob : ann, { text, ...(id !== undefined && { id }) })
}

/** In the lobby. */
function online(): Conversation {
  const conversation = new Conversation('Ann', 20)
  conversation.receive(welcome(), 0)
  return conversation
}

/** The list of rooms, which tells the lobby's name. */
const list: ServerMessage = {
  type: 'rooms',
  rooms: ['Foyer', 'Maths'].map((name) => ({ name, memberCount: 1, topic: '' })),
  roomCount: 2,
  open: true,
}

function joined(room: string, fields: Partial<Joined> = {}): Joined {
  const place = { epoch: 'e1', head: 0, resumed: null, reset: null }
  return { type: 'joined', room, ...place, members: [ann], memberCount: 1, events: [], ...fields }
}

function toldIn(conversation: Conversation, room: string | undefined, ...events: RoomEvent[]) {
  const message = { type: 'events' as const, events, ...(room !== undefined && { room }) }
  return conversation.receive(message, 0)
}

const askForList: ClientMessage = { type: 'rooms' }
const join = (room: string, history = 20): ClientMessage => ({ type: 'join', room, history })
const leave = (room: string): ClientMessage => ({ type: 'leave', room })

/** The joins and leaves that are due. The list of rooms arrives at once if it is asked for. */
function due(conversation: Conversation): ClientMessage[] {
  const requests = conversation.takeMoves()
  if (requests.every(({ type }) => type !== 'rooms')) return requests
  conversation.receive(list, 0)
  return [...requests.filter(({ type }) => type !== 'rooms'), ...conversation.takeMoves()]
}

/** Moves as far as the server's reply. */
function move(conversation: Conversation, wanted: string, reply: Joined): void {
  conversation.move(wanted)
  due(conversation)
  conversation.receive(reply, 0)
}

/** In Maths, after a move from the lobby. */
function inMaths(): Conversation {
  const conversation = online()
  move(conversation, 'maths', joined('Maths'))
  due(conversation)
  return conversation
}

describe('a conversation in several rooms', () => {
  it('joins the next room, and leaves the one before when it is in', () => {
    const conversation = online()
    toldIn(conversation, undefined, event(7, 'of the lobby'))
    expect(conversation.takeMoves()).toEqual([])
    conversation.move('maths')
    // Only the list tells the lobby's name, without which the lobby cannot be left.
    expect(conversation.takeMoves()).toEqual([askForList])
    expect(conversation.takeMoves()).toEqual([])
    expect(conversation.receive(list, 0)).toEqual([])
    expect(conversation.takeMoves()).toEqual([join('maths')])
    expect(conversation.takeMoves()).toEqual([])
    expect(conversation.room).toBeUndefined()
    const reply = joined('Maths', {
      head: 3,
      members: [ann, bob],
      memberCount: 2,
      topic: 'Sets',
      events: [event(3, 'three')],
    })
    expect(conversation.receive(reply, 0)).toEqual([reply])
    expect(due(conversation)).toEqual([leave('Foyer')])
    expect(conversation).toMatchObject({ room: 'Maths', memberCount: 2, topic: 'Sets' })
    expect([...conversation.members.keys()]).toEqual(['a', 'b'])
    expect(conversation.hello()).toMatchObject({ room: 'Maths', epoch: 'e1', seq: 3 })
  })

  it('shows nothing of a room that it is not in', () => {
    const conversation = online()
    const others = (name: string | undefined): unknown[] => {
      const room = name === undefined ? {} : { room: name }
      const changes = { joined: [bob], left: [], renamed: [], memberCount: 9 }
      return [
        ...conversation.receive({ type: 'events', events: [event(1, 'one')], ...room }, 0),
        ...conversation.receive({ type: 'presence', ...changes, ...room }, 0),
        ...conversation.receive({ type: 'history', events: [], more: false, ...room }, 0),
        ...conversation.receive({ type: 'found', query: 'x', events: [], ...room }, 0),
      ]
    }
    expect(others('Maths')).toEqual([])
    expect([conversation.memberCount, conversation.members.size]).toEqual([1, 1])
    move(conversation, 'maths', joined('Maths'))
    expect(others(undefined)).toEqual([])
    expect([conversation.memberCount, conversation.hello().seq]).toEqual([1, 0])
    expect(others('Maths')).toHaveLength(4)
  })

  it('sends a message to the room in which it was written, and leaves after its acknowledgement', () => {
    const conversation = online()
    conversation.move('maths')
    due(conversation)
    conversation.say(['to the lobby'], {}, 0)
    const [first] = conversation.take(0)
    expect(first).not.toHaveProperty('room')
    conversation.receive(joined('Maths'), 0)
    conversation.say(['to Maths'], {}, 0)
    expect(due(conversation)).toEqual([])
    expect(conversation.take(0)).toMatchObject([{ text: 'to Maths', room: 'Maths' }])
    expect(toldIn(conversation, undefined, event(1, 'to the lobby', first?.id))).toEqual([])
    expect(due(conversation)).toEqual([leave('Foyer')])
    expect(conversation.pending.map(({ text }) => text)).toEqual(['to Maths'])
  })

  it('names the lobby when requests without a room are for another one', () => {
    const conversation = new Conversation('Ann', 20, 'maths')
    expect(conversation.hello().room).toBe('maths')
    conversation.receive(welcome({ room: 'Maths' }), 0)
    expect(conversation.request({ type: 'history', limit: 5 })).toMatchObject({ room: 'Maths' })
    move(conversation, 'Foyer', joined('Foyer'))
    expect(due(conversation)).toEqual([leave('Maths')])
    expect(conversation.room).toBeUndefined()
    conversation.say(['hi'], {}, 0)
    expect(conversation.take(0)).toMatchObject([{ text: 'hi', room: 'Foyer' }])
    expect(conversation.request({ type: 'topic', text: 'x' })).toMatchObject({ room: 'Foyer' })
    expect(toldIn(conversation, undefined, event(1, 'one'))).toHaveLength(1)
    expect(conversation.hello()).not.toHaveProperty('room')
  })

  it('enters a room again for messages that are pending there after it has reconnected', () => {
    const conversation = online()
    conversation.say(['one', 'two'], {}, 0)
    const sent = conversation.take(0)
    move(conversation, 'maths', joined('Maths', { head: 4 }))
    conversation.connection = { phase: 'connecting' }
    expect(due(conversation)).toEqual([])
    expect(conversation.hello()).toMatchObject({ room: 'Maths', seq: 4 })
    conversation.receive(welcome({ room: 'Maths', head: 4, resumed: { from: 5, to: 4 } }), 0)
    expect(due(conversation)).toEqual([join('Foyer', 0)])
    expect(conversation.take(0)).toEqual([])
    expect(conversation.receive(joined('Foyer', { head: 9 }), 0)).toEqual([])
    expect(conversation.room).toBe('Maths')
    const again = conversation.take(0)
    expect(again).toEqual(sent.map((say) => ({ ...say, room: 'Foyer' })))
    expect(due(conversation)).toEqual([])
    const echoes = again.map(({ text, id }, at) => event(at + 1, text, id))
    expect(toldIn(conversation, undefined, ...echoes)).toEqual([])
    expect(conversation.pending).toEqual([])
    expect(due(conversation)).toEqual([leave('Foyer')])
  })

  it('sends them under the name that the room has by then', () => {
    const conversation = inMaths()
    conversation.say(['sum'], {}, 0)
    move(conversation, 'foyer', joined('Foyer'))
    conversation.connection = { phase: 'connecting' }
    conversation.receive(welcome({ resumed: { from: 1, to: 0 } }), 0)
    expect(due(conversation)).toEqual([join('Maths', 0)])
    conversation.receive(joined('MATHS'), 0)
    expect(due(conversation)).toEqual([])
    expect(conversation.take(0)).toMatchObject([{ text: 'sum', room: 'MATHS' }])
  })

  it('moves also if the connection broke before the reply', () => {
    const conversation = online()
    conversation.move('maths')
    const lost = [() => conversation.takeMoves(), () => due(conversation)]
    for (const send of lost) {
      send()
      conversation.connection = { phase: 'connecting' }
      expect(conversation.hello()).not.toHaveProperty('room')
      conversation.receive(welcome({ resumed: { from: 1, to: 0 } }), 0)
    }
    // The server may have been started again with another lobby.
    expect(conversation.takeMoves()).toEqual([askForList])
    conversation.receive(list, 0)
    expect(conversation.takeMoves()).toEqual([join('maths')])
  })

  it('stays where it is when the server refuses the next room', () => {
    const conversation = online()
    conversation.move('maths')
    due(conversation)
    const fault = { type: 'error', code: 'room_unknown', message: 'No.', room: 'maths' } as const
    expect(conversation.receive(fault, 0)).toEqual([fault])
    expect(conversation.room).toBeUndefined()
    expect(due(conversation)).toEqual([])
    conversation.move('physics')
    expect(due(conversation)).toEqual([join('physics')])
  })

  it('goes to the room that was asked for last', () => {
    const conversation = online()
    conversation.move('maths')
    due(conversation)
    conversation.move('foyer')
    expect(due(conversation)).toEqual([])
    conversation.receive(joined('Maths'), 0)
    expect(due(conversation)).toEqual([leave('Foyer'), join('foyer')])
    conversation.receive(joined('Foyer'), 0)
    expect(due(conversation)).toEqual([leave('Maths')])
    expect(conversation.room).toBeUndefined()
  })

  it('stays where it is if that room was asked for last', () => {
    const conversation = inMaths()
    conversation.move('physics')
    due(conversation)
    conversation.move('maths')
    expect(conversation.receive(list, 0)).toEqual([])
    const fault = { type: 'error', code: 'room_unknown', message: 'No.', room: 'physics' } as const
    conversation.receive(fault, 0)
    expect(due(conversation)).toEqual([])
    expect(conversation.move('maths')).toMatchObject([{ code: 'already_in_room' }])
  })

  it('goes back to a room only after its messages there were acknowledged', () => {
    const conversation = inMaths()
    conversation.say(['sum'], {}, 0)
    const [said] = conversation.take(0)
    move(conversation, 'foyer', joined('Foyer'))
    conversation.move('Maths')
    expect(due(conversation)).toEqual([])
    toldIn(conversation, 'Maths', event(1, 'sum', said?.id))
    expect(due(conversation)).toEqual([leave('Maths'), join('Maths')])
  })

  it('learns from the list that it is in the lobby already', () => {
    const conversation = online()
    conversation.move('foyer')
    expect(conversation.takeMoves()).toEqual([askForList])
    expect(conversation.receive(list, 0)).toMatchObject([{ code: 'already_in_room' }])
    expect(conversation.takeMoves()).toEqual([])
  })

  it('asks the server for nothing if it is in the room already', () => {
    const conversation = inMaths()
    expect(conversation.move('MATHS')).toMatchObject([{ type: 'error', code: 'already_in_room' }])
    expect(due(conversation)).toEqual([])
  })

  it('gives up messages for a room that cannot be entered again, and says for which', () => {
    const conversation = inMaths()
    conversation.say(['sum'], {}, 0)
    conversation.take(0)
    move(conversation, 'foyer', joined('Foyer'))
    conversation.connection = { phase: 'connecting' }
    conversation.receive(welcome({ resumed: { from: 1, to: 0 } }), 0)
    expect(due(conversation)).toEqual([join('Maths', 0)])
    const fault = { type: 'error', code: 'rooms_full', message: 'No.', room: 'Maths' } as const
    expect(conversation.receive(fault, 0)).toMatchObject([
      { message: 'Not sent to Maths yet: No.' },
    ])
    expect([conversation.pending.length, due(conversation)]).toEqual([1, []])
    conversation.retry()
    expect(due(conversation)).toEqual([join('Maths', 0)])
    expect(conversation.receive({ ...fault, code: 'room_unknown' }, 0)).toMatchObject([
      { type: 'error', message: 'Not sent to Maths: No.' },
    ])
    expect([conversation.pending, conversation.refused]).toEqual([[], 1])
  })

  it('sends what was written before the welcome to the room under its real name', () => {
    const conversation = new Conversation('Ann', 20, 'maths')
    conversation.say(['early'], {}, 0)
    conversation.receive(welcome({ room: 'Maths' }), 0)
    expect(due(conversation)).toEqual([])
    expect(conversation.take(0)).toMatchObject([{ text: 'early', room: 'Maths' }])
  })

  it('shows a list of rooms only to a person who asked for it', () => {
    const conversation = inMaths()
    expect(conversation.rooms).toEqual(['Foyer', 'Maths'])
    expect(conversation.receive(list, 0)).toEqual([])
    conversation.request({ type: 'rooms' })
    expect(conversation.receive(list, 0)).toEqual([list])
    expect(conversation.receive(list, 0)).toEqual([])
    conversation.request({ type: 'rooms' })
    conversation.receive(welcome({ room: 'Maths' }), 0)
    expect(conversation.receive(list, 0)).toEqual([])
  })

  it('knows the topic of the room that it is in', () => {
    const conversation = online()
    expect(conversation.topic).toBe('')
    const topic = (seq: number, text: string) => ({ ...event(seq, text), kind: 'topic' as const })
    toldIn(conversation, undefined, topic(1, 'Sets'), event(2, 'two'))
    expect(conversation.topic).toBe('Sets')
    toldIn(conversation, 'Maths', topic(1, 'elsewhere'))
    expect(conversation.topic).toBe('Sets')
    conversation.receive(welcome({ topic: 'Sums', head: 2, resumed: { from: 3, to: 2 } }), 0)
    expect(conversation.topic).toBe('Sums')
    toldIn(conversation, undefined, topic(3, ''))
    expect(conversation.topic).toBe('')
  })
})
