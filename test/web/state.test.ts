/** The state of the page during all events of a connection. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unsent } from '../../shared/client/state.ts'
import { errors } from '../../shared/errors.ts'
import {
  AHEAD_ENTRIES,
  arrivals,
  FOLLOWED_ROWS,
  FOLLOWED_SLACK,
  firstUnread,
  isDetached,
  LOG_ROWS,
  reduce,
} from '../../web/state.ts'
import { alice, bob, event, events, presence, range, Tab, welcome } from './room.ts'

function inRoom(): Tab {
  return new Tab().receive(welcome({ events: range(1, 3) }))
}

describe('the list', () => {
  it('shows events in the order of the log', () => {
    expect(inRoom().receive(events(event(4), event(5)), events(event(6))).seqs).toEqual([
      1, 2, 3, 4, 5, 6,
    ])
  })

  it('ignores events that it has shown', () => {
    const tab = inRoom().receive(events(event(4)))
    const { entries } = tab.state
    tab.receive(events(event(4)), events(event(2), event(3)))
    expect(tab.state.entries).toBe(entries)
    expect(tab.receive(events(event(3), event(4), event(5))).seqs).toEqual([1, 2, 3, 4, 5])
  })

  it('goes on after a resume with no gap and nothing twice', () => {
    const tab = inRoom().loseConnection()
    tab.receive(welcome({ resumed: { from: 4, to: 6 }, head: 6 }), events(...range(4, 6)))
    expect(tab.receive(events(event(7))).seqs).toEqual([1, 2, 3, 4, 5, 6, 7])
  })

  it('is replaced on a reset, also when the new epoch counts from one', () => {
    const tab = inRoom().loseConnection()
    tab.receive(welcome({ reset: 'epoch', epoch: 'e2', events: range(1, 2) }))
    expect(tab.seqs).toEqual([1, 2])
    expect(tab.receive(events(event(3))).seqs).toEqual([1, 2, 3])
  })

  it('takes the head as its place when there is no history', () => {
    const tab = new Tab().receive(welcome({ head: 57 }), events(event(57), event(58)))
    expect(tab.seqs).toEqual([58])
  })

  it('lets go of rows at the top while it is followed', () => {
    const tab = inRoom()
    for (let seq = 4; seq <= 1000; seq++) {
      tab.receive(events(event(seq)))
      expect(tab.state.entries.length).toBeLessThanOrEqual(FOLLOWED_ROWS + FOLLOWED_SLACK)
    }
    expect(tab.state.entries.length).toBeGreaterThanOrEqual(FOLLOWED_ROWS)
    expect(tab.seqs.at(-1)).toBe(1000)
  })

  it('moves no row above a reader that has scrolled up', () => {
    const tab = inRoom().act({ type: 'follow', on: false })
    tab.receive(events(...range(4, LOG_ROWS + 100)))
    expect(tab.seqs).toEqual(range(1, LOG_ROWS).map(({ seq }) => seq))
    expect(isDetached(tab.state)).toBe(true)
    expect(tab.state.below).toBe(LOG_ROWS + 97)
  })

  it('moves on when that reader scrolls down, and ends at the newest row', () => {
    const tab = inRoom().act({ type: 'follow', on: false })
    tab.receive(events(...range(4, 2 * LOG_ROWS - 1)))
    while (isDetached(tab.state)) tab.act({ type: 'advance' })
    expect(tab.seqs).toEqual(range(LOG_ROWS, 2 * LOG_ROWS - 1).map(({ seq }) => seq))
    tab.act({ type: 'follow', on: true })
    expect(tab.state.below).toBe(0)
  })

  it('has a limit also for a reader that never scrolls down', () => {
    const tab = inRoom().act({ type: 'follow', on: false })
    tab.receive(events(...range(4, 10_000)))
    expect(tab.state.entries).toHaveLength(LOG_ROWS)
    expect(tab.state.ahead).toHaveLength(AHEAD_ENTRIES)
    expect(tab.state.gap).toBe(true)
    expect(tab.act({ type: 'follow', on: true }).seqs.at(-1)).toBe(10_000)
  })

  it('shows each seq once and in order, after any cut, repetition or resume', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('commit' as const), count: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ kind: fc.constant('repeat' as const), count: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ kind: fc.constant('cut' as const), lost: fc.integer({ min: 0, max: 6 }) }),
      fc.record({ kind: fc.constant('hello' as const), split: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ kind: fc.constant('scroll' as const), on: fc.boolean() }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const tab = new Tab().receive(welcome())
        let head = 0
        let online = true
        for (const one of steps) {
          if (one.kind === 'commit') {
            if (online) tab.receive(events(...range(head + 1, head + one.count)))
            head += one.count
          } else if (one.kind === 'repeat') {
            tab.receive(events(...range(Math.max(1, tab.state.seq - one.count), tab.state.seq)))
          } else if (one.kind === 'cut') {
            online = false
            tab.loseConnection()
            head += one.lost
          } else if (one.kind === 'hello') {
            const from = tab.state.seq + 1
            tab.receive(welcome({ resumed: { from, to: head }, head }))
            for (let seq = from; seq <= head; seq += one.split) {
              tab.receive(events(...range(seq, Math.min(head, seq + one.split - 1))))
            }
            online = true
          } else {
            tab.act({ type: 'follow', on: one.on })
          }
        }
        tab.receive(welcome({ resumed: { from: tab.state.seq + 1, to: head }, head }))
        tab.receive(events(...range(tab.state.seq + 1, head)))
        tab.act({ type: 'follow', on: true })
        expect(tab.seqs).toEqual(range(1, head).map(({ seq }) => seq))
      }),
    )
  })
})

describe('a message of ours', () => {
  it('is pending until its own event comes back', () => {
    const tab = inRoom().say('x', 'y')
    expect(tab.pendingIds).toEqual(['x', 'y'])
    tab.receive(events(event(4, alice, { id: 'x' })))
    expect(tab.pendingIds).toEqual(['y'])
    expect(tab.seqs).toEqual([1, 2, 3, 4])
  })

  it('is acknowledged also by an event that is too old to be shown', () => {
    const tab = inRoom().say('x').sent('x')
    tab.receive(events(event(1, alice, { id: 'x' })))
    expect(tab.pendingIds).toEqual([])
    expect(tab.seqs).toEqual([1, 2, 3])
  })

  it('is not acknowledged by an event of another person with its id', () => {
    expect(
      inRoom()
        .say('x')
        .receive(events(event(4, bob, { id: 'x' }))).pendingIds,
    ).toEqual(['x'])
  })

  it('waits its turn and is carried once by a connection', () => {
    const tab = inRoom().say('x', 'y')
    expect(unsent(tab.state).map(({ id }) => id)).toEqual(['x', 'y'])
    expect(unsent(tab.sent('x').state).map(({ id }) => id)).toEqual(['y'])
  })

  it('is carried again, in order, by the next connection', () => {
    const tab = inRoom().say('x', 'y').sent('x', 'y').loseConnection().say('z')
    expect(unsent(tab.state)).toEqual([])
    tab.receive(welcome({ resumed: { from: 4, to: 3 }, head: 3 }))
    expect(unsent(tab.state).map(({ id }) => id)).toEqual(['x', 'y', 'z'])
  })

  it('is not sent again before all that was missed is shown', () => {
    const tab = inRoom().say('x').sent('x').loseConnection()
    tab.receive(welcome({ resumed: { from: 4, to: 5 }, head: 5 }), events(event(4)))
    expect(unsent(tab.state)).toEqual([])
    tab.receive(events(event(5, alice, { id: 'x' })))
    expect(tab.pendingIds).toEqual([])
  })

  it('is known again under an earlier id of ours', () => {
    const tab = inRoom().say('x').sent('x').loseConnection()
    const you = { ...alice, id: 'a2' }
    tab.receive(welcome({ you, resumed: { from: 4, to: 4 }, head: 4 }))
    expect(tab.receive(events(event(4, alice, { id: 'x' }))).pendingIds).toEqual([])
  })

  it('stays over a reset that does not know it, and goes with one that does', () => {
    const tab = inRoom().say('x', 'y').loseConnection()
    const known = event(9, alice, { id: 'x' })
    tab.receive(welcome({ reset: 'too_far', events: [event(8), known] }))
    expect(tab.pendingIds).toEqual(['y'])
  })

  it('counts as not sent after ten seconds without an acknowledgement', () => {
    const tab = inRoom().say('x').sent('x').wait(9_999)
    expect(tab.faults).toEqual([undefined])
    expect(tab.wait(1).faults).toEqual(['silent'])
  })

  it('waits longer while others of ours come back', () => {
    const tab = inRoom().say('x', 'y').sent('x', 'y').wait(9_000)
    tab.receive(events(event(4, alice, { id: 'x' })))
    expect(tab.wait(9_000).faults).toEqual([undefined])
  })

  it('is not at fault for an absence', () => {
    expect(inRoom().say('x').sent('x').loseConnection().wait(60_000).faults).toEqual([undefined])
  })

  it('is carried again after silence, but not after a refusal', () => {
    const tab = inRoom().say('x', 'y').sent('x', 'y')
    tab.receive({ type: 'error', code: 'text_too_long', message: 'Too long.', id: 'x' })
    expect(tab.wait(10_000).faults).toEqual(['refused', 'silent'])
    tab.loseConnection().receive(welcome({ resumed: { from: 4, to: 3 }, head: 3 }))
    expect(unsent(tab.state).map(({ id }) => id)).toEqual(['y'])
  })

  it('can be sent again, after the waiting messages, or deleted', () => {
    const tab = inRoom().say('x', 'y').sent('x', 'y')
    tab.receive({ type: 'error', code: 'log_unavailable', message: 'No.', id: 'x' })
    tab.act({ type: 'retry', id: 'x' })
    expect(tab.pendingIds).toEqual(['y', 'x'])
    expect(unsent(tab.state).map(({ id }) => id)).toEqual(['x'])
    expect(tab.act({ type: 'delete', id: 'x' }).pendingIds).toEqual(['y'])
  })

  it('survives a reload and is sent again', () => {
    const before = inRoom().say('x').sent('x')
    const { name, token, ownIds, pending } = before.state
    const tab = new Tab({ name, token, ownIds, pending })
    expect(tab.state.screen).toBe('room')
    tab.receive(welcome({ events: range(1, 3) }))
    expect(unsent(tab.state).map(({ id }) => id)).toEqual(['x'])
  })

  it('is kept if its author leaves before it is sent', () => {
    const tab = inRoom().say('x').act({ type: 'left' })
    expect(tab.state).toMatchObject({ screen: 'form', token: null, entries: [] })
    tab.receive(welcome())
    expect(unsent(tab.state)).toEqual([])
    expect(tab.faults).toEqual(['left'])
  })
})

describe('the way in', () => {
  it('shows a rejected name in the form, with the suggestion', () => {
    const tab = new Tab().act({ type: 'join', name: 'bob' })
    tab.act({ type: 'connection', connection: { phase: 'connecting' }, now: 1 })
    tab.receive({ type: 'error', code: 'name_taken', message: 'Taken.', suggestion: 'bob-2' })
    expect(tab.state).toMatchObject({
      screen: 'form',
      joining: false,
      refusal: { text: 'Taken.', suggestion: 'bob-2' },
      // The server has responded.
      awaySince: null,
    })
  })

  it('goes back to the form, and keeps the list, when the name was lost while away', () => {
    const tab = inRoom().say('x').loseConnection()
    tab.receive({ type: 'error', code: 'name_taken', message: 'Taken.', suggestion: 'alice-2' })
    expect(tab.state.screen).toBe('form')
    tab.receive(welcome({ resumed: { from: 4, to: 3 }, head: 3 }))
    expect(tab.state.screen).toBe('room')
    expect(tab.seqs).toEqual([1, 2, 3])
    expect(tab.pendingIds).toEqual(['x'])
  })

  it('shows the fault of a new name below the composer', () => {
    const tab = inRoom()
    tab.receive({ type: 'error', code: 'name_taken', message: 'Taken.', suggestion: 'bob-2' })
    expect(tab.state.screen).toBe('room')
    expect(tab.state.notice).toEqual({
      code: 'name_taken',
      text: 'Taken.',
      suggestion: 'bob-2',
    })
  })
})

describe('an error that closes the connection', () => {
  // The page never causes the first three; the fourth ends the session; the others come before it.
  const before = ['network_full', 'locked']
  const atDoor = ['code_timeout', 'turned_away']
  const never = ['binary_frame', 'hello_timeout', 'udp_silent', 'replaced', ...before, ...atDoor]
  const closing = Object.entries(errors).filter(
    ([code, { close }]) => close !== null && !never.includes(code),
  )

  it.each(closing)('is shown with the lost connection: %s', (code, { text }) => {
    const tab = inRoom().receive({ type: 'error', code, message: text })
    expect(tab.state).toMatchObject({ trouble: { code, text }, notice: null })
  })

  it.each(before)('is shown if it comes before the greeting: %s', (code) => {
    const { state } = inRoom()
    const connecting = { type: 'connection', connection: { phase: 'connecting' }, now: 1 } as const
    const message = { type: 'error', code, message: 'No.' } as const
    const after = reduce(reduce(state, connecting), { type: 'received', message, now: 2 })
    expect(after).toMatchObject({ trouble: { code, text: 'No.' } })
  })

  it.each(atDoor)('is shown by the form to one who waited outside: %s', (code) => {
    const joining = reduce(new Tab().state, { type: 'join', name: 'Ann' })
    const message = { type: 'error', code, message: 'No.' } as const
    const after = reduce(joining, { type: 'received', message, now: 2 })
    expect(after).toMatchObject({ screen: 'form', joining: false, refusal: { code, text: 'No.' } })
  })

  it('is no longer shown after the next attempt failed', () => {
    const waiting = { phase: 'waiting', retryAt: 0, why: '' } as const
    const phases = [waiting, { phase: 'connecting' }, waiting] as const
    const shutdown = { type: 'error', code: 'shutdown', message: 'Stop.' } as const
    let { state } = inRoom().receive(shutdown)
    for (const connection of phases)
      state = reduce(state, { type: 'connection', connection, now: 1 })
    expect(state.trouble).toMatchObject({ code: 'unreachable' })
  })
})

describe('presence', () => {
  it('follows joins, leaves and renames', () => {
    const carol = { id: 'c', name: 'carol', via: 'web' as const }
    const tab = inRoom().receive(presence({ joined: [carol], memberCount: 3 }))
    tab.receive(presence({ left: [bob], renamed: [{ id: 'c', was: 'carol', name: 'caro' }] }))
    expect([...tab.state.members.values()].map(({ name }) => name)).toEqual(['alice', 'caro'])
    expect(tab.state.entries.at(-1)).toMatchObject({
      kind: 'presence',
      changes: [
        { kind: 'joined', name: 'caro' },
        { kind: 'left', name: 'bob' },
      ],
    })
  })

  it('shows one line for a guest who takes a name, unless the guest has spoken', () => {
    const guest = { id: 'c', name: 'guest-3', via: 'tcp' as const }
    const named = presence({ renamed: [{ id: 'c', was: 'guest-3', name: 'Inês' }] })
    const rows = (...between: Parameters<typeof event>) =>
      inRoom()
        .receive(presence({ joined: [guest] }), events(event(...between)))
        .receive(named)
        .state.entries.slice(3)
    const joined = (name: string) => ({ changes: [{ kind: 'joined', name, via: 'tcp' }] })
    expect(rows(4, bob)).toMatchObject([joined('Inês'), { kind: 'event' }])
    expect(rows(4, guest)).toMatchObject([
      joined('guest-3'),
      { kind: 'event' },
      { changes: [{ kind: 'renamed', was: 'guest-3', name: 'Inês' }] },
    ])
  })

  it('shows that a name became free before it shows who has it now', () => {
    const tab = inRoom().receive(presence({ joined: [{ ...bob, id: 'b2' }], left: [bob] }))
    expect(tab.state.entries.at(-1)).toMatchObject({
      changes: [{ kind: 'left' }, { kind: 'joined' }],
    })
    expect([...tab.state.members.keys()]).toContain('b2')
  })

  it('names a few changes and counts the rest', () => {
    const tab = inRoom()
    for (let index = 0; index < 40; index++) {
      tab.receive(presence({ joined: [{ id: `${index}`, name: `n${index}`, via: 'tcp' }] }))
    }
    const [last] = tab.state.entries.slice(-1)
    expect(tab.state.entries).toHaveLength(4)
    expect(last).toMatchObject({ kind: 'presence', changes: { length: 6 }, more: 34 })
    tab.receive(presence({ renamed: [{ id: '30', was: 'n30', name: 'Inês' }] }))
    expect(tab.state.entries.at(-1)).toMatchObject({ changes: { length: 6 }, more: 34 })
  })

  it('takes our new name from the room', () => {
    const tab = inRoom().receive(presence({ renamed: [{ id: 'a', was: 'alice', name: 'al' }] }))
    expect(tab.state).toMatchObject({ name: 'al', me: { name: 'al' } })
  })

  it('shows a person as typing for six seconds, or until their message', () => {
    const tab = inRoom().receive({ type: 'typing', from: bob, on: true })
    expect(tab.wait(5_999).state.typing).toHaveLength(1)
    expect(tab.wait(1).state.typing).toHaveLength(0)
    tab.receive({ type: 'typing', from: bob, on: true }, events(event(4)))
    expect(tab.state.typing).toHaveLength(0)
  })
})

describe('new messages', () => {
  it('is counted while the page is away, without our own', () => {
    const tab = inRoom().act({ type: 'away', on: true })
    tab.receive(events(event(4), event(5, alice)), events(event(6)))
    expect(tab.state.unread).toBe(2)
    expect(tab.act({ type: 'away', on: false }).state.unread).toBe(0)
  })

  it('does not include the history that a newcomer is given', () => {
    const tab = new Tab().act({ type: 'away', on: true })
    expect(tab.receive(welcome({ events: range(1, 3) })).state.unread).toBe(0)
  })

  it('is spoken when it is live and not when it is a replay', () => {
    const tab = inRoom().loseConnection()
    const away = tab.state
    tab.receive(welcome({ resumed: { from: 4, to: 5 }, head: 5 }), events(...range(4, 5)))
    expect(arrivals(away, tab.state)).toEqual([])
    const back = tab.state
    tab.receive(events(event(6), event(7, alice)))
    expect(arrivals(back, tab.state).map(({ event }) => event.seq)).toEqual([6])
  })
})

describe('the unread line', () => {
  it('stands above the first message that came while the page was away', () => {
    const tab = inRoom()
      .act({ type: 'away', on: true })
      .receive(events(event(4), event(5)))
    expect(firstUnread(tab.state)).toBe(4)
    tab.act({ type: 'away', on: false }).receive(events(event(6)))
    expect(firstUnread(tab.state)).toBe(4)
  })

  it('never stands above a message of our own', () => {
    const tab = inRoom().act({ type: 'away', on: true })
    tab.receive(events(event(4), event(5, alice), event(6)))
    expect(firstUnread(tab.state)).toBe(6)
    tab.act({ type: 'away', on: false }).receive(events(event(7, alice), event(8)))
    expect(firstUnread(tab.state)).toBeNull()
  })

  it('does not come when nothing was missed, nor above the history of a newcomer', () => {
    const tab = inRoom().act({ type: 'away', on: true }).act({ type: 'away', on: false })
    expect(firstUnread(tab.receive(events(event(4))).state)).toBeNull()
    const newcomer = new Tab().act({ type: 'away', on: true })
    newcomer.receive(welcome({ events: range(1, 3) }))
    expect(firstUnread(newcomer.state)).toBeNull()
  })
})
