/** The rules of a database, for a process that is not one of its servers. */
import type { Rule } from '../../room/hosts/rules.ts'
import type { StoredRules } from '../rules.ts'
import { checkLog } from './migrations.ts'
import { START_MS, start } from './start.ts'

/** Also while servers use it. Rejects with a LogUnusable. */
export async function useRules<T>(
  url: string,
  use: (rules: StoredRules) => Promise<T>,
): Promise<T> {
  const { link, result } = await start(url, 'command', async (link, { schema }) => {
    await checkLog(link, schema)
    return use({
      async read(key) {
        const [row] = await link.query<{ value: string }>(
          'SELECT value FROM rules WHERE key = $1',
          [key],
          START_MS,
        )
        return row === undefined ? undefined : JSON.parse(row.value)
      },
      async list(prefix) {
        const rows = await link.query<{ value: string }>(
          'SELECT value FROM rules WHERE starts_with(key, $1)',
          [prefix],
          START_MS,
        )
        return rows.map(({ value }) => JSON.parse(value))
      },
      async write({ key, value }: Rule) {
        const content = value === null ? null : JSON.stringify(value)
        await link.query('SELECT keep_rule($1, $2)', [key, content], START_MS)
      },
    })
  })
  await link.close()
  return result
}
