/** Several servers on one PostgreSQL database: one order, and each tells its own readers. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { type PostgresOptions, postgresStore } from '../../../../server/log/postgres/store.ts'
import type { Draft, RoomLog, Store } from '../../../../server/room/log.ts'
import type { Act } from '../../../../shared/acts.ts'
import type { RoomEvent } from '../../../../shared/protocol.ts'
import { testPostgres } from '../../../support/postgres.ts'
import { testRooms } from '../../../support/rooms.ts'
import { alice, appendTo, bob, draft } from '../../../support/store.ts'
import { Waiting } from '../../../support/waiting.ts'

const postgres = await testPostgres()

/** A log of a store, and what it has passed on. */
type Node = {
  store: Store
  log: RoomLog
  events: RoomEvent[]
  append: (...drafts: Draft[]) => ReturnType<Store['append']>
  /** Resolves when so many events were passed on. */
  heard(count: number): Promise<RoomEvent[]>
}

async function open(url: string, options: Partial<PostgresOptions> = {}): Promise<Store> {
  const store = await postgresStore({ url, retain: 0, retainDays: 0, ...options }, (error) => {
    throw error
  })
  onTestFinished(() => store.close())
  return store
}

async function listen(store: Store, key = 'lobby', name = key): Promise<Node> {
  const log = await store.open(key, name)
  const events: RoomEvent[] = []
  const waiting = new Waiting()
  log.onCommitted((more) => {
    events.push(...more)
    waiting.changed()
  })
  return {
    store,
    log,
    events,
    append: (...drafts) => appendTo(store, log)(drafts),
    async heard(count) {
      await waiting.until(
        () => events.length >= count,
        () => `${count} events; ${events.length} came`,
      )
      return events
    },
  }
}

/** Two servers in the lobby. */
async function two(): Promise<{ url: string; schema: string; one: Node; other: Node }> {
  const schema = postgres?.newSchema() ?? ''
  const url = postgres?.url(schema) ?? ''
  const stores = [await open(url), await open(url)] as const
  return { url, schema, one: await listen(stores[0]), other: await listen(stores[1]) }
}

/** Ended when the test is over. */
function clientOf(schema: string) {
  const client = (postgres as NonNullable<typeof postgres>).client(schema)
  onTestFinished(() => client.end())
  return client
}

const textsOf = (events: readonly RoomEvent[]) => events.map(({ seq, text }) => [seq, text])

