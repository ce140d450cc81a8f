/**
 * A thread of the SQLite log, the writer or the reader: calls come in, answers go out,
 * one at a time; what can wait is done by the writer in small pieces between them.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { faultOf } from './fault.ts'
import { open } from './folder.ts'
import { Queries } from './queries.ts'
import { Writer, type WriterOptions } from './writer.ts'

/** The calls that can be made from outside. */
export type Call =
  | keyof Pick<Writer, 'append' | 'keepSeats'>
  | keyof Pick<Queries, 'read' | 'before' | 'search' | 'seatOf'>
export type Asked = { number: number; call: Call | 'close'; args: unknown[] }
/** `error`: what the disk or the database said; `first`: of the log, from the writer. */
export type Answered = { number: number; result?: unknown; error?: string; first?: number }
export type Opened =
  | { epoch: string; secret: Uint8Array; head: number; first: number; warning?: string }
  | { fault: string }
export type Role = { role: 'writer' | 'reader'; options: WriterOptions }

/** Between one piece of upkeep and the next, in ms, so that appends hardly wait for it. */
const UPKEEP_MS = 50
const UPKEEP_EVENTS = 500
/** Events that may wait for upkeep; beyond it each append does some. */
const MAX_BACKLOG = 10_000
/** How often age is looked at when nothing happens, in ms. */
const IDLE_MS = 60_000

const port = parentPort
if (port === null) throw new Error('this file is a worker thread')

const { role, options } = workerData as Role
let upkeep: NodeJS.Timeout | undefined
/** Whether more upkeep is on its way soon. */
let busy = false

try {
  if (role === 'writer') beWriter(new Writer(options))
  else beReader(new Queries(open(options.folder)))
} catch (error) {
  port.postMessage({ fault: faultOf(error) } satisfies Opened)
}

function beWriter(writer: Writer): void {
  const { epoch, secret, head, first, warning } = writer
  port?.postMessage({
    ...{ epoch, secret, head, first },
    ...(warning !== undefined && { warning }),
  } satisfies Opened)
  port?.on('message', (asked: Asked) => {
    const { head } = writer
    const { result, error } = answer(writer, asked)
    const reply: Answered = { number: asked.number, result, first: writer.first }
    port?.postMessage(error === undefined ? reply : { ...reply, error })
    if (asked.call !== 'append') return
    if (writer.backlog > MAX_BACKLOG) {
      tryUpkeep(writer, UPKEEP_EVENTS + writer.head - head)
    }
    if (!busy) keepUp(writer, UPKEEP_MS)
  })
  keepUp(writer, UPKEEP_MS)
}

function beReader(reader: Queries): void {
  port?.postMessage({ epoch: '', secret: new Uint8Array(0), head: 0, first: 0 } satisfies Opened)
  port?.on('message', (asked: Asked) => {
    const { result, error } = answer(reader, asked)
    const reply: Answered = { number: asked.number, result }
    port?.postMessage(error === undefined ? reply : { ...reply, error })
  })
}

function answer(of: Writer | Queries, { call, args }: Asked): { result?: unknown; error?: string } {
  if (call === 'close') {
    clearTimeout(upkeep)
    of.close()
    port?.close()
    return {}
  }
  try {
    const method = (of as unknown as Record<string, (...args: unknown[]) => unknown>)[call]
    return { result: method?.apply(of, args) }
  } catch (error) {
    return { error: faultOf(error) }
  }
}

function keepUp(writer: Writer, ms: number): void {
  busy = ms < IDLE_MS
  clearTimeout(upkeep)
  upkeep = setTimeout(() => {
    keepUp(writer, tryUpkeep(writer, UPKEEP_EVENTS) ? UPKEEP_MS : IDLE_MS)
  }, ms)
}

/** Answers whether there is more to do; a disk that fails now is tried again later. */
function tryUpkeep(writer: Writer, events: number): boolean {
  const before = writer.first
  try {
    return writer.upkeep(events, Date.now(), performance.now())
  } catch {
    return false
  } finally {
    // Nobody asked: the first event is another one now.
    if (writer.first !== before) port?.postMessage({ number: 0, first: writer.first })
  }
}
