/** Sets the key of the hosts in a data folder, also while a server uses it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { hashKey, KEY_RULE, newHostKey } from '../../room/hosts/key.ts'
import { open } from './folder.ts'
import { inspect, UnusableFile, VERSION } from './schema.ts'

/**
 * Returns the key: `given`, or a new one. Rejects with an UnusableFile or a fault of the disk, and
 * changes nothing then.
 */
export async function setHostKey(folder: string, given: string | undefined): Promise<string> {
  if (!existsSync(join(folder, 'room.db'))) throw new UnusableFile('has no log')
  const key = given ?? newHostKey()
  const hashed = await hashKey(key)
  const database = open(folder)
  try {
    if (inspect(database) !== VERSION) {
      throw new UnusableFile(
        'has a log of an older version; start the server once, which upgrades it',
      )
    }
    const put = database.prepare('INSERT OR REPLACE INTO rules VALUES (?, ?)')
    put.run(KEY_RULE, JSON.stringify(hashed))
  } finally {
    database.close()
  }
  return key
}
