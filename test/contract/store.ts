/** The behaviour of every Store: of each log, of several logs together, and of seats. */
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Draft, RoomLog, Seat, Store } from '../../server/room/log.ts'
import type { Act } from '../../shared/acts.ts'
import type { RoomEvent } from '../../shared/protocol.ts'
import { alice, appendTo, bob, carol, draft, type OpenStore } from '../support/store.ts'
import { logContract } from './log.ts'

const textsOf = (events: readonly RoomEvent[]) => events.map(({ seq, text }) => [seq, text])
const direct = (one: { id: string }, other: { id: string }) =>
  `direct ${[one.id, other.id].sort().join(' ')}`

/** `open`: the suite closes what it returns. */
export function storeContract(name: string, open: OpenStore): void {
  async function fresh(): Promise<Store> {
    const store = await open(onTestFinished)
    onTestFinished(() => store.close())
    return store
  }

  async function two(): Promise<{ store: Store; lobby: RoomLog; physics: RoomLog }> {
    const store = await fresh()
    const lobby = await store.open('lobby', 'lobby')
    const physics = await store.open('room physics', 'Physics')
    return { store, lobby, physics }
  }

  describe(name, () => {
    logContract(open)

    describe('of several logs', () => {
      test('numbers the events of each from 1, and keeps their order in one append', async () => {
        const { store, lobby, physics } = await two()
        const committed = await store.append([
          { log: physics, draft: draft('p1') },
          { log: lobby, draft: draft('l1') },
          { log: lobby, draft: draft('l2') },
          { log: physics, draft: draft('p2') },
        ])
        expect(textsOf(committed.map(({ event }) => event))).toEqual([
          [1, 'p1'],
          [1, 'l1'],
          [2, 'l2'],
          [2, 'p2'],
        ])
        expect([lobby.head(), physics.head()]).toEqual([2, 2])
        await appendTo(store, physics)([draft('p3')])
        expect([lobby.head(), physics.head()]).toEqual([2, 3])
        expect([lobby.first(), physics.first()]).toEqual([1, 1])
        expect([lobby.key, physics.key]).toEqual(['lobby', 'room physics'])
      })

      test('passes the events of each on once, when all heads are new', async () => {
        const { store, lobby, physics } = await two()
        const passedOn: unknown[] = []
        const listen = (log: RoomLog) =>
          log.onCommitted((events) =>
            passedOn.push([log.key, textsOf(events), lobby.head(), physics.head()]),
          )
        listen(lobby)
        listen(physics)
        await appendTo(store, lobby)([draft('l1', { id: 'u1' })])
        const repeated = await store.append([
          { log: lobby, draft: draft('l1', { id: 'u1' }) },
          { log: physics, draft: draft('p1') },
          { log: lobby, draft: draft('l2') },
          { log: physics, draft: draft('p2') },
        ])
        expect(repeated.map(({ repeated }) => repeated)).toEqual([true, false, false, false])
        await store.append([{ log: lobby, draft: draft('l1', { id: 'u1' }) }])
        expect(passedOn).toEqual([
          ['lobby', [[1, 'l1']], 1, 0],
          ['lobby', [[2, 'l2']], 2, 2],
          [
            'room physics',
            [
              [1, 'p1'],
              [2, 'p2'],
            ],
            2,
            2,
          ],
        ])
      })

      test('commits the same id of a person once in each', async () => {
        const { store, lobby, physics } = await two()
        const both = [lobby, physics].map((log) => ({ log, draft: draft('x', { id: 'u1' }) }))
        const first = await store.append(both)
        expect(first.map(({ event, repeated }) => [event.seq, repeated])).toEqual([
          [1, false],
          [1, false],
        ])
        await appendTo(store, physics)([draft('y', { id: 'u2' })])
        const again = await store.append([
          ...both,
          { log: lobby, draft: draft('z', { id: 'u2' }) },
          { log: physics, draft: draft('z', { id: 'u2' }) },
        ])
        expect(again).toStrictEqual([
          { event: first[0]?.event, repeated: true },
          { event: first[1]?.event, repeated: true },
          { event: { seq: 2, ...draft('z', { id: 'u2' }) }, repeated: false },
          { event: { seq: 2, ...draft('y', { id: 'u2' }) }, repeated: true },
        ])
      })

      test('reads, and searches, only the events of the one that is asked', async () => {
        const { store, lobby, physics } = await two()
        const maths = await store.open('room maths', 'maths')
        const never = await store.open('room never', 'never')
        await appendTo(store, physics)([draft('hello p1'), draft('hello p2')])
        await appendTo(store, maths)([draft('hello m1')])
        await appendTo(store, lobby)([draft('hello l1')])
        for (const [log, texts] of [
          [lobby, ['hello l1']],
          [physics, ['hello p1', 'hello p2']],
          [maths, ['hello m1']],
          [never, []],
        ] as const) {
          const found = texts.map((text, at) => [at + 1, text])
          expect(textsOf(await log.read(0, 9))).toEqual(found)
          expect(textsOf(await log.read(1, 9))).toEqual(found)
          expect(textsOf(await log.before(Number.MAX_SAFE_INTEGER, 9))).toEqual(found)
          expect(textsOf(await log.search('hello', 9))).toEqual(found)
          expect(await log.read(Number.MAX_SAFE_INTEGER, 9)).toEqual([])
          expect(await log.read(texts.length + 1, 9)).toEqual([])
          expect(await log.before(1, 9)).toEqual([])
          expect(await log.before(0, 9)).toEqual([])
        }
      })

      test('opens a released log with all its events, and passes on what is appended then', async () => {
        const { store, lobby, physics } = await two()
        const [first] = await appendTo(store, physics)([draft('p1', { id: 'u1' }), draft('p2')])
        physics.onCommitted(() => {
          throw new Error('a released log has no listener')
        })
        physics.release()
        await appendTo(store, lobby)([draft('l1')])
        const again = await store.open('room physics', 'Physics')
        expect([again.first(), again.head()]).toEqual([1, 2])
        const passedOn: RoomEvent[][] = []
        again.onCommitted((events) => passedOn.push(events))
        const committed = await appendTo(store, again)([draft('p1', { id: 'u1' }), draft('p3')])
        expect(committed[0]).toStrictEqual({ event: first?.event, repeated: true })
        expect(passedOn.map(textsOf)).toEqual([[[3, 'p3']]])
        expect(textsOf(await again.read(1, 9))).toEqual([
          [1, 'p1'],
          [2, 'p2'],
          [3, 'p3'],
        ])
      })

      test('opens a log again that was released without events', async () => {
        const { store, physics } = await two()
        physics.release()
        const again = await store.open('room physics', 'Physics')
        expect([again.first(), again.head()]).toEqual([1, 0])
        await appendTo(store, again)([draft('p1')])
        expect(textsOf(await again.read(1, 9))).toEqual([[1, 'p1']])
      })

      test('releases the lobby like any other log', async () => {
        const { store, lobby } = await two()
        await appendTo(store, lobby)([draft('l1')])
        lobby.release()
        const again = await store.open('lobby', 'lobby')
        expect([again.first(), again.head()]).toEqual([1, 1])
      })

      test('has no rooms, no topic and no registered names when it is new', async () => {
        const store = await fresh()
        expect(store.registered).toEqual([])
        expect(store.rooms).toEqual([])
        expect(store.lobbyTopic).toBe('')
      })
    })

    test('a name is registered for a person, changed, and given up', async () => {
      const store = await fresh()
      await store.register(alice.id, 'alice')
      await store.register(alice.id, 'Zoë')
      await store.register(alice.id, undefined)
      await store.register(bob.id, undefined)
      await store.keepSeats([])
    })

    describe('the direct logs of a person', () => {
      const at = (minute: number): Partial<Draft> => ({ at: `2026-11-22T12:0${minute}:00.000Z` })

      test('are those with events, the latest first', async () => {
        const store = await fresh()
        const keys = [direct(alice, bob), direct(bob, carol), direct(carol, alice)]
        const [ab, bc, ca] = await Promise.all(keys.map((key) => store.open(key, '')))
        const append = (log: RoomLog | undefined, ...drafts: Draft[]) =>
          appendTo(store, log as RoomLog)(drafts)
        await append(ab, draft('hi', at(1)), draft('bob', at(2)))
        await append(ca, draft('hi carol', at(3)))
        expect(await store.directLogsOf(alice.id, 9)).toEqual([
          { key: keys[2], head: 1 },
          { key: keys[0], head: 2 },
        ])
        expect(await store.directLogsOf(bob.id, 9)).toEqual([{ key: keys[0], head: 2 }])
        await append(ab, draft('hi again', { from: bob, ...at(4) }))
        await append(bc, draft('hi', { from: bob, ...at(5) }))
        expect(await store.directLogsOf(alice.id, 1)).toEqual([{ key: keys[0], head: 3 }])
        expect(await store.directLogsOf(carol.id, 9)).toEqual([
          { key: keys[1], head: 1 },
          { key: keys[2], head: 1 },
        ])
        expect(await store.directLogsOf('nobody', 9)).toEqual([])
      })
    })

    describe('the rules of hosts', () => {
      const person = { id: bob.id, name: 'bob' }
      const key = `mute ${bob.id}`
      const does = (act: Act, rest: Partial<Draft> = {}) =>
        draft('…', { kind: 'act', from: alice, act, ...rest })

      test('are made by acts, in the order of their events, and ended by them', async () => {
        const { store, lobby, physics } = await two()
        expect(store.rules).toEqual([])
        expect(await store.ruleOf(key)).toBeUndefined()
        const until = '2026-11-22T13:00:00.000Z'
        const [first] = await appendTo(
          store,
          lobby,
        )([does({ type: 'mute', person, until }), does({ type: 'mute' })])
        expect(first?.event.act).toStrictEqual({ type: 'mute', person, until })
        expect(await lobby.read(1, 1)).toStrictEqual([first?.event])
        expect(await lobby.search('…', 9)).toEqual([])
        expect(await store.ruleOf(key)).toEqual({ name: 'bob', by: 'alice', until })
        expect(await store.ruleOf('quiet lobby')).toMatchObject({ by: 'alice' })
        expect(await store.ruleOf('quiet room physics')).toBeUndefined()
        await appendTo(
          store,
          physics,
        )([does({ type: 'mute', person }), does({ type: 'unmute', person })])
        expect(await store.ruleOf(key)).toBeUndefined()
        await appendTo(
          store,
          physics,
        )([does({ type: 'unmute', person }), does({ type: 'mute', person })])
        expect(await store.ruleOf(key)).toEqual({ name: 'bob', by: 'alice' })
      })

      test('are stored without an event, too', async () => {
        const store = await fresh()
        await store.keepRule({ key: 'key', value: { salt: '😀', hash: 'x' } })
        expect(await store.ruleOf('key')).toEqual({ salt: '😀', hash: 'x' })
        await store.keepRule({ key: 'key', value: null })
        expect(await store.ruleOf('key')).toBeUndefined()
      })
    })

    test('an act that takes the text of an event away changes that event only', async () => {
      const { store, lobby, physics } = await two()
      const drafts = [draft('one'), draft('two secret', { id: 'u1' }), draft('three')]
      await store.append(
        drafts.flatMap((one) => [lobby, physics].map((log) => ({ log, draft: one }))),
      )
      const act: Act = { type: 'redact', seq: 2, person: { id: alice.id, name: 'alice' } }
      await appendTo(
        store,
        lobby,
      )([
        draft('removed', { kind: 'act', from: bob, act }),
        draft('four secret'),
        draft('removed', { kind: 'act', from: bob, act: { ...act, seq: 5 } }),
        draft('removed', { kind: 'act', from: bob, act: { ...act, seq: 99 } }),
      ])
      const gone = { seq: 2, ...draft('', { id: 'u1' }), redacted: { by: 'bob' } }
      expect((await lobby.read(1, 9)).map(({ text }) => text)).toEqual([
        'one',
        '',
        'three',
        'removed',
        '',
        'removed',
        'removed',
      ])
      expect(await lobby.read(2, 1)).toStrictEqual([gone])
      expect(await lobby.before(3, 1)).toStrictEqual([gone])
      expect(await lobby.search('secret', 9)).toEqual([])
      expect(textsOf(await lobby.search('three', 9))).toEqual([[3, 'three']])
      const [again] = await appendTo(store, lobby)([draft('again', { id: 'u1' })])
      expect(again).toStrictEqual({ event: gone, repeated: true })
      expect(textsOf(await physics.search('secret', 9))).toEqual([[2, 'two secret']])
    })

    test('a text that its author has taken away has the name that the author had then', async () => {
      const { store, lobby } = await two()
      const act: Act = { type: 'redact', seq: 1, person: { id: alice.id, name: alice.name } }
      const from = { ...alice, name: 'Alicia' }
      await appendTo(store, lobby)([draft('mine'), draft('took', { kind: 'act', from, act })])
      const [first] = await lobby.read(1, 1)
      expect(first).toStrictEqual({ seq: 1, ...draft(''), redacted: { by: alice.name } })
    })

    test('an answer loses its quote with the text that it quotes, also if it comes later', async () => {
      const { store, lobby, physics } = await two()
      const quote = { from: { id: alice.id, name: 'alice' }, text: 'the secret' }
      const answer = (id: string) => draft('why?', { from: bob, id, reply: 1, quote })
      const bare = (seq: number, id: string) => ({
        seq,
        ...draft('why?', { from: bob, id, reply: 1 }),
      })
      const act: Act = { type: 'redact', seq: 1, person: { id: alice.id, name: 'alice' } }
      await store.append([
        { log: lobby, draft: draft('the secret') },
        { log: lobby, draft: answer('u1') },
        { log: physics, draft: draft('another secret') },
        { log: physics, draft: answer('u1') },
      ])
      expect(await lobby.read(2, 1)).toStrictEqual([{ seq: 2, ...answer('u1') }])
      await appendTo(store, lobby)([draft('took', { kind: 'act', act }), answer('u2')])
      await appendTo(store, lobby)([answer('u3')])
      expect(await lobby.read(2, 1)).toStrictEqual([bare(2, 'u1')])
      expect(await lobby.read(4, 9)).toStrictEqual([bare(4, 'u2'), bare(5, 'u3')])
      expect(await physics.read(2, 1)).toStrictEqual([{ seq: 2, ...answer('u1') }])
      const [again] = await appendTo(store, lobby)([answer('u1')])
      expect(again).toStrictEqual({ event: bare(2, 'u1'), repeated: true })
    })

    test('reactions are kept with the event that they are about, once for each person and sign', async () => {
      const { store, lobby, physics } = await two()
      const person = { id: alice.id, name: 'alice' }
      const react = (from: typeof alice | typeof bob, sign: string, on = true, seq = 1) =>
        draft('reacted', { kind: 'act', from, act: { type: 'react', seq, person, sign, on } })
      const reactions = async () => (await lobby.read(1, 1))[0]?.reactions
      await appendTo(
        store,
        lobby,
      )([draft('one', { id: 'u1' }), react(bob, '👀'), react(alice, '👍')])
      await appendTo(store, physics)([draft('other')])
      await appendTo(store, lobby)([react(bob, '👍'), react(bob, '👍'), react(bob, '✅', true, 99)])
      const [ann, bobby] = [person, { id: bob.id, name: 'bob' }]
      expect(await reactions()).toStrictEqual([
        { sign: '👍', people: [ann, bobby] },
        { sign: '👀', people: [bobby] },
      ])
      expect((await lobby.before(2, 1))[0]?.reactions).toHaveLength(2)
      const [again] = await appendTo(store, lobby)([draft('one', { id: 'u1' })])
      expect(again?.event.reactions).toHaveLength(2)
      await appendTo(store, lobby)([react(bob, '👍', false), react(bob, '🎉', false)])
      await appendTo(store, lobby)([react(bob, '👀', false)])
      expect(await reactions()).toStrictEqual([{ sign: '👍', people: [ann] }])
      await appendTo(store, lobby)([react(alice, '👍', false)])
      expect(await lobby.read(1, 1)).toStrictEqual([{ seq: 1, ...draft('one', { id: 'u1' }) }])
      await appendTo(
        store,
        lobby,
      )([
        react(bob, '👀'),
        draft('took', { kind: 'act', act: { type: 'redact', seq: 1, person } }),
        react(alice, '👀'),
      ])
      expect(await reactions()).toBeUndefined()
      expect(await physics.read(1, 1)).toStrictEqual([{ seq: 1, ...draft('other') }])
    })

    test('no reaction takes the place of a message in a search', async () => {
      const { store, lobby } = await two()
      const act = (on: boolean) => {
        const person = { id: alice.id, name: 'alice' }
        return { type: 'react', seq: 1, person, sign: '👍', on } as const
      }
      const reactions = [true, false, true, false].map((on) =>
        draft('reacted to hello', { kind: 'act', act: act(on) }),
      )
      await appendTo(store, lobby)([draft('hello'), draft('hello you'), ...reactions])
      for (const [query, filter] of [
        ['hello', {}],
        ['', { from: 'alice' }],
      ] as const) {
        const found = await lobby.search(query, 2, filter)
        expect(textsOf(found)).toEqual([
          [1, 'hello'],
          [2, 'hello you'],
        ])
      }
    })

    describe('seats', () => {
      const seat = (person: string, name: string, rest: Partial<Seat> = {}): Seat => ({
        person,
        name,
        room: 'lobby',
        positions: { lobby: 1 },
        ignored: [],
        ...rest,
      })

      test('are stored by person, the latest of each', async () => {
        const store = await fresh()
        expect(await store.seatOf(alice.id)).toBeUndefined()
        const full = seat(alice.id, 'alice', {
          room: 'room physics',
          positions: { lobby: 3, 'room physics': 2 ** 40 - 1, [direct(alice, bob)]: 0 },
          ignored: [{ id: carol.id, name: '😀 "c"' }],
        })
        await store.keepSeats([full, seat(bob.id, '😀', { positions: {} })])
        await store.keepSeats([])
        expect(await store.seatOf(alice.id)).toStrictEqual(full)
        await store.keepSeats([seat(alice.id, 'zoe')])
        expect(await store.seatOf(alice.id)).toStrictEqual(seat(alice.id, 'zoe'))
        expect(await store.seatOf(bob.id)).toStrictEqual(seat(bob.id, '😀', { positions: {} }))
      })

      test('are found by their name, the one that was stored last', async () => {
        const store = await fresh()
        const [one, other] = [seat('p1', 'Zoë'), seat('p2', 'zoË')]
        await store.keepSeats([one, seat('p3', 'zo')])
        expect(await store.seatNamed('zoë')).toStrictEqual(one)
        await store.keepSeats([other])
        expect(await store.seatNamed('zoë')).toStrictEqual(other)
        await store.keepSeats([one])
        expect(await store.seatNamed('zoë')).toStrictEqual(one)
        await store.keepSeats([other, one])
        await store.keepSeats([seat('p1', 'renamed')])
        expect(await store.seatNamed('zoë')).toStrictEqual(other)
        expect(await store.seatNamed('Zoë')).toBeUndefined()
      })
    })
  })
}
