/** The rules of a log, for a process that is not its server. */
import type { Rule } from '../room/hosts/rules.ts'
import { isPostgresUrl } from './postgres/url.ts'
import { useRules as useFolder } from './sqlite/rules.ts'

export type StoredRules = {
  /** The value of a rule; undefined if there is none. */
  read(key: string): Promise<unknown>
  /** The values of the rules whose keys begin so. */
  list(prefix: string): Promise<unknown[]>
  write(rule: Rule): Promise<void>
}

/**
 * Also while a server uses the log. `data`: a folder, or the URL of a database. Rejects with a
 * LogUnusable for a database; with an UnusableFile or a fault of the disk for a folder.
 */
export async function useRules<T>(
  data: string,
  use: (rules: StoredRules) => Promise<T>,
): Promise<T> {
  if (isPostgresUrl(data)) {
    const { useRules } = await import('./postgres/rules.ts')
    return useRules(data, use)
  }
  return useFolder(data, ({ read, list, write }) =>
    use({
      read: async (key) => read(key),
      list: async (prefix) => list(prefix),
      write: async (rule) => write(rule),
    }),
  )
}
