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
import type { RoomEvent } from '../../../shared/protocol.ts'
import { TOPIC } from '../topic.ts'
import { type Exported, exportedLogs, type Selection } from './exported.ts'
import { eventOf, type Row, readKnownSql } from './rows.ts'
import { inspect, UnusableFile } from './schema.ts'

const PAGE_EVENTS = 1000

/** `text`: a line for each event, which begins with its full time. `ndjson`: a JSON object for each. */
export type ExportFormat = 'text' | 'ndjson'
export type ExportOptions = Selection & { format: ExportFormat }

/** Rejects with an UnusableFile, with a fault of the disk, or when `to` is destroyed. */
export async function exportLogs(
  folder: string,
  { format, ...selection }: ExportOptions,
  to: Writable,
): Promise<void> {
  const path = join(folder, 'room.db')
  if (!existsSync(path)) throw new UnusableFile('has no log')
  const database = new Database(path, { readonly: true })
  try {
    const version = inspect(database)
    if (version === 0) throw new UnusableFile('has no log')
    const logs = exportedLogs(database, version, selection)
    await pipeline(lines(database, logs, format), to, { end: false })
  } finally {
    database.close()
  }
}

function* lines(
  database: Database.Database,
  logs: readonly Exported[],
  format: ExportFormat,
): Generator<string> {
  const columns = database.prepare('PRAGMA table_info(events)').raw().all() as [number, string][]
  const page = database.prepare(readKnownSql(columns.map(([, name]) => name))).raw()
  for (const log of logs) {
    const lineOf = format === 'ndjson' ? objectOf(log) : sentenceOf(log, logs.length > 1)
    for (let next = 1; ; ) {
      const events = (page.all(log.number, next, PAGE_EVENTS) as Row[]).map(eventOf)
      const last = events.at(-1)
      if (last === undefined) break
      yield events.map((event) => `${lineOf(event)}\n`).join('')
      next = last.seq + 1
    }
  }
}

/** What is undefined is left out. */
function objectOf({ room, direct }: Exported): (event: RoomEvent) => string {
  return (event) => JSON.stringify({ room, direct: direct?.ids, ...event })
}

/** `isOneOfSeveral`: the lines name their room, unless it is the lobby. */
function sentenceOf(
  { room, direct }: Exported,
  isOneOfSeveral: boolean,
): (event: RoomEvent) => string {
  const place = direct ? ' (direct)' : room !== undefined && isOneOfSeveral ? ` [${room}]` : ''
  return ({ at, kind, from, text, redacted }) => {
    const to = direct?.ids.find((id) => id !== from.id)
    const who = to === undefined ? from.name : `${from.name} -> ${direct?.names.get(to)}`
    if (redacted !== undefined) return `${at}${place} * ${who}: removed by ${redacted.by}`
    if (kind === 'message') return `${at}${place} ${who}: ${text}`
    if (kind !== TOPIC) return `${at}${place} * ${who} ${text}`
    return `${at}${place} * ${who} ${text === '' ? 'removed the topic' : `set the topic: ${text}`}`
  }
}
