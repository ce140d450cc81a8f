/**
 * The metrics of the rooms, their connections and the process, named as Prometheus recommends.
 * Counters and gauges are read at each scrape.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Rooms } from '../../room/rooms.ts'
import type { Connections } from '../connection/connections.ts'

/** The histograms and the metrics of the process and of Node are collected from this call on. */
export function metricsRegistry(rooms: Rooms, connections: Connections): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const { tally, people } = rooms

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
  gauge('oneroom_members', 'People on the server.', () => people.size)
  gauge('oneroom_rooms', 'Rooms with people in them, and the lobby.', () => rooms.opened.length)
  gauge('oneroom_log_head', 'The seq of the latest message in the lobby.', () => {
    return rooms.lobby.feed.seq
  })
  gauge('oneroom_readers_behind', 'Connections that have not received all messages yet.', () => {
    return lags(connections).length
  })
  gauge(
    'oneroom_reader_lag_messages',
    'Messages that the slowest reader has not received yet.',
    () => {
      return lags(connections).reduce((most, lag) => Math.max(most, lag), 0)
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

  const { nodes } = rooms.store
  if (nodes !== undefined) {
    gauge(
      'oneroom_tail_delay_seconds',
      'Time from the latest notification of another server to its events.',
      () => nodes.figures.tailDelay / 1000,
    )
    gauge(
      'oneroom_lease_age_seconds',
      'Time since the database had the latest sign of life of this server.',
      () => nodes.figures.leaseAge / 1000,
    )
    counter(
      'oneroom_listen_reconnections_total',
      'How often the connection that listens to the database was replaced.',
      () => nodes.figures.reconnections,
    )
  }

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
function lags(connections: Connections): number[] {
  return [...connections.open].map(({ lag }) => lag).filter((lag) => lag > 0)
}