describe.skipIf(postgres === undefined)('two servers on one database', () => {
  test('have the same epoch and secret', async () => {
    const { one, other } = await two()
    expect(one.store.epoch).toBe(other.store.epoch)
    expect(Buffer.from(one.store.secret).equals(other.store.secret)).toBe(true)
  })

  test('pass on what the other has appended, as it was appended', async () => {
    const { one, other } = await two()
    const [first] = await one.append(draft('hello 😀', { id: 'u1' }))
    const act: Act = { type: 'mute', person: { id: bob.id, name: 'bob' } }
    await other.heard(1)
    const [second] = await other.append(draft('muted', { kind: 'act', act }))
    await one.heard(2)
    const expected = [first?.event, second?.event]
    expect(one.events).toStrictEqual(expected)
    expect(other.events).toStrictEqual(expected)
    expect([one.log.head(), other.log.head()]).toEqual([2, 2])
    expect(await one.store.ruleOf(`mute ${bob.id}`)).toEqual({ name: 'bob', by: 'alice' })
  })

  test('pass on what the other has appended before the answer to an own append', async () => {
    const { one, other } = await two()
    for (let round = 0; round < 20; round += 1) {
      await one.append(draft(`one ${round}`))
      // The tail of the other server may not have seen it yet.
      await other.append(draft(`other ${round}`))
      expect(other.events).toHaveLength(2 * round + 2)
    }
    await one.heard(40)
    expect(other.events).toStrictEqual(one.events)
    expect(textsOf(one.events).slice(0, 3)).toEqual([
      [1, 'one 0'],
      [2, 'other 0'],
      [3, 'one 1'],
    ])
  })

  test('commit an id of a person once, wherever it is sent', async () => {
    const { one, other } = await two()
    const [first] = await one.append(draft('said', { id: 'u1' }))
    const again = await other.append(
      draft('new'),
      draft('again', { id: 'u1' }),
      draft('new', { id: 'u2' }),
      draft('again', { id: 'u2' }),
      draft('by bob', { id: 'u1', from: bob }),
    )
    expect(again.map(({ event, repeated }) => [event.seq, event.text, repeated])).toEqual([
      [2, 'new', false],
      [1, 'said', true],
      [3, 'new', false],
      [3, 'new', true],
      [4, 'by bob', false],
    ])
    expect(again[1]?.event).toStrictEqual(first?.event)
    await one.heard(4)
    expect(one.events).toStrictEqual(other.events)
  })

  test('append to the same logs side by side, without a gap, and with the same order at both', async () => {
    const { url, schema, one, other } = await two()
    const client = clientOf(schema)
    const rooms = [await listen(one.store, 'room a'), await listen(other.store, 'room a')]
    const third = await listen(await open(url))
    const rounds = 40
    const run = async (node: Node, room: Node | undefined, name: string) => {
      for (let round = 0; round < rounds; round += 1) {
        // The logs in another order at each: the order of their locks MUST be the same.
        const lobby = [
          { log: node.log, draft: draft(`${name} ${round}`, { id: `${name} ${round}` }) },
          { log: node.log, draft: draft(`${round}`, { id: `both ${round}`, from: alice }) },
        ]
        const other = { log: room?.log as RoomLog, draft: draft(`${name} ${round}`) }
        await node.store.append(name === 'one' ? [...lobby, other] : [other, ...lobby])
      }
    }
    await Promise.all([run(one, rooms[0], 'one'), run(other, rooms[1], 'other')])
    const expected = 3 * rounds
    for (const node of [one, other, third]) {
      const events = await node.heard(expected)
      expect(events.map(({ seq }) => seq)).toEqual(
        Array.from({ length: expected }, (_, at) => at + 1),
      )
      expect(events).toStrictEqual(one.events)
    }
    await Promise.all(rooms.map((room) => room.heard(2 * rounds)))
    expect(rooms[0]?.events).toStrictEqual(rooms[1]?.events)
    expect(await one.log.read(1, 1000)).toStrictEqual(one.events)
    // A deadlock would end one of the two appends, which is tried again.
    const count = await client`SELECT deadlocks FROM pg_stat_database
      WHERE datname = current_database()`
    expect(count).toEqual([{ deadlocks: '0' }])
  })

  test('tell of a room that the other has begun, and of many events at once', async () => {
    const { one, other } = await two()
    const there = await listen(other.store, 'room new', 'New')
    const here = await listen(one.store, 'room new', 'New')
    await here.append(...Array.from({ length: 1200 }, (_, at) => draft(`${at}`)))
    await there.heard(1200)
    expect(there.events).toStrictEqual(here.events)
    expect([there.log.first(), there.log.head()]).toEqual([1, 1200])
    await there.append(draft('more'))
    await here.heard(1201)
  })

  test('learn of a text that the other has taken away', async () => {
    const { one, other } = await two()
    await one.append(draft('secret'))
    await other.heard(1)
    const act: Act = { type: 'redact', seq: 1, person: { id: alice.id, name: 'alice' } }
    await other.append(draft('removed', { kind: 'act', from: bob, act }))
    await one.heard(2)
    expect(one.events[1]?.act).toStrictEqual(act)
    expect(await one.log.read(1, 1)).toMatchObject([{ text: '', redacted: { by: 'bob' } }])
  })

  test('hear of each other by notifications, not only when they look by themselves', async () => {
    const url = postgres?.url() ?? ''
    const stores = [await open(url), await open(url, { pollMs: 3_600_000 })] as const
    const [one, other] = [await listen(stores[0]), await listen(stores[1])]
    // Notifications name rooms, unless there are too many.
    const names = Array.from({ length: 200 }, (_, at) => `room ${'x'.repeat(40)} ${at}`)
    const rooms = await Promise.all(names.map((name) => listen(stores[0], name)))
    const last = await listen(stores[1], names.at(-1) ?? '')
    await one.append(draft('first'))
    await other.heard(1)
    await stores[0].append(rooms.map(({ log }) => ({ log, draft: draft('to all') })))
    await last.heard(1)
    await one.append(draft('second'))
    await other.heard(2)
  })

  test('read at once what a client has read at another', async () => {
    const schema = postgres?.newSchema() ?? ''
    const url = postgres?.url(schema) ?? ''
    const { log, heard, append } = await listen(await open(url, { pollMs: 3_600_000 }))
    await append(draft('first'))
    const client = clientOf(schema)
    // From its first look on, the tail waits for an hour.
    await expect
      .poll(
        () => client`SELECT pid FROM pg_stat_activity
          WHERE application_name = ${`oneroom tail ${schema}`} AND state = 'idle'
            AND query LIKE '%jsonb_to_recordset%'`,
      )
      .toHaveLength(1)
    // Without a notification.
    await client.unsafe(`
      INSERT INTO events (log, seq, at, kind, person, name, via, text, words)
        VALUES (0, 2, 0, 'message', 'p', 'p', 'web', 'silent', '');
      UPDATE logs SET head = 2 WHERE number = 0`)
    await log.reach?.(1)
    expect(log.head()).toBe(1)
    await log.reach?.(2)
    expect(textsOf(await heard(2))).toEqual([
      [1, 'first'],
      [2, 'silent'],
    ])
    await log.reach?.(99)
    expect(log.head()).toBe(2)
  })

  test('go on when the sessions that listen were ended, or listen to nothing any more', async () => {
    const { schema, one, other } = await two()
    const client = clientOf(schema)
    await one.append(draft('before'))
    await other.heard(1)
    await expect
      .poll(
        () => client`SELECT pid FROM pg_stat_activity
          WHERE application_name = ${`oneroom tail ${schema}`}`,
      )
      .toHaveLength(2)
    const ended = await client.unsafe(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name LIKE 'oneroom tail %' AND pid <> pg_backend_pid()`,
    )
    expect(ended.length).toBeGreaterThanOrEqual(2)
    await one.append(draft('after'))
    await other.heard(2)
    // Without a notification, too.
    await client.unsafe(`
      INSERT INTO events (log, seq, at, kind, person, name, via, text, words)
        VALUES (0, 3, 0, 'message', 'p', 'p', 'web', 'silent', '');
      UPDATE logs SET head = 3 WHERE number = 0`)
    await other.heard(3)
    await one.append(draft('last'))
    await other.heard(4)
    expect(textsOf(other.events)).toEqual([
      [1, 'before'],
      [2, 'after'],
      [3, 'silent'],
      [4, 'last'],
    ])
    expect(one.events).toStrictEqual(other.events)
  })

  test('start side by side on an empty database', async () => {
    const url = postgres?.url() ?? ''
    const stores = await Promise.all(Array.from({ length: 4 }, () => open(url)))
    expect(new Set(stores.map(({ epoch }) => epoch)).size).toBe(1)
    const nodes = await Promise.all(stores.map((store) => listen(store)))
    await Promise.all(nodes.map((node, at) => node.append(draft(`${at}`))))
    for (const node of nodes) await node.heard(4)
    expect(new Set(nodes.map(({ events }) => JSON.stringify(events))).size).toBe(1)
  })

  test('learn of what hosts do while they start', async () => {
    const { url, one } = await two()
    const starting = await open(url)
    const physics = await listen(one.store, 'room physics', 'Physics')
    await physics.append(draft('locked', { kind: 'act', act: { type: 'lock' } }))
    const rooms = await testRooms({ store: starting })
    expect(rooms.hosts.rules.isLocked).toBe(true)
  })

  test('are told of each log of an append, however many there are', async () => {
    const { schema, one } = await two()
    const told = new Set<string>()
    await clientOf(schema).listen(schema, (payload) => {
      const [, heads = '{}'] = payload.split(/ (.*)/s)
      for (const key of Object.keys(JSON.parse(heads))) told.add(key)
    })
    const keys = Array.from({ length: 200 }, (_, at) => `room ${'x'.repeat(40)}${at}`)
    const logs = await Promise.all(keys.map((key) => one.store.open(key, key)))
    await one.store.append(logs.map((log) => ({ log, draft: draft('hello') })))
    await expect.poll(() => [...told].sort()).toEqual([...keys].sort())
  })

  test('ignore notifications of other programs', async () => {
    const { schema, one, other } = await two()
    const client = clientOf(schema)
    for (const payload of ['', 'nonsense {', 'other {"lobby":7}', 'x null']) {
      await client.unsafe('SELECT pg_notify($1, $2)', [schema, payload])
    }
    await one.append(draft('hello'))
    await other.heard(1)
    expect(other.store.health()).toBe('ok')
  })
})
