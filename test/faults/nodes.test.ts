/**
 * Three nodes on one database under load, and faults of every kind: each message that had come back to
 * its sender is in the log once, with the same seq; all readers at all nodes have received the same
 * order, without a gap or a double; at the end nobody is left.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { RoomEvent } from '../../shared/protocol.ts'
import { Chatter, keyOf } from '../support/chatter.ts'
import { postgresPrograms } from '../support/installed.ts'
import { long } from '../support/long.ts'
import { type Middle, middleTo } from '../support/middle.ts'
import { PostgresServer } from '../support/postgres.ts'
import { fixedPort, type Served, serve } from '../support/program.ts'

const NODES = 3
/** Clients, each of which speaks and reads. */
const CHATTERS = 6
/** Rounds on one database, which are in random order. A standby is promoted once. */
const KINDS = [
  ...['kill a node', 'kill the database', 'cut', 'stall', 'suspend a node'],
  ...['kill a node', 'kill the database', 'cut', 'stall', 'promote the standby'],
] as const
const RUNS = long ? 5 : 1
/** How long, in ms, the way to the database is stalled: until writes are given up. */
const STALL_MS = 3000
/** How long, in ms, a node is suspended: until its people are gone from the others. */
const SUSPENDED_MS = 7500
/** Connections of one node to the database. */
const LINKS = 4

type Kind = (typeof KINDS)[number]
type Node = Served & { server: Awaited<ReturnType<typeof serve>>['server'] }

const programs = postgresPrograms()
const anyOf = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T

