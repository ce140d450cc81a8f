import { describe, expect, it } from 'vitest'
import { Correspondence } from '../../../../server/terminal/client/correspondence.ts'
import type { Shown } from '../../../../server/terminal/editor/style.ts'
import type { PersonName } from '../../../../shared/person.ts'
import type { RoomEvent } from '../../../../shared/protocol.ts'
import type { Direct, History } from '../../../../shared/replies.ts'
import { ann, bob, event, welcome } from '../../../shared/client/fixtures.ts'

const people: Direct['people'] = [ann, bob]
const carol: PersonName = { id: 'c', name: 'Carol' }

const range = (from: number, to: number): RoomEvent[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => event(from + at, bob))

function direct(...events: RoomEvent[]): Direct {
  return { type: 'direct', people, events }
}

function history(events: RoomEvent[], fields: Partial<History> = {}): History {
  return { type: 'history', events, more: true, people, ...fields }
}

/** The seqs of the direct messages that are shown. */
function seqs(shown: Shown[] | undefined): number[] | undefined {
  return shown?.flatMap((one) => (one.type === 'direct' ? one.events.map(({ seq }) => seq) : []))
}

function linesOf(shown: Shown[] | undefined): string[] | undefined {
  return shown?.flatMap((one) => (one.type === 'lines' ? one.lines : []))
}

/** Connected, with nothing missed, after the events up to `last` were shown. */
function upTo(last: number): Correspondence {
  const correspondence = new Correspondence()
  correspondence.begin(welcome())
  correspondence.receive(direct(...range(1, last)))
  return correspondence
}

/** The same after a reconnection, when the conversation has `head` events. */
function back(last: number, head: number): Correspondence {
  const correspondence = upTo(last)
  correspondence.begin(welcome({ direct: [{ with: bob, head }] }))
  return correspondence
}

const ask = (direct: string, before: number, limit: number) => {
  return { type: 'history', direct, before, limit }
}

