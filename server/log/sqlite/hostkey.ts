/** Sets the key of the hosts in a data folder, also while a server uses it. */
import { hashKey, KEY_RULE, newHostKey } from '../../room/hosts/key.ts'
import { useRules } from './rules.ts'

/**
 * Returns the key: `given`, or a new one. Rejects with an UnusableFile or a fault of the disk, and
 * changes nothing then.
 */
export async function setHostKey(folder: string, given: string | undefined): Promise<string> {
  const key = given ?? newHostKey()
  const value = await hashKey(key)
  useRules(folder, ({ write }) => write({ key: KEY_RULE, value }))
  return key
}
