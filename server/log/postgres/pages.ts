/**
 * A database as pages, for a move.
 *
 * MUST hold the lock of migrations: a server that starts waits for it. MUST NOT write to a database
 * that is read.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type postgres from 'postgres'
import { foldName } from '../../../shared/fold.ts'
import { personsOf } from '../../room/keys.ts'
import {
  type EventRow,
  guarded,
  type MovedLog,
  PAGE_ROWS,
  type Page,
  paged,
  type SeatRow,
} from '../pages.ts'
import { epochOf } from './epoch.ts'
import { UnusableDatabase } from './fault.ts'
import { type Link, sessionName } from './link.ts'
import { checkLog, lockName, upgrade } from './migrations.ts'
import { COLUMNS, COPY } from './rows.ts'
import { indexText } from './search.ts'
import { START_MS, sentenceOn, start } from './start.ts'

/** How long, in ms, the session of a process that has ended may still be there. */
const ENDING_MS = 3000
const LOOK_MS = 50

/** Rejects with a LogUnusable, or as `use` does. */
export async function readPages(
  url: string,
  use: (pages: AsyncIterable<Page>) => Promise<void>,
): Promise<void> {
  const { link } = await start(url, 'move', async (link, target) => {
    await checkLog(link, target.schema)
    await hold(link, target.schema)
    await link.transaction(async (sql) => {
      await sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`
      await use(guarded(pagesOf(sql, link.timeline), sentenceOn(target)))
    })
  })
  await link.close()
}

/** Stores all pages or none. The schema MUST NOT have a log. Rejects with a LogUnusable. */
export async function writePages(url: string, pages: AsyncIterable<Page>): Promise<void> {
  const { link } = await start(url, 'move', async (link, { schema }) => {
    await hold(link, schema)
    await link.transaction(async (sql) => {
      await sql`SELECT set_config('synchronous_commit', 'on', true)
        WHERE current_setting('synchronous_commit') = 'off'`
      await upgrade(sql, schema)
      await checkEmpty(sql)
      const put = putter(sql, link.timeline ?? '')
      for await (const page of pages) await put(page)
    })
  })
  await link.close()
}

/** Keeps servers from starting until the link is closed. Rejects with an UnusableDatabase. */
async function hold(link: Link, schema: string): Promise<void> {
  const names = ['writer', 'tail'].map((name) => sessionName(name, schema))
  const ask = async (text: string, args: readonly string[]): Promise<boolean> => {
    const [row] = await link.query<{ answer: boolean }>(`SELECT ${text} AS answer`, args, START_MS)
    return row?.answer === true
  }
  let isHeld = false
  for (const until = performance.now() + ENDING_MS; ; await pause(LOOK_MS)) {
    isHeld ||= await ask('pg_try_advisory_lock(hashtext($1))', [lockName(schema)])
    if (isHeld && !(await ask(IS_SERVED, names))) return
    if (performance.now() < until) continue
    throw new UnusableDatabase(
      isHeld
        ? 'is in use by a server: stop all servers on it'
        : 'is in use: a server is starting, or the log is being moved',
    )
  }
}

const IS_SERVED = `EXISTS (SELECT FROM pg_stat_activity
  WHERE datname = current_database() AND application_name IN ($1, $2))`

async function* pagesOf(sql: postgres.Sql, timeline: string | undefined): AsyncGenerator<Page> {
  const all =
    <Row>(text: string) =>
    async (args: (string | number)[]) =>
      (await sql.unsafe(text, [...args, PAGE_ROWS], { prepare: true }).values()) as unknown as Row[]
  const meta = await sql<{ key: string; value: string }[]>`SELECT key, value FROM meta`
  const known = Object.fromEntries(meta.map(({ key, value }) => [key, value]))
  yield { table: 'meta', epoch: epochOf(known, timeline), secret: known.secret ?? '' }

  const logs = all<[number, string, string, string, number, number]>(
    `SELECT number, key, name, topic, first, head FROM logs
     WHERE number > $1 AND (head > 0 OR number = 0) ORDER BY number LIMIT $2`,
  )
  const events = all<EventRow>(
    `SELECT ${COLUMNS} FROM events WHERE log = $1 AND seq >= $2 ORDER BY seq LIMIT $3`,
  )
  for await (const rows of paged(logs, [-1], ([number]) => [number])) {
    for (const [number, key, name, topic, first, head] of rows) {
      yield { table: 'logs', log: { key, name, topic, first, head } }
      for await (const rows of paged(events, [number, 1], ([seq]) => [number, seq + 1])) {
        yield { table: 'events', rows }
      }
    }
  }

  const seats = all<[...SeatRow, at: number]>(
    `SELECT person, name, room, positions, ignored, at FROM seats WHERE at > $1
     ORDER BY at LIMIT $2`,
  )
  for await (const rows of paged(seats, [-1], (row) => [row[5]])) {
    yield { table: 'seats', rows: rows.map((row) => row.slice(0, 5) as SeatRow) }
  }
  const registrations = all<[string, string]>(
    'SELECT person, name FROM registrations WHERE person > $1 ORDER BY person LIMIT $2',
  )
  for await (const rows of paged(registrations, [''], ([person]) => [person])) {
    yield { table: 'registrations', rows }
  }
  const rules = all<[string, string]>(
    'SELECT key, value FROM rules WHERE key > $1 ORDER BY key LIMIT $2',
  )
  for await (const rows of paged(rules, [''], ([key]) => [key])) yield { table: 'rules', rows }
}

async function checkEmpty(sql: postgres.Sql): Promise<void> {
  const [found] = await sql<{ used: boolean }[]>`
    SELECT EXISTS (SELECT FROM events) OR EXISTS (SELECT FROM seats) AS used`
  if (found?.used === true) {
    throw new UnusableDatabase(
      'has a log already; choose another database, or another schema with ?schema=NAME',
    )
  }
  // What a server without people has left, such as its code.
  await sql`DELETE FROM logs WHERE number <> 0`
  await sql`DELETE FROM rules`
  await sql`DELETE FROM registrations`
}

function putter(sql: postgres.Sql, timeline: string): (page: Page) => Promise<void> {
  const run = (text: string, args: (string | number | null)[]) =>
    sql.unsafe<{ number: number }[]>(text, args, { prepare: true })
  /** Of the log whose events come. */
  let number = 0

  async function putLog({ key, name, topic, first, head }: MovedLog): Promise<void> {
    const persons = personsOf(key) ?? [null, null]
    const [row] = await run(PUT_LOG, [key, name, topic, first, head, ...persons])
    number = row?.number ?? 0
  }

  return async (page) => {
    switch (page.table) {
      case 'meta': {
        const { epoch, secret } = page
        await run(PUT_META, [JSON.stringify(Object.entries({ epoch, secret, timeline }))])
        break
      }
      case 'logs':
        await putLog(page.log)
        break
      case 'events': {
        const rows = page.rows.map((row) => [...row, indexText(row[6])])
        await run(COPY, [number, JSON.stringify(rows)])
        break
      }
      case 'seats': {
        const rows = page.rows.map(([person, name, ...rest]) => [
          person,
          name,
          foldName(name),
          ...rest,
        ])
        await run(PUT_SEATS, [JSON.stringify(rows)])
        break
      }
      case 'registrations':
      case 'rules':
        await run(`INSERT INTO ${page.table} ${PAIRS}`, [JSON.stringify(page.rows)])
        break
    }
  }
}

const PUT_LOG = `INSERT INTO logs (key, name, topic, first, head, first_person, second_person)
  VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT (key) DO UPDATE SET name = excluded.name, topic = excluded.topic,
    first = excluded.first, head = excluded.head
  RETURNING number`

/** $1: a JSON array of pairs. */
const PAIRS = `SELECT pair->>0, pair->>1 FROM jsonb_array_elements($1::text::jsonb) AS pair`

const PUT_META = `INSERT INTO meta (key, value) ${PAIRS}
  ON CONFLICT (key) DO UPDATE SET value = excluded.value`

/** $1: a JSON array of seats, in the order in which they were stored. */
const PUT_SEATS = `INSERT INTO seats (person, name, folded, room, positions, ignored, at)
  SELECT seat->>0, seat->>1, seat->>2, seat->>3, seat->>4, seat->>5, nextval('seat_order')
  FROM (SELECT s.seat FROM jsonb_array_elements($1::text::jsonb) WITH ORDINALITY AS s (seat, place)
    ORDER BY s.place) given`
