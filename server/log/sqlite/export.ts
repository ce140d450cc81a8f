/**
 * Exports the whole log as text, page by page, also while a server writes to it.
 *
 * MUST NOT write to the file.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import Database from 'libsql'
import type { RoomEvent } from '../../../shared/protocol.ts'
import { eventOf, READ, type Row } from './rows.ts'
import { inspect, UnusableFile } from './schema.ts'

const PAGE_EVENTS = 1000

/** `text`: a line for each event, which begins with its full time. `ndjson`: a JSON object for each. */
export type ExportFormat = 'text' | 'ndjson'

/** Rejects with an UnusableFile, with a fault of the disk, or when `to` is destroyed. */
export async function exportLog(folder: string, format: ExportFormat, to: Writable): Promise<void> {
  const path = join(folder, 'room.db')
  if (!existsSync(path)) throw new UnusableFile('has no log')
  const database = new Database(path, { readonly: true })
  try {
    if (!inspect(database)) throw new UnusableFile('has no log')
    await pipeline(lines(database, format), to, { end: false })
  } finally {
    database.close()
  }
}

function* lines(database: Database.Database, format: ExportFormat): Generator<string> {
  const page = database.prepare(READ).raw()
  for (let next = 1; ; ) {
    const rows = page.all(next, PAGE_EVENTS) as Row[]
    if (rows.length === 0) return
    const events = rows.map(eventOf)
    yield events.map((event) => `${lineOf(event, format)}\n`).join('')
    next = (events.at(-1)?.seq ?? next) + 1
  }
}

function lineOf(event: RoomEvent, format: ExportFormat): string {
  if (format === 'ndjson') return JSON.stringify(event)
  const { at, kind, from, text } = event
  return kind === 'message' ? `${at} ${from.name}: ${text}` : `${at} * ${from.name} ${text}`
}
