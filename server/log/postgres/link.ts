/**
 * One connection to the database, which is replaced when it breaks or does not answer.
 *
 * MUST settle every query in the time that it was given. MUST return only what a primary of the
 * expected history has answered.
 */
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'
import { NoAnswer, OTHER_TIMELINE, OtherHistory } from './fault.ts'
import type { Target } from './target.ts'

/** Least time between two attempts to connect, in ms. */
const REDIAL_MS = 100
/** How long, in ms, a connection may take to close in order. */
const CLOSING_MS = 1000

/**
 * What pg_stat_activity shows of a connection. PostgreSQL cuts it to 63 bytes.
 */
export function sessionName(name: string, schema: string): string {
  return `oneroom ${name} ${schema}`.slice(0, 63)
}

/** `timeline`: of the primary, eight hexadecimal digits. */
const CHECK = `SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS readonly,
  CASE WHEN pg_is_in_recovery() THEN '' ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END
    AS timeline`

type Checked = { readonly: boolean; timeline: string }
type Parameter = string | number | null

export type LinkOptions = {
  /** Shown in pg_stat_activity, with the schema. */
  name: string
  onNotify?: (payload: string) => void
}

export class Link {
  /** Each connection MUST have this timeline; undefined: the first one decides. */
  timeline: string | undefined
  readonly #target: Target
  readonly #sql: postgres.Sql
  #socket: Socket | undefined
  /** How many connections were begun, and the last of them that was checked. */
  #dialled = 0
  #checked = 0
  #dialledAt = -Infinity

  constructor(target: Target, { name, onNotify }: LinkOptions) {
    this.#target = target
    this.#sql = postgres(target.url, {
      max: 1,
      // The library knows no host: `socket` chooses it.
      host: 'localhost',
      port: 1,
      max_lifetime: null,
      idle_timeout: 0,
      backoff: () => 0,
      fetch_types: false,
      onnotice: () => {},
      // Numbers of events are below 2^53.
      types: { int8: { to: 20, from: [20], serialize: String, parse: Number } },
      connection: {
        application_name: sessionName(name, target.schema),
        search_path: target.schema,
        default_transaction_isolation: 'read committed',
        // Each statement goes from few rows through indexes. The statistics of a table that has just
        // grown would advise against it, and a plan is kept for long.
        enable_seqscan: 'off',
        enable_hashjoin: 'off',
        enable_mergejoin: 'off',
      },
      socket: () => this.#dial(),
      ...(onNotify && { onnotify: (_channel: string, payload: string) => onNotify(payload) }),
    } as object)
  }

  /** Identifies the connection: a LISTEN or a lock is lost when it changes. */
  get connection(): number {
    return this.#checked
  }

  /** `ms`: how long the answer may take. Rejects with a NoAnswer, an OtherHistory or another error. */
  async query<T extends object>(
    text: string,
    args: readonly Parameter[],
    ms: number,
    options: { prepare: boolean } = { prepare: true },
  ): Promise<T[]> {
    const until = performance.now() + ms
    for (;;) {
      if (this.#checked !== this.#dialled || this.#dialled === 0) await this.#check(until)
      const before = this.#checked
      const rows = await this.#run<T>(text, args, until, options)
      // Otherwise a connection that was not checked has answered.
      if (this.#dialled === before) return rows
    }
  }

  /** Runs statements in one transaction, outside the limits of `query`. */
  async transaction<T>(run: (sql: postgres.Sql) => Promise<T>): Promise<T> {
    return (await this.#sql.begin((sql) => run(sql as unknown as postgres.Sql))) as T
  }

  async close(): Promise<void> {
    const { promise, stop } = timeOut(CLOSING_MS)
    await Promise.race([this.#sql.end({ timeout: 0 }), promise.catch(() => {})])
    stop()
    this.#socket?.destroy()
  }

  async #check(until: number): Promise<void> {
    const [row] = await this.#run<Checked>(CHECK, [], until, { prepare: false })
    const dialled = this.#dialled
    const { readonly, timeline } = row as Checked
    if (readonly) {
      const error = new Error('the host is a standby, or read-only')
      await this.#drop(error)
      throw error
    }
    this.timeline ??= timeline
    if (this.timeline !== timeline) {
      throw new OtherHistory('was restored, or a standby has become the primary')
    }
    this.#checked = dialled
  }

  async #run<T extends object>(
    text: string,
    args: readonly Parameter[],
    until: number,
    { prepare }: { prepare: boolean },
  ): Promise<T[]> {
    const { promise, stop } = timeOut(Math.max(0, until - performance.now()))
    try {
      const answer = this.#sql.unsafe(text, [...args], { prepare, simple: false } as object)
      return [...((await Promise.race([answer, promise])) as unknown as T[])]
    } catch (error) {
      if (error instanceof NoAnswer) await this.#drop(error)
      if ((error as { code?: unknown }).code === OTHER_TIMELINE) {
        throw new OtherHistory('was restored, or a standby has become the primary')
      }
      throw error
    } finally {
      stop()
    }
  }

  /** Ends the connection, so that the next query begins another one. */
  async #drop(error: Error): Promise<void> {
    const socket = this.#socket
    if (socket === undefined || socket.closed) return
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.destroy(error)
    await closed
  }

  /** MUST NOT reject: the library would wait for ever. */
  async #dial(): Promise<Socket> {
    const wait = this.#dialledAt + REDIAL_MS - performance.now()
    if (wait > 0) await pause(wait)
    this.#dialledAt = performance.now()
    const socket = this.#target.dial(this.#dialled % this.#target.hostCount)
    this.#dialled += 1
    this.#socket = socket
    return socket
  }
}

/** A promise that rejects with a NoAnswer after `ms`, unless it is stopped. */
function timeOut(ms: number): { promise: Promise<never>; stop: () => void } {
  let timer: NodeJS.Timeout | undefined
  const promise = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer()), ms)
  })
  return { promise, stop: () => clearTimeout(timer) }
}
