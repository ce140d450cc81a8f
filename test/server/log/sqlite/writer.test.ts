/** The writing half of the SQLite store: faults of the disk, numbers of logs, topics and seats. */
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { reactingOf, redactionsOf } from '../../../../server/log/redactions.ts'
import { open as openFolder } from '../../../../server/log/sqlite/folder.ts'
import { Queries } from '../../../../server/log/sqlite/queries.ts'
import { rowOf } from '../../../../server/log/sqlite/rows.ts'
import { MAX_SEATS, SPARE_SEATS } from '../../../../server/log/sqlite/seats.ts'
import { type Group, Writer, type WriterOptions } from '../../../../server/log/sqlite/writer.ts'
import { latestTopic, TOPIC } from '../../../../server/log/topic.ts'
import { rulesOf } from '../../../../server/room/hosts/rules.ts'
import type { Draft, Seat } from '../../../../server/room/log.ts'
import { testFolder } from '../../../support/folder.ts'
import { draft } from '../../../support/store.ts'

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

/** A group of the lobby, if no key is given. */
const group = (drafts: readonly Draft[], key = 'lobby'): Group => ({
  key,
  text: JSON.stringify(drafts.map(rowOf)),
  topic: latestTopic(drafts),
  rules: drafts.flatMap((draft) => rulesOf(draft, key)),
  redactions: redactionsOf(drafts),
  reacting: reactingOf(drafts),
})

/** A draft that the table refuses. */
const noText = draft(null as unknown as string)

/** The next `sql` fails. Returns whether it has. */
function failOnce(sql: string): () => boolean {
  const exec = Database.prototype.exec
  let hasFailed = false
  Database.prototype.exec = function (text) {
    if (text !== sql || hasFailed) return exec.call(this, text)
    hasFailed = true
    throw new Error('disk I/O error')
  }
  onTestFinished(() => {
    Database.prototype.exec = exec
  })
  return () => hasFailed
}

test('drafts are parsed by SQLite alone, unless an id is repeated', () => {
  const writer = openWriter()
  const parse = vi.spyOn(JSON, 'parse')
  onTestFinished(() => parse.mockRestore())
  const drafts = [draft('one', { id: 'u1' }), draft('two')]
  expect(writer.append([group(drafts)])).toEqual([{ head: 2 }])
  expect(parse).not.toHaveBeenCalled()
  expect(writer.append([group([draft('three'), ...drafts])])).toEqual([
    { head: 4, outcomes: [3, { seq: 1, ...drafts[0] }, 4] },
  ])
})

test('one failed ROLLBACK does not stop the appends after it', () => {
  const writer = openWriter()
  const failed = failOnce('ROLLBACK')
  expect(() => writer.append([group([noText])])).toThrow('NOT NULL constraint failed')
  expect(failed()).toBe(true)
  expect(writer.append([group([draft('kept')])])).toEqual([{ head: 1 }])
})

describe('an append to several logs that fails', () => {
  const three = [draft('one', { id: 'u1' }), draft('two')]

  /** Two rooms without events, and the lobby with one. */
  function withRooms(): { writer: Writer; database: Database.Database } {
    const folder = testFolder()
    const writer = openWriter({ folder })
    writer.append([group([draft('one', { id: 'u1' })])])
    for (const name of ['a', 'b']) writer.open(`room ${name}`, name)
    return { writer, database: open(folder) }
  }

  test.each([
    [
      'because of its last group',
      'NOT NULL',
      (writer: Writer) =>
        writer.append([group(three, 'room a'), group(three), group([noText], 'room b')]),
    ],
    [
      'because its COMMIT fails',
      'disk I/O error',
      (writer: Writer) => {
        failOnce('COMMIT')
        writer.append([group(three, 'room a'), group(three), group(three, 'room b')])
      },
    ],
  ])('%s leaves every log as it was', (_, fault, append) => {
    const { writer, database } = withRooms()
    expect(() => append(writer)).toThrow(fault)
    expect(writer.backlog).toBe(1)
    const rows = (sql: string) => database.prepare(sql).raw().all()
    expect(rows('SELECT key FROM logs')).toEqual([['lobby']])
    expect(rows('SELECT text FROM events')).toEqual([['one']])

    // In another order: the numbers of the failed append are free.
    expect(writer.append([group(three, 'room b'), group(three, 'room a'), group(three)])).toEqual([
      { head: 2 },
      { head: 2 },
      { head: 2, outcomes: [{ seq: 1, ...three[0] }, 2] },
    ])
    expect(rows('SELECT number, key FROM logs ORDER BY number')).toEqual([
      [0, 'lobby'],
      [1, 'room b'],
      [2, 'room a'],
    ])
    expect(writer.backlog).toBe(6)
  })
})

test('the topic of a room is that of its latest new draft', () => {
  const folder = testFolder()
  const writer = openWriter({ folder })
  writer.open('room a', 'a')
  const database = open(folder)
  const topics = () => database.prepare('SELECT topic FROM logs ORDER BY number').raw().all()
  const topic = (text: string, id?: string) =>
    draft(text, { kind: TOPIC as Draft['kind'], ...(id !== undefined && { id }) })
  writer.append([group([topic('one', 'u1'), topic('two', 'u2'), draft('x')], 'room a')])
  expect(topics()).toEqual([[''], ['two']])
  // Repeated, so it is not said again.
  writer.append([group([topic('one', 'u1')], 'room a')])
  expect(topics()).toEqual([[''], ['two']])
  writer.append([group([topic('three'), topic('one', 'u1'), draft('x')], 'room a')])
  expect(topics()).toEqual([[''], ['three']])
  writer.append([group([topic('')], 'room a'), group([topic('of the lobby')])])
  expect(topics()).toEqual([['of the lobby'], ['']])
  const act = { type: 'redact', seq: 5, person: { id: 'a', name: 'a' }, topic: true } as const
  const removal = draft('removed', { kind: 'act', act })
  writer.append([group([topic('secret'), draft('y', { id: 'u2' })])])
  writer.append([group([draft('y', { id: 'u2' }), removal])])
  expect(topics()).toEqual([[''], ['']])
})

