/**
 * The thread of the SQLite log: calls come in, answers go out, one at a time; what
 * can wait is done in small pieces between them.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { faultOf } from './fault.ts'
import { type Appended, Store, type StoreOptions } from './store.ts'

/** The store's calls that can be made from outside. */
export type Call = 'append' | 'read' | 'before' | 'search' | 'keepSeats' | 'seatOf'
export type Asked = { number: number; call: Call | 'close'; args: unknown[] }
/** `error`: what the disk or the database said. */
export type Answered = { number: number; result?: unknown; error?: string; first: number }
export type Opened =
  | { epoch: string; secret: Uint8Array; head: number; first: number }
  | { fault: string }

/** Between one piece of upkeep and the next, in ms, so that appends hardly wait for it. */
const UPKEEP_MS = 50
const UPKEEP_EVENTS = 500
/** Events that may wait for upkeep; beyond it each append does some. */
const MAX_BACKLOG = 10_000
/** How often age is looked at when nothing happens, in ms. */
const IDLE_MS = 60_000

const port = parentPort
if (port === null) throw new Error('this file is a worker thread')

let store: Store | undefined
let upkeep: NodeJS.Timeout | undefined
/** Whether more upkeep is on its way soon. */
let busy = false
try {
  store = new Store(workerData as StoreOptions)
  const { epoch, secret, head, first } = store
  port.postMessage({ epoch, secret, head, first } satisfies Opened)
  port.on('message', (asked: Asked) => answer(store as Store, asked))
  keepUp(store, UPKEEP_MS)
} catch (error) {
  port.postMessage({ fault: faultOf(error) } satisfies Opened)
}

function answer(store: Store, { number, call, args }: Asked): void {
  if (call === 'close') {
    clearTimeout(upkeep)
    store.close()
    port?.close()
    return
  }
  let reply: Answered
  try {
    const result = (store[call] as (...args: unknown[]) => unknown)(...args)
    reply = { number, result, first: store.first }
  } catch (error) {
    reply = { number, error: faultOf(error), first: store.first }
  }
  port?.postMessage(reply)
  if (call === 'append' && store.backlog > MAX_BACKLOG) {
    const appended = (reply.result as Appended | undefined)?.outcomes.length ?? 0
    tryUpkeep(store, UPKEEP_EVENTS + appended)
  }
  if (call === 'append' && !busy) keepUp(store, UPKEEP_MS)
}

function keepUp(store: Store, ms: number): void {
  busy = ms < IDLE_MS
  clearTimeout(upkeep)
  upkeep = setTimeout(() => {
    keepUp(store, tryUpkeep(store, UPKEEP_EVENTS) ? UPKEEP_MS : IDLE_MS)
  }, ms)
}

/** Answers whether there is more to do; a disk that fails now is tried again later. */
function tryUpkeep(store: Store, events: number): boolean {
  try {
    return store.upkeep(Date.now(), events)
  } catch {
    return false
  }
}
