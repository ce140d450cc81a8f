/** The writing half of the SQLite log: faults of the disk and of the clock, and its limits. */
import { join } from 'node:path'
import Database from 'libsql'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { rowOf } from '../../../../server/log/sqlite/rows.ts'
import { TRUST_MS } from '../../../../server/log/sqlite/time.ts'
import {
  MAX_SEATS,
  SPARE_SEATS,
  Writer,
  type WriterOptions,
} from '../../../../server/log/sqlite/writer.ts'
import type { Draft } from '../../../../server/room/log.ts'
import { testFolder } from '../../../support/folder.ts'

const DAY_MS = 86_400_000

function openWriter(options: Partial<WriterOptions> = {}): Writer {
  const writer = new Writer({ folder: testFolder(), retain: 0, retainDays: 0, ...options })
  onTestFinished(() => writer.close())
  return writer
}

function open(folder: string): Database.Database {
  const database = new Database(join(folder, 'room.db'))
  onTestFinished(() => {
    database.close()
  })
  return database
}

const draft = (text: string, rest: Partial<Draft> = {}): Draft => ({
  at: '2026-11-22T12:21:15.123Z',
  kind: 'message',
  from: { id: 'a1', name: 'alice', via: 'web' },
  text,
  ...rest,
})
const textOf = (...drafts: Draft[]) => JSON.stringify(drafts.map(rowOf))

test('drafts are parsed by SQLite alone, unless an id is repeated', () => {
  const writer = openWriter()
  const parse = vi.spyOn(JSON, 'parse')
  onTestFinished(() => parse.mockRestore())
  const drafts = [draft('one', { id: 'u1' }), draft('two')]
  expect(writer.append(textOf(...drafts))).toEqual({ head: 2 })
  expect(parse).not.toHaveBeenCalled()
  expect(writer.append(textOf(draft('three'), ...drafts))).toEqual({
    head: 4,
    outcomes: [3, { seq: 1, ...drafts[0] }, 4],
  })
})

test('one failed ROLLBACK does not stop the appends after it', () => {
  const writer = openWriter()
  const exec = Database.prototype.exec
  onTestFinished(() => {
    Database.prototype.exec = exec
  })
  let failed = 0
  Database.prototype.exec = function (sql) {
    if (sql === 'ROLLBACK' && failed === 0) {
      failed += 1
      throw new Error('disk I/O error')
    }
    return exec.call(this, sql)
  }
  const noText = textOf({ ...draft(''), text: null as unknown as string })
  expect(() => writer.append(noText)).toThrow('NOT NULL constraint failed')
  expect(failed).toBe(1)
  expect(writer.append(textOf(draft('kept')))).toEqual({ head: 1 })
})

test('keeps the latest seats, and does not count them at each call', () => {
  const folder = testFolder()
  const first = new Writer({ folder, retain: 0, retainDays: 0 })
  first.close()
  const database = open(folder)
  database.exec(`INSERT INTO seats SELECT 'old' || value, 'name', 0, value
    FROM generate_series(1, ${MAX_SEATS})`)
  const writer = new Writer({ folder, retain: 0, retainDays: 0 })
  onTestFinished(() => writer.close())
  const prototype = Object.getPrototypeOf(database.prepare('SELECT 1')) as Database.Statement
  const get = vi.spyOn(prototype, 'get')
  const run = vi.spyOn(prototype, 'run')
  onTestFinished(() => {
    get.mockRestore()
    run.mockRestore()
  })
  for (let at = 0; at < SPARE_SEATS; at += 10) {
    const persons = Array.from({ length: 10 }, (_, more) => `new${at + more}`)
    writer.keepSeats(persons.map((person) => ({ person, name: 'name', seq: 0 })))
  }
  expect(get).not.toHaveBeenCalled()
  expect(run).toHaveBeenCalledTimes(SPARE_SEATS)
  writer.keepSeats([{ person: 'last', name: 'name', seq: 0 }])
  get.mockRestore()
  const count = database.prepare('SELECT count(*) FROM seats WHERE person GLOB ?').raw()
  expect(count.get('old*')).toEqual([MAX_SEATS - SPARE_SEATS - 1])
  expect(count.get('new*')).toEqual([SPARE_SEATS])
  expect(count.get('last')).toEqual([1])
  expect(database.prepare('SELECT min(at) FROM seats').raw().get()).toEqual([SPARE_SEATS + 2])
})

describe('a writer that keeps events for 30 days', () => {
  const start = Date.parse('2026-11-22T12:00:00.000Z')
  const at = (ms: number) => new Date(ms).toISOString()

  /** `upkeep` moves both clocks on by so many ms, `ahead`: how far the wall clock is ahead. */
  function keeping30Days(...days: number[]) {
    const writer = openWriter({ retainDays: 30 })
    writer.append(textOf(...days.map((day) => draft('x', { at: at(start + day * DAY_MS) }))))
    let monotonic = 0
    function upkeep(ms: number, ahead = 0): void {
      monotonic += ms
      while (writer.upkeep(500, start + monotonic + ahead, monotonic)) {}
    }
    return { writer, upkeep }
  }

  test('deletes older events after it has compared the clocks for an hour', () => {
    const { writer, upkeep } = keeping30Days(-40, -31, -29, 0)
    upkeep(0)
    upkeep(TRUST_MS - 1)
    expect(writer.first).toBe(1)
    upkeep(1)
    expect(writer.first).toBe(3)
  })

  test('deletes nothing if the wall clock is 400 days ahead for ten seconds', () => {
    const { writer, upkeep } = keeping30Days(-20, -10, 0)
    for (let ms = 0; ms < 2 * TRUST_MS; ms += 60_000) upkeep(60_000)
    for (let ms = 0; ms < 10_000; ms += 50) upkeep(50, 400 * DAY_MS)
    writer.append(textOf(draft('said then', { at: at(start + 400 * DAY_MS) })))
    upkeep(50, 400 * DAY_MS)
    for (let ms = 0; ms < 2 * TRUST_MS; ms += 60_000) upkeep(60_000)
    expect(writer.first).toBe(1)
  })

  test('deletes nothing if the wall clock is ahead when the server starts', () => {
    const { writer, upkeep } = keeping30Days(-20, -10, 0)
    for (let ms = 0; ms < 10_000; ms += 50) upkeep(50, 400 * DAY_MS)
    for (let ms = 0; ms < 2 * TRUST_MS; ms += 60_000) upkeep(60_000)
    expect(writer.first).toBe(1)
  })

  test('uses a wall clock that stays ahead', () => {
    const { writer, upkeep } = keeping30Days(-20, -10, 0)
    for (let ms = 0; ms < 3 * TRUST_MS; ms += 60_000) upkeep(60_000, 15 * DAY_MS)
    expect(writer.first).toBe(2)
  })

  test('deletes no younger event because of a wrong date before or after it', () => {
    const { writer, upkeep } = keeping30Days(-40, 400, -35, -10, -20_000, 0)
    for (let ms = 0; ms < 2 * TRUST_MS; ms += 60_000) upkeep(60_000)
    expect(writer.first).toBe(4)
  })

  test('keeps the latest event, from which numbering continues', () => {
    const { writer, upkeep } = keeping30Days(-50, -40)
    for (let ms = 0; ms < 2 * TRUST_MS; ms += 60_000) upkeep(60_000)
    expect([writer.first, writer.head]).toEqual([2, 2])
    expect(writer.append(textOf(draft('new')))).toEqual({ head: 3 })
  })
})
