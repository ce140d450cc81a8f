/** Upkeep of all logs: the index, and limits by count and by age. */
import { join } from 'node:path'
import Database from 'libsql'
import { describe, expect, onTestFinished, test } from 'vitest'
import { open as openFolder } from '../../../../server/log/sqlite/folder.ts'
import { Queries } from '../../../../server/log/sqlite/queries.ts'
import { rowOf } from '../../../../server/log/sqlite/rows.ts'
import { Writer, type WriterOptions } from '../../../../server/log/sqlite/writer.ts'
import { TRUST_MS } from '../../../../server/log/time.ts'
import type { Draft } from '../../../../server/room/log.ts'
import { testFolder } from '../../../support/folder.ts'
import { draft } from '../../../support/store.ts'

const DAY_MS = 86_400_000

function openWriter(options: Partial<WriterOptions> = {}): Writer {
  const writer = new Writer({ folder: testFolder(), retain: 0, retainDays: 0, ...options })
  onTestFinished(() => writer.close())
  return writer
}

function openQueries(folder: string): Queries {
  const queries = new Queries(openFolder(folder))
  onTestFinished(() => queries.close())
  return queries
}

/** Appends to the lobby, if no key is given. */
function append(writer: Writer, drafts: readonly Draft[], key = 'lobby'): void {
  writer.open(key, key)
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

const many = (count: number, text = 'hello') => Array.from({ length: count }, () => draft(text))
const rooms = (count: number) => Array.from({ length: count }, (_, at) => `room ${at}`)

function rowsOf(folder: string, sql: string): unknown[] {
  const database = new Database(join(folder, 'room.db'))
  const rows = database.prepare(sql).raw().all()
  database.close()
  return rows
}

/** How many events of each log are in the index, by its number. */
const INDEXED = `SELECT rowid >> 40, count(*) FROM words WHERE words MATCH 'hello'
  GROUP BY 1 ORDER BY 1`

describe('the index', () => {
  test('gets the events of all logs, and a long backlog of one delays no other', () => {
    const folder = testFolder()
    const writer = openWriter({ folder })
    append(writer, many(5000))
    for (const key of ['room a', 'room b']) append(writer, many(3), key)
    expect(writer.backlog).toBe(5006)
    expect(writer.upkeep(500, 0, 0)).toBe(true)
    expect(writer.upkeep(500, 0, 0)).toBe(true)
    expect(rowsOf(folder, INDEXED)).toEqual([
      [0, expect.any(Number)],
      [1, 3],
      [2, 3],
    ])
    expect(writer.backlog).toBeGreaterThan(3900)
    while (writer.upkeep(500, 0, 0)) {}
    expect(writer.backlog).toBe(0)
    expect(rowsOf(folder, INDEXED)).toEqual([
      [0, 5000],
      [1, 3],
      [2, 3],
    ])
  })

  test('gets the events of released logs', () => {
    const folder = testFolder()
    const writer = openWriter({ folder })
    append(writer, many(3), 'room a')
    writer.release('room a')
    while (writer.upkeep(500, 0, 0)) {}
    expect(rowsOf(folder, INDEXED)).toEqual([[1, 3]])
    expect([writer.backlog, writer.open('room a', 'a')]).toEqual([0, { first: 1, head: 3 }])
  })

  test('gets what a crash has left, of logs that nobody opens', () => {
    const folder = testFolder()
    const writer = openWriter({ folder })
    const keys = rooms(100)
    for (const key of keys) append(writer, many(2), key)
    writer.close()
    const again = openWriter({ folder })
    expect(again.backlog).toBe(0)
    while (again.upkeep(500, 0, 0)) {}
    expect(rowsOf(folder, INDEXED)).toEqual(keys.map((_, at) => [at + 1, 2]))
    const queries = openQueries(folder)
    expect(queries.search('room 7', 'hello', 9).map(({ seq }) => seq)).toEqual([1, 2])
  })

  test('is not behind because a step fails', () => {
    const folder = testFolder()
    const writer = openWriter({ folder })
    append(writer, many(3))
    const other = new Database(join(folder, 'room.db'))
    other.exec('BEGIN IMMEDIATE')
    expect(() => writer.upkeep(500, 0, 0)).toThrow('database is locked')
    other.close()
    expect(writer.backlog).toBe(3)
    while (writer.upkeep(500, 0, 0)) {}
    expect(rowsOf(folder, INDEXED)).toEqual([[0, 3]])
  })
})

describe('a writer that keeps 5 events of each log', () => {
  test('deletes older ones, also of the index, and says where open logs begin', () => {
    const folder = testFolder()
    const writer = openWriter({ folder, retain: 5 })
    append(writer, many(1200))
    append(writer, many(3), 'room a')
    append(writer, many(8), 'room b')
    append(writer, many(9), 'room c')
    writer.release('room c')
    const firsts = new Map<string, number>()
    for (let more = true; more; ) {
      more = writer.upkeep(500, 0, 0)
      for (const [key, first] of writer.takeFirsts()) firsts.set(key, first)
    }
    expect(Object.fromEntries(firsts)).toEqual({ lobby: 1196, 'room b': 4 })
    expect(writer.takeFirsts()).toEqual([])
    expect(writer.open('room c', 'c')).toEqual({ first: 5, head: 9 })
    expect(rowsOf(folder, INDEXED)).toEqual([
      [0, 5],
      [1, 3],
      [2, 5],
      [3, 5],
    ])
    expect(rowsOf(folder, 'SELECT seq >> 40, count(*) FROM events GROUP BY 1')).toEqual(
      rowsOf(folder, INDEXED),
    )
  })

  test('deletes what is above a new, lower limit, of logs that nobody opens', () => {
    const folder = testFolder()
    const writer = openWriter({ folder })
    for (const key of rooms(70)) append(writer, many(7), key)
    while (writer.upkeep(500, 0, 0)) {}
    writer.close()
    const again = openWriter({ folder, retain: 5 })
    while (again.upkeep(500, 0, 0)) {}
    expect(rowsOf(folder, INDEXED)).toEqual(rooms(70).map((_, at) => [at + 1, 5]))
  })

  test('does not delete an event before it is in the index', () => {
    const folder = testFolder()
    const writer = openWriter({ folder, retain: 5 })
    append(writer, many(2000, 'gone'))
    append(writer, many(5))
    while (writer.upkeep(7, 0, 0)) {}
    expect(rowsOf(folder, "SELECT count(*) FROM words WHERE words MATCH 'gone'")).toEqual([[0]])
    expect(rowsOf(folder, INDEXED)).toEqual([[0, 5]])
  })
})

describe('a writer that keeps events for 30 days', () => {
  const start = Date.parse('2026-11-22T12:00:00.000Z')
  const at = (ms: number) => new Date(ms).toISOString()

  const ofDay = (day: number) => draft('hello', { at: at(start + day * DAY_MS) })

  const ends = (writer: Writer, key = 'lobby') => writer.open(key, key)

  /** `upkeep` moves both clocks on by so many ms, `ahead`: how far the wall clock is ahead. */
  function keeping30Days(...days: number[]) {
    const writer = openWriter({ retainDays: 30 })
    append(writer, days.map(ofDay))
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
    expect(ends(writer).first).toBe(1)
    upkeep(1)
    expect(ends(writer).first).toBe(3)
  })

  test('deletes nothing if the wall clock is 400 days ahead for ten seconds', () => {
    const { writer, upkeep } = keeping30Days(-20, -10, 0)
    for (let ms = 0; ms < 2 * TRUST_MS; ms += 60_000) upkeep(60_000)
    for (let ms = 0; ms < 10_000; ms += 50) upkeep(50, 400 * DAY_MS)
    append(writer, [ofDay(400)])
    upkeep(50, 400 * DAY_MS)
    for (let ms = 0; ms < 2 * TRUST_MS; ms += 60_000) upkeep(60_000)
    expect(ends(writer).first).toBe(1)
  })

  test('deletes nothing if the wall clock is ahead when the server starts', () => {
    const { writer, upkeep } = keeping30Days(-20, -10, 0)
    for (let ms = 0; ms < 10_000; ms += 50) upkeep(50, 400 * DAY_MS)
    for (let ms = 0; ms < 2 * TRUST_MS; ms += 60_000) upkeep(60_000)
    expect(ends(writer).first).toBe(1)
  })

  test('uses a wall clock that stays ahead', () => {
    const { writer, upkeep } = keeping30Days(-20, -10, 0)
    for (let ms = 0; ms < 3 * TRUST_MS; ms += 60_000) upkeep(60_000, 15 * DAY_MS)
    expect(ends(writer).first).toBe(2)
  })

  test('deletes no younger event because of a wrong date before or after it', () => {
    const { writer, upkeep } = keeping30Days(-40, 400, -35, -10, -20_000, 0)
    for (let ms = 0; ms < 2 * TRUST_MS; ms += 60_000) upkeep(60_000)
    expect(ends(writer).first).toBe(4)
  })

  test('keeps the latest event, from which numbering continues', () => {
    const { writer, upkeep } = keeping30Days(-50, -40)
    for (let ms = 0; ms < 2 * TRUST_MS; ms += 60_000) upkeep(60_000)
    expect(ends(writer)).toEqual({ first: 2, head: 2 })
    append(writer, [draft('new')])
    expect(ends(writer)).toEqual({ first: 2, head: 3 })
  })

  test('deletes older events of logs that nobody opens', () => {
    const { writer, upkeep } = keeping30Days(-40, 0)
    for (const key of rooms(100)) {
      append(writer, [-50, -40, -29, -10].map(ofDay), key)
      writer.release(key)
    }
    upkeep(0)
    for (let ms = 0; ms <= TRUST_MS; ms += 60_000) upkeep(60_000)
    for (const key of rooms(100)) expect(ends(writer, key)).toEqual({ first: 3, head: 4 })
    // Nobody says anything for two days.
    for (const key of rooms(100)) writer.release(key)
    for (let ms = 0; ms <= 2 * DAY_MS; ms += TRUST_MS / 4) upkeep(TRUST_MS / 4)
    for (const key of rooms(100)) expect(ends(writer, key)).toEqual({ first: 4, head: 4 })
  })
})
