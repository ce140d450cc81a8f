import { describe, expect, it } from 'vitest'
import { markSent, written } from '../../../shared/client/pending.ts'
import {
  acknowledge,
  type ClientState,
  helloOf,
  initialClient,
  newEvents,
  passLeftOut,
  takePresence,
  takeRejection,
  takeWelcome,
  unsent,
} from '../../../shared/client/state.ts'
import type { Person } from '../../../shared/protocol.ts'
import type { Presence } from '../../../shared/replies.ts'
import { ann, bob, event, welcome } from './fixtures.ts'

const nobody = initialClient({ name: 'Ann', token: null, ownIds: [], pending: [] })
const inRoom = takeWelcome(nobody, welcome({ head: 3, members: [ann, bob], memberCount: 2 }))

function withPending(state: ClientState, ...ids: string[]): ClientState {
  const drafts = ids.map((id) => ({ id, text: id, action: false }))
  return { ...state, pending: written(drafts, 0) }
}

function presence(fields: Partial<Presence>): Presence {
  return { type: 'presence', joined: [], left: [], renamed: [], memberCount: 2, ...fields }
}

const viaOf = ({ members }: ClientState, { id }: Person) => members.get(id)?.via
const idsOf = (state: ClientState) => unsent(state).map(({ id }) => id)

describe('hello', () => {
  it('asks for a name and for history at first', () => {
    const hello = { type: 'hello', protocol: 1, history: 20 }
    expect(helloOf(nobody, 20)).toEqual({ ...hello, name: 'Ann' })
    expect(helloOf({ ...nobody, name: '' }, 20)).toEqual(hello)
  })

  it('continues after the last event shown', () => {
    expect(helloOf(inRoom, 20)).toMatchObject({ token: 'token', epoch: 'e1', seq: 3 })
  })

  it('names the room of the last welcome, unless it is the lobby', () => {
    expect(helloOf(inRoom, 20)).not.toHaveProperty('room')
    const inMaths = takeWelcome(inRoom, welcome({ room: 'Maths' }))
    expect(helloOf(inMaths, 20).room).toBe('Maths')
    expect(takeWelcome(inMaths, welcome()).room).toBeUndefined()
  })
})

describe('welcome', () => {
  it('keeps the position on a resume, and takes the head otherwise', () => {
    const resumed = { head: 9, resumed: { from: 4, to: 9 } }
    expect(takeWelcome(inRoom, welcome(resumed))).toMatchObject({ seq: 3, replayTo: 9 })
    const reset = { head: 2, reset: 'epoch', epoch: 'e2' } as const
    expect(takeWelcome(inRoom, welcome(reset))).toMatchObject({ seq: 2, replayTo: 2, epoch: 'e2' })
  })

  it('lets everything pending be sent again, after the replay', () => {
    const sent = withPending(inRoom, 'x')
    const lost = { ...sent, pending: markSent(sent.pending, ['x'], 1) }
    const back = takeWelcome(lost, welcome({ head: 4, resumed: { from: 4, to: 4 } }))
    expect(idsOf(back)).toEqual([])
    expect(idsOf({ ...back, seq: 4 })).toEqual(['x'])
    expect(idsOf({ ...back, seq: 4, connection: { phase: 'connecting' } })).toEqual([])
  })
})

describe('a message that answers another one', () => {
  it('answers nothing in another log, where the seq is another event', () => {
    const quote = { from: bob, text: 'before' }
    const drafts = [{ id: 'x', text: 'x', action: false, reply: 2, quote }]
    const answering = { ...inRoom, pending: written(drafts, 0) }
    expect(takeWelcome(answering, welcome({ head: 3 })).pending[0]).toMatchObject({ reply: 2 })
    const [pending] = takeWelcome(answering, welcome({ reset: 'epoch', epoch: 'e2' })).pending
    expect(pending).toMatchObject({ id: 'x', text: 'x' })
    expect(Object.keys(pending ?? {})).not.toContain('reply')
    expect(Object.keys(pending ?? {})).not.toContain('quote')
  })
})