describe('a correspondence', () => {
  it('shows each event once', () => {
    const correspondence = upTo(0)
    expect(correspondence.receive(direct(...range(1, 2)))).toEqual([direct(...range(1, 2))])
    expect(correspondence.receive(direct(...range(2, 3)))).toEqual([direct(...range(3, 3))])
    expect(correspondence.receive(direct(event(1, bob)))).toEqual([])
    expect(correspondence.requests()).toEqual([])
  })

  it('fetches after a reconnection what was missed, once, and nothing else', () => {
    const correspondence = upTo(2)
    const heads = [
      { with: bob, head: 5 },
      { with: carol, head: 1 },
    ]
    correspondence.begin(welcome({ direct: heads }))
    expect(correspondence.requests()).toEqual([ask('c', 2, 1), ask('b', 6, 3)])
    expect(correspondence.requests()).toEqual([])
    const reply = history(range(3, 5))
    expect(correspondence.takeHistory(reply)).toEqual([direct(...range(3, 5))])
    expect(correspondence.takeHistory(reply)).toBeUndefined()
    correspondence.begin(welcome({ direct: [{ with: bob, head: 5 }] }))
    expect(correspondence.requests()).toEqual([])
  })

  it('fetches it again if the connection breaks before the reply', () => {
    const correspondence = back(2, 4)
    correspondence.requests()
    correspondence.receive(direct(event(5, bob)))
    correspondence.begin(welcome({ direct: [{ with: bob, head: 5 }] }))
    expect(correspondence.requests()).toEqual([ask('b', 6, 3)])
    expect(seqs(correspondence.takeHistory(history(range(3, 5))))).toEqual([3, 4, 5])
  })

  it('fetches it with the next event if the list of conversations does not have it', () => {
    const correspondence = back(2, 4)
    correspondence.requests()
    correspondence.begin(welcome())
    expect(correspondence.requests()).toEqual([])
    correspondence.receive(direct(event(5, bob)))
    expect(correspondence.requests()).toEqual([ask('b', 5, 2)])
  })

  it('shows events that arrive in the meantime after those that were missed', () => {
    const correspondence = back(2, 4)
    correspondence.requests()
    expect(correspondence.receive(direct(event(5, bob)))).toEqual([])
    expect(correspondence.receive(direct(event(4, bob), event(6, bob)))).toEqual([])
    expect(seqs(correspondence.takeHistory(history(range(3, 4))))).toEqual([3, 4, 5, 6])
    expect(seqs(correspondence.receive(direct(event(7, bob))))).toEqual([7])
  })

  it('goes on with earlier pages while the server leaves out what does not fit', () => {
    const correspondence = back(2, 9)
    expect(correspondence.requests()).toEqual([ask('b', 10, 7)])
    expect(correspondence.takeHistory(history(range(7, 9), { leftOut: 4 }))).toEqual([])
    expect(correspondence.requests()).toEqual([ask('b', 7, 4)])
    // The events that fit are of an ignored person.
    expect(correspondence.takeHistory(history([], { leftOut: 2 }))).toEqual([])
    expect(correspondence.requests()).toEqual([ask('b', 5, 2)])
    expect(seqs(correspondence.takeHistory(history(range(3, 4))))).toEqual([3, 4, 7, 8, 9])
    expect(correspondence.requests()).toEqual([])
  })

  it('fetches the latest 200, and says that there were more', () => {
    const correspondence = back(2, 203)
    expect(correspondence.requests()).toEqual([ask('b', 204, 200)])
    const shown = correspondence.takeHistory(history(range(4, 203)))
    expect(linesOf(shown)).toEqual([expect.stringMatching(/^\* .*missed more messages of Bob/)])
    expect(seqs(shown)).toEqual(range(4, 203).map(({ seq }) => seq))
    const all = back(2, 202)
    all.requests()
    expect(linesOf(all.takeHistory(history(range(3, 202))))).toEqual([])
  })

  it('fetches what is missing before a new event', () => {
    const correspondence = upTo(2)
    expect(correspondence.receive(direct(event(5, bob)))).toEqual([])
    expect(correspondence.requests()).toEqual([ask('b', 5, 2)])
    expect(seqs(correspondence.takeHistory(history(range(3, 4))))).toEqual([3, 4, 5])
  })

  it('passes events of ignored people, which it does not receive', () => {
    const correspondence = back(2, 4)
    correspondence.requests()
    expect(correspondence.takeHistory(history([]))).toEqual([])
    expect(seqs(correspondence.receive(direct(event(5, bob))))).toEqual([5])
  })

  it('tells a reply to the person from what was missed', () => {
    const correspondence = back(2, 4)
    expect(correspondence.takeHistory(history(range(1, 4)))).toBeUndefined()
    correspondence.requests()
    const others: Direct['people'] = [ann, carol]
    expect(correspondence.takeHistory(history([], { people: others }))).toBeUndefined()
    const { people: _, ...ofRoom } = history([])
    expect(correspondence.takeHistory(ofRoom)).toBeUndefined()
    expect(correspondence.takeHistory(history(range(1, 5)))).toBeUndefined()
    expect(seqs(correspondence.takeHistory(history(range(3, 4))))).toEqual([3, 4])
  })

  it('goes on without what cannot be read, and says so', () => {
    const correspondence = back(2, 4)
    const error = { type: 'error', code: 'history_unavailable', message: 'No.' } as const
    expect(correspondence.refused(error)).toEqual([])
    correspondence.requests()
    correspondence.receive(direct(event(5, bob)))
    expect(correspondence.refused({ ...error, code: 'name_taken' })).toEqual([])
    expect(correspondence.refused({ ...error, id: 'x' })).toEqual([])
    const shown = correspondence.refused(error)
    expect(linesOf(shown)).toEqual([expect.stringMatching(/^! .*Bob could not be read/)])
    expect(seqs(shown)).toEqual([5])
    expect(correspondence.refused(error)).toEqual([])
    expect(seqs(correspondence.receive(direct(event(6, bob))))).toEqual([6])
  })

  it('holds at most 1000 events that wait for those before them', () => {
    const correspondence = back(2, 4)
    correspondence.requests()
    expect(correspondence.receive(direct(...range(5, 1004)))).toEqual([])
    expect(seqs(correspondence.receive(direct(event(1005, bob))))).toHaveLength(1001)
  })

  it.each([
    ['the log', { epoch: 'e2' }],
    ['the person', { you: { ...ann, id: 'a2' } }],
  ])('begins again if %s is another', (_, fields) => {
    const correspondence = upTo(2)
    correspondence.begin(welcome({ ...fields, direct: [{ with: bob, head: 2 }] }))
    expect(correspondence.requests()).toEqual([ask('b', 3, 2)])
  })

  it('knows from whom the latest message came, also if another one was missed', () => {
    const correspondence = upTo(0)
    expect(correspondence.lastPeer).toBeUndefined()
    correspondence.receive(direct(event(1, ann)))
    expect(correspondence.lastPeer).toBeUndefined()
    const fromCarol = (at: string): Direct => {
      const said = event(1, { ...carol, via: 'tcp' }, { at })
      return { type: 'direct', people: [carol, ann], events: [said] }
    }
    correspondence.receive(direct(event(2, bob), event(3, ann)))
    expect(correspondence.lastPeer).toMatchObject({ id: 'b', name: 'Bob' })
    correspondence.receive(fromCarol('2026-11-22T12:20:00.000Z'))
    expect(correspondence.lastPeer).toMatchObject({ id: 'b' })
    const later = upTo(1)
    later.receive(fromCarol('2026-11-22T12:22:00.000Z'))
    expect(later.lastPeer).toMatchObject({ id: 'c' })
  })
})
