/** Sets the key of the hosts in a log, also while a server uses it. */
import { hashKey, KEY_RULE, newHostKey } from '../room/hosts/key.ts'
import { useRules } from './rules.ts'

/**
 * Returns the key: `given`, or a new one. Rejects as `useRules` does, and changes nothing then.
 */
export async function setHostKey(data: string, given: string | undefined): Promise<string> {
  const key = given ?? newHostKey()
  const value = await hashKey(key)
  await useRules(data, ({ write }) => write({ key: KEY_RULE, value }))
  return key
}
