/**
 * The thread of the SQLite log: calls come in, answers go out, one at a time; what
 * can wait is done when nothing was asked for a while.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { UnusableFile } from './schema.ts'
import { type Appended, Store, type StoreOptions } from './store.ts'

/** The store's calls that can be made from outside. */
export type Call = 'append' | 'read' | 'before' | 'search' | 'keepSeats' | 'seatOf'
export type Asked = { number: number; call: Call | 'close'; args: unknown[] }
/** `error`: what the disk or the database said. */
export type Answered = { number: number; result?: unknown; error?: string; first: number }
export type Opened =
  | { epoch: string; secret: Uint8Array; head: number; first: number }
  | { fault: string }

/** Quiet, in ms, before upkeep begins. */
const QUIET_MS = 100
const UPKEEP_EVENTS = 500
/** Events that may wait for upkeep while there is no quiet. */
const MAX_BACKLOG = 10_000
/** How often age is looked at when nothing happens, in ms. */
const IDLE_MS = 60_000

const port = parentPort
if (port === null) throw new Error('this file is a worker thread')

let store: Store | undefined
let upkeep: NodeJS.Timeout | undefined
try {
  store = new Store(workerData as StoreOptions)
  const { epoch, secret, head, first } = store
  port.postMessage({ epoch, secret, head, first } satisfies Opened)
  port.on('message', (asked: Asked) => answer(store as Store, asked))
  keepUp(store, QUIET_MS)
} catch (error) {
  port.postMessage({ fault: faultOf(error) } satisfies Opened)
}

function answer(store: Store, { number, call, args }: Asked): void {
  clearTimeout(upkeep)
  if (call === 'close') {
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
  keepUp(store, QUIET_MS)
}

function keepUp(store: Store, ms: number): void {
  upkeep = setTimeout(() => {
    keepUp(store, tryUpkeep(store, UPKEEP_EVENTS) ? 0 : IDLE_MS)
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

/** The end of a sentence that begins with the folder. */
function faultOf(error: unknown): string {
  if (error instanceof UnusableFile) return error.message
  const { code = '', message } = error as NodeJS.ErrnoException
  if (/^(EACCES|EPERM|EROFS|SQLITE_READONLY|SQLITE_CANTOPEN)/.test(code) || /: 14"/.test(message)) {
    return 'cannot be written'
  }
  if (/^(SQLITE_NOTADB|SQLITE_CORRUPT)/.test(code)) return 'is damaged; it was left as it is'
  if (/^(ENOSPC|SQLITE_FULL)/.test(code)) return 'is on a disk that is full'
  if (/^(SQLITE_BUSY|SQLITE_LOCKED)/.test(code)) return 'is locked by another program'
  if (/^(ENOTDIR|EEXIST)/.test(code)) return 'is not a folder'
  return `cannot be used: ${message}`
}
