/** The rules of a data folder, for a process that is not its server. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Rule } from '../../room/hosts/rules.ts'
import { open } from './folder.ts'
import { inspect, UnusableFile, VERSION } from './schema.ts'

export type FolderRules = {
  /** The value of a rule; undefined if there is none. */
  read(key: string): unknown
  /** The values of the rules whose keys begin so. */
  list(prefix: string): unknown[]
  write(rule: Rule): void
}

/**
 * Also while a server uses the folder. Rejects with an UnusableFile if no server of this version has opened
 * the folder, or a fault of the disk.
 */
export async function useRules<T>(
  folder: string,
  use: (rules: FolderRules) => T | Promise<T>,
): Promise<T> {
  if (!existsSync(join(folder, 'room.db'))) throw new UnusableFile('has no log')
  const database = open(folder)
  try {
    if (inspect(database) !== VERSION) {
      throw new UnusableFile(
        'has a log of an older version; start the server once, which upgrades it',
      )
    }
    const find = database.prepare('SELECT value FROM rules WHERE key = ?').raw()
    const all = database.prepare('SELECT value FROM rules WHERE substr(key, 1, length(?1)) = ?1')
    const put = database.prepare('INSERT OR REPLACE INTO rules VALUES (?, ?)')
    const end = database.prepare('DELETE FROM rules WHERE key = ?')
    return await use({
      read(key) {
        const row = find.get(key) as [string] | undefined
        return row === undefined ? undefined : JSON.parse(row[0])
      },
      list: (prefix) => (all.raw().all(prefix) as [string][]).map(([value]) => JSON.parse(value)),
      write({ key, value }) {
        if (value === null) end.run(key)
        else put.run(key, JSON.stringify(value))
      },
    })
  } finally {
    database.close()
  }
}