test('a text that was taken away before a crash is in no file soon after it', () => {
  const folder = testFolder()
  const crashed = testFolder()
  const writer = openWriter({ folder })
  const act = { type: 'redact', seq: 1, person: { id: 'a', name: 'a' } } as const
  writer.append([group([draft('Zwiebelkuchen')])])
  writer.append([group([draft('removed', { kind: 'act', act })])])
  cpSync(folder, crashed, { recursive: true })
  const files = () =>
    readdirSync(crashed).map((name) => readFileSync(join(crashed, name), 'latin1'))
  expect(files().join('')).toContain('Zwiebelkuchen')
  const later = openWriter({ folder: crashed })
  while (later.upkeep(500, 0, 0)) {}
  expect(files().join('')).not.toContain('Zwiebelkuchen')
})

test('the log with the largest number, and the largest seq, are like all others', () => {
  const folder = testFolder()
  openWriter({ folder }).close()
  const database = open(folder)
  const [most, last] = [2 ** 23 - 1, 2 ** 40 - 4]
  database.exec(`
    INSERT INTO logs (number, key, name) VALUES (${most - 1}, 'room a', 'a'), (${most}, 'room b', 'b');
    INSERT INTO events (seq, at, kind, person, name, via, text, id)
      SELECT number << 40 | ${last}, 0, 'message', 'p', 'p', 'web', 'old ' || name, 'u0' FROM logs
      WHERE number > 0;
    UPDATE logs SET indexed = ${last - 1} WHERE number > 0;`)
  const writer = openWriter({ folder, retain: 2 })
  const queries = new Queries(openFolder(folder))
  onTestFinished(() => queries.close())
  for (const name of ['a', 'b']) {
    const key = `room ${name}`
    expect(writer.open(key, name)).toEqual({ first: last, head: last })
    const drafts = [draft(`new ${name}`, { id: 'u1' }), draft('x'), draft('y', { id: 'u1' })]
    const known = { seq: last + 1, ...drafts[0] }
    expect(writer.append([group(drafts, key)])).toEqual([
      { head: last + 2, outcomes: [last + 1, last + 2, known] },
    ])
    while (writer.upkeep(500, 0, 0)) {}
    expect(writer.open(key, name)).toEqual({ first: last + 1, head: last + 2 })
    expect(queries.read(key, 0, 9).map(({ text }) => text)).toEqual([`new ${name}`, 'x'])
    expect(queries.before(key, last + 2, 9).map(({ seq }) => seq)).toEqual([last + 1])
    expect(queries.search(key, 'new', 9)).toEqual([known])
  }
  expect(() => {
    writer.open('room c', 'c')
    writer.append([group([draft('one too many')], 'room c')])
  }).toThrow('CHECK constraint failed')
})

const seat = (person: string): Seat => ({
  person,
  name: 'name',
  room: 'lobby',
  positions: {},
  ignored: [],
})

test('a later seat is the latest, also after the clock was set back', () => {
  const folder = testFolder()
  openWriter({ folder }).close()
  const database = open(folder)
  const future = Date.now() + 400 * 86_400_000
  database.exec(`INSERT INTO seats VALUES ('old', 'name', 'name', 'lobby', '{}', '[]', ${future})`)
  const writer = openWriter({ folder })
  writer.keepSeats([seat('one'), seat('two')])
  const queries = new Queries(openFolder(folder))
  onTestFinished(() => queries.close())
  expect(queries.seatNamed('name')).toEqual(seat('two'))
})

test('keeps the latest seats, and does not count them at each call', () => {
  const folder = testFolder()
  const first = new Writer({ folder, retain: 0, retainDays: 0 })
  first.close()
  const database = open(folder)
  database.exec(`INSERT INTO seats
    SELECT 'old' || value, 'name', 'name', 'lobby', '{}', '[]', value
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
    writer.keepSeats(persons.map(seat))
  }
  expect(get).not.toHaveBeenCalled()
  expect(run).toHaveBeenCalledTimes(SPARE_SEATS)
  writer.keepSeats([seat('last')])
  get.mockRestore()
  const count = database.prepare('SELECT count(*) FROM seats WHERE person GLOB ?').raw()
  expect(count.get('old*')).toEqual([MAX_SEATS - SPARE_SEATS - 1])
  expect(count.get('new*')).toEqual([SPARE_SEATS])
  expect(count.get('last')).toEqual([1])
  expect(database.prepare('SELECT min(at) FROM seats').raw().get()).toEqual([SPARE_SEATS + 2])
})

test('keeps the seats of people who have registered a name, however old', () => {
  const folder = testFolder()
  const writer = openWriter({ folder })
  const database = open(folder)
  writer.register('old1', 'name')
  database.exec(`INSERT INTO seats
    SELECT 'old' || value, 'name', 'name', 'lobby', '{}', '[]', value
    FROM generate_series(1, ${MAX_SEATS + SPARE_SEATS})`)
  writer.close()
  const again = openWriter({ folder })
  again.keepSeats([seat('last')])
  const oldest = database.prepare('SELECT person FROM seats ORDER BY at LIMIT 2').raw().all()
  expect(oldest).toEqual([['old1'], [`old${SPARE_SEATS + 3}`]])
})
