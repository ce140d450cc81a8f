/** Loads on servers, the figures of each, and tables of them. */
import { type Load, type Result, runLoad } from './load/run.ts'
import type { Start } from './peers/peer.ts'
import { withPeer } from './peers/peers.ts'
import { digits, printTable } from './table.ts'

/** How often each load runs, for a median. */
export const ROUNDS = 3
export const MB = 1_000_000

export type Measured = { name: string; results: Result[] }

/** A load on a server. `what`: what the row says beside the name of the server. */
export type Case = { start: Start; load: Load; what?: string }

/** Each of them once a round, one after the other, so that a slow minute meets them all. */
export async function measure(cases: Case[], rounds = ROUNDS): Promise<Measured[]> {
  const measured = new Map<string, Measured>()
  for (let round = 0; round < rounds; round += 1) {
    for (const { start, load, what } of cases) {
      await withPeer(start, async (peer) => {
        const result = await runLoad(peer, load)
        const name = rowName(peer.name, what)
        const entry = measured.get(name) ?? { name, results: [] }
        entry.results.push(result)
        measured.set(name, entry)
      })
    }
  }
  return [...measured.values()]
}

export function rowName(server: string, what?: string): string {
  return what === undefined ? server : `${server}, ${what}`
}

const median = (values: number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN

const rate = ({ deliveries, seconds }: Result): number => deliveries / seconds
const cpu = ({ serverCpuSeconds, deliveries }: Result): number =>
  (serverCpuSeconds * 1e6) / deliveries

/** The figures of each row, and the first two of them as a ratio to those of one row. */
export function printSpeed(title: string, measured: Measured[], base: string): void {
  const middle = (results: Result[], figure: (result: Result) => number): number =>
    median(results.map(figure))
  const baseResults = measured.find(({ name }) => name === base)?.results ?? []
  const body = measured.map(({ name, results }) => {
    const figures = [rate, cpu].flatMap((figure) => {
      const value = middle(results, figure)
      return [digits(value), digits(value / middle(baseResults, figure))]
    })
    const others = [
      ({ p50Ms }: Result) => p50Ms,
      ({ p99Ms }: Result) => p99Ms,
      ({ loadedBytes }: Result) => loadedBytes / MB,
      ({ lost }: Result) => lost,
    ].map((figure) => digits(middle(results, figure)))
    return [name, ...figures, ...others]
  })
  const of = `÷ ${base}`
  const head = ['', 'deliveries/s', of, 'CPU µs each', of, 'p50 ms', 'p99 ms', 'MB', 'lost']
  printTable(title, head, body)
}

/** The memory of each server, of the first result. `connections`: how many were open. */
export function printMemory(title: string, measured: Measured[], connections: number): void {
  const body = measured.map(({ name, results: [result] }) => {
    const { emptyBytes, joinedBytes, loadedBytes, closedBytes, joinSeconds, lost } =
      result as Result
    const each = (joinedBytes - emptyBytes) / connections / 1000
    const sizes = [emptyBytes, joinedBytes, loadedBytes, closedBytes].map((bytes) => bytes / MB)
    return [name, ...[joinSeconds, each, ...sizes, lost].map(digits)]
  })
  const head = ['s to join', 'KB each, idle', 'MB empty', 'MB idle', 'MB talking', 'MB after']
  printTable(title, ['', ...head, 'lost'], body)
}
