/**
 * The room's counters and the state of its connections as Prometheus has them: its text
 * format, base units, and names. Everything is read when it is asked for.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Room } from '../../room/room.ts'
import type { Connections } from '../connection/connections.ts'

const QUANTILES = [0.5, 0.99, 1]

export type MetricsRegistry = {
  contentType: string
  text(): Promise<string>
  /** Watches the event loop no more. */
  close(): void
}

/** The histograms begin to fill now, and the event loop is watched from now on. */
export function metricsRegistry(room: Room, connections: Connections): MetricsRegistry {
  const registry = new Registry()
  const registers = [registry]
  const { tally } = room

  function counter(name: string, help: string, value: () => number): void {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset()
        this.inc(value())
      },
    })
  }

  function gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value())
      },
    })
  }

  counter('oneroom_messages_total', 'Messages that were committed.', () => tally.messages)
  counter(
    'oneroom_deliveries_total',
    'Messages that connections have taken.',
    () => tally.deliveries,
  )
  counter('oneroom_received_bytes_total', 'Bytes read from connections.', () => tally.bytesIn)
  counter('oneroom_sent_bytes_total', 'Bytes written to connections.', () => tally.bytesOut)
  gauge('oneroom_members', 'People in the room.', () => room.roster.size)
  gauge('oneroom_log_head', 'Number of the latest message.', () => room.feed.seq)
  gauge('oneroom_readers_behind', 'Connections that have not taken everything.', () => {
    return lags(connections, room.feed.seq).length
  })
  gauge('oneroom_reader_lag_messages', 'Messages that the slowest reader is behind.', () => {
    return lags(connections, room.feed.seq).reduce((most, lag) => Math.max(most, lag), 0)
  })
  gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss())
  counter('process_cpu_seconds_total', 'CPU time of user and system.', () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  })

  new Gauge({
    name: 'oneroom_connections',
    help: 'Open connections, by the dialect that they speak and the way they came.',
    labelNames: ['dialect', 'via'],
    registers,
    collect() {
      this.reset()
      for (const { dialect, via } of connections.open) this.inc({ dialect: dialect.name, via })
    },
  })
  new Counter({
    name: 'oneroom_refusals_total',
    help: 'What was refused, by the code of the error.',
    labelNames: ['code'],
    registers,
    collect() {
      this.reset()
      for (const [code, count] of tally.refusals) this.inc({ code }, count)
    },
  })

  const commitSeconds = new Histogram({
    name: 'oneroom_commit_seconds',
    help: 'Time that the log took to commit a batch.',
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1],
    registers,
  })
  const batchMessages = new Histogram({
    name: 'oneroom_commit_messages',
    help: 'Messages in a batch.',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
    registers,
  })
  tally.onCommit = (drafts, ms) => {
    commitSeconds.observe(ms / 1000)
    batchMessages.observe(drafts)
  }

  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  new Gauge({
    name: 'oneroom_event_loop_delay_seconds',
    help: 'How late the event loop was, since this was last asked for.',
    labelNames: ['quantile'],
    registers,
    collect() {
      for (const quantile of QUANTILES) {
        const ns = delay.percentile(quantile * 100)
        this.set({ quantile: String(quantile) }, Number.isFinite(ns) ? ns / 1e9 : 0)
      }
      delay.reset()
    },
  })

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    close: () => delay.disable(),
  }
}

/** How many messages each reader that is behind is behind. */
function lags(connections: Connections, head: number): number[] {
  const behind: number[] = []
  for (const { seq } of connections.open)
    if (seq !== undefined && seq < head) behind.push(head - seq)
  return behind
}
