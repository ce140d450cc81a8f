/**
 * The store for several servers: a PostgreSQL database, which orders, keeps and deduplicates. An event
 * is committed when the database has it on its disk, and on its synchronous standbys if it has any.
 *
 * MUST settle every call in a bounded time, also while the database is away.
 */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Rule } from '../../room/hosts/rules.ts'
import { LOBBY } from '../../room/keys.ts'
import type {
  Committed,
  Draft,
  LogKey,
  Registered,
  RoomLog,
  Seat,
  Store,
  StoredRoom,
  StoreHealth,
} from '../../room/log.ts'
import { Absence } from './absence.ts'
import { partsOf } from './batch.ts'
import { epochOf } from './epoch.ts'
import { isFinal } from './fault.ts'
import { Link } from './link.ts'
import { PostgresLog } from './log.ts'
import { migrate } from './migrations.ts'
import { PostgresNodes } from './presence.ts'
import { Queries } from './queries.ts'
import { START_MS, sentenceOn, start } from './start.ts'
import { POLL_MS, Tail } from './tail.ts'
import type { Target } from './target.ts'
import { type Limits, Upkeep } from './upkeep.ts'
import { Writer } from './writer.ts'

export type PostgresOptions = Limits & {
  url: string
  /** Replaces POLL_MS. */
  pollMs?: number
  /** Receives a sentence when the database does not answer, and when it does again. */
  onWarning?: (sentence: string) => void
}

/**
 * Rejects with a LogUnusable.
 *
 * `onLost`: called once, when the store cannot go on, and every call rejects from then on: the
 * database has another history (it was restored, or a standby that may lack the latest events has
 * become the primary), or it has deleted events that this server had not read. Opened again, the store
 * has the right epoch, so that clients get a reset in place of a mixture.
 */
export async function postgresStore(
  { url, pollMs = POLL_MS, onWarning = () => {}, ...limits }: PostgresOptions,
  onLost: (error: Error) => void,
): Promise<Store> {
  const started = await start(url, 'writer', async (link, { schema }) => {
    await migrate(link, schema)
    // Of servers that have ended; one that lives makes its row again.
    await link.query("DELETE FROM writers WHERE at < now() - interval '1 day'", [], START_MS)
    return contentsOf(link)
  })
  return new PostgresStore(started, limits, pollMs, onWarning, onLost)
}

function recoveryText({ place }: Target, ms: number): string {
  return `The PostgreSQL database ${place} answers again, after ${(ms / 1000).toFixed(1)} seconds.`
}

type Contents = {
  epoch: string
  secret: Uint8Array
  rooms: StoredRoom[]
  lobbyTopic: string
  rules: Rule[]
  registered: Registered[]
  seenActs: number
}

async function contentsOf(link: Link): Promise<Contents> {
  const ask = <T extends object>(text: string) => link.query<T>(text, [], START_MS)
  // Before what the acts have made is read: those that come meanwhile are read again.
  const [acts] = await ask<{ seen: number }>('SELECT coalesce(max(version), -1) AS seen FROM acts')
  const meta = await ask<{ key: string; value: string }>('SELECT key, value FROM meta')
  const known = Object.fromEntries(meta.map(({ key, value }) => [key, value]))
  const logs = await ask<StoredRoom>(
    `SELECT key, name, topic FROM logs WHERE key = '${LOBBY}' OR (key LIKE 'room %' AND head > 0)
     ORDER BY key`,
  )
  const rules = await ask<{ key: string; value: string }>('SELECT key, value FROM rules')
  return {
    epoch: epochOf(known, link.timeline),
    secret: Buffer.from(known.secret ?? '', 'base64'),
    rooms: logs.filter(({ key }) => key !== LOBBY),
    lobbyTopic: logs.find(({ key }) => key === LOBBY)?.topic ?? '',
    rules: rules.map(({ key, value }) => ({ key, value: JSON.parse(value) })),
    registered: await ask<Registered>('SELECT person, name FROM registrations'),
    seenActs: acts?.seen ?? -1,
  }
}

class PostgresStore implements Store {
  readonly epoch: string
  readonly secret: Uint8Array
  readonly rooms: readonly StoredRoom[]
  readonly lobbyTopic: string
  readonly registered: readonly Registered[]
  readonly rules: readonly Rule[]
  readonly nodes: PostgresNodes
  readonly #onLost: (error: Error) => void
  readonly #writer: Writer
  readonly #queries: Queries
  readonly #tail: Tail
  readonly #upkeep: Upkeep
  /** The open logs. */
  readonly #logs = new Map<LogKey, PostgresLog>()
  /** Why the store cannot be used any more. */
  #lost: Error | undefined

