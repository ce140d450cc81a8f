/**
 * Fan-out: one publisher and many readers, beside other servers in the same run. Figures
 * differ between machines, ratios do not. `npm run bench -- -t saturated` runs the rows of that name.
 */
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { resolve } from 'node:path'
import { build } from 'vite'
import { afterAll, beforeAll, test } from 'vitest'
import { testFolder } from '../support/folder.ts'
import type { Result } from './load/main.ts'
import { type Load, runLoad, runSenders } from './load/run.ts'
import type { Peer, Start } from './peers/peer.ts'
import { all, allDurable, baseName, startOneroom, withPeer } from './peers/peers.ts'
import { digits, printTable } from './table.ts'

const ROUNDS = 3
const MB = 1_000_000

beforeAll(() => build({ configFile: resolve(import.meta.dirname, 'vite.config.ts') }))

type Measured = { name: string; results: Result[] }

/** Each server once a round, one after the other, so that a slow minute meets them all. */
async function measure(starts: Start[], load: Load, rounds = ROUNDS): Promise<Measured[]> {
  const measured = new Map<string, Measured>()
  for (let round = 0; round < rounds; round += 1) {
    for (const start of starts) {
      await withPeer(start, async (peer) => {
        const result = await runLoad(peer, load)
        const { name } = peer
        const entry = measured.get(name) ?? { name, results: [] }
        entry.results.push(result)
        measured.set(name, entry)
      })
    }
  }
  return [...measured.values()]
}

const median = (values: number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN

const rate = ({ deliveries, seconds }: Result): number => deliveries / seconds
const cpu = ({ serverCpuSeconds, deliveries }: Result): number =>
  (serverCpuSeconds * 1e6) / deliveries

/** The figures of each server, and the first two of them as a ratio to one peer's. */
function print(title: string, measured: Measured[], peer: string): void {
  const middle = (results: Result[], figure: (result: Result) => number): number =>
    median(results.map(figure))
  const base = measured.find(({ name }) => name === peer)?.results ?? []
  const body = measured.map(({ name, results }) => {
    const figures = [rate, cpu].flatMap((figure) => {
      const value = middle(results, figure)
      return [digits(value), digits(value / middle(base, figure))]
    })
    const others = [
      ({ p50Ms }: Result) => p50Ms,
      ({ p99Ms }: Result) => p99Ms,
      ({ loadedBytes }: Result) => loadedBytes / MB,
      ({ lost }: Result) => lost,
    ].map((figure) => digits(middle(results, figure)))
    return [name, ...figures, ...others]
  })
  const of = `÷ ${peer}`
  const head = ['', 'deliveries/s', of, 'CPU µs each', of, 'p50 ms', 'p99 ms', 'MB', 'lost']
  printTable(title, head, body)
}

test('saturated', async () => {
  const durable = allDurable(() => testFolder(afterAll))
  for (const ahead of [256, 2048]) {
    const load = { readerCount: 200, pace: { ahead }, seconds: 3 }
    const measured = await measure([...all, ...durable], load)
    print(`200 readers, the sender always ${ahead} ahead`, measured, baseName('nats-server'))
  }
})

test('paced', async () => {
  const load = { readerCount: 200, pace: { perSecond: 200 }, seconds: 4 }
  print('200 readers, 200 messages/s', await measure(all, load), baseName('hand-written net + ws'))
})

test('a thousand', async () => {
  const load = { readerCount: 1000, pace: { perSecond: 100 }, seconds: 5 }
  print('1000 readers, 100 messages/s', await measure(all, load), baseName('nats-server'))
})

test('ten thousand', async () => {
  const load = { readerCount: 10_000, pace: { perSecond: 10 }, seconds: 5, settleSeconds: 40 }
  const measured = await measure(all, load, 1)
  const body = measured.map(({ name, results: [result] }) => {
    const { emptyBytes, joinedBytes, loadedBytes, closedBytes, joinSeconds, lost } =
      result as Result
    const each = (joinedBytes - emptyBytes) / load.readerCount / 1000
    const sizes = [emptyBytes, joinedBytes, loadedBytes, closedBytes].map((bytes) => bytes / MB)
    return [name, ...[joinSeconds, each, ...sizes, lost].map(digits)]
  })
  printTable(
    '10,000 connections, 10 messages/s',
    ['', 's to join', 'KB each, idle', 'MB empty', 'MB idle', 'MB talking', 'MB after', 'lost'],
    body,
  )
})

/** A client that joins and then never reads. */
async function neverReads({ readers }: Peer): Promise<() => void> {
  const socket = createConnection({ host: '127.0.0.1', port: readers[0]?.port ?? 0 })
  await once(socket, 'data')
  socket.pause()
  return () => socket.destroy()
}

test('one who never reads', async () => {
  const load = { readerCount: 200, pace: { perSecond: 1000 }, seconds: 60 }
  const body = await withPeer(startOneroom(), async (peer) => {
    const without = await runLoad(peer, load)
    const leave = await neverReads(peer)
    const beside = await runLoad(peer, load)
    leave()
    return [
      ['without', without],
      ['with one who never reads', beside],
    ].map(([name, result]) => {
      const { p50Ms, p99Ms, joinedBytes, loadedBytes } = result as Result
      const grown = (loadedBytes - joinedBytes) / MB
      return [String(name), ...[p50Ms, p99Ms, loadedBytes / MB, grown].map(digits)]
    })
  })
  const title = '200 readers, 1000 messages/s for a minute'
  printTable(title, ['', 'p50 ms', 'p99 ms', 'MB', 'MB grown'], body ?? [])
})

test('durable sends', async () => {
  const body: string[][] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const start of [...allDurable(() => testFolder(afterAll)), startOneroom()]) {
      await withPeer(start, async (peer) => {
        const { perSecond, p50Ms, p99Ms } = await runSenders(peer, 64)
        body.push([peer.name, ...[perSecond, p50Ms, p99Ms].map(digits)])
      })
    }
  }
  const title = '64 senders, each waiting for its own message'
  printTable(title, ['', 'messages/s', 'p50 ms', 'p99 ms'], body)
})
