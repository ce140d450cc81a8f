/** The PostgreSQL store: the contract, what is kept, the start, and the limits. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { Link } from '../../../../server/log/postgres/link.ts'
import { type PostgresOptions, postgresStore } from '../../../../server/log/postgres/store.ts'
import { readTarget, type Target } from '../../../../server/log/postgres/target.ts'
import { MAX_SEATS, STEP_EVENTS, Upkeep } from '../../../../server/log/postgres/upkeep.ts'
import { TRUST_MS } from '../../../../server/log/time.ts'
import { TOPIC } from '../../../../server/log/topic.ts'
import { LogUnusable } from '../../../../server/log/unusable.ts'
import type { Draft, RoomLog, Seat, Store } from '../../../../server/room/log.ts'
import { storeContract } from '../../../contract/store.ts'
import { testPostgres } from '../../../support/postgres.ts'
import { type Append, alice, appendTo, draft } from '../../../support/store.ts'

const postgres = await testPostgres()

const onLost = (error: Error): never => {
  throw error
}

const open = (url: string, options: Partial<PostgresOptions> = {}) =>
  postgresStore({ url, retain: 0, retainDays: 0, ...options }, onLost)

async function openLobby(
  url: string,
  options: Partial<PostgresOptions> = {},
): Promise<{ store: Store; log: RoomLog; append: Append }> {
  const store = await open(url, options)
  onTestFinished(() => store.close())
  const log = await store.open('lobby', 'lobby')
  return { store, log, append: appendTo(store, log) }
}

/** Closed when the test is over. */
function linkTo(url: string): Link {
  const link = new Link(readTarget(url) as Target, { name: 'test' })
  onTestFinished(() => link.close())
  return link
}

const many = (count: number, rest: Partial<Draft> = {}) =>
  Array.from({ length: count }, (_, at) => draft(`message ${at + 1}`, rest))

