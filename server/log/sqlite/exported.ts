/**
 * The logs that an export prints, and what its lines say about them.
 */
import type Database from 'libsql'
import { foldName } from '../../../shared/fold.ts'
import { LOBBY, personsOf, roomOf } from '../../room/keys.ts'
import type { Exported, Selection } from '../exported.ts'
import { inLogSql } from './rows.ts'
import { UnusableFile } from './schema.ts'

type LogRow = [number: number, key: string, name: string]

/** The log of version 1 of the schema. */
const ONLY: LogRow = [0, LOBBY, LOBBY]

/**
 * The lobby first, then the rooms by name, then the direct logs. `version`: of the schema. Throws
 * an UnusableFile if there is no such room.
 */
export function exportedLogs(
  database: Database.Database,
  version: number,
  { room, direct }: Selection,
): Exported[] {
  const all =
    version === 1
      ? [ONLY]
      : (database
          .prepare('SELECT number, key, name FROM logs ORDER BY number <> 0, key')
          .raw()
          .all() as LogRow[])
  const isAsked = ([, , name]: LogRow) => room === undefined || foldName(name) === foldName(room)
  const rooms = all.filter((row) => personsOf(row[1]) === undefined && isAsked(row))
  if (rooms.length === 0) throw new UnusableFile(`has no room ${room}`)
  return [
    ...rooms.map(([number, key, name]) => ({
      number,
      name,
      room: roomOf(key) !== undefined ? name : undefined,
      direct: undefined,
    })),
    ...(direct ? directLogs(database, all) : []),
  ]
}

function* directLogs(database: Database.Database, all: readonly LogRow[]): Generator<Exported> {
  // The name under which they wrote here, or of their seat.
  const latest = database
    .prepare(
      `SELECT coalesce(
         (SELECT name FROM events WHERE ${inLogSql('?1')} AND person = ?2 ORDER BY seq DESC LIMIT 1),
         (SELECT name FROM seats WHERE person = ?2))`,
    )
    .raw()
  // A seat is stored a little later. It reads all events, so once for each person.
  const anywhere = database
    .prepare('SELECT name FROM events WHERE person = ? ORDER BY at DESC LIMIT 1')
    .raw()
  const elsewhere = new Map<string, string>()
  function nameOf(number: number, id: string): string {
    const name = (latest.get(number, id) as [string | null])[0] ?? elsewhere.get(id)
    if (name !== undefined) return name
    elsewhere.set(id, (anywhere.get(id) as [string] | undefined)?.[0] ?? id)
    return nameOf(number, id)
  }
  for (const [number, key] of all) {
    const ids = personsOf(key)
    if (ids === undefined) continue
    const names = ids.map((id) => [id, nameOf(number, id)] as const)
    yield { number, name: '', room: undefined, direct: { ids, names: new Map(names) } }
  }
}
