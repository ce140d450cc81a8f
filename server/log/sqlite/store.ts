/**
 * The durable store: an SQLite file, with one thread that writes, one that reads, and one that
 * searches. An event is committed when the disk has it.
 *
 * MUST settle every call, also when a thread is lost. MUST NOT block the event loop of its caller
 * while the disk works.
 */

import { type Rule, rulesOf } from '../../room/hosts/rules.ts'
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
import { placesByLog } from '../committed.ts'
import { reactingOf, redactionsOf } from '../redactions.ts'
import { SearchQueue } from '../searches.ts'
import { latestTopic } from '../topic.ts'
import { LogUnusable } from '../unusable.ts'
import { LateThread } from './late.ts'
import { SqliteLog } from './log.ts'
import { rowOf } from './rows.ts'
import { Thread } from './thread.ts'
import type { Appended, Contents, Ends, Group, WriterOptions } from './writer.ts'

/** How long, in ms, a write may take before the store counts as stalled. */
const STALLED_MS = 5000

export type SqliteOptions = WriterOptions & {
  /** Replaces STALLED_MS. */
  stalledMs?: number
  /** Receives each sentence for the operator, before the store is open. */
  onWarning?: (sentence: string) => void
}

/**
 * Rejects with a LogUnusable. `onLost`: called when a thread has ended by itself; all calls that
 * need it reject from then on. `worker`: the built worker.ts, for a test that runs from source.
 */
export async function sqliteStore(
  { stalledMs = STALLED_MS, onWarning, ...options }: SqliteOptions,
  onLost: (error: Error) => void,
  worker = new URL('./worker.js', import.meta.url),
): Promise<Store> {
  let isLost = false
  const threadOnLost = (error: Error): void => {
    isLost = true
    onLost(error)
  }
  const start = async (role: 'writer' | 'reader') => {
    const { thread, opened } = await Thread.start(worker, { role, options }, threadOnLost)
    if ('fault' in opened) {
      throw new LogUnusable(`The data folder ${options.folder} ${opened.fault}.`)
    }
    return { thread, opened }
  }
  const { thread, opened } = await start('writer')
  const contents = opened.contents as Contents
  for (const warning of contents.warnings) {
    onWarning?.(`The data folder ${options.folder} ${warning}.`)
  }
  const startReader = async () => (await start('reader')).thread
  return new SqliteStore(thread, contents, { startReader, stalledMs, isLost: () => isLost })
}

type Parts = {
  startReader: () => Promise<Thread>
  stalledMs: number
  /** Whether a thread has ended by itself. */
  isLost: () => boolean
}

class SqliteStore implements Store {
  readonly epoch: string
  readonly secret: Uint8Array
  readonly rooms: readonly StoredRoom[]
  readonly lobbyTopic: string
  readonly registered: readonly Registered[]
  readonly rules: readonly Rule[]
  readonly #writer: Thread
  readonly #parts: Parts
  /** Reads pages and seats. */
  readonly #reader: LateThread
  /** A thread of its own, so that no page waits for a search. */
  readonly #searcher: LateThread
  readonly #searches = new SearchQueue()
  /** The open logs. */
  readonly #logs = new Map<LogKey, SqliteLog>()
  /** The lobby, which the writer has open from the start, until it is asked for. */
  #lobby: { log: SqliteLog; name: string } | undefined
  /** Whether the latest write failed: an append, or a probe after it. */
  #hasFailed = false
  #isProbing = false

  constructor(writer: Thread, contents: Contents, parts: Parts) {
    const { epoch, secret, rooms, rules, lobby, registered } = contents
    this.epoch = epoch
    this.secret = secret
    this.rooms = rooms
    this.lobbyTopic = lobby.topic
    this.registered = registered
    this.rules = rules
    this.#writer = writer
    this.#parts = parts
    this.#reader = new LateThread(parts.startReader)
    this.#searcher = new LateThread(parts.startReader)
    writer.onTrimmed = ({ firsts }) => {
      for (const [key, first] of firsts) this.#logs.get(key)?.trim(first)
    }
    this.#lobby = { log: this.#addLog(LOBBY), name: lobby.name }
    this.#lobby.log.open(lobby)
  }

