/**
 * Exports logs as text, page by page, also while a server writes to them.
 *
 * MUST NOT write to the file, whatever version of Oneroom has written it.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import Database from 'libsql'
import { type Exported, type ExportOptions, printerFor } from '../exported.ts'
import { exportedLogs } from './exported.ts'
import { eventOf, type Row, readKnownSql } from './rows.ts'
import { inspect, UnusableFile } from './schema.ts'

const PAGE_EVENTS = 1000

/** Rejects with an UnusableFile, with a fault of the disk, or when `to` is destroyed. */
export async function exportLogs(
  folder: string,
  options: ExportOptions,
  to: Writable,
): Promise<void> {
  const path = join(folder, 'room.db')
  if (!existsSync(path)) throw new UnusableFile('has no log')
  const database = new Database(path, { readonly: true })
  try {
    const version = inspect(database)
    if (version === 0) throw new UnusableFile('has no log')
    const logs = exportedLogs(database, version, options)
    await pipeline(pages(database, logs, options), to, { end: false })
  } finally {
    database.close()
  }
}

function* pages(
  database: Database.Database,
  logs: readonly Exported[],
  options: ExportOptions,
): Generator<string> {
  const columns = database.prepare('PRAGMA table_info(events)').raw().all() as [number, string][]
  const page = database.prepare(readKnownSql(columns.map(([, name]) => name))).raw()
  for (const log of logs) {
    const { title, print } = printerFor(log, options, logs.length > 1)
    if (title !== '') yield title
    for (let next = 1; ; ) {
      const events = (page.all(log.number, next, PAGE_EVENTS) as Row[]).map(eventOf)
      const last = events.at(-1)
      if (last === undefined) break
      yield print(events)
      next = last.seq + 1
    }
  }
}
