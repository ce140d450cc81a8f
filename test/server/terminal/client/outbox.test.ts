import { describe, expect, it } from 'vitest'
import { Conversation } from '../../../../server/terminal/client/conversation.ts'
import { Correspondence } from '../../../../server/terminal/client/correspondence.ts'
import { recipientNamed } from '../../../../server/terminal/client/outbox.ts'
import type { Direct } from '../../../../shared/replies.ts'
import { ann, bob, event, welcome } from '../../../shared/client/fixtures.ts'

const toBob = { address: 'b', name: 'Bob' }

function online(): Conversation {
  const conversation = new Conversation('Ann', 20, undefined, new Correspondence())
  conversation.receive(welcome(), 0)
  return conversation
}

/** Ann's own direct message, which acknowledges the one with this id. */
function own(seq: number, text: string, id: string | undefined): Direct {
  const fields = { text, ...(id !== undefined && { id }) }
  return { type: 'direct', people: [ann, bob], events: [event(seq, ann, fields)] }
}

describe('a direct message', () => {
  it('is pending until its own event arrives, and is shown then', () => {
    const conversation = online()
    conversation.tell(toBob, 'hi', 0)
    const [sent] = conversation.take(0)
    expect(sent).toEqual({ type: 'direct', to: 'b', id: expect.any(String), text: 'hi' })
    expect(conversation.take(0)).toEqual([])
    const foreign = event(1, bob, { id: sent?.id as string })
    conversation.receive({ type: 'direct', people: [ann, bob], events: [foreign] }, 0)
    expect(conversation.pending).toMatchObject([{ text: 'hi', to: toBob }])
    const message = own(2, 'hi', sent?.id)
    expect(conversation.receive(message, 0)).toEqual([message])
    expect(conversation.pending).toEqual([])
  })

  it('is sent again with the same id, and is shown once', () => {
    const conversation = online()
    conversation.tell(toBob, 'hi', 0)
    const [sent] = conversation.take(0)
    conversation.connection = { phase: 'connecting' }
    expect(conversation.take(0)).toEqual([])
    // The log had accepted it before the connection broke.
    const direct = [{ with: bob, head: 1 }]
    conversation.receive(welcome({ resumed: { from: 1, to: 0 }, direct }), 0)
    expect(conversation.takeFetches()).toHaveLength(1)
    expect(conversation.take(0)).toEqual([sent])
    const message = own(1, 'hi', sent?.id)
    const { people, events } = message
    expect(conversation.receive({ type: 'history', events, people, more: false }, 0)).toEqual([
      message,
    ])
    expect(conversation.pending).toHaveLength(1)
    expect(conversation.receive(message, 0)).toEqual([])
    expect(conversation.pending).toEqual([])
  })

  it('is given up if the server knows no such person', () => {
    const conversation = online()
    conversation.tell({ address: 'Nobody', name: 'Nobody' }, 'hi', 0)
    const id = conversation.take(0)[0]?.id as string
    const fault = { type: 'error', code: 'person_unknown', message: 'Nobody.', id } as const
    expect(conversation.receive(fault, 0)).toEqual([fault])
    expect([conversation.pending, conversation.refused]).toEqual([[], 1])
  })

  it('waits if the server cannot record it now', () => {
    const conversation = online()
    conversation.tell(toBob, 'hi', 0)
    const [sent] = conversation.take(0)
    const id = sent?.id as string
    const fault = { type: 'error', code: 'history_unavailable', message: 'No.', id } as const
    expect(conversation.receive(fault, 0)).toMatchObject([{ type: 'error' }])
    expect(conversation.take(0)).toEqual([])
    conversation.retry()
    expect(conversation.take(0)).toEqual([sent])
  })

  it('belongs to no room: it holds none, and is sent from any', () => {
    const conversation = new Conversation('Ann', 20, 'maths', new Correspondence())
    conversation.tell(toBob, 'early', 0)
    conversation.receive(welcome({ room: 'Maths' }), 0)
    expect(conversation.takeMoves()).toEqual([])
    const [sent] = conversation.take(0)
    expect(sent).toEqual({ type: 'direct', to: 'b', id: expect.any(String), text: 'early' })
    expect(conversation.takeMoves()).toEqual([])
  })

  it('is written to the id of a member, and otherwise to the name', () => {
    const members = new Map([[bob.id, bob]])
    expect(recipientNamed('bob', members)).toEqual(toBob)
    expect(recipientNamed('Carol', members)).toEqual({ address: 'Carol', name: 'Carol' })
  })

  it('is not shown by a client without correspondence', () => {
    const conversation = new Conversation('Ann', 0)
    conversation.receive(welcome({ direct: [{ with: bob, head: 3 }] }), 0)
    const message = own(1, 'hi', undefined)
    expect(conversation.receive(message, 0)).toEqual([])
    expect(conversation.takeFetches()).toEqual([])
  })
})

describe('a reply about a conversation', () => {
  it('is shown in any room, and its request names none', () => {
    const conversation = new Conversation('Ann', 20, 'maths', new Correspondence())
    conversation.receive(welcome({ room: 'Maths' }), 0)
    const asked = { type: 'history', direct: 'Bob', limit: 20 } as const
    expect(conversation.request(asked)).toEqual(asked)
    const people: Direct['people'] = [ann, bob]
    const reply = { type: 'history', events: [event(1, bob)], more: false, people } as const
    expect(conversation.receive({ ...reply, events: [...reply.events] }, 0)).toEqual([reply])
  })
})