  async open(key: LogKey, name: string): Promise<RoomLog> {
    const lobby = this.#lobby
    if (key === LOBBY && lobby !== undefined) {
      this.#lobby = undefined
      if (name !== lobby.name) await this.#writer.call('open', key, name)
      return lobby.log
    }
    // Before the call: what the writer sends after its reply is for this log.
    const log = this.#addLog(key)
    try {
      log.open((await this.#writer.call('open', key, name)) as Ends)
    } catch (error) {
      this.#logs.delete(key)
      throw error
    }
    return log
  }

  async append(drafts: readonly { log: RoomLog; draft: Draft }[]): Promise<Committed[]> {
    const groups = [...placesByLog(drafts)].map(([key, places]) => {
      const log = this.#logs.get(key)
      if (log === undefined) throw new Error(`the log ${key} is not open`)
      return { log, places, drafts: places.map((at) => (drafts[at] as { draft: Draft }).draft) }
    })
    const appended = await this.#commit(
      groups.map(({ log: { key }, drafts }) => ({
        key,
        text: JSON.stringify(drafts.map(rowOf)),
        topic: latestTopic(drafts),
        rules: drafts.flatMap((draft) => rulesOf(draft, key)),
        redactions: redactionsOf(drafts),
        reacting: reactingOf(drafts),
      })),
    )
    const all: Committed[] = []
    const passing = groups.map(({ log, places, drafts }, at) => {
      const committed = log.extend(drafts, appended[at] as Appended)
      for (const [at, one] of committed.entries()) all[places[at] as number] = one
      return { log, committed }
    })
    for (const { log, committed } of passing) log.passOn(committed)
    return all
  }

  async keepSeats(seats: readonly Seat[]): Promise<void> {
    await this.#writer.call('keepSeats', seats)
  }

  async register(person: string, name: string | undefined): Promise<void> {
    await this.#writer.call('register', person, name)
  }

  async seatOf(person: string): Promise<Seat | undefined> {
    return (await this.#reader.call('seatOf', person)) as Seat | undefined
  }

  async seatNamed(foldedName: string): Promise<Seat | undefined> {
    return (await this.#reader.call('seatNamed', foldedName)) as Seat | undefined
  }

  async directLogsOf(person: string, limit: number): Promise<{ key: LogKey; head: number }[]> {
    const found = await this.#reader.call('directLogsOf', person, limit)
    return found as { key: LogKey; head: number }[]
  }

  async ruleOf(key: string): Promise<unknown> {
    return this.#reader.call('ruleOf', key)
  }

  async keepRule(rule: Rule): Promise<void> {
    await this.#writer.call('keepRule', rule)
  }

  health(): StoreHealth {
    if (this.#parts.isLost()) return 'lost'
    if (this.#writer.waitedMs > this.#parts.stalledMs) return 'stalled'
    if (this.#hasFailed) void this.#probe()
    return this.#hasFailed ? 'failing' : 'ok'
  }

  /** The writer last: the last connection to close writes the WAL back into the file. */
  async close(): Promise<void> {
    await Promise.all([this.#reader.close(), this.#searcher.close()])
    await this.#writer.close()
  }

  #addLog(key: LogKey): SqliteLog {
    const log = new SqliteLog(key, {
      reader: this.#reader,
      search: (...args) => this.#searches.run(() => this.#searcher.call('search', ...args)),
      release: () => this.#release(key),
    })
    this.#logs.set(key, log)
    return log
  }

  #release(key: LogKey): void {
    this.#logs.delete(key)
    // A lost thread has nothing to free.
    this.#writer.call('release', key).catch(() => {})
  }

  /** The drafts as text, because cloning so many objects takes several times as long; SQLite parses it. */
  async #commit(groups: readonly Group[]): Promise<Appended[]> {
    try {
      const appended = (await this.#writer.call('append', groups)) as Appended[]
      this.#hasFailed = false
      return appended
    } catch (error) {
      this.#hasFailed = true
      throw error
    }
  }

  /** A load balancer sends nothing to a failing server, so no append would show that it recovered. */
  async #probe(): Promise<void> {
    if (this.#isProbing) return
    this.#isProbing = true
    try {
      await this.#writer.call('probe')
      this.#hasFailed = false
    } catch {
      // The next health check tries again.
    } finally {
      this.#isProbing = false
    }
  }
}
