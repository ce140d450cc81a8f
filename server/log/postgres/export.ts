/**
 * Exports the logs of a database as text, page by page, also while servers write to them.
 *
 * MUST NOT write to the database. MUST have one page in memory at a time, and what the reader has not
 * taken yet.
 */
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { foldName } from '../../../shared/fold.ts'
import { personsOf, roomOf } from '../../room/keys.ts'
import { type Exported, type ExportOptions, printerFor, type Selection } from '../exported.ts'
import { guarded, PAGE_ROWS, paged } from '../pages.ts'
import { UnusableDatabase } from './fault.ts'
import type { Link } from './link.ts'
import { checkLog } from './migrations.ts'
import { COLUMNS, eventOf, type Row } from './rows.ts'
import { START_MS, sentenceOn, start } from './start.ts'

type LogRow = { number: number; key: string; name: string }

/** Rejects with a LogUnusable, or when `to` is destroyed. */
export async function exportLogs(url: string, options: ExportOptions, to: Writable): Promise<void> {
  const { link, target } = await start(url, 'export', (link, { schema }) => checkLog(link, schema))
  try {
    // A fault of the reader is none of the database.
    await pipeline(guarded(pagesOf(link, options), sentenceOn(target)), to, { end: false })
  } finally {
    await link.close()
  }
}

async function* pagesOf(link: Link, options: ExportOptions): AsyncGenerator<string> {
  const rooms = await roomsOf(link, options)
  const isOneOfSeveral = rooms.length > 1 || (options.direct && (await hasDirect(link)))
  for await (const log of logsOf(link, rooms, options)) {
    const { title, print } = printerFor(log, options, isOneOfSeveral)
    if (title !== '') yield title
    const page = (after: number) =>
      link.query<Row>(
        `SELECT ${COLUMNS} FROM events WHERE log = $1 AND seq > $2 ORDER BY seq LIMIT ${PAGE_ROWS}`,
        [log.number, after],
        START_MS,
      )
    for await (const rows of paged(page, 0, ({ seq }) => seq)) {
      yield print(rows.map(eventOf))
    }
  }
}

/** The lobby first, then the rooms by name. Their number has a limit. */
async function roomsOf(link: Link, { room }: Selection): Promise<LogRow[]> {
  const rows = await link.query<LogRow>(
    `SELECT number, key, name FROM logs WHERE first_person IS NULL AND (head > 0 OR number = 0)
     ORDER BY number <> 0, key`,
    [],
    START_MS,
  )
  const rooms = rows.filter(({ name }) => room === undefined || foldName(name) === foldName(room))
  if (rooms.length === 0) throw new UnusableDatabase(`has no room ${room}`)
  return rooms
}

async function hasDirect(link: Link): Promise<boolean> {
  const rows = await link.query(
    'SELECT FROM logs WHERE first_person IS NOT NULL LIMIT 1',
    [],
    START_MS,
  )
  return rows.length > 0
}

async function* logsOf(
  link: Link,
  rooms: readonly LogRow[],
  { direct }: Selection,
): AsyncGenerator<Exported> {
  for (const { number, key, name } of rooms) {
    yield { number, name, room: roomOf(key) === undefined ? undefined : name, direct: undefined }
  }
  if (!direct) return
  const page = (after: string) =>
    link.query<LogRow>(
      `SELECT number, key, name FROM logs WHERE first_person IS NOT NULL AND key > $1
       ORDER BY key LIMIT ${PAGE_ROWS}`,
      [after],
      START_MS,
    )
  for await (const rows of paged(page, '', ({ key }) => key)) {
    for (const { number, key } of rows) {
      const ids = personsOf(key)
      if (ids === undefined) continue
      const names = new Map<string, string>()
      for (const id of ids) names.set(id, await latestName(link, number, id))
      yield { number, name: '', room: undefined, direct: { ids, names } }
    }
  }
}

async function latestName(link: Link, log: number, person: string): Promise<string> {
  const [row] = await link.query<{ name: string }>(
    `SELECT coalesce(
       (SELECT name FROM events WHERE log = $1 AND person = $2 ORDER BY seq DESC LIMIT 1),
       (SELECT name FROM seats WHERE person = $2),
       (SELECT name FROM people WHERE id = $2), $2) AS name`,
    [log, person],
    START_MS,
  )
  return row?.name ?? person
}
