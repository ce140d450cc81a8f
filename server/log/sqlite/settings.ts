/** Settings: texts that the operator changes, also while a server runs. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type Database from 'libsql'
import { open } from './folder.ts'
import { inspect, UnusableFile } from './schema.ts'
import { transaction } from './transaction.ts'

/** Keys of settings in the table `meta`, which has other keys, too. */
const keyOf = (name: string): string => `setting ${name}`

export function readSetting(database: Database.Database, name: string): string | undefined {
  const row = database.prepare('SELECT value FROM meta WHERE key = ?').raw().get(keyOf(name))
  return (row as [string] | undefined)?.[0]
}

export function writeSetting(database: Database.Database, name: string, value: string): void {
  database
    .prepare('INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2')
    .run(keyOf(name), value)
}

/** The settings of a data folder, from a process that is not its server. */
export type Settings = {
  read(name: string): string | undefined
  write(name: string, value: string): void
}

/** Throws an UnusableFile if no server has made the folder, or a fault of the disk. */
export function useSettings<T>(folder: string, use: (settings: Settings) => T): T {
  if (!existsSync(join(folder, 'room.db'))) throw new UnusableFile('has no log')
  const database = open(folder)
  try {
    if (inspect(database) === 0) throw new UnusableFile('has no log')
    return use({
      read: (name) => readSetting(database, name),
      write: (name, value) =>
        transaction(database, 'write', () => writeSetting(database, name, value)),
    })
  } finally {
    database.close()
  }
}
