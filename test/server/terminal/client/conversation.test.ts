import { describe, expect, it } from 'vitest'
import { Conversation } from '../../../../server/terminal/client/conversation.ts'
import type { RoomEvent } from '../../../../shared/protocol.ts'
import { ann, bob, event as eventFrom, welcome } from '../../../shared/client/fixtures.ts'

/** With an id, it is the client's own message and acknowledges it. */
function event(seq: number, text: string, id?: string): RoomEvent {
  return eventFrom(seq, id === undefined ? bob : ann, { text, ...(id !== undefined && { id }) })
}

function told(conversation: Conversation, ...events: RoomEvent[]): string[] {
  return conversation
    .receive({ type: 'events', events }, 0)
    .flatMap((one) => (one.type === 'events' ? one.events.map(({ text }) => text) : []))
}

function online(): Conversation {
  const conversation = new Conversation('Ann', 20)
  conversation.receive(welcome(), 0)
  return conversation
}

describe('a conversation', () => {
  it('sends nothing before the welcome, and then the pending messages in order', () => {
    const conversation = new Conversation('Ann', 20)
    conversation.say(['one'], {}, 0)
    conversation.say(['waves'], { action: true }, 0)
    conversation.say(['bob yes'], { addressed: true }, 0)
    expect(conversation.take(0)).toEqual([])
    expect(conversation.hello()).toEqual({
      type: 'hello',
      protocol: 1,
      name: 'Ann',
      take: 'suggestion',
      history: 20,
    })
    conversation.receive(welcome(), 0)
    const id = expect.any(String)
    expect(conversation.take(0)).toEqual([
      { type: 'say', id, text: 'one' },
      { type: 'say', id, text: 'waves', action: true },
      { type: 'say', id, text: 'bob yes', addressed: true },
    ])
    expect(conversation.take(0)).toEqual([])
  })

  it('keeps a message until its own event arrives, and sends it again with the same id', () => {
    const conversation = online()
    conversation.say(['one'], {}, 0)
    const [first] = conversation.take(0)
    conversation.connection = { phase: 'connecting' }
    expect(conversation.take(0)).toEqual([])
    conversation.receive(welcome({ resumed: { from: 1, to: 0 } }), 0)
    expect(conversation.take(0)).toEqual([first])
    expect(told(conversation, event(1, 'one', first?.id))).toEqual(['one'])
    expect(conversation.pending).toEqual([])
  })

  it('resumes from its position, and sends nothing before the missed events have arrived', () => {
    const conversation = online()
    told(conversation, event(1, 'one'))
    conversation.say(['mine'], {}, 0)
    conversation.take(0)
    conversation.connection = { phase: 'connecting' }
    expect(conversation.hello()).toMatchObject({ token: 'token', epoch: 'e1', seq: 1 })
    conversation.receive(welcome({ head: 3, resumed: { from: 2, to: 3 } }), 0)
    expect(conversation.take(0)).toEqual([])
    const [{ id } = { id: '' }] = conversation.pending
    // The log had accepted it before the connection broke.
    expect(told(conversation, event(2, 'mine', id), event(3, 'two'))).toEqual(['mine', 'two'])
    expect(conversation.take(0)).toEqual([])
  })

  it('sends what is pending also if the last missed events were left out', () => {
    const conversation = online()
    conversation.say(['mine'], {}, 0)
    conversation.receive(welcome({ head: 3, resumed: { from: 1, to: 3 } }), 0)
    expect(told(conversation, event(1, 'one'))).toEqual(['one'])
    expect(conversation.take(0)).toEqual([])
    expect(conversation.receive({ type: 'events', events: [], to: 3 }, 0)).toEqual([])
    expect(conversation.take(0)).toMatchObject([{ text: 'mine' }])
    expect(conversation.hello().seq).toBe(3)
  })

  it('shows each event once', () => {
    const conversation = online()
    expect(told(conversation, event(1, 'one'), event(2, 'two'))).toEqual(['one', 'two'])
    expect(told(conversation, event(2, 'two'), event(3, 'three'))).toEqual(['three'])
  })

  it('accepts the reply to a repeated message, which has an earlier seq', () => {
    const conversation = online()
    told(conversation, event(9, 'later'))
    conversation.say(['one'], {}, 0)
    const [{ id } = { id: '' }] = conversation.take(0)
    expect(told(conversation, event(4, 'one', id))).toEqual([])
    expect(conversation.pending).toEqual([])
  })

  it.each(['trimmed', 'too_far'] as const)('reports a gap if the missed events are %s', (reset) => {
    const conversation = online()
    told(conversation, event(1, 'one'))
    conversation.connection = { phase: 'connecting' }
    const outgoing = conversation.receive(
      welcome({ head: 9, reset, events: [event(1, 'one'), event(9, 'nine')] }),
      0,
    )
    expect(outgoing).toEqual([
      { type: 'lines', lines: [expect.stringMatching(/^\* .*missed/)] },
      { type: 'events', events: [event(9, 'nine')] },
    ])
  })

  it('reports that it has another name after reconnecting', () => {
    const conversation = online()
    conversation.connection = { phase: 'connecting' }
    const you = { ...ann, name: 'Ann-2' }
    expect(conversation.receive(welcome({ you, resumed: { from: 1, to: 0 } }), 0)).toEqual([
      { type: 'lines', lines: ['* You are Ann-2 now.'] },
    ])
  })

  it('begins again if the epoch is another', () => {
    const conversation = online()
    told(conversation, event(500, 'old'))
    conversation.connection = { phase: 'connecting' }
    const fresh = event(1, 'new')
    const outgoing = conversation.receive(
      welcome({ epoch: 'e2', head: 1, reset: 'epoch', events: [fresh] }),
      0,
    )
    expect(outgoing[1]).toEqual({ type: 'events', events: [fresh] })
    expect(told(conversation, event(2, 'two'))).toEqual(['two'])
  })

  it('keeps messages while the log is unavailable, reports it once, and sends them again', () => {
    const conversation = online()
    conversation.say(['one'], {}, 0)
    conversation.say(['two'], {}, 0)
    const says = conversation.take(0)
    const fault = { type: 'error', code: 'log_unavailable', message: 'no' } as const
    expect(conversation.receive({ ...fault, id: says[0]?.id as string }, 0)).toHaveLength(1)
    expect(conversation.receive({ ...fault, id: says[1]?.id as string }, 0)).toEqual([])
    conversation.say(['three'], {}, 0)
    expect(conversation.take(0)).toEqual([])
    conversation.retry()
    expect(conversation.take(0).map(({ text }) => text)).toEqual(['one', 'two', 'three'])
    expect(conversation.receive({ ...fault, id: says[0]?.id as string }, 0)).toEqual([])
  })

  it.each(['muted', 'slow_mode'] as const)('does not send again what gets %s', (code) => {
    const conversation = online()
    conversation.say(['one'], {}, 0)
    const id = conversation.take(0)[0]?.id as string
    const fault = { type: 'error', code, message: 'for 9 more minutes', id } as const
    expect(conversation.receive(fault, 0)).toEqual([fault])
    conversation.retry()
    expect(conversation.take(0)).toEqual([])
    expect(conversation.refused).toBe(1)
  })

  it('gives up a message that the server rejects', () => {
    const conversation = online()
    conversation.say([' '], {}, 0)
    const id = conversation.take(0)[0]?.id as string
    const fault = { type: 'error', code: 'text_empty', message: 'no', id } as const
    expect(conversation.receive(fault, 0)).toEqual([fault])
    expect([conversation.pending, conversation.refused]).toEqual([[], 1])
  })

  it('has at most 64 unacknowledged messages', () => {
    const conversation = online()
    for (let at = 0; at < 100; at += 1) conversation.say([`${at}`], {}, 0)
    const says = conversation.take(0)
    expect(says).toHaveLength(64)
    told(conversation, ...says.slice(0, 10).map(({ text, id }, at) => event(at + 1, text, id)))
    expect(conversation.take(0).map(({ text }) => text)).toEqual(
      Array.from({ length: 10 }, (_, at) => `${at + 64}`),
    )
  })

  it('knows the members, and requests its current name', () => {
    const conversation = online()
    conversation.receive(
      { type: 'presence', joined: [bob], left: [], renamed: [], memberCount: 2 },
      0,
    )
    const renamed = [
      { id: 'b', was: 'Bob', name: 'Rob' },
      { id: 'a', was: 'Ann', name: 'Anne' },
    ]
    conversation.receive({ type: 'presence', joined: [], left: [], renamed, memberCount: 2 }, 0)
    expect([...conversation.members.values()].map(({ name }) => name)).toEqual(['Anne', 'Rob'])
    expect(conversation.hello().name).toBe('Anne')
    conversation.receive(
      { type: 'presence', joined: [], left: [bob], renamed: [], memberCount: 1 },
      0,
    )
    expect(conversation.members.size).toBe(1)
  })
})
