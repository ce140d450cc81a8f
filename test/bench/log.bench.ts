/**
 * The durable store with a million messages in its lobby and small rooms beside it: how long a
 * start, a page of history and a search take, how fast it commits, and how long it holds up the
 * event loop.
 */
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'libsql'
import { afterAll, beforeAll, test } from 'vitest'
import { memoryStore } from '../../server/log/memory.ts'
import { sqliteStore } from '../../server/log/sqlite/store.ts'
import type { Draft, RoomLog, Store } from '../../server/room/log.ts'
import { testFolder } from '../support/folder.ts'
import { serve } from '../support/program.ts'
import { appendTo } from '../support/store.ts'
import { row, table } from './table.ts'

const MESSAGES = 1_000_000
const BATCH = 2000
/** Messages in each of the small rooms: one that a search reads as a whole, and one that it does not. */
const ROOMS = [300, 3000]
const WORDS = 'the quick brown fox jumps over a lazy dog while disks are filling slowly'.split(' ')
const worker = new URL('../../dist/server/worker.js', import.meta.url)
let folder: string

const onLost = (error: Error): never => {
  throw error
}

async function open(): Promise<{ store: Store; lobby: RoomLog; rooms: RoomLog[] }> {
  const store = await sqliteStore({ folder, retain: 0, retainDays: 0 }, onLost, worker)
  const lobby = await store.open('lobby', 'lobby')
  const rooms = await Promise.all(ROOMS.map((size) => store.open(`room ${size}`, `${size}`)))
  return { store, lobby, rooms }
}

/** Waits until upkeep has indexed all, which it does in steps of 500. */
async function untilIndexed(): Promise<void> {
  const database = new Database(join(folder, 'room.db'))
  const backlog = database.prepare(`SELECT sum((SELECT max(seq) & 1099511627775 FROM events
    WHERE seq BETWEEN number << 40 AND number << 40 | 1099511627775) - indexed) FROM logs`)
  while ((backlog.raw().get() as [number])[0] > 0) await sleep(200)
  database.close()
}

/** 100 bytes of words, and one word that only this message has. */
function draft(at: number): Draft {
  const words = Array.from({ length: 16 }, (_, word) => WORDS[(at * 7 + word * 3) % WORDS.length])
  return {
    at: new Date(1_700_000_000_000 + at * 1000).toISOString(),
    kind: 'message',
    from: { id: `person${at % 200}`, name: `name${at % 200}`, via: 'tcp' },
    text: `${words.join(' ')} unique${at}`,
    id: `id${at}`,
  }
}

beforeAll(async () => {
  folder = testFolder(afterAll)
  const { store, lobby, rooms } = await open()
  for (const [log, messages] of [
    [lobby, MESSAGES],
    ...rooms.map((room, at) => [room, ROOMS[at] ?? 0] as const),
  ] as const) {
    const append = appendTo(store, log)
    for (let at = 1; at <= messages; at += BATCH) {
      const count = Math.min(BATCH, messages - at + 1)
      await append(Array.from({ length: count }, (_, more) => draft(at + more)))
    }
  }
  await untilIndexed()
  await store.close()
})

afterAll(() => table('The log with 1,000,000 messages'))

test('start', async () => {
  for (let round = 0; round < 5; round += 1) {
    const began = performance.now()
    const { server } = await serve('--data', folder)
    row('start, process to ready line', 'ms', performance.now() - began)
    server.child.kill('SIGTERM')
    await server.untilExit()
    const empty = performance.now()
    const { server: bare } = await serve()
    row('the same with no log (node and the modules)', 'ms', performance.now() - empty)
    bare.child.kill('SIGTERM')
    await bare.untilExit()
  }
})

test('reading', async () => {
  const { store, lobby, rooms } = await open()
  async function timed(name: string, call: () => Promise<unknown>): Promise<void> {
    const began = performance.now()
    await call()
    row(name, 'ms', performance.now() - began)
  }
  for (let round = 0; round < 200; round += 1) {
    const seq = 1 + Math.floor(Math.random() * MESSAGES)
    await timed('page of 50 at a random depth', () => lobby.before(seq, 50))
    await timed('page of 200 at a random depth', () => lobby.read(seq, 200))
    await timed('search, one hit', () => lobby.search(`unique${seq}`, 50))
    if (round >= 20) continue
    const logs = [lobby, ...rooms]
    for (const [at, log] of logs.entries()) {
      const where = `${at === 0 ? '' : `room of ${ROOMS[at - 1]}: `}search, every message has`
      await timed(`${where} the word`, () => log.search('fox', 50))
      await timed(`${where} both words`, () => log.search('fox lazy', 50))
      await timed(`${where} a word that begins so`, () => log.search('uniq', 50))
    }
    await timed('search, one letter', () => lobby.search('u', 50))
  }
  await store.close()
})

test('committing', async () => {
  const { store, lobby } = await open()
  const memory = memoryStore()
  let next = MESSAGES + 1
  const like = draft(next)
  for (const [name, append, batches] of [
    ['SQLite', appendTo(store, lobby), 300],
    ['memory', appendTo(memory, await memory.open('lobby', 'lobby')), 300],
  ] as const) {
    for (const size of [1, 64, 512]) {
      const delay = monitorEventLoopDelay({ resolution: 1 })
      delay.enable()
      const began = performance.now()
      for (let at = 0; at < batches; at += 1) {
        // Cheap to make, so that only the log can block the event loop.
        const drafts = Array.from({ length: size }, (_, more) => ({
          ...like,
          id: `id${next + more}`,
        }))
        next += size
        const asked = performance.now()
        await append(drafts)
        row(`${name}: batch of ${size}`, 'ms', performance.now() - asked)
      }
      const seconds = (performance.now() - began) / 1000
      delay.disable()
      row(`${name}: messages/s in batches of ${size}`, '/s', (batches * size) / seconds)
      row(`${name}: event loop held, worst, batches of ${size}`, 'ms', delay.max / 1e6)
    }
  }
  const rooms = await Promise.all(
    Array.from({ length: 64 }, (_, at) => store.open(`room many ${at}`, 'many')),
  )
  for (let at = 0; at < 300; at += 1) {
    const drafts = rooms.map((log) => ({ log, draft: { ...like, id: `id${next}` } }))
    next += 1
    const asked = performance.now()
    await store.append(drafts)
    row('SQLite: batch of 64, each in a room of its own', 'ms', performance.now() - asked)
  }
  await store.close()
})
