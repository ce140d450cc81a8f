/**
 * The metrics of the room, its connections and the process, named as Prometheus recommends.
 * Counters and gauges are read at each scrape.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Room } from '../../room/room.ts'
import type { Connections } from '../connection/connections.ts'

/** The histograms and the metrics of the process and of Node are collected from this call on. */
export function metricsRegistry(room: Room, connections: Connections): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
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

  counter('oneroom_messages_total', 'Messages that the log has committed.', () => tally.messages)
  counter(
    'oneroom_deliveries_total',
    'Messages sent, counted for each receiver.',
    () => tally.deliveries,
  )
  counter('oneroom_received_bytes_total', 'Bytes read from connections.', () => tally.bytesIn)
  counter('oneroom_sent_bytes_total', 'Bytes written to connections.', () => tally.bytesOut)
  gauge('oneroom_members', 'People in the room.', () => room.roster.size)
  gauge('oneroom_log_head', 'The seq of the latest message.', () => room.feed.seq)
  gauge('oneroom_readers_behind', 'Connections that have not received all messages yet.', () => {
    return lags(connections, room.feed.seq).length
  })
  gauge(
    'oneroom_reader_lag_messages',
    'Messages that the slowest reader has not received yet.',
    () => {
      return lags(connections, room.feed.seq).reduce((most, lag) => Math.max(most, lag), 0)
    },
  )

  new Gauge({
    name: 'oneroom_connections',
    help: 'Open connections, by dialect and transport.',
    labelNames: ['dialect', 'via'],
    registers,
    collect() {
      this.reset()
      for (const { dialect, via } of connections.open) this.inc({ dialect: dialect.name, via })
    },
  })
  new Counter({
    name: 'oneroom_refusals_total',
    help: 'Errors sent to clients, by error code.',
    labelNames: ['code'],
    registers,
    collect() {
      this.reset()
      for (const [code, count] of tally.refusals) this.inc({ code }, count)
    },
  })

  const commitSeconds = new Histogram({
    name: 'oneroom_commit_seconds',
    help: 'Time to commit one batch to the log.',
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1],
    registers,
  })
  const batchMessages = new Histogram({
    name: 'oneroom_commit_messages',
    help: 'Messages in one batch.',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
    registers,
  })
  tally.onCommit = (drafts, ms) => {
    commitSeconds.observe(ms / 1000)
    batchMessages.observe(drafts)
  }

  return registry
}

/** The number of messages that each slow reader has not received yet. */
function lags(connections: Connections, head: number): number[] {
  const behind: number[] = []
  for (const { seq } of connections.open)
    if (seq !== undefined && seq < head) behind.push(head - seq)
  return behind
}
