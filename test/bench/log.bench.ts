/**
 * The durable log with a million messages in it: how long a start, a page of history
 * and a search take, how fast it commits, and how long it holds up the event loop.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { afterAll, beforeAll, test } from 'vitest'
import { memoryLog } from '../../server/log/memory.ts'
import { sqliteLog } from '../../server/log/sqlite/log.ts'
import type { Draft, RoomLog } from '../../server/room/log.ts'
import { testFolder } from '../support/folder.ts'
import { serve } from '../support/program.ts'
import { row, table } from './table.ts'

const MESSAGES = 1_000_000
const BATCH = 2000
const WORDS = 'the quick brown fox jumps over a lazy dog while disks are filling slowly'.split(' ')
const worker = new URL('../../dist/server/worker.js', import.meta.url)
let folder: string

const onLost = (error: Error): never => {
  throw error
}

function open(): Promise<RoomLog> {
  return sqliteLog({ folder, retain: 0, retainDays: 0 }, onLost, worker)
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
  const log = await open()
  for (let at = 1; at <= MESSAGES; at += BATCH) {
    await log.append(Array.from({ length: BATCH }, (_, more) => draft(at + more)))
  }
  // The first search finishes what upkeep has not indexed yet.
  await log.search('fox', 1)
  await log.close()
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
  const log = await open()
  for (let round = 0; round < 200; round += 1) {
    const seq = 1 + Math.floor(Math.random() * MESSAGES)
    let began = performance.now()
    await log.before(seq, 50)
    row('page of 50 at a random depth', 'ms', performance.now() - began)
    began = performance.now()
    await log.read(seq, 200)
    row('page of 200 at a random depth', 'ms', performance.now() - began)
    began = performance.now()
    await log.search(`unique${seq}`, 50)
    row('search, one hit', 'ms', performance.now() - began)
    if (round >= 20) continue
    began = performance.now()
    await log.search('fox lazy', 50)
    row('search, every message has both words', 'ms', performance.now() - began)
    began = performance.now()
    await log.search('u', 50)
    row('search, one letter begun', 'ms', performance.now() - began)
  }
  await log.close()
})

test('committing', async () => {
  const log = await open()
  const memory = memoryLog()
  let next = MESSAGES + 1
  const like = draft(next)
  for (const [name, engine, batches] of [
    ['SQLite', log, 300],
    ['memory', memory, 300],
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
        await engine.append(drafts)
        row(`${name}: batch of ${size}`, 'ms', performance.now() - asked)
      }
      const seconds = (performance.now() - began) / 1000
      delay.disable()
      row(`${name}: messages/s in batches of ${size}`, '/s', (batches * size) / seconds)
      row(`${name}: event loop held, worst, batches of ${size}`, 'ms', delay.max / 1e6)
    }
  }
  await log.close()
})
