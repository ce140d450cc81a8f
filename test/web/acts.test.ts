/** What the acts of hosts change in a tab: texts that are taken away, and pinned messages. */
import { signal } from '@preact/signals'
import { describe, expect, it } from 'vitest'
import type { Act } from '../../shared/acts.ts'
import type { ServerMessage } from '../../shared/replies.ts'
import { takeHosting } from '../../web/acts.ts'
import { answering } from '../../web/answering.ts'
import { takeActs } from '../../web/state/acts.ts'
import { conversationWith, LOBBY } from '../../web/state.ts'
import { alice, bob, event, events, joined, range, Tab, welcome } from './room.ts'

const hana = { id: 'h', name: 'Hana', via: 'web' } as const

/** Receives an act, as the page does. */
function act(tab: Tab, seq: number, act: Act, room = LOBBY): Tab {
  const done = event(seq, hana, { kind: 'act', text: 'did it', act })
  tab.receive({ ...events(done), ...(room !== LOBBY && { room }) })
  const change = (there: Tab['state']) => takeActs(there, [done], tab.now)
  return tab.act({ type: 'change', room, change })
}

const redact = (seq: number): Act => ({ type: 'redact', seq, person: { id: 'b', name: 'bob' } })

function eventsOf({ entries }: Pick<Tab['state'], 'entries'>) {
  return entries.flatMap((entry) => (entry.kind === 'event' ? [entry.event] : []))
}

describe('a text that was taken away', () => {
  it('is in no part of the state, and its row stays', () => {
    const tab = new Tab().receive(welcome({ events: range(1, 3), pinned: event(2) }))
    tab.receive({ type: 'found', query: 'text', events: [event(2), event(3)] })
    act(tab, 4, redact(2))
    expect(JSON.stringify(tab.state)).not.toContain('text 2')
    expect(tab.seqs).toEqual([1, 2, 3, 4])
    expect(eventsOf(tab.state)[1]).toMatchObject({ text: '', redacted: { by: 'Hana' } })
    expect(tab.state.found?.events.map(({ text }) => text)).toEqual(['', 'text 3'])
    expect(tab.state.pinned).toBeNull()
  })

  it('leaves the other rows as they are', () => {
    const tab = new Tab().receive(welcome({ events: range(1, 3) }))
    const [first, , third] = tab.state.entries
    act(tab, 4, redact(2))
    expect(tab.state.entries[0]).toBe(first)
    expect(tab.state.entries[2]).toBe(third)
  })

  it('is taken away in a room that is not shown, and only there', () => {
    const tab = new Tab().receive(welcome({ events: range(1, 2) }))
    tab.receive(joined('physics', { events: range(1, 2) })).show(LOBBY)
    act(tab, 3, redact(2), 'physics')
    expect(eventsOf(tab.in('physics'))[1]?.text).toBe('')
    expect(eventsOf(tab.in(LOBBY))[1]?.text).toBe('text 2')
  })

  it('does not mention the reader any more', () => {
    const tab = new Tab().receive(welcome({ events: [event(1, bob, { text: 'alice!' })] }))
    act(tab, 2, redact(1))
    expect(tab.state.entries[0]).toMatchObject({ mention: false })
  })

  it('does not come back with a page of the log that was read before', () => {
    const tab = new Tab().receive(welcome({ events: range(5, 8), head: 8 }))
    tab.act({ type: 'follow', on: false })
    act(tab, 9, redact(2))
    tab.take({ position: 'older', epoch: 'e1', events: range(1, 4), more: false })
    expect(tab.seqs).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(JSON.stringify(tab.state)).not.toContain('text 2')
  })

  it('was the topic, if the act says so', () => {
    const topic = event(1, alice, { kind: 'topic', text: 'rude' })
    const tab = new Tab().receive(welcome({ events: [topic], topic: 'rude' }))
    act(tab, 2, { ...redact(1), topic: true } as Act)
    expect(tab.state.topic).toBe('')
  })
})

describe('a pinned message', () => {
  it('comes with the room, and stays with it', () => {
    const tab = new Tab().receive(welcome({ pinned: event(1) }), joined('physics'))
    expect(tab.state.pinned).toBeNull()
    expect(tab.show(LOBBY).state.pinned?.seq).toBe(1)
  })

  it('is pinned and unpinned by a host', () => {
    const tab = new Tab().receive(welcome({ events: range(1, 3) }))
    expect(act(tab, 4, { type: 'pin', seq: 3 }).state.pinned?.text).toBe('text 3')
    expect(act(tab, 5, { type: 'pin', seq: 0 }).state.pinned).toBeNull()
  })
})

describe('what the next message answers', () => {
  const bobs = conversationWith('b')
  const redaction = event(5, bob, { kind: 'act', text: '', act: redact(2) })

  /** What is answered after a message of the server, if it was this before. */
  function leftBy(message: ServerMessage, room: string, reply = 2) {
    answering.value = { room, reply, quote: { from: bob, text: 'secret' } }
    const tab = new Tab().receive(welcome())
    const host = {
      peek: () => tab.state,
      act: (action: Parameters<Tab['act']>[0]) => void tab.act(action),
      announcement: signal(''),
    }
    takeHosting(host, message)
    return answering.value
  }

  it('is nothing when its text is taken away in the conversation', () => {
    const direct: ServerMessage = { type: 'direct', people: [alice, bob], events: [redaction] }
    expect(leftBy(direct, bobs)).toBeNull()
    expect(leftBy(direct, LOBBY)).not.toBeNull()
    expect(leftBy(direct, bobs, 3)).not.toBeNull()
  })

  it('is nothing in another log, where its seq is another event', () => {
    expect(leftBy(welcome({ reset: 'epoch', epoch: 'e2' }), LOBBY)).toBeNull()
    expect(leftBy(welcome(), LOBBY)).not.toBeNull()
  })
})