function inRandomOrder<T>(list: readonly T[]): T[] {
  return list
    .map((one) => ({ one, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one)
}

/** A database and its synchronous standby, whose first standby is promoted when the primary has failed. */
class Cluster {
  readonly #servers: [PostgresServer, PostgresServer]
  #primary = 0

  private constructor(servers: [PostgresServer, PostgresServer]) {
    this.#servers = servers
  }

  static async start(folder: string): Promise<Cluster> {
    const primary = await PostgresServer.start(folder)
    onTestFinished(() => primary.remove())
    const sql = primary.client('public')
    // A standby that has lost its primary asks again soon.
    await sql.unsafe(`ALTER SYSTEM SET wal_retrieve_retry_interval = '200ms'`)
    const standby = await primary.standby()
    onTestFinished(() => standby.remove())
    await sql.unsafe(`ALTER SYSTEM SET synchronous_standby_names = '*'`)
    await sql`SELECT pg_reload_conf()`
    await expect
      .poll(() => sql`SELECT sync_state FROM pg_stat_replication`)
      .toEqual([{ sync_state: 'sync' }])
    await sql.end()
    return new Cluster([primary, standby])
  }

  get primary(): PostgresServer {
    return this.#servers[this.#primary] as PostgresServer
  }

  get ports(): number[] {
    return this.#servers.map(({ port }) => port)
  }

  async restart(): Promise<void> {
    await this.primary.kill()
    await this.primary.begin()
  }

  async promote(): Promise<void> {
    await this.primary.kill()
    this.#primary = 1
    this.primary.run('pg_ctl', 'promote', '-w')
  }
}

/** The events after this seq, as a node reads them when it has its database. */
async function logAfter(webUrl: string, seq: number): Promise<RoomEvent[]> {
  const events: RoomEvent[] = []
  for (let more = true; more; ) {
    const after = events.at(-1)?.seq ?? seq
    // A node whose database has another history starts again.
    const asked = fetch(`${webUrl}/api/events?after=${after}&limit=200`)
    const response = await asked.catch(() => undefined)
    if (response?.ok !== true) {
      await pause(100)
      continue
    }
    const page = (await response.json()) as { events: RoomEvent[]; more: boolean }
    events.push(...page.events)
    more = page.more
  }
  return events
}

async function chaos(): Promise<void> {
  const cluster = await Cluster.start(programs as string)
  const schema = cluster.primary.newSchema()
  const ways: Middle[][] = []
  const nodes: Node[] = []

  async function startNode(at: number): Promise<void> {
    const hosts = (ways[at] as Middle[]).map(({ port }) => `127.0.0.1:${port}`).join()
    const url = `postgres://oneroom@${hosts}/postgres?schema=${schema}`
    const args = ['--data', url, '--flood', 'off', '--log-level', 'error']
    // A node listens on its ports again when it starts again after a failover.
    const ports = ['--web-port', `${await fixedPort()}`, '--tcp-port', `${await fixedPort()}`]
    nodes[at] = await serve(...args, ...ports)
  }

  async function harm(kind: Kind): Promise<void> {
    const at = Math.floor(Math.random() * NODES)
    const { child } = (nodes[at] as Node).server
    const way = ways[at] as Middle[]
    switch (kind) {
      case 'kill a node':
        child.kill('SIGKILL')
        return startNode(at)
      case 'kill the database':
        return cluster.restart()
      case 'promote the standby':
        return cluster.promote()
      case 'cut':
        for (const one of way) one.cut()
        return
      case 'stall':
        for (const one of way) one.stall()
        await pause(STALL_MS)
        for (const one of way) one.resume()
        return
      case 'suspend a node':
        child.kill('SIGSTOP')
        await pause(SUSPENDED_MS)
        child.kill('SIGCONT')
        return
    }
  }

  for (let at = 0; at < NODES; at += 1) {
    ways.push(await Promise.all(cluster.ports.map(middleTo)))
    await startNode(at)
  }
  const pick = () => anyOf(nodes).webUrl
  const chatters = Array.from({ length: CHATTERS }, (_, at) => {
    return new Chatter(`chatter${'abcdef'[at]}`, pick)
  })

  const keys: string[] = []
  const places = new Map<string, number>()
  /** Compares what the clients have received with the log. */
  async function check(said: string): Promise<void> {
    for (const event of await logAfter(anyOf(nodes).webUrl, keys.length)) {
      const key = keyOf(event)
      expect(event.seq, said).toBe(keys.length + 1)
      expect(places.has(key), `${said}: ${key} is in the log once`).toBe(false)
      keys.push(key)
      places.set(key, event.seq)
    }
    for (const { name, id, faults, heard, acknowledged } of chatters) {
      expect(faults, said).toEqual([])
      for (const [seq, key] of heard) {
        if (seq > keys.length) continue
        expect(key, `${said}: ${seq} at ${name}`).toBe(keys[seq - 1])
        heard.delete(seq)
      }
      for (const [own, seq] of acknowledged) {
        if (seq > keys.length) continue
        expect(places.get(`${id} ${own}`), `${said}: ${own}`).toBe(seq)
      }
    }
  }

  const done: Kind[] = []
  for (const kind of inRandomOrder(KINDS)) {
    done.push(kind)
    const said = `after: ${done.join(', ')}`
    // At a random moment, so that it interrupts any kind of work.
    await pause(Math.random() * 500)
    await harm(kind)
    const before = chatters.map(({ acknowledged }) => acknowledged.size)
    await expect
      .poll(() => chatters.filter((one, at) => one.acknowledged.size <= (before[at] ?? 0)).length, {
        message: said,
      })
      .toBe(0)
    await check(said)
  }

  for (const chatter of chatters) chatter.fallSilent()
  await expect.poll(() => chatters.every(({ isAnswered }) => isAnswered)).toBe(true)
  await expect
    .poll(async () => {
      await check('at the end')
      return chatters.map(({ seq }) => (seq ?? 0) - keys.length)
    })
    .toEqual(chatters.map(() => 0))
  await Promise.all(chatters.map((chatter) => chatter.leave()))
  for (const { webUrl } of nodes) {
    await expect
      .poll(async () => (await (await fetch(`${webUrl}/api/rooms`)).json()).rooms[0].memberCount)
      .toBe(0)
  }
  const sql = cluster.primary.client(schema)
  onTestFinished(() => sql.end())
  await expect.poll(() => sql`SELECT id, node FROM people WHERE node IS NOT NULL`).toEqual([])
  await expect.poll(async () => (await sql`SELECT id FROM nodes`).length).toBe(NODES)
  await expect
    .poll(
      async () =>
        (await sql`SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'oneroom %'`)
          .length,
    )
    .toBeLessThanOrEqual(NODES * LINKS)
  for (const { server } of nodes) {
    server.child.kill('SIGTERM')
    expect(await server.untilExit()).toBe(0)
    expect(server.stderr).not.toContain('failed to process an event')
  }
}

describe.skipIf(programs === undefined)('three nodes on one database', () => {
  for (let run = 1; run <= RUNS; run += 1) {
    test(
      `keep what they have acknowledged, once and in one order, over ${KINDS.length} faults, run ${run}`,
      {
        timeout: 900_000,
      },
      chaos,
    )
  }
})
