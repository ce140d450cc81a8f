/**
 * A data folder as pages, for a move.
 *
 * MUST hold the lock of the folder: no server may use it. MUST NOT write to a folder that is read.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { foldName } from '../../../shared/fold.ts'
import { LOBBY, personsOf } from '../../room/keys.ts'
import {
  type EventRow,
  guarded,
  type MovedLog,
  PAGE_ROWS,
  type Page,
  paged,
  type SeatRow,
} from '../pages.ts'
import { asUnusable } from '../unusable.ts'
import { faultOf } from './fault.ts'
import { createFolder, lock, open } from './folder.ts'
import { migrate } from './migrations.ts'
import { makePrivate } from './modes.ts'
import { COPY, READ } from './rows.ts'
import { inspect, UnusableFile, VERSION } from './schema.ts'
import { SEAT_COLUMNS } from './seats.ts'
import { LOGS_AFTER, prepare } from './statements.ts'
import { rollBack } from './transaction.ts'

/** Rejects with a LogUnusable, or as `use` does. */
export async function readPages(
  folder: string,
  use: (pages: AsyncIterable<Page>) => Promise<void>,
): Promise<void> {
  const sentence = sentenceOn(folder)
  try {
    const path = join(folder, 'room.db')
    if (!existsSync(path)) throw new UnusableFile('has no log')
    const held = lock(folder)
    try {
      const database = new Database(path, { readonly: true })
      try {
        checkVersion(inspect(database))
        await use(guarded(pagesOf(database), sentence))
      } finally {
        database.close()
      }
    } finally {
      held.close()
    }
  } catch (error) {
    throw asUnusable(error, sentence)
  }
}

/** Stores all pages or none. The folder MUST NOT have a log. Rejects with a LogUnusable. */
export async function writePages(folder: string, pages: AsyncIterable<Page>): Promise<void> {
  const sentence = sentenceOn(folder)
  try {
    createFolder(folder)
    const held = lock(folder)
    try {
      const database = open(folder)
      try {
        makePrivate(folder)
        checkEmpty(database)
        migrate(database)
        await putAll(database, pages)
      } finally {
        rollBack(database)
        database.close()
      }
    } finally {
      held.close()
    }
  } catch (error) {
    throw asUnusable(error, sentence)
  }
}

function sentenceOn(folder: string): (error: unknown) => string {
  return (error) => `The data folder ${folder} ${faultOf(error)}.`
}

function checkVersion(version: number): void {
  if (version === 0) throw new UnusableFile('has no log')
  if (version < VERSION) {
    throw new UnusableFile(
      'has a log of an older version; start the server once, which upgrades it',
    )
  }
}

async function* pagesOf(database: Database.Database): AsyncGenerator<Page> {
  const all = <Row>(text: string) => {
    const statement = database.prepare(text).raw()
    return (args: (string | number)[]) => statement.all(...args, PAGE_ROWS) as Row[]
  }
  const meta = database.prepare('SELECT key, value FROM meta').raw().all() as [string, string][]
  const { epoch = '', secret = '' } = Object.fromEntries(meta)
  yield { table: 'meta', epoch, secret }

  type LogRow = [number, string, string, number, number | null, number | null]
  const topicOf = database.prepare('SELECT topic FROM logs WHERE number = ?').raw()
  const events = all<EventRow>(READ)
  for await (const logs of paged(all<LogRow>(LOGS_AFTER), [-1], ([number]) => [number])) {
    for (const [number, key, name, , first, head] of logs) {
      // A room in which nothing was said.
      if (head === null && key !== LOBBY) continue
      const [topic] = topicOf.get(number) as [string]
      yield { table: 'logs', log: { key, name, topic, first: first ?? 1, head: head ?? 0 } }
      for await (const rows of paged(events, [number, 1], ([seq]) => [number, seq + 1])) {
        yield { table: 'events', rows }
      }
    }
  }

  const seats = all<[...SeatRow, at: number]>(
    `SELECT ${SEAT_COLUMNS}, at FROM seats WHERE (at, person) > (?, ?) ORDER BY at, person LIMIT ?`,
  )
  for await (const rows of paged(seats, [-1, ''], (row) => [row[5], row[0]])) {
    yield { table: 'seats', rows: rows.map(([...row]) => row.slice(0, 5) as SeatRow) }
  }
  const registrations = all<[string, string]>(
    'SELECT person, name FROM registrations WHERE person > ? ORDER BY person LIMIT ?',
  )
  for await (const rows of paged(registrations, [''], ([person]) => [person])) {
    yield { table: 'registrations', rows }
  }
  const rules = all<[string, string]>(
    'SELECT key, value FROM rules WHERE key > ? ORDER BY key LIMIT ?',
  )
  for await (const rows of paged(rules, [''], ([key]) => [key])) yield { table: 'rules', rows }
}

/** Before the file is migrated, so that a log in it stays as it is. */
function checkEmpty(database: Database.Database): void {
  if (inspect(database) === 0) return
  const [isUsed] = database
    .prepare('SELECT EXISTS (SELECT 1 FROM events) OR EXISTS (SELECT 1 FROM seats)')
    .raw()
    .get() as [number]
  if (isUsed !== 0) throw new UnusableFile('has a log already; choose another folder')
}

async function putAll(database: Database.Database, pages: AsyncIterable<Page>): Promise<void> {
  // Pages at the end of the file need no journal. In WAL mode, everything would be written twice.
  database.exec('PRAGMA journal_mode = DELETE')
  database.exec('BEGIN IMMEDIATE')
  // What a server without people has left, such as its code.
  database.exec('DELETE FROM logs WHERE number <> 0; DELETE FROM rules; DELETE FROM registrations')
  const put = putter(database)
  for await (const page of pages) put(page)
  database.exec('COMMIT')
}

function putter(database: Database.Database): (page: Page) => void {
  const statements = prepare(database)
  const setMeta = database.prepare('UPDATE meta SET value = ?2 WHERE key = ?1')
  const copy = database.prepare(COPY)
  /** Of the log whose events come. */
  let number = 0
  let seatAt = Date.now()

  function putLog({ key, name, topic }: MovedLog): void {
    if (key === LOBBY) {
      number = 0
      statements.setName.run(number, name)
    } else {
      number = (statements.nextNumber.get() as [number])[0]
      statements.addLog.run(number, key, name, ...(personsOf(key) ?? [null, null]))
    }
    statements.setTopic.run(number, topic)
  }

  function putEvents(rows: readonly EventRow[]): void {
    const [first] = rows[0] as EventRow
    const [last] = rows.at(-1) as EventRow
    copy.run(number, JSON.stringify(rows))
    statements.index.run(number, first, last)
    statements.setIndexed.run(number, last)
  }

  return (page) => {
    switch (page.table) {
      case 'meta':
        setMeta.run('epoch', page.epoch)
        setMeta.run('secret', page.secret)
        break
      case 'logs':
        putLog(page.log)
        break
      case 'events':
        putEvents(page.rows)
        break
      case 'seats':
        for (const [person, name, ...rest] of page.rows) {
          seatAt += 1
          statements.keepSeat.run(person, name, foldName(name), ...rest, seatAt)
        }
        break
      case 'registrations':
        for (const row of page.rows) statements.register.run(...row)
        break
      case 'rules':
        for (const row of page.rows) statements.keepRule.run(...row)
        break
    }
  }
}
