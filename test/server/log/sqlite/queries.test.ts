/** The reading half of the SQLite log, on a real file that another connection writes to. */
import type Database from 'libsql'
import { expect, onTestFinished, test } from 'vitest'
import { open } from '../../../../server/log/sqlite/folder.ts'
import { Queries } from '../../../../server/log/sqlite/queries.ts'
import { rowOf } from '../../../../server/log/sqlite/rows.ts'
import { Writer } from '../../../../server/log/sqlite/writer.ts'
import { testFolder } from '../../../support/folder.ts'

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
  const from = { id: 'a1', name: 'alice', via: 'web' } as const
  const at = '2026-11-22T12:21:15.123Z'
  const drafts = ['hello', 'nothing', 'hello again'].map((text) => ({
    at,
    kind: 'message' as const,
    from,
    text,
  }))
  writer.append(JSON.stringify(drafts.map(rowOf)))
  const database = open(folder)
  let upkeeps = 0
  afterStatement(database, "key = 'indexed'", () => {
    upkeeps += 1
    writer.upkeep(500, Date.now(), 0)
  })
  const queries = new Queries(database)
  onTestFinished(() => queries.close())

  const seqs = () => queries.search('hello', 9).map(({ seq }) => seq)
  expect(seqs()).toEqual([1, 3])
  expect([upkeeps, writer.backlog]).toEqual([1, 0])
  expect(seqs()).toEqual([1, 3])
})
