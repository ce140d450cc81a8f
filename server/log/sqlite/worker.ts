/**
 * A thread of the SQLite store, which writes or reads. It receives calls and sends a reply to
 * each, in order. Between appends the writer does its upkeep in small steps.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { LogKey } from '../../room/log.ts'
import { faultOf } from './fault.ts'
import { open } from './folder.ts'
import { Queries } from './queries.ts'
import { type Contents, Writer, type WriterOptions } from './writer.ts'

/** The methods that the main thread can call. */
export type Method =
  | keyof Pick<
      Writer,
      'open' | 'release' | 'append' | 'keepSeats' | 'register' | 'keepRule' | 'probe'
    >
  | keyof Pick<
      Queries,
      'read' | 'before' | 'search' | 'seatOf' | 'seatNamed' | 'directLogsOf' | 'ruleOf'
    >
export type Call = { number: number; method: Method | 'close'; args: unknown[] }
/** `error`: the end of a sentence that begins with the log. */
export type Reply = { number: number; result?: unknown; error?: string }
/** Sent by itself: seq of the oldest event of each open log in which it has changed. */
export type Trimmed = { firsts: [LogKey, number][] }
/**
 * The first message of a thread. `contents`: of the store; only the writer has them. `fault` ends
 * a sentence that begins with the folder.
 */
export type Opened = { contents: Contents | undefined } | { fault: string }
export type ThreadData = { role: 'writer' | 'reader'; options: WriterOptions }

/** Pause between two steps of upkeep, in ms, so that appends hardly wait for it. */
const UPKEEP_MS = 50
const UPKEEP_EVENTS = 500
/** Events that may wait for upkeep; above it each append does one step. */
const MAX_BACKLOG = 10_000
/** Time between two steps, in ms, while there is nothing to do: events may become too old. */
const IDLE_MS = 60_000

const port = parentPort
if (port === null) throw new Error('this file is a worker thread')

const { role, options } = workerData as ThreadData
let upkeepTimer: NodeJS.Timeout | undefined
let upkeepMs = UPKEEP_MS

try {
  if (role === 'writer') runWriter(new Writer(options))
  else runReader(new Queries(open(options.folder)))
} catch (error) {
  port.postMessage({ fault: faultOf(error) } satisfies Opened)
}

function runWriter(writer: Writer): void {
  port?.postMessage({ contents: writer.contents } satisfies Opened)
  port?.on('message', (call: Call) => {
    const { backlog } = writer
    port?.postMessage(reply(writer, call))
    if (call.method !== 'append') return
    const added = writer.backlog - backlog
    if (writer.backlog > MAX_BACKLOG) tryUpkeep(writer, UPKEEP_EVENTS + added)
    if (upkeepMs === IDLE_MS) scheduleUpkeep(writer, UPKEEP_MS)
  })
  scheduleUpkeep(writer, UPKEEP_MS)
}

function runReader(queries: Queries): void {
  port?.postMessage({ contents: undefined } satisfies Opened)
  port?.on('message', (call: Call) => port?.postMessage(reply(queries, call)))
}

function reply(to: Writer | Queries, { number, method, args }: Call): Reply {
  if (method === 'close') {
    clearTimeout(upkeepTimer)
    to.close()
    port?.close()
    return { number }
  }
  try {
    const methods = to as unknown as Record<Method, (...args: unknown[]) => unknown>
    return { number, result: methods[method](...args) }
  } catch (error) {
    return { number, error: faultOf(error) }
  }
}

function scheduleUpkeep(writer: Writer, ms: number): void {
  upkeepMs = ms
  clearTimeout(upkeepTimer)
  upkeepTimer = setTimeout(() => {
    scheduleUpkeep(writer, tryUpkeep(writer, UPKEEP_EVENTS) ? UPKEEP_MS : IDLE_MS)
  }, ms)
}

/** Returns whether there is more to do soon. After a fault of the disk the next step tries again. */
function tryUpkeep(writer: Writer, events: number): boolean {
  try {
    return writer.upkeep(events, Date.now(), performance.now())
  } catch {
    return false
  } finally {
    const firsts = writer.takeFirsts()
    if (firsts.length > 0) port?.postMessage({ firsts } satisfies Trimmed)
  }
}
