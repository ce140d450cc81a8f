/**
 * The PostgreSQL store beside the SQLite store: how fast each commits, and how soon another server on
 * the same database has what was committed; then whole servers. PostgreSQL runs on this machine and
 * syncs every commit. The servers share one core, and the load has the other.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, test } from 'vitest'
import { postgresStore } from '../../server/log/postgres/store.ts'
import { sqliteStore } from '../../server/log/sqlite/store.ts'
import type { Draft, RoomLog, Store } from '../../server/room/log.ts'
import { testFolder } from '../support/folder.ts'
import { testPostgres } from '../support/postgres.ts'
import { buildPrograms, type Load, runLoad, runSenders } from './load/run.ts'
import { familyCpuSeconds } from './load/usage.ts'
import { printSpeed } from './measure.ts'
import type { Peer } from './peers/peer.ts'
import { startOneroom } from './peers/peers.ts'
import { digits, printTable, row, table } from './table.ts'

beforeAll(buildPrograms)

const SECONDS = 4
const WORDS = 'the quick brown fox jumps over a lazy dog while disks are filling slowly'.split(' ')
const limits = { retain: 0, retainDays: 0 }
const worker = new URL('../../dist/server/worker.js', import.meta.url)
const postgres = await testPostgres()
const onLost = (error: Error): never => {
  throw error
}

/** 100 bytes of words and numbers. */
function draft(at: number): Draft {
  const text = Array.from({ length: 16 }, (_, word) => WORDS[(at * 7 + word * 3) % WORDS.length])
  return {
    at: new Date().toISOString(),
    kind: 'message',
    from: { id: `person${at % 200}`, name: `name${at % 200}`, via: 'tcp' },
    text: `${text.join(' ')} ${at}`.slice(-100),
    id: `id${at}`,
  }
}

async function lobbyOf(store: Store): Promise<{ store: Store; log: RoomLog }> {
  afterAll(() => store.close())
  return { store, log: await store.open('lobby', 'lobby') }
}

const openPostgres = async (url: string) => lobbyOf(await postgresStore({ url, ...limits }, onLost))

let next = 0

/** Appends batches one after another. */
async function commit(name: string, { store, log }: { store: Store; log: RoomLog }): Promise<void> {
  for (const size of [1, 64, 256, 1024]) {
    const began = performance.now()
    const until = began + SECONDS * 1000
    let count = 0
    while (performance.now() < until) {
      const drafts = Array.from({ length: size }, (_, more) => ({ log, draft: draft(next + more) }))
      next += size
      const asked = performance.now()
      await store.append(drafts)
      row(`${name}: batch of ${size}`, 'ms', performance.now() - asked)
      count += size
    }
    row(`${name}: batches of ${size}`, 'messages/s', (count * 1000) / (performance.now() - began))
  }
}

test.skipIf(postgres === undefined)('committing', async () => {
  const folder = testFolder(afterAll)
  await commit('SQLite', await lobbyOf(await sqliteStore({ folder, ...limits }, onLost, worker)))
  await commit('PostgreSQL', await openPostgres(postgres?.url() ?? ''))
  const url = postgres?.url() ?? ''
  const nodes = [await openPostgres(url), await openPostgres(url)]
  await Promise.all(nodes.map((node, at) => commit(`PostgreSQL, server ${at + 1} of 2`, node)))
  table('Committing')
})

test.skipIf(postgres === undefined)('from one server to another, at 200 messages/s', async () => {
  const url = postgres?.url() ?? ''
  const [one, other] = [await openPostgres(url), await openPostgres(url)]
  const asked = new Map<string, number>()
  other.log.onCommitted((events) => {
    for (const { id = '' } of events) {
      row('until the other server has it', 'ms', performance.now() - (asked.get(id) ?? 0))
    }
  })
  for (let round = 0; round < 200 * 10; round += 1) {
    next += 1
    const said = draft(next)
    const began = performance.now()
    asked.set(said.id ?? '', began)
    await one.store.append([{ log: one.log, draft: said }])
    row('until it is acknowledged', 'ms', performance.now() - began)
    await sleep(Math.max(0, 5 - (performance.now() - began)))
  }
  await sleep(1500)
  table('From one server to another')
})

/** Servers on one database of their own. */
async function withNodes(count: number, use: (nodes: Peer[]) => Promise<void>): Promise<void> {
  const url = postgres?.url() ?? ''
  const nodes: Peer[] = []
  try {
    while (nodes.length < count) nodes.push((await startOneroom(url)()) as Peer)
    await use(nodes)
  } finally {
    await Promise.all(nodes.map(({ stop }) => stop()))
  }
}

/** 64 senders over these servers: a row of the table. Also counts the CPU of a second before it is measured. */
async function sendersOver(name: string, nodes: Peer[], database: number[]): Promise<string[]> {
  const cpuOf = (pids: number[]) => pids.reduce((sum, pid) => sum + familyCpuSeconds(pid), 0)
  const pids = nodes.map(({ pid }) => pid)
  const before = [cpuOf(database), cpuOf(pids)]
  const results = await Promise.all(nodes.map((node) => runSenders(node, 64 / nodes.length)))
  const used = [cpuOf(database), cpuOf(pids)].map((after, at) => after - (before[at] ?? 0))
  const perSecond = results.reduce((sum, one) => sum + one.perSecond, 0)
  const p99 = Math.max(...results.map(({ p99Ms }) => p99Ms))
  const micros = used.map((seconds) => (seconds * 1e6) / (perSecond * 6))
  return [name, ...[perSecond, results[0]?.p50Ms ?? 0, p99, ...micros].map(digits)]
}

test.skipIf(postgres === undefined)('64 senders over nodes', async () => {
  const body: string[][] = []
  const sqlite = (await startOneroom(testFolder(afterAll))()) as Peer
  try {
    body.push(await sendersOver('SQLite', [sqlite], []))
  } finally {
    await sqlite.stop()
  }
  for (const count of [1, 2, 4, 8]) {
    await withNodes(count, async (nodes) => {
      body.push(await sendersOver(`PostgreSQL, ${count}`, nodes, [postgres?.pid ?? 0]))
    })
  }
  const head = ['nodes', 'messages/s', 'p50 ms', 'p99 ms', 'database CPU µs', 'nodes CPU µs']
  printTable('64 senders over nodes, each waiting for its own message', head, body)
})

test.skipIf(postgres === undefined)('readers at another node', async () => {
  await withNodes(2, async ([one, other]) => {
    const { readers, pid } = one as Peer
    const [publisher] = readers
    const load: Load = { readerCount: 200, pace: { perSecond: 200 }, seconds: 4 }
    const saturated: Load = { readerCount: 200, pace: { ahead: 256 }, seconds: 3 }
    for (const [name, each] of [
      ['200 messages/s', load],
      ['the sender always 256 ahead', saturated],
    ] as const) {
      const here = await runLoad({ ...(one as Peer), readers, pid }, each)
      const there = await runLoad(other as Peer, { ...each, ...(publisher && { publisher }) })
      const measured = [
        { name: 'at the node of the sender', results: [here] },
        { name: 'at another node', results: [there] },
      ]
      printSpeed(`200 readers, ${name}`, measured, 'at the node of the sender')
    }
  })
})