  constructor(
    { target, link, result }: { target: Target; link: Link; result: Contents },
    limits: Limits,
    pollMs: number,
    onWarning: (sentence: string) => void,
    onLost: (error: Error) => void,
  ) {
    const { epoch, secret, rooms, lobbyTopic, rules, registered, seenActs } = result
    this.epoch = epoch
    this.secret = secret
    this.rooms = rooms
    this.lobbyTopic = lobbyTopic
    this.rules = rules
    this.registered = registered
    this.#onLost = onLost
    const id = randomUUID()
    const linkFor = (name: string, onNotify?: (payload: string) => void): Link => {
      const other = new Link(target, { name, ...(onNotify && { onNotify }) })
      other.timeline = link.timeline
      return other
    }
    this.#writer = new Writer({ link, id, onLost: (error) => this.#lose(error) })
    const searcher = linkFor('searcher')
    this.#queries = new Queries(linkFor('reader'), searcher)
    this.nodes = new PostgresNodes({
      id,
      name: `${hostname()}-${process.pid}`,
      writer: this.#writer,
      seenActs,
      logOf: (key) => this.#logs.get(key),
      tailDelay: () => this.#tail.delay,
      look: () => this.#tail.lookSoon(),
    })
    this.#tail = new Tail({
      nodes: this.nodes,
      link: linkFor('tail', (payload) => this.#tail.hint(payload)),
      channel: target.schema,
      pollMs,
      id,
      logs: () => this.#logs.values(),
      absence: new Absence({
        onFault: (error) => onWarning(`${sentenceOn(target)(error)} The server tries again.`),
        onRecovery: (ms) => onWarning(recoveryText(target, ms)),
        onAway: (isAway) => this.nodes.away(isAway),
      }),
      onFault: (error) => isFinal(error) && this.#lose(error),
    })
    // Not the writer's connection: an append would wait.
    this.#upkeep = new Upkeep(searcher, limits)
    this.#tail.start()
    this.#upkeep.start()
  }

  async open(key: LogKey, name: string, after = Infinity): Promise<RoomLog> {
    this.#checkLost()
    if (key === LOBBY) {
      await this.#writer.write('UPDATE logs SET name = $2 WHERE key = $1 AND name <> $2', [
        key,
        name,
      ])
    }
    const [known] = await this.#writer.write<{ first: number; head: number; topic: string }>(
      'SELECT first, head, topic FROM logs WHERE key = $1',
      [key],
    )
    const onRelease = (): void => {
      if (this.#logs.get(key) === log) this.#logs.delete(key)
    }
    const log = new PostgresLog({
      key,
      name,
      queries: this.#queries,
      catchUp: (behind) => this.#writer.catchUp([behind]),
      onRelease,
    })
    if (known !== undefined) log.open(known.first, Math.min(known.head, after), known.topic)
    this.#logs.set(key, log)
    if (after !== Infinity) this.#tail.expect(key)
    return log
  }

  async append(drafts: readonly { log: RoomLog; draft: Draft }[]): Promise<Committed[]> {
    this.#checkLost()
    if (drafts.length === 0) return []
    const parts = partsOf(drafts, ({ key }) => {
      const log = this.#logs.get(key)
      if (log === undefined) throw new Error(`the log ${key} is not open`)
      return log
    })
    return this.#writer.append(parts, drafts.length)
  }

  async keepSeats(seats: readonly Seat[]): Promise<void> {
    this.#checkLost()
    await this.#writer.keepSeats(seats)
  }

  async register(person: string, name: string | undefined): Promise<void> {
    this.#checkLost()
    await this.#writer.register(person, name)
    this.nodes.registered()
  }

  async seatOf(person: string): Promise<Seat | undefined> {
    return this.#queries.seatOf(person)
  }

  async seatNamed(foldedName: string): Promise<Seat | undefined> {
    return this.#queries.seatNamed(foldedName)
  }

  async directLogsOf(person: string, limit: number): Promise<{ key: LogKey; head: number }[]> {
    return this.#queries.directLogsOf(person, limit)
  }

  async ruleOf(key: string): Promise<unknown> {
    return this.#queries.ruleOf(key)
  }

  async keepRule(rule: Rule): Promise<void> {
    this.#checkLost()
    await this.#writer.keepRule(rule)
  }

  health(): StoreHealth {
    if (this.#lost !== undefined) return 'lost'
    if (this.#writer.isStalled) return 'stalled'
    return this.#writer.hasFailed || !this.#tail.isWell ? 'failing' : 'ok'
  }

  async close(): Promise<void> {
    this.#upkeep.stop()
    await Promise.all([this.#tail.close(), this.#queries.close(), this.#writer.close()])
  }

  #checkLost(): void {
    if (this.#lost !== undefined) throw new Error(`the log ${this.#lost.message}`)
  }

  #lose(error: Error): void {
    if (this.#lost !== undefined) return
    this.#lost = error
    this.#onLost(error)
  }
}
