/**
 * A thread of the SQLite log, which writes or reads. It receives calls and sends a reply to each,
 * in order. Between appends the writer does its upkeep in small steps.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { faultOf } from './fault.ts'
import { open } from './folder.ts'
import { Queries } from './queries.ts'
import { Writer, type WriterOptions } from './writer.ts'

/** The methods that the main thread can call. */
export type Method =
  | keyof Pick<Writer, 'append' | 'keepSeats' | 'probe'>
  | keyof Pick<Queries, 'read' | 'before' | 'search' | 'seatOf'>
export type Call = { number: number; method: Method | 'close'; args: unknown[] }
/** `error`: the end of a sentence that begins with the log. `first`: seq of the oldest event. */
export type Reply = { number: number; result?: unknown; error?: string; first?: number }
/** The first message of a thread. `fault` and `warning` end a sentence that begins with the folder. */
export type Opened =
  | { epoch: string; secret: Uint8Array; head: number; first: number; warning?: string }
  | { fault: string }
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
  const { epoch, secret, head, first, warning } = writer
  const opened = { epoch, secret, head, first }
  port?.postMessage((warning === undefined ? opened : { ...opened, warning }) satisfies Opened)
  port?.on('message', (call: Call) => {
    const { head } = writer
    port?.postMessage({ ...reply(writer, call), first: writer.first } satisfies Reply)
    if (call.method !== 'append') return
    if (writer.backlog > MAX_BACKLOG) tryUpkeep(writer, UPKEEP_EVENTS + writer.head - head)
    if (upkeepMs === IDLE_MS) scheduleUpkeep(writer, UPKEEP_MS)
  })
  scheduleUpkeep(writer, UPKEEP_MS)
}

function runReader(queries: Queries): void {
  port?.postMessage({ epoch: '', secret: new Uint8Array(0), head: 0, first: 0 } satisfies Opened)
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
  const { first } = writer
  try {
    return writer.upkeep(events, Date.now(), performance.now())
  } catch {
    return false
  } finally {
    // No call is waiting for this reply: it is sent because the first event has changed.
    if (writer.first !== first) port?.postMessage({ number: 0, first: writer.first })
  }
}
