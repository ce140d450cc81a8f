/**
 * Fan-out: one publisher and many readers, beside other servers in the same run. Figures
 * differ between machines, ratios do not. `npm run bench -- -t saturated` runs the rows of that name.
 */
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { afterAll, beforeAll, test } from 'vitest'
import { testFolder } from '../support/folder.ts'
import { buildPrograms, type Load, type Result, runLoad, runSenders } from './load/run.ts'
import { MB, measure, printMemory, printSpeed, ROUNDS } from './measure.ts'
import type { Peer, Start } from './peers/peer.ts'
import { all, allDurable, baseName, startOneroom, withPeer } from './peers/peers.ts'
import { digits, printTable } from './table.ts'

beforeAll(buildPrograms)

/** The same load on each of the servers. */
const onEach = (starts: Start[], load: Load) => starts.map((start) => ({ start, load }))

test('saturated', async () => {
  const durable = allDurable(() => testFolder(afterAll))
  for (const ahead of [256, 2048]) {
    const load = { readerCount: 200, pace: { ahead }, seconds: 3 }
    const measured = await measure(onEach([...all, ...durable], load))
    printSpeed(`200 readers, the sender always ${ahead} ahead`, measured, baseName('nats-server'))
  }
})

test('paced', async () => {
  const load = { readerCount: 200, pace: { perSecond: 200 }, seconds: 4 }
  const measured = await measure(onEach(all, load))
  printSpeed('200 readers, 200 messages/s', measured, baseName('hand-written net + ws'))
})

test('a thousand', async () => {
  const load = { readerCount: 1000, pace: { perSecond: 100 }, seconds: 5 }
  const measured = await measure(onEach(all, load))
  printSpeed('1000 readers, 100 messages/s', measured, baseName('nats-server'))
})

test('ten thousand', async () => {
  const load = { readerCount: 10_000, pace: { perSecond: 10 }, seconds: 5, settleSeconds: 40 }
  const measured = await measure(onEach(all, load), 1)
  printMemory('10,000 connections, 10 messages/s', measured, load.readerCount)
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
