/** The behaviour of one log of every store: the lobby, which is like all others. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { MAX_SEARCHES } from '../../server/log/searches.ts'
import type { Draft, RoomLog, Store } from '../../server/room/log.ts'
import type { RoomEvent } from '../../shared/protocol.ts'
import { sanitise } from '../../shared/text.ts'
import { anyCharacter } from '../support/characters.ts'
import {
  type After,
  type Append,
  alice,
  appendTo,
  bob,
  draft,
  type OpenStore,
} from '../support/store.ts'

const anyText = fc.string({ unit: anyCharacter, maxLength: 20 })

const seqs = (events: { seq: number }[]) => events.map(({ seq }) => seq)
const upTo = (head: number) => Array.from({ length: head }, (_, at) => at + 1)

/** `log`: the lobby, and `append` is to it. */
type Fresh = { store: Store; log: RoomLog; append: Append }

/** `open`: the suite closes what it returns. */
export function logContract(open: OpenStore): void {
  async function fresh(
    texts: readonly (string | Draft)[] = [],
    after: After = onTestFinished,
  ): Promise<Fresh> {
    const store = await open(after)
    after(() => store.close())
    const log = await store.open('lobby', 'lobby')
    const append = appendTo(store, log)
    const drafts = texts.map((text) => (typeof text === 'string' ? draft(text) : text))
    if (drafts.length > 0) await append(drafts)
    return { store, log, append }
  }

  /** One log for all tests of a group that only read. */
  function shared(texts: readonly (string | Draft)[]): () => RoomLog {
    let log: RoomLog
    const ends: (() => void | Promise<void>)[] = []
    beforeAll(async () => {
      log = (await fresh(texts, (end) => ends.unshift(end))).log
    })
    afterAll(async () => {
      for (const end of ends) await end()
    })
    return () => log
  }

  describe('a log', () => {
    test('starts empty, with an epoch and a secret of its own', async () => {
      const { store, log } = await fresh()
      const { store: other } = await fresh()
      expect(log.head()).toBe(0)
      expect(log.first()).toBe(1)
      expect(await log.read(0, 10)).toEqual([])
      expect(await log.before(10, 10)).toEqual([])
      expect(store.epoch).toMatch(/^\S{1,64}$/)
      expect(store.epoch).not.toBe(other.epoch)
      expect(store.secret).toHaveLength(32)
      expect(Buffer.from(store.secret).equals(other.secret)).toBe(false)
    })

    test('numbers events 1, 2, 3 … over batches, and returns them in order', async () => {
      const { log, append } = await fresh()
      const batches = [['a'], ['b', 'c', 'd'], [], ['e', 'f']]
      const committed = []
      for (const batch of batches) {
        committed.push(...(await append(batch.map((text) => draft(text)))))
      }
      expect(committed.map(({ event: { seq, text } }) => [seq, text])).toEqual([
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
        [4, 'd'],
        [5, 'e'],
        [6, 'f'],
      ])
      expect(committed.every(({ repeated }) => !repeated)).toBe(true)
      expect(log.head()).toBe(6)
      expect(log.first()).toBe(1)
      expect(seqs(await log.read(1, 100))).toEqual(upTo(6))
    })

    test('passes on the new events of each commit, in order, before the append resolves', async () => {
      const { log, append } = await fresh()
      const passedOn: RoomEvent[][] = []
      log.onCommitted((events) => passedOn.push(events))
      const counts: number[] = []
      const newOf = async (...drafts: Draft[]) => {
        const committed = await append(drafts)
        counts.push(passedOn.length)
        return committed.flatMap(({ event, repeated }) => (repeated ? [] : [event]))
      }
      const first = await newOf(draft('a', { id: 'u1' }), draft('b'), draft('a', { id: 'u1' }))
      await newOf(draft('a', { id: 'u1' }))
      const second = await newOf(draft('a', { id: 'u1' }), draft('c'))
      expect(passedOn).toStrictEqual([first, second])
      expect(passedOn.flat().map(({ seq, text }) => [seq, text])).toEqual([
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
      ])
      expect(counts).toEqual([1, 1, 2])
    })

    test('returns an event as it was appended, from append and from reads', async () => {
      const { log, append } = await fresh()
      const drafts = [
        draft('hello'),
        draft('def f(x):\n    return x\n\n* end'),
        draft('waves', { kind: 'action', from: bob, id: 'u1' }),
        draft('The disk is full.', { kind: 'notice', from: { ...bob, via: 'server' } }),
        draft('👨‍👩‍👧‍👦 𝒜 語 é \u{10ffff} \ufffd', { id: '😀' }),
        draft(`"quotes", 'more', \\ % _ ; -- NULL`, { id: `'"\\` }),
        draft(' spaces ', { at: '1999-12-31T23:59:59.999Z' }),
        draft('123', { id: '1' }),
        draft('yes', { reply: 3, quote: { from: { id: bob.id, name: 'bob' }, text: 'waves "…"' } }),
        draft('gone', { reply: 1 }),
        draft('x'.repeat(12_288), { id: 'x'.repeat(64) }),
        draft('hello', { from: { ...alice, name: '😀'.repeat(24) } }),
      ]
      const events = drafts.map((draft, at) => ({ seq: at + 1, ...draft }))
      const committed = await append(drafts)
      expect(committed).toStrictEqual(events.map((event) => ({ event, repeated: false })))
      expect(await log.read(1, 100)).toStrictEqual(events)
      expect(await log.before(100, 100)).toStrictEqual(events)
    })

    describe('the same id of the same person', () => {
      test('is committed once, when it is repeated in another batch', async () => {
        const { log, append } = await fresh()
        const [first] = await append([draft('one', { id: 'u1' })])
        await append([draft('between')])
        const again = await append([
          draft('another text', { id: 'u1', kind: 'action' }),
          draft('two', { id: 'u2' }),
          draft('one', { id: 'u1', from: { ...alice, name: 'alice2', via: 'tcp' } }),
        ])
        expect(first).toMatchObject({ event: { seq: 1, text: 'one' }, repeated: false })
        expect(again).toStrictEqual([
          { event: first?.event, repeated: true },
          { event: { seq: 3, ...draft('two', { id: 'u2' }) }, repeated: false },
          { event: first?.event, repeated: true },
        ])
        expect(seqs(await log.read(1, 10))).toEqual(upTo(3))
      })

      test('is committed once, when it is repeated in the same batch', async () => {
        const { log, append } = await fresh()
        const committed = await append([
          draft('one', { id: 'u1' }),
          draft('again', { id: 'u1' }),
          draft('two', { id: 'u2' }),
          draft('again', { id: 'u1' }),
        ])
        expect(committed.map(({ event, repeated }) => [event.seq, event.text, repeated])).toEqual([
          [1, 'one', false],
          [1, 'one', true],
          [2, 'two', false],
          [1, 'one', true],
        ])
        expect(log.head()).toBe(2)
      })

      test('leaves no gap when the batch has nothing else', async () => {
        const { log, append } = await fresh()
        await append([draft('one', { id: 'u1' })])
        await append([draft('one', { id: 'u1' })])
        expect(log.head()).toBe(1)
        const [next] = await append([draft('two')])
        expect(next?.event.seq).toBe(2)
      })
    })

    test('ids that differ in person, case or spaces are different ids', async () => {
      const { append } = await fresh()
      const committed = await append([
        draft('x', { id: 'u1' }),
        draft('x', { id: 'u1', from: bob }),
        draft('x', { id: 'U1' }),
        draft('x', { id: 'u1 ' }),
        draft('x', { id: 'ü' }),
        draft('x', { id: 'u\u0308' }),
        draft('x', { id: '1' }),
        draft('x', { id: '1.0' }),
        draft('x', { id: 'undefined' }),
        draft('x'),
      ])
      expect(committed.map(({ event }) => event.seq)).toEqual(upTo(10))
    })

    test('commits the same text without an id each time', async () => {
      const { log, append } = await fresh(['x', 'x'])
      await append([draft('x')])
      expect(log.head()).toBe(3)
    })

    describe('of five events', () => {
      const log = shared(['a', 'b', 'c', 'd', 'e'])

      test.each([
        [1, 2, [1, 2]],
        [2, 2, [2, 3]],
        [5, 1, [5]],
        [4, 9, [4, 5]],
        [1, 5, [1, 2, 3, 4, 5]],
        [6, 9, []],
        [99, 9, []],
        [3, 0, []],
        [0, 9, [1, 2, 3, 4, 5]],
      ])('reads from %i at most %i: %j', async (seq, limit, found) => {
        expect(seqs(await log().read(seq, limit))).toEqual(found)
      })

      test.each([
        [6, 2, [4, 5]],
        [5, 2, [3, 4]],
        [3, 9, [1, 2]],
        [2, 1, [1]],
        [1, 9, []],
        [0, 9, []],
        [4, 0, []],
        [99, 2, [4, 5]],
        [99, 9, [1, 2, 3, 4, 5]],
      ])('reads before %i the latest %i: %j', async (seq, limit, found) => {
        expect(seqs(await log().before(seq, limit))).toEqual(found)
      })
    })

    test('can read a large batch as soon as it is committed', async () => {
      const { log, append } = await fresh()
      const drafts = Array.from({ length: 5000 }, (_, n) => draft(`${n}`, { id: `${n}` }))
      await append(drafts)
      expect(log.head()).toBe(5000)
      expect((await log.read(4999, 10)).map(({ text }) => text)).toEqual(['4998', '4999'])
      expect((await log.before(2, 10)).map(({ text }) => text)).toEqual(['0'])
      expect(await log.read(1, 5000)).toHaveLength(5000)
    })

    describe('a search', () => {
      const five = shared([
        'Hello world',
        'hello there',
        'world peace',
        'Привет, мир!',
        'hello again',
        'first line\nsecond line',
      ])

      const mixed = shared([
        draft('Bob: the disk is full', { from: alice }),
        draft('bobbin', { from: bob }),
        draft('I, Bob, know', { from: bob }),
        draft('thanks, bob!', { from: alice }),
        draft('which disk?', { from: bob }),
        draft('the disk of bob-2', { from: { ...alice, id: 'a2', name: 'Alice' } }),
      ])

      test.each([
        ['first second', 9, [6]],
        ['line sec', 9, [6]],
        ['hello', 9, [1, 2, 5]],
        ['HELLO', 9, [1, 2, 5]],
        ['hello', 2, [2, 5]],
        ['hello', 0, []],
        ['world hello', 9, [1]],
        ['hello hello', 9, [1, 2, 5]],
        ['hello wor', 9, [1]],
        ['hel', 9, [1, 2, 5]],
        ['ello', 9, []],
        ['hello nobody', 9, []],
        ['привет', 9, [4]],
        ['мир!', 9, [4]],
        ['', 9, []],
        ['?! "*', 9, []],
      ])(
        'for %j finds the latest %i that have its words, or one that begins with the last: %j',
        async (query, limit, found) => {
          expect(seqs(await five().search(query, limit))).toEqual(found)
        },
      )

      test.each([
        'hello AND',
        'hello OR',
        'NOT hello',
        'hello NEAR(',
        '"hello',
        'text:hello',
        "he'",
      ])('treats operators of the query language as words: %s', async (query) => {
        const { log } = await fresh([query, 'nothing of the kind'])
        expect(seqs(await log.search(query, 9))).toEqual([1])
      })

      test('for more than 16 different words ignores the rest, but never the last word', async () => {
        const { log } = await fresh([
          'a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 a11 a12 a13 a14 a15 last',
          'other',
        ])
        const most = 'a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 a11 a12 a13 a14 a15'
        expect(await log.search(`${most} las`, 9)).toHaveLength(1)
        expect(await log.search(`${most} ignored las`, 9)).toHaveLength(1)
        expect(await log.search(`${most} absent`, 9)).toEqual([])
        expect(await log.search(`${'a1 '.repeat(20)} absent las`, 9)).toEqual([])
      })

      test.each([
        ['', { from: 'ALICE' }, [1, 4, 6]],
        ['disk', { from: 'alice' }, [1, 6]],
        ['', { from: 'nobody' }, []],
        ['', { mentions: 'Bob' }, [1, 4]],
        ['dis', { mentions: 'Bob' }, [1]],
        ['', { from: 'alice', mentions: 'bob', first: 2 }, [4]],
        ['', { first: 3, last: 4 }, [3, 4]],
        ['disk', { first: 2 }, [5, 6]],
        ['disk', { last: 5 }, [1, 5]],
        ['', { first: 1 }, [3, 4, 5, 6]],
        ['', {}, []],
      ])('for %j finds the latest 4 that pass the filter %j: %j', async (query, filter, found) => {
        expect(seqs(await mixed().search(query, 4, filter))).toEqual(found)
      })

      test('is rejected while too many others wait, and not afterwards', async () => {
        const { log } = await fresh(['hello'])
        const searches = Array.from({ length: MAX_SEARCHES }, () => log.search('hello', 9))
        await expect(log.search('hello', 9)).rejects.toThrow('too many searches are waiting')
        for (const found of await Promise.all(searches)) expect(seqs(found)).toEqual([1])
        expect(seqs(await log.search('hello', 9))).toEqual([1])
      })

      test('finds events as soon as they are committed', async () => {
        const { log, append } = await fresh(['hello'])
        await log.search('hello', 9)
        const [committed] = await append([draft('hello 😀', { from: bob, id: 'u1' })])
        expect((await log.search('hello', 1))[0]).toStrictEqual(committed?.event)
      })
    })

    test('is healthy before and after an append', async () => {
      const { store, append } = await fresh()
      expect(store.health()).toBe('ok')
      await append([draft('x')])
      expect(store.health()).toBe('ok')
    })

    test('keeps random batches in order and without a gap, with each id of a person once', async () => {
      const text = anyText.map(sanitise)
      const one = fc
        .record({
          text,
          kind: fc.constantFrom('message' as const, 'action' as const, 'notice' as const),
          from: fc.constantFrom(alice, bob),
          id: fc.constantFrom(undefined, 'u1', 'u2', 'u3', '😀'),
        })
        .map(({ text, id, ...rest }) => draft(text, { ...rest, ...(id !== undefined && { id }) }))
      const batches = fc.array(fc.array(one, { maxLength: 8 }), { maxLength: 8 })
      const { log, append } = await fresh()
      const expected: ({ seq: number } & Draft)[] = []
      let run = 0
      await fc.assert(
        fc.asyncProperty(batches, fc.nat(20), fc.nat(20), async (batches, back, limit) => {
          run += 1
          for (const batch of batches) {
            // Each run has ids of its own.
            const drafts = batch.map((draft) =>
              draft.id === undefined ? draft : { ...draft, id: `${run} ${draft.id}` },
            )
            const committed = await append(drafts)
            expect(committed).toHaveLength(drafts.length)
            for (const [at, draft] of drafts.entries()) {
              const earlier = expected.find(
                ({ from, id }) => id !== undefined && id === draft.id && from.id === draft.from.id,
              )
              const event = earlier ?? { seq: expected.length + 1, ...draft }
              if (earlier === undefined) expected.push(event)
              expect(committed[at]).toStrictEqual({ event, repeated: earlier !== undefined })
            }
            expect(log.head()).toBe(expected.length)
          }
          expect(log.first()).toBe(1)
          const seq = Math.max(0, expected.length - back)
          const from = expected.filter((event) => event.seq >= seq)
          expect(await log.read(seq, limit)).toStrictEqual(from.slice(0, limit))
          const below = expected.filter((event) => event.seq < seq)
          expect(await log.before(seq, limit)).toStrictEqual(
            below.slice(Math.max(0, below.length - limit)),
          )
        }),
        { numRuns: 15 },
      )
    })

    test('finds the latest events that have every word, in any case', async () => {
      const { log } = await fresh(['The disk is full', 'full moon', 'disk: FULLY replaced', 'café'])
      const found = async (query: string, limit = 10) => seqs(await log.search(query, limit))
      expect(await found('full')).toEqual([1, 2, 3])
      expect(await found('FULL disk')).toEqual([1])
      expect(await found('disk ful')).toEqual([1, 3])
      expect(await found('full', 2)).toEqual([2, 3])
      expect(await found('cafe')).toEqual([4])
      expect(await found('nowhere')).toEqual([])
    })

    test('accepts any text as a query', async () => {
      const { log } = await fresh(['one OR two', 'NEAR'])
      expect(seqs(await log.search('one OR', 10))).toEqual([1])
      expect(seqs(await log.search('"*NEAR(', 10))).toEqual([2])
      expect(await log.search('" * ( ) : ^ -', 10)).toEqual([])
      await fc.assert(
        fc.asyncProperty(anyText, async (query) => {
          await log.search(query, 10)
        }),
      )
    })
  })
}