describe.skipIf(postgres === undefined)('with PostgreSQL', () => {
  const server = postgres as NonNullable<typeof postgres>

  storeContract('postgresStore', () => open(server.url()))

  describe('a database that is opened again', () => {
    test('has the same epoch, secret, events, rooms, topics, rules, names and seats', async () => {
      const url = server.url()
      const { store, append } = await openLobby(url)
      const physics = await store.open('room physics', 'Physics')
      await store.open('room empty', 'empty')
      const topic = { kind: TOPIC as Draft['kind'] }
      const [kept] = await append([draft('𝒳 kept', { id: 'one' }), draft('hello', topic)])
      await store.append([
        { log: physics, draft: draft('waves', { ...topic, id: 'u1' }) },
        { log: physics, draft: draft('optics', topic) },
        { log: physics, draft: draft('repeated', { ...topic, id: 'u1' }) },
      ])
      await appendTo(store, physics)([draft('waves', { ...topic, id: 'u1' })])
      await store.register('a', 'Zoë 😀')
      await store.register('b', 'bob')
      await store.register('b', undefined)
      await store.keepRule({ key: 'key', value: { hash: 'x' } })
      const seat: Seat = {
        person: alice.id,
        name: 'alice',
        room: 'lobby',
        positions: { lobby: 1 },
        ignored: [],
      }
      await store.keepSeats([{ ...seat, name: 'earlier' }, seat])
      await store.close()

      const again = await openLobby(url)
      expect(again.store.epoch).toBe(store.epoch)
      expect(Buffer.from(again.store.secret).equals(store.secret)).toBe(true)
      expect([again.log.first(), again.log.head()]).toEqual([1, 2])
      expect(await again.log.read(1, 1)).toStrictEqual([kept?.event])
      expect(again.store.rooms).toEqual([{ key: 'room physics', name: 'Physics', topic: 'optics' }])
      expect(again.store.lobbyTopic).toBe('hello')
      expect(again.store.registered).toEqual([{ person: 'a', name: 'Zoë 😀' }])
      expect(again.store.rules).toEqual([{ key: 'key', value: { hash: 'x' } }])
      expect(await again.store.seatOf(alice.id)).toStrictEqual(seat)
      const [repeated] = await again.append([draft('again', { id: 'one' })])
      expect(repeated).toStrictEqual({ event: kept?.event, repeated: true })
    })

    test('is refused if a newer version has written it, and is not changed', async () => {
      const schema = server.newSchema()
      await (await open(server.url(schema))).close()
      const client = server.client(schema)
      onTestFinished(() => client.end())
      await client`UPDATE meta SET value = '99' WHERE key = 'version'`
      await expect(open(server.url(schema))).rejects.toThrow(
        /has a log of a newer version of Oneroom \(schema 99; this version knows 1\); it was not changed\.$/,
      )
      expect(await client`SELECT value FROM meta WHERE key = 'version'`).toEqual([{ value: '99' }])
    })

    test('needs no right but to create its schema', async () => {
      const schema = server.newSchema()
      const client = server.client('public')
      onTestFinished(() => client.end())
      await client.unsafe(`CREATE ROLE ${schema} LOGIN;
        GRANT CREATE ON DATABASE postgres TO ${schema}`)
      const url = server.url(schema).replace('oneroom:', `${schema}:`)
      const { append, store } = await openLobby(url)
      await append([draft('hello')])
      expect(store.health()).toBe('ok')
      await client.unsafe(`REVOKE CREATE ON DATABASE postgres FROM ${schema}`)
      const again = await openLobby(url)
      expect(again.log.head()).toBe(1)
      await expect(open(url.replace(/schema=.*/, 'schema=other'))).rejects.toThrow(
        /does not allow this user what the server needs: permission denied for database postgres\.$/,
      )
    })

    test('is refused if the schema is of another program', async () => {
      const schema = server.newSchema()
      const client = server.client(schema)
      onTestFinished(() => client.end())
      await client.unsafe(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.theirs (x integer)`)
      await expect(open(server.url(schema))).rejects.toThrow('that is not a log of Oneroom')
    })
  })

  test.each([
    ['postgres://me:hush@127.0.0.1:1/db', 'cannot be reached: connect ECONNREFUSED 127.0.0.1:1.'],
    ['postgres://me:hush@127.0.0.1:PORT/none', 'does not accept this user and password.'],
    ['postgres://oneroom:hush@127.0.0.1:PORT/none', 'none does not exist.'],
    ['postgres://oneroom:hush@127.0.0.1:PORT/a?schema=A;b', 'URL of the PostgreSQL database'],
    ['postgres://oneroom:hush@a b/db', 'URL of the PostgreSQL database'],
  ])(
    'the start at %s is refused with one sentence, without the password',
    async (text, sentence) => {
      const error = await open(text.replace('PORT', `${server.port}`)).catch((error) => error)
      expect(error).toBeInstanceOf(LogUnusable)
      expect(error.message).toContain(sentence)
      expect(error.message).toMatch(/^The [^\n]*\.$/)
      expect(error.message).not.toContain('hush')
    },
  )

  test('an append that was given up cannot overtake a later one, and one that is asked again has one effect', async () => {
    const url = server.url()
    const { log } = await openLobby(url)
    const link = linkTo(url)
    const append = async (turn: number, text: string) => {
      const drafts = [[0, 'message', 'p', 'p', 'web', text, null, null, "'x'", null]]
      const group = {
        key: 'lobby',
        name: 'lobby',
        persons: null,
        hasTopic: false,
        redactions: [],
        reacting: [],
      }
      await link.query('SELECT 1', [], 60_000)
      const [row] = await link.query<{ answer: unknown }>(
        "SELECT append('1f0b2c3d-0000-4000-8000-000000000000', $1::bigint, $2, $3::text::jsonb, '[]') AS answer",
        [turn, link.timeline ?? '', JSON.stringify([{ ...group, drafts }])],
        60_000,
      )
      return row?.answer
    }
    expect(await append(1, 'one')).toEqual([[0, 1, null]])
    expect(await append(3, 'three')).toEqual([[1, 2, null]])
    expect(await append(3, 'three')).toEqual([[1, 2, null]])
    await expect(append(2, 'two')).rejects.toThrow('append 2 came after append 3')
    expect((await log.read(1, 9)).map(({ text }) => text)).toEqual(['one', 'three'])
  })

  describe('the limits', () => {
    const hour = TRUST_MS
    const day = 86_400_000
    const START = Date.parse('2026-11-22T12:00:00.000Z')

    test('by count keep the latest events of each log, in steps, and every server learns of it', async () => {
      const url = server.url()
      const { store, log, append } = await openLobby(url)
      const room = await store.open('room a', 'a')
      await append(many(2 * STEP_EVENTS + 10))
      await appendTo(store, room)(many(12))
      const upkeep = new Upkeep(linkTo(url), { retain: 10, retainDays: 0 })
      let steps = 1
      while (await upkeep.step(START, 0)) steps += 1
      expect(steps).toBe(3)
      await expect.poll(() => log.first()).toBe(2 * STEP_EVENTS + 1)
      await expect.poll(() => room.first()).toBe(3)
      expect((await log.read(1, 100)).map(({ text }) => text)[0]).toBe('message 2001')
      expect(await log.read(1, 100)).toHaveLength(10)
      expect([log.head(), room.head()]).toEqual([2 * STEP_EVENTS + 10, 12])
      const opened = await openLobby(url, { retain: 5 })
      await expect.poll(() => opened.log.first()).toBe(2 * STEP_EVENTS + 6)
    })

    test('by age delete what is old enough, once the clock can be trusted, and keep the latest event', async () => {
      const url = server.url()
      const { log, append } = await openLobby(url)
      const at = (days: number) => ({ at: new Date(START - days * day).toISOString() })
      // The clock was wrong when the second event was said.
      await append([draft('3', at(3)), draft('-9', at(-9)), draft('2', at(2)), draft('0', at(0))])
      const upkeep = new Upkeep(linkTo(url), { retain: 0, retainDays: 1 })
      await upkeep.step(START, 0)
      expect(await log.read(1, 9)).toHaveLength(4)
      await upkeep.step(START + hour, hour)
      await upkeep.step(START + 2 * hour, 2 * hour)
      expect((await log.read(1, 9)).map(({ text }) => text)).toEqual(['0'])
      await upkeep.step(START + 9 * day, 2 * hour + 9 * day)
      await upkeep.step(START + 9 * day + hour, 3 * hour + 9 * day)
      expect((await log.read(1, 9)).map(({ text }) => text)).toEqual(['0'])
      await expect.poll(() => log.first()).toBe(4)
    })

    test('are left to another server that deletes now', async () => {
      const url = server.url()
      const { log, append } = await openLobby(url)
      await append(many(20))
      const client = server.client(new URL(url).searchParams.get('schema') ?? '')
      onTestFinished(() => client.end())
      const upkeep = new Upkeep(linkTo(url), { retain: 10, retainDays: 0 })
      await client.unsafe("SELECT pg_advisory_lock(hashtext('oneroom trim ' || current_schema()))")
      expect(await upkeep.step(START, 0)).toBe(false)
      expect(await log.read(1, 100)).toHaveLength(20)
      await client.unsafe('SELECT pg_advisory_unlock_all()')
      await upkeep.step(START, 0)
      expect(await log.read(1, 100)).toHaveLength(10)
    })

    test('of seats drop those that were stored first, but none of a person with a registered name', async () => {
      const url = server.url()
      const { store } = await openLobby(url)
      const client = server.client(new URL(url).searchParams.get('schema') ?? '')
      onTestFinished(() => client.end())
      await store.register('p1', 'n')
      await client.unsafe(`INSERT INTO seats SELECT 'p' || n, 'n', 'n', 'lobby', '{}', '[]', nextval('seat_order')
        FROM generate_series(1, ${MAX_SEATS + 3}) n`)
      const upkeep = new Upkeep(linkTo(url), { retain: 0, retainDays: 0 })
      expect(await upkeep.step(START, 0)).toBe(false)
      const found = await Promise.all(['p1', 'p2', 'p3', 'p4', 'p5'].map((id) => store.seatOf(id)))
      expect(found.map((seat) => seat?.person)).toEqual([
        'p1',
        undefined,
        undefined,
        undefined,
        'p5',
      ])
    })
  })
})
