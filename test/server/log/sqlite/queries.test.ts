/** The reading half of the SQLite store, on a real file that another connection writes to. */
import type Database from 'libsql'
import { describe, expect, onTestFinished, test } from 'vitest'
import { open } from '../../../../server/log/sqlite/folder.ts'
import { Queries, SMALL_EVENTS } from '../../../../server/log/sqlite/queries.ts'
import { rowOf } from '../../../../server/log/sqlite/rows.ts'
import { Writer } from '../../../../server/log/sqlite/writer.ts'
import type { Draft, Filter } from '../../../../server/room/log.ts'
import { testFolder } from '../../../support/folder.ts'
import { alice, bob, draft } from '../../../support/store.ts'

/** Runs `after` each time that a statement which contains `part` has returned a row. */
function afterStatement(database: Database.Database, part: string, after: () => void): void {
  const prepare = database.prepare.bind(database)
  const prepareObserved = (sql: string): Database.Statement => {
    const statement = prepare(sql)
    if (!sql.includes(part)) return statement
    const get = statement.get.bind(statement)
    statement.get = (...values: unknown[]) => {
      const row = get(...values)
      after()
      return row
    }
    return statement
  }
  database.prepare = prepareObserved as typeof database.prepare
}

test('a search finds each event once, also when the writer indexes events in the middle of it', () => {
  const folder = testFolder()
  const writer = new Writer({ folder, retain: 0, retainDays: 0 })
  onTestFinished(() => writer.close())
  const drafts = Array.from({ length: SMALL_EVENTS + 10 }, (_, at) =>
    draft(at % 1500 === 0 ? 'hello' : 'nothing'),
  )
  // Half of them are in the index, so that the log is not read as a whole.
  const append = (drafts: readonly Draft[]) =>
    writer.append([
      {
        key: 'lobby',
        text: JSON.stringify(drafts.map(rowOf)),
        topic: undefined,
        rules: [],
        redactions: [],
        reacting: [],
      },
    ])
  append(drafts)
  while (writer.upkeep(500, 0, 0)) {}
  append(drafts)
  const database = open(folder)
  let upkeeps = 0
  afterStatement(database, 'FROM logs WHERE key', () => {
    upkeeps += 1
    while (writer.upkeep(500, 0, 0)) {}
  })
  const queries = new Queries(database)
  onTestFinished(() => queries.close())

  const seqs = () => queries.search('lobby', 'hello', 9).map(({ seq }) => seq)
  const found = [1, 1501, SMALL_EVENTS + 11, SMALL_EVENTS + 1511]
  expect(seqs()).toEqual(found)
  expect([upkeeps, writer.backlog]).toEqual([1, 0])
  expect(seqs()).toEqual(found)
})

describe('a search in the index', () => {
  /** Two logs that are too large to be read as a whole. */
  function indexed(): Queries {
    const folder = testFolder()
    const writer = new Writer({ folder, retain: 0, retainDays: 0 })
    onTestFinished(() => writer.close())
    for (const key of ['room a', 'room b', 'room c']) {
      writer.open(key, key)
      const drafts = Array.from({ length: SMALL_EVENTS + 10 }, (_, at) =>
        draft(`hello ${key} ${at % 500 === 0 ? 'café' : 'nothing'}`, {
          from: at % 750 === 0 ? bob : alice,
        }),
      )
      writer.append([
        {
          key,
          text: JSON.stringify(drafts.map(rowOf)),
          topic: undefined,
          rules: [],
          redactions: [],
          reacting: [],
        },
      ])
    }
    while (writer.upkeep(500, 0, 0)) {}
    const queries = new Queries(open(folder))
    onTestFinished(() => queries.close())
    return queries
  }

  test.each([
    ['hello', 2, [SMALL_EVENTS + 9, SMALL_EVENTS + 10]],
    ['Cafe', 9, [1, 501, 1001, 1501, 2001]],
    ['hello caf', 3, [1001, 1501, 2001]],
    ['room b', 1, [SMALL_EVENTS + 10]],
    ['c room', 9, []],
    ['hello OR', 9, []],
    ['NEAR(', 9, []],
    ['hello', 0, []],
  ])('for %j finds the latest %i of its log: %j', (query, limit, seqs) => {
    const found = indexed().search('room b', query, limit)
    expect(found.map(({ seq }) => seq)).toEqual(seqs)
    expect(found.every(({ text }) => text.includes('room b'))).toBe(true)
  })

  test('passes the filter, whether it has words or not', () => {
    const queries = indexed()
    const found = (query: string, limit: number, filter: Filter) =>
      queries.search('room b', query, limit, filter).map(({ seq }) => seq)
    expect(found('hello', 9, { from: 'Bob' })).toEqual([1, 751, 1501])
    expect(found('', 2, { from: 'Bob' })).toEqual([751, 1501])
    expect(found('', 9, { mentions: 'Café', first: 2, last: 1001 })).toEqual([501, 1001])
    expect(found('cafe', 9, { from: 'bob', last: 1500 })).toEqual([1])
    expect(found('room', 2, { last: 700 })).toEqual([699, 700])
  })
})
