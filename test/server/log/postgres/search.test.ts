/** The search of the PostgreSQL store finds what that of the SQLite store finds. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { LATEST_EVENTS } from '../../../../server/log/postgres/queries.ts'
import { queryText } from '../../../../server/log/postgres/search.ts'
import { postgresStore } from '../../../../server/log/postgres/store.ts'
import { sqliteStore } from '../../../../server/log/sqlite/store.ts'
import type { Filter, RoomLog, Store } from '../../../../server/room/log.ts'
import { testFolder } from '../../../support/folder.ts'
import { testPostgres } from '../../../support/postgres.ts'
import { alice, appendTo, bob, draft } from '../../../support/store.ts'

const postgres = await testPostgres()
const worker = new URL('../../../../dist/server/worker.js', import.meta.url)
const onLost = (error: Error): never => {
  throw error
}

// Without letters such as й, which the index of SQLite keeps apart from и, and `words.ts` does not.
const WORDS = ['hello', 'help', 'Hélène', 'he', 'ß', 'SS', 'ﬁn', 'fin', 'İstanbul', 'мир']
const MORE = [
  '語',
  '日本語',
  '𝒜',
  '😀',
  '123',
  '12',
  "can't",
  'a_b',
  'x'.repeat(3000),
  'x'.repeat(300),
]
const RARE = 9000
/** In more events than a search reads without the index, and than are in one block of it. */
const TEXTS = Array.from({ length: RARE }, (_, at) => {
  const all = [...WORDS, ...MORE]
  return `${all[at % all.length]} ${all[(at * 7) % 19]} ${at % 100 === 0 ? 'hundredth' : ''} n${at + 1}`
})

const draftOf = (text: string) => draft(text, { from: text.endsWith('7') ? bob : alice })

describe.skipIf(postgres === undefined)('a search in PostgreSQL and one in SQLite', () => {
  const stores: Store[] = []
  const logs: RoomLog[] = []
  const ends: (() => void)[] = []

  beforeAll(async () => {
    const limits = { retain: 0, retainDays: 0 }
    const folder = testFolder((end) => ends.push(end))
    stores.push(
      await postgresStore({ url: postgres?.url() ?? '', ...limits }, onLost),
      await sqliteStore({ folder, ...limits }, onLost, worker),
    )
    for (const store of stores) {
      const other = await store.open('room a', 'a')
      const log = await store.open('lobby', 'lobby')
      logs.push(log)
      await appendTo(store, other)([draft('hello of another room n1')])
      for (let at = 0; at < RARE; at += 1000) {
        await appendTo(store, log)(TEXTS.slice(at, at + 1000).map(draftOf))
      }
    }
  })
  afterAll(async () => {
    for (const store of stores) await store.close()
    for (const end of ends) end()
  })

  async function found(
    query: string,
    limit: number,
    filter?: Filter,
  ): Promise<(number[] | undefined)[]> {
    const events = await Promise.all(logs.map((log) => log.search(query, limit, filter)))
    return events.map((found) => found.map(({ seq }) => seq))
  }

  test.each([
    ['hello', 20],
    ['hel', 500],
    ['he', 300],
    ['h', 5],
    ['n1', 50],
    ['n1 ', 50],
    ['n4711', 50],
    ['hundredth', 100],
    ['hundredth hello', 100],
    ['hundredth n', 30],
    ['x'.repeat(3000), 20],
    ['x'.repeat(2999), 20],
    ['x'.repeat(250), 20],
    ['x'.repeat(3001), 20],
    ['istanbul ss', 20],
    ['МИР', 20],
    ['日本', 20],
    ["'hello' & !he:* | <->", 20],
    ['nowhere', 20],
  ])('for %j finds the same latest %i', async (query, limit) => {
    const [here, there] = await found(query, limit)
    expect(here).toEqual(there)
  })

  test.each([
    ['hello', { from: 'BOB' }, 9],
    ['', { from: 'bob' }, 200],
    ['', { mentions: 'hello', last: 5000 }, 40],
    ['hundredth', { first: 1000, last: 6000 }, 100],
    ['hundredth', { first: 8500 }, 100],
    ['hel', { from: 'alice', mentions: 'hundredth', last: 8999 }, 100],
    ['', { first: 10, last: 12 }, 9],
  ])('for %j with the filter %j finds the same latest %i', async (query, filter, limit) => {
    const [here, there] = await found(query, limit, filter)
    expect(here).toEqual(there)
    expect(here?.length).toBeGreaterThan(0)
  })

  test('does not take a number for that of a log, which is in the index of each of its events', async () => {
    const schema = postgres?.newSchema() ?? ''
    const url = postgres?.url(schema) ?? ''
    const store = await postgresStore({ url, retain: 0, retainDays: 0 }, onLost)
    onTestFinished(() => store.close())
    for (let at = 0; at < 30; at += 1) {
      await appendTo(store, await store.open(`room r${at}`, `r${at}`))([draft('hello')])
    }
    const sql = (postgres as NonNullable<typeof postgres>).client(schema)
    onTestFinished(() => sql.end())
    const numbers = await sql<{ number: number }[]>`SELECT number FROM logs WHERE number > 9`
    expect(numbers.length).toBeGreaterThan(0)
    for (const { number } of numbers) {
      const query = queryText([`${number}`])
      expect(await sql`SELECT seq FROM events WHERE words @@ ${query}::text::tsquery`).toEqual([])
    }
  })

  test('for random words finds the same', async () => {
    const word = fc.constantFrom(...WORDS, ...MORE.slice(0, 8), 'hundredth', 'n8', 'n45')
    await fc.assert(
      fc.asyncProperty(
        fc.array(word, { minLength: 1, maxLength: 3 }),
        fc.nat(40),
        async (words, limit) => {
          const cut = fc.sample(fc.nat(3), 1)[0] ?? 0
          const query = words.join(' ').slice(0, -cut || undefined)
          const [here, there] = await found(query, limit)
          expect(here).toEqual(there)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('finds an event that is far from the latest', async () => {
    expect(RARE).toBeGreaterThan(LATEST_EVENTS + 4096)
    const seqsOf = async (query: string) =>
      (await logs[0]?.search(query, 500))?.map(({ seq }) => seq)
    expect(await seqsOf('hundredth n1')).toContain(1)
    expect(await seqsOf('n1 hundr')).toEqual([1])
    expect(await seqsOf('n3 hundredth')).toEqual([])
  })
})
