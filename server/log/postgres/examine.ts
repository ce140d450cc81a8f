/** What `oneroom doctor` finds out about a database. Writes nothing. */
import { randomBytes } from 'node:crypto'
import { HOST_PREFIX } from '../../room/hosts/rules.ts'
import { UnusableDatabase } from './fault.ts'
import { Link } from './link.ts'
import { checkLog } from './migrations.ts'
import { START_MS, start } from './start.ts'
import type { Target } from './target.ts'

/** How long, in ms, a notification is waited for. Only one that a pooler has lost takes all of it. */
const NOTIFIED_MS = 10_000

export type DatabaseFacts = {
  /** The hosts and the database. */
  place: string
  schema: string
  /** Of PostgreSQL. */
  version: string
  /** Why no server of this version can use the schema; undefined if one can. */
  fault: string | undefined
  /** Whether a lock of one session keeps another from it. */
  locks: boolean
  /** Whether a notification reaches a session that listens. */
  notifies: boolean
  /** The settings of PostgreSQL by name. */
  settings: Readonly<Record<(typeof SETTINGS)[number], string>>
  /** Synchronous standbys that are connected; undefined if the user may not see it. */
  standbys: number | undefined
  /** Whether the network can read what goes to the database. */
  isReadable: boolean
  logBytes: number
  /** Names of the servers that gave a sign of life within the last seconds. */
  nodes: readonly string[]
  /** The values of rules. `hosts`: those of the hosts. */
  rules: { serving: unknown; code: unknown; hosts: readonly unknown[] }
}

const SETTINGS = ['synchronous_standby_names', 'synchronous_commit', 'fsync'] as const

/** `keys`: of the rules to read. Rejects with a LogUnusable if the database cannot be reached. */
export async function examine(
  url: string,
  keys: { serving: string; code: string },
): Promise<DatabaseFacts> {
  const { link, result } = await start(url, 'doctor', async (link, target) => {
    const fault = await checkLog(link, target.schema).then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof UnusableDatabase) return error.message
        throw error
      },
    )
    return {
      place: target.place,
      schema: target.schema,
      fault,
      ...(await sessionsOf(target)),
      ...(await stateOf(link, target.schema)),
      ...(fault === undefined ? await contentsOf(link, keys) : NOTHING),
    }
  })
  await link.close()
  return result
}

const NOTHING = { nodes: [], rules: { serving: undefined, code: undefined, hosts: [] } }

/** A pooler in transaction mode gives two idle clients the same session, and passes no notification on. */
async function sessionsOf(target: Target): Promise<{ locks: boolean; notifies: boolean }> {
  const channel = `oneroom_doctor_${randomBytes(8).toString('hex')}`
  const lock = `${randomBytes(8).readBigInt64BE()}`
  let onNotified = (): void => {}
  const notified = new Promise<boolean>((resolve) => {
    onNotified = () => resolve(true)
  })
  const listener = new Link(target, { name: 'doctor', onNotify: () => onNotified() })
  const other = new Link(target, { name: 'doctor' })
  let timer: NodeJS.Timeout | undefined
  try {
    await listener.query(`LISTEN "${channel}"`, [], START_MS, { prepare: false })
    await listener.query('SELECT pg_advisory_lock($1::bigint)', [lock], START_MS)
    const [row] = await other.query<{ taken: boolean }>(
      'SELECT pg_try_advisory_lock($1::bigint) AS taken',
      [lock],
      START_MS,
    )
    await other.query('SELECT pg_notify($1, $2)', [channel, ''], START_MS)
    const late = new Promise<boolean>((resolve) => {
      // What has arrived while this process was suspended is read first.
      timer = setTimeout(() => setImmediate(() => resolve(false)), NOTIFIED_MS)
    })
    return { locks: row?.taken === false, notifies: await Promise.race([notified, late]) }
  } finally {
    clearTimeout(timer)
    await Promise.all([listener.close(), other.close()])
  }
}

type State = Pick<DatabaseFacts, 'version' | 'settings' | 'standbys' | 'isReadable' | 'logBytes'>

async function stateOf(link: Link, schema: string): Promise<State> {
  const settings = await link.query<{ name: (typeof SETTINGS)[number]; setting: string }>(
    `SELECT name, setting FROM pg_settings WHERE name IN ('${SETTINGS.join("', '")}')`,
    [],
    START_MS,
  )
  const [row] = await link.query<
    Omit<State, 'settings' | 'standbys'> & { standbys: number | null }
  >(
    `SELECT current_setting('server_version') AS version,
       (SELECT CASE WHEN bool_or(sync_state IS NULL) THEN NULL
          ELSE count(*) FILTER (WHERE sync_state IN ('sync', 'quorum')) END
        FROM pg_stat_replication) AS standbys,
       NOT (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid())
         AND coalesce(NOT inet_server_addr() <<= '127.0.0.0/8'
           AND inet_server_addr() <> '::1', false) AS "isReadable",
       (SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
        WHERE relkind = 'r' AND relnamespace = to_regnamespace($1)) AS "logBytes"`,
    [schema],
    START_MS,
  )
  if (row === undefined) throw new Error('the database has given no row')
  return {
    ...row,
    standbys: row.standbys ?? undefined,
    settings: Object.fromEntries(
      settings.map(({ name, setting }) => [name, setting]),
    ) as State['settings'],
  }
}

async function contentsOf(
  link: Link,
  keys: { serving: string; code: string },
): Promise<Pick<DatabaseFacts, 'nodes' | 'rules'>> {
  const rules = await link.query<{ key: string; value: string }>(
    `SELECT key, value FROM rules WHERE key IN ($1, $2) OR starts_with(key, $3) ORDER BY key`,
    [keys.serving, keys.code, HOST_PREFIX],
    START_MS,
  )
  const nodes = await link.query<{ name: string }>(
    "SELECT name FROM nodes WHERE at > now() - interval '6 s' ORDER BY born",
    [],
    START_MS,
  )
  const ruleOf = (key: string): unknown => {
    const rule = rules.find((one) => one.key === key)
    return rule && JSON.parse(rule.value)
  }
  return {
    nodes: nodes.map(({ name }) => name),
    rules: {
      serving: ruleOf(keys.serving),
      code: ruleOf(keys.code),
      hosts: rules
        .filter(({ key }) => key.startsWith(HOST_PREFIX))
        .map(({ value }) => JSON.parse(value)),
    },
  }
}