describe('events', () => {
  it('are new once', () => {
    const events = [2, 4, 4, 3, 5].map((seq) => event(seq, bob))
    expect(newEvents(events, 2).map(({ seq }) => seq)).toEqual([4, 5])
  })

  it('that were left out count as received, so that a replay ends', () => {
    const back = takeWelcome(
      withPending(inRoom, 'x'),
      welcome({ head: 5, resumed: { from: 4, to: 5 } }),
    )
    expect(idsOf(back)).toEqual([])
    const passed = passLeftOut(back, { type: 'events', events: [], to: 5 })
    expect([passed.seq, idsOf(passed)]).toEqual([5, ['x']])
    expect(passLeftOut(passed, { type: 'events', events: [], to: 4 })).toBe(passed)
    expect(passLeftOut(passed, { type: 'events', events: [] })).toBe(passed)
  })

  it('acknowledge a pending message only if they are from this client', () => {
    const state = withPending(inRoom, 'x', 'y')
    expect(acknowledge(state, [event(4, bob, { id: 'x' })], 7)).toBe(state)
    const next = acknowledge(state, [event(4, ann, { id: 'x' })], 7)
    expect(next.pending.map(({ id }) => id)).toEqual(['y'])
    expect(next.progressAt).toBe(7)
  })

  it('acknowledge it also under an earlier id of this client', () => {
    const renewed = takeWelcome(inRoom, welcome({ you: { ...ann, id: 'a2' } }))
    const state = withPending(renewed, 'x')
    expect(acknowledge(state, [event(4, ann, { id: 'x' })], 7).pending).toEqual([])
  })
})

describe('an error', () => {
  it('about a pending message stops it; any other changes nothing', () => {
    const state = withPending(inRoom, 'x', 'y')
    const error = { type: 'error', code: 'text_too_long', message: 'Too long.' } as const
    expect(takeRejection(state, error)).toBeUndefined()
    expect(takeRejection(state, { ...error, id: 'z' })).toBeUndefined()
    const next = takeRejection(state, { ...error, id: 'x' }) as ClientState
    expect(next.pending[0]?.fault).toEqual({
      kind: 'refused',
      code: 'text_too_long',
      text: 'Too long.',
    })
    expect(idsOf(next)).toEqual(['y'])
  })
})

describe('presence', () => {
  it('follows joins, leaves and new names', () => {
    const carol: Person = { id: 'c', name: 'Carol', via: 'tcp' }
    const renamed = [{ id: 'c', was: 'Carol', name: 'Caro' }]
    const state = takePresence(inRoom, presence({ joined: [carol], left: [bob], renamed }))
    expect([...state.members.values()]).toEqual([ann, { ...carol, name: 'Caro' }])
  })

  it('follows members that continue over another kind of connection', () => {
    const moved = [
      { ...bob, via: 'tcp' as const },
      { ...ann, via: 'web' as const },
    ]
    const state = takePresence(inRoom, presence({ moved }))
    expect([viaOf(state, bob), viaOf(state, ann), state.me?.via]).toEqual(['tcp', 'web', 'web'])
  })

  it('takes the new name of this client, which the next hello asks for', () => {
    const renamed = [{ id: 'a', was: 'Ann', name: 'Anne' }]
    const state = takePresence(inRoom, presence({ renamed }))
    expect([state.name, state.me?.name]).toEqual(['Anne', 'Anne'])
    const joined = [{ ...ann, name: 'Annie' }]
    expect(takePresence(inRoom, presence({ joined })).name).toBe('Annie')
  })

  it('takes the new name also if the snapshot leaves this client out', () => {
    const renamed = [{ id: 'a', was: 'Ann', name: 'Anne' }]
    expect(takePresence(inRoom, presence({ members: [bob], renamed })).name).toBe('Anne')
  })

  it('replaces all members by a snapshot', () => {
    const state = takePresence(inRoom, presence({ members: [ann], memberCount: 1 }))
    expect([...state.members.keys()]).toEqual(['a'])
    expect(state.memberCount).toBe(1)
  })
})
