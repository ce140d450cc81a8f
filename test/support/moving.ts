/** Folders and databases that a log is moved between, and what is in them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import Database from 'libsql'
import { expect } from 'vitest'
import { type Moved, move } from '../../server/log/move.ts'
import { postgresStore } from '../../server/log/postgres/store.ts'
import { exportLogs } from '../../server/log/sqlite/export.ts'
import { sqliteStore } from '../../server/log/sqlite/store.ts'
import { TOPIC } from '../../server/log/topic.ts'
import { directKey } from '../../server/room/keys.ts'
import type { Draft, LogKey, Seat, Store } from '../../server/room/log.ts'
import { testFolder } from './folder.ts'
import { alice, appendTo, bob, carol, draft } from './store.ts'

const worker = new URL('../../dist/server/worker.js', import.meta.url)
const onLost = (error: Error): never => {
  throw error
}
export const keepAll = { retain: 0, retainDays: 0 }
export const openFolder = (folder: string, limits = keepAll) =>
  sqliteStore({ folder, ...limits }, onLost, worker)
export const openDatabase = (url: string) => postgresStore({ url, ...keepAll }, onLost)
export const moved = (from: string, to: string): Promise<Moved> => move(from, to, () => {})

export const RETAINED = 12
const DIRECT = directKey(alice.id, bob.id)
const NAMES: [key: LogKey, name: string][] = [
  ['lobby', 'Office'],
  ['room physics', 'Physics 😀'],
  [DIRECT, ''],
]
export const seat = (person: string, name: string): Seat => ({
  person,
  name,
  room: 'room physics',
  positions: { lobby: 3, [DIRECT]: 1 },
  ignored: [{ id: carol.id, name: 'carol' }],
})

/** A folder with all that a store can have. The word `unspeakable` was taken away. */
export async function fullFolder(): Promise<string> {
  const folder = testFolder()
  const store = await openFolder(folder, { retain: RETAINED, retainDays: 0 })
  const [lobby, physics, direct] = await openAll(store)
  const topic = { kind: TOPIC as Draft['kind'] }
  const many = Array.from({ length: 20 }, (_, at) => draft(`Hélène ${at}`, { id: `u${at}` }))
  await appendTo(store, lobby)([draft('exercise 4', topic), ...many])
  const person = { id: bob.id, name: 'bob' }
  await appendTo(
    store,
    physics,
  )([
    draft('Waves', topic),
    draft('unspeakable', { id: 'gone', from: bob }),
    draft('is a host now', { kind: 'act', act: { type: 'host', person: alice } }),
    draft('removed', { kind: 'act', act: { type: 'redact', seq: 2, person } }),
    draft('muted bob', { kind: 'act', act: { type: 'mute', person } }),
    draft('ωaves 日本語 "quoted" \\ 𝒳', { kind: 'action', from: { ...bob, via: 'web' } }),
  ])
  await appendTo(store, direct)([draft('psst', { id: 'd1' }), draft('yes', { from: bob })])
  await store.keepSeats([seat(bob.id, 'Zoë'), seat(alice.id, 'alice'), seat(carol.id, 'zoë')])
  await store.keepSeats([seat(bob.id, 'bob')])
  await store.register(alice.id, 'alice')
  await store.register(bob.id, 'Bob 😀')
  await store.keepRule({ key: 'code', value: { words: 'one-two-three' } })
  // Upkeep has deleted, and emptied the WAL.
  await expect.poll(() => lobby.first()).toBe(22 - RETAINED)
  await store.close()
  return folder
}

export async function openAll(store: Store) {
  const [lobby, physics, direct] = await Promise.all(
    NAMES.map(([key, name]) => store.open(key, name)),
  )
  if (!lobby || !physics || !direct) throw new Error('there are three logs')
  return [lobby, physics, direct] as const
}

export async function exported(folder: string): Promise<string> {
  let text = ''
  const to = new Writable({
    write(chunk, _encoding, done) {
      text += chunk
      done()
    },
  })
  await exportLogs(folder, { format: 'ndjson', direct: true }, to)
  return text
}

const TABLES = [
  'SELECT key, value FROM meta ORDER BY key',
  'SELECT key, name, topic, first_person, second_person FROM logs ORDER BY key',
  'SELECT person, name, folded, room, positions, ignored FROM seats ORDER BY at',
  'SELECT person, name FROM registrations ORDER BY person',
  'SELECT key, value FROM rules ORDER BY key',
]

export function tables(folder: string): unknown[] {
  const database = new Database(join(folder, 'room.db'), { readonly: true })
  try {
    return TABLES.map((text) => database.prepare(text).raw().all())
  } finally {
    database.close()
  }
}

export function tableNames(folder: string): string[] {
  const database = new Database(join(folder, 'room.db'), { readonly: true })
  const rows = database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    .raw()
    .all() as [string][]
  database.close()
  // Without the full-text index.
  return rows.map(([name]) => name).filter((name) => !/^words(_|$)/.test(name))
}

export function schemaOf(folder: string): number {
  const database = new Database(join(folder, 'room.db'), { readonly: true })
  const [version] = database.prepare('PRAGMA user_version').raw().get() as [number]
  database.close()
  return version
}

export function filesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => !name.endsWith('-shm'))
  const files = names.map((name) => [name, readFileSync(join(folder, name)).toString('latin1')])
  // SQLite makes an empty WAL when it reads.
  return Object.fromEntries(files.filter(([, content]) => content !== ''))
}
