/** `oneroom move`: everything goes from a folder to a database and back, or nothing does. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import Database from 'libsql'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Moved, move } from '../../../server/log/move.ts'
import { epochOf } from '../../../server/log/postgres/epoch.ts'
import { postgresStore } from '../../../server/log/postgres/store.ts'
import { exportLogs } from '../../../server/log/sqlite/export.ts'
import { rowOf } from '../../../server/log/sqlite/rows.ts'
import { sqliteStore } from '../../../server/log/sqlite/store.ts'
import { Writer } from '../../../server/log/sqlite/writer.ts'
import { TOPIC } from '../../../server/log/topic.ts'
import { LogUnusable } from '../../../server/log/unusable.ts'
import { directKey } from '../../../server/room/keys.ts'
import type { Draft, LogKey, Seat, Store } from '../../../server/room/log.ts'
import { testFolder } from '../../support/folder.ts'
import { testGateway } from '../../support/gateway.ts'
import { HOST_KEY, hostClient } from '../../support/hosts.ts'
import { pageClient } from '../../support/page.ts'
import { testPostgres } from '../../support/postgres.ts'
import { oneroom, Program } from '../../support/program.ts'
import { alice, appendTo, bob, carol, draft } from '../../support/store.ts'
import { version1 } from './sqlite/version1.ts'

const postgres = await testPostgres()
const main = join(import.meta.dirname, '../../../dist/server/main.js')
const worker = new URL('../../../dist/server/worker.js', import.meta.url)
const onLost = (error: Error): never => {
  throw error
}
const keepAll = { retain: 0, retainDays: 0 }
const openFolder = (folder: string, limits = keepAll) =>
  sqliteStore({ folder, ...limits }, onLost, worker)
const openDatabase = (url: string) => postgresStore({ url, ...keepAll }, onLost)
const moved = (from: string, to: string): Promise<Moved> => move(from, to, () => {})

const RETAINED = 12
const DIRECT = directKey(alice.id, bob.id)
const NAMES: [key: LogKey, name: string][] = [
  ['lobby', 'Office'],
  ['room physics', 'Physics 😀'],
  [DIRECT, ''],
]
const seat = (person: string, name: string): Seat => ({
  person,
  name,
  room: 'room physics',
  positions: { lobby: 3, [DIRECT]: 1 },
  ignored: [{ id: carol.id, name: 'carol' }],
})

/** A folder with all that a store can have. The word `unspeakable` was taken away. */
async function fullFolder(): Promise<string> {
  const folder = testFolder()
  const store = await openFolder(folder, { retain: RETAINED, retainDays: 0 })
  const [lobby, physics, direct] = await openAll(store)
  const topic = { kind: TOPIC as Draft['kind'] }
  const many = Array.from({ length: 20 }, (_, at) => draft(`Hélène ${at}`, { id: `u${at}` }))
  await appendTo(store, lobby)([draft('exercise 4', topic), ...many])
  const person = { id: bob.id, name: 'bob' }
  await appendTo(
    store,
    physics,
  )([
    draft('Waves', topic),
    draft('unspeakable', { id: 'gone', from: bob }),
    draft('is a host now', { kind: 'act', act: { type: 'host', person: alice } }),
    draft('removed', { kind: 'act', act: { type: 'redact', seq: 2, person } }),
    draft('muted bob', { kind: 'act', act: { type: 'mute', person } }),
    draft('ωaves 日本語 "quoted" \\ 𝒳', { kind: 'action', from: { ...bob, via: 'web' } }),
  ])
  await appendTo(store, direct)([draft('psst', { id: 'd1' }), draft('yes', { from: bob })])
  await store.keepSeats([seat(bob.id, 'Zoë'), seat(alice.id, 'alice'), seat(carol.id, 'zoë')])
  await store.keepSeats([seat(bob.id, 'bob')])
  await store.register(alice.id, 'alice')
  await store.register(bob.id, 'Bob 😀')
  await store.keepRule({ key: 'code', value: { words: 'one-two-three' } })
  // Upkeep has deleted, and emptied the WAL.
  await expect.poll(() => lobby.first()).toBe(22 - RETAINED)
  await store.close()
  return folder
}

async function openAll(store: Store) {
  const [lobby, physics, direct] = await Promise.all(
    NAMES.map(([key, name]) => store.open(key, name)),
  )
  if (!lobby || !physics || !direct) throw new Error('there are three logs')
  return [lobby, physics, direct] as const
}

async function exported(folder: string): Promise<string> {
  let text = ''
  const to = new Writable({
    write(chunk, _encoding, done) {
      text += chunk
      done()
    },
  })
  await exportLogs(folder, { format: 'ndjson', direct: true }, to)
  return text
}

const TABLES = [
  'SELECT key, value FROM meta ORDER BY key',
  'SELECT key, name, topic, first_person, second_person FROM logs ORDER BY key',
  'SELECT person, name, folded, room, positions, ignored FROM seats ORDER BY at',
  'SELECT person, name FROM registrations ORDER BY person',
  'SELECT key, value FROM rules ORDER BY key',
]

function tables(folder: string): unknown[] {
  const database = new Database(join(folder, 'room.db'), { readonly: true })
  try {
    return TABLES.map((text) => database.prepare(text).raw().all())
  } finally {
    database.close()
  }
}

function tableNames(folder: string): string[] {
  const database = new Database(join(folder, 'room.db'), { readonly: true })
  const rows = database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    .raw()
    .all() as [string][]
  database.close()
  // Without the full-text index.
  return rows.map(([name]) => name).filter((name) => !/^words(_|$)/.test(name))
}

function schemaOf(folder: string): number {
  const database = new Database(join(folder, 'room.db'), { readonly: true })
  const [version] = database.prepare('PRAGMA user_version').raw().get() as [number]
  database.close()
  return version
}

/** What a store shows of itself. */
async function shown(store: Store) {
  const logs = await openAll(store)
  const all = await Promise.all(
    logs.map(async (log) => ({
      ends: [log.first(), log.head()],
      events: await log.read(1, 1000),
      found: await Promise.all(
        ['helene 1', 'hel', 'ωav', '日本', 'unspeakable', 'nothing'].map((query) =>
          log.search(query, 9),
        ),
      ),
    })),
  )
  const byKey = <T extends { key: string }>(rows: readonly T[]) =>
    [...rows].sort((one, other) => (one.key < other.key ? -1 : 1))
  const result = {
    epoch: store.epoch,
    secret: Buffer.from(store.secret).toString('base64'),
    rooms: store.rooms,
    topic: store.lobbyTopic,
    registered: [...store.registered].sort((one, other) => (one.person < other.person ? -1 : 1)),
    rules: byKey(store.rules),
    seats: await Promise.all([alice, bob, carol].map(({ id }) => store.seatOf(id))),
    named: await store.seatNamed('zoë'),
    direct: await store.directLogsOf(alice.id, 9),
    logs: all,
    repeated: await appendTo(store, logs[1])([draft('again', { id: 'gone', from: bob })]),
  }
  await store.close()
  return result
}

function filesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => !name.endsWith('-shm'))
  const files = names.map((name) => [name, readFileSync(join(folder, name)).toString('latin1')])
  // SQLite makes an empty WAL when it reads.
  return Object.fromEntries(files.filter(([, content]) => content !== ''))
}

/** So many events in the lobby, each of about 300 bytes, and a seat. */
function bigFolder(count: number): string {
  const folder = testFolder()
  const writer = new Writer({ folder, ...keepAll })
  const filler = 'x'.repeat(200)
  for (let from = 0; from < count; from += 1000) {
    const rows = Array.from({ length: 1000 }, (_, at) =>
      rowOf(draft(`message ${from + at} ${filler}`, { id: `u${from + at}` })),
    )
    writer.append([
      { key: 'lobby', text: JSON.stringify(rows), topic: undefined, rules: [], redactions: [] },
    ])
  }
  writer.keepSeats([seat(alice.id, 'alice')])
  writer.close()
  return folder
}

describe('a move from folder to folder', () => {
  test('takes all along, in the same order, and leaves the source as it is', async () => {
    const from = await fullFolder()
    const to = join(testFolder(), 'new')
    const before = filesOf(from)
    expect(await moved(from, to)).toEqual({ rooms: 2, conversations: 1, events: 20, people: 3 })
    expect(filesOf(from)).toEqual(before)
    expect(tables(to)).toEqual(tables(from))
    // A new table is to be taken along, too.
    expect(tableNames(to)).toEqual(['events', 'logs', 'meta', 'registrations', 'rules', 'seats'])
    expect(await exported(to)).toBe(await exported(from))
  })
})

describe.skipIf(postgres === undefined)('a move to PostgreSQL and back', () => {
  const server = postgres as NonNullable<typeof postgres>

  test('gives the same exports, rules, seats and names, and no file has a removed text', async () => {
    const from = await fullFolder()
    const url = server.url()
    const back = testFolder()
    const all = { rooms: 2, conversations: 1, events: 20, people: 3 }
    expect(await moved(from, url)).toEqual(all)
    expect(await moved(url, back)).toEqual(all)
    expect(tables(back)).toEqual(tables(from))
    expect(await exported(back)).toBe(await exported(from))
    const files = Object.values(filesOf(back))
    expect(files.some((text) => text.includes('exercise 4'))).toBe(true)
    expect(files.some((text) => text.includes('unspeakable'))).toBe(false)
  })

  test('shows the same in each engine: ends, events, searches, repeats, seats', async () => {
    const from = await fullFolder()
    const [first, second] = [server.url(), server.url()]
    const back = testFolder()
    await moved(from, first)
    await moved(first, second)
    await moved(second, back)
    const original = await shown(await openFolder(from))
    expect(original.logs.map(({ ends }) => ends)).toEqual([
      [22 - RETAINED, 21],
      [1, 6],
      [1, 2],
    ])
    expect(original.repeated[0]).toMatchObject({ repeated: true, event: { seq: 2 } })
    expect(await shown(await openDatabase(first))).toEqual(original)
    expect(await shown(await openDatabase(second))).toEqual(original)
    expect(await shown(await openFolder(back))).toEqual(original)
  })

  test('lets a client that was away resume with its token, position and role', async () => {
    const folder = testFolder()
    const url = server.url()
    let data = folder
    let gateway = await testGateway({ data, hostKey: HOST_KEY })
    const host = await hostClient(gateway.webUrl, 'Ann')
    const { token, epoch, you } = await host.next('welcome')
    host.send({ type: 'say', id: 'mine', text: 'mine' })
    const { seq } = await host.until('mine')
    host.socket.terminate()

    for (const next of [url, testFolder()]) {
      const bob = await pageClient(gateway.webUrl)
      await bob.hello({ name: `Bob ${data === folder ? 1 : 2}` })
      bob.send({ type: 'say', text: `missed before ${next === url ? 1 : 2}` })
      await bob.until(`missed before ${next === url ? 1 : 2}`)
      await gateway.close()
      await moved(data, next)
      data = next
      gateway = await testGateway({ data })
    }
    const again = await pageClient(gateway.webUrl)
    const welcome = await again.hello({ token, epoch, seq })
    expect(welcome).toMatchObject({ epoch, reset: null, you: { id: you.id, role: 'host' } })
    expect(welcome.resumed?.from).toBe(seq + 1)
    await again.until('missed before 2')
    const messages = again.events.filter(({ kind }) => kind === 'message')
    expect(messages.map(({ text }) => text)).toEqual(['missed before 1', 'missed before 2'])
    again.send({ type: 'say', id: 'mine', text: 'mine' })
    expect(await again.until('mine')).toMatchObject({ seq, id: 'mine' })
  })

  test('gives another epoch after a failover', async () => {
    const from = await fullFolder()
    const schema = server.newSchema()
    await moved(from, server.url(schema))
    const client = server.client(schema)
    onTestFinished(() => client.end())
    const { epoch } = await shown(await openFolder(from))
    await client`UPDATE meta SET value = '000000FF' WHERE key = 'timeline'`
    const store = await openDatabase(server.url(schema))
    await store.close()
    expect(store.epoch).toBe(`${epoch}.1`)
    // And the move takes that epoch along.
    const back = testFolder()
    await moved(server.url(schema), back)
    expect((await shown(await openFolder(back))).epoch).toBe(`${epoch}.1`)
  })

  test('replaces what a server without people has left', async () => {
    const from = await fullFolder()
    const url = server.url()
    const folder = testFolder()
    for (const store of [await openDatabase(url), await openFolder(folder)]) {
      await store.keepRule({ key: 'lock', value: { by: 'nobody' } })
      await store.close()
    }
    await moved(from, url)
    await moved(url, folder)
    expect(tables(folder)).toEqual(tables(from))
  })

  test('holds 100,000 events in a small heap', async () => {
    const from = bigFolder(100_000)
    const url = server.url()
    const back = testFolder()
    for (const [source, target] of [
      [from, url],
      [url, back],
    ] as const) {
      // The texts alone have 20 MB, and as objects several times as much.
      const small = ['--max-old-space-size=24', main, 'move', '--from', source]
      // A URL with a password belongs into the environment.
      const env = { ...process.env, ONEROOM_TO: target }
      const program = new Program(process.execPath, small, { env })
      expect(await program.untilExit(), program.stderr.slice(-2000)).toBe(0)
      expect(program.stdout).toBe(
        '50000 events\n100000 events\nMoved: rooms 1, conversations 0, events 100000, people 1.\n',
      )
    }
    expect(tables(back)).toEqual(tables(from))
    expect((await exported(back)) === (await exported(from))).toBe(true)
    for (const store of [await openDatabase(url), await openFolder(back)]) {
      const lobby = await store.open('lobby', 'lobby')
      const found = await lobby.search('message 777', 3)
      await store.close()
      expect(found.map(({ seq }) => seq)).toEqual([77_798, 77_799, 77_800])
    }
  })

  test('that is killed leaves the source as it was, and can be repeated', async () => {
    const from = bigFolder(20_000)
    const before = filesOf(from)
    const schema = server.newSchema()
    const url = server.url(schema)
    // The tables are there, so that the move can be stopped at one of them.
    await (await openDatabase(url)).close()
    const back = testFolder()
    const client = server.client(schema)
    const watcher = server.client(schema)
    onTestFinished(async () => {
      await client.end()
      await watcher.end()
    })
    const sessions = () => watcher`SELECT wait_event_type AS waits FROM pg_stat_activity
      WHERE application_name = ${`oneroom move ${schema}`}`
    for (const [source, target, mode] of [
      [from, url, 'SHARE'],
      [url, back, 'ACCESS EXCLUSIVE'],
    ] as const) {
      await client.begin(async (sql) => {
        await sql.unsafe(`LOCK TABLE seats IN ${mode} MODE`)
        const program = oneroom('move', '--from', source, '--to', target)
        await expect.poll(sessions).toEqual([{ waits: 'Lock' }])
        program.child.kill('SIGKILL')
        expect(await program.untilExit()).toBe(128)
      })
      await expect.poll(sessions).toEqual([])
      if (target === back) expect(readdirSync(back)).toContain('room.db-journal')
      expect(await moved(source, target)).toMatchObject({ events: 20_000, people: 1 })
    }
    expect(filesOf(from)).toEqual(before)
    expect((await exported(back)) === (await exported(from))).toBe(true)
    expect(readdirSync(back)).not.toContain('room.db-journal')
  })

  describe('is refused, with one sentence', () => {
    const place = () => `127.0.0.1:${server.port}/postgres`

    async function refusal(from: string, to: string): Promise<string> {
      const program = oneroom('move', '--from', from, '--to', to)
      expect(await program.untilExit()).toBe(2)
      expect(program.stdout).toBe('')
      expect(program.stderr).not.toContain('not-shown')
      return program.stderr.replace(/^oneroom: /, '').trimEnd()
    }

    test('if the target has a log, which stays as it is', async () => {
      const from = await fullFolder()
      const [url, folder] = [server.url(), await fullFolder()]
      await moved(from, url)
      const before = filesOf(folder)
      expect(await refusal(from, url)).toBe(
        `The PostgreSQL database ${place()} has a log already; choose another database, or another schema with ?schema=NAME.`,
      )
      expect(await refusal(url, folder)).toBe(
        `The data folder ${folder} has a log already; choose another folder.`,
      )
      expect(filesOf(folder)).toEqual(before)
      const old = testFolder()
      version1(old, 9, 1)
      const oldLines = await exported(old)
      expect(await refusal(url, old)).toMatch(/has a log already; choose another folder\.$/)
      expect(await exported(old)).toBe(oldLines)
      expect(schemaOf(old)).toBe(1)
    })

    test('if a server uses the source or the target', async () => {
      const [url, folder] = [server.url(), testFolder()]
      const full = await fullFolder()
      const database = await openDatabase(url)
      const store = await openFolder(folder)
      const inDatabase = `The PostgreSQL database ${place()} is in use by a server: stop all servers on it.`
      const inFolder = `The data folder ${folder} is in use by another server: stop that server, or choose another folder.`
      expect(await refusal(url, testFolder())).toBe(inDatabase)
      expect(await refusal(full, url)).toBe(inDatabase)
      expect(await refusal(folder, server.url())).toBe(inFolder)
      expect(await refusal(full, folder)).toBe(inFolder)
      // A server on another schema is no obstacle, nor is one that has stopped.
      await moved(full, server.url())
      await database.close()
      await store.close()
      await moved(full, url)
      await moved(url, folder)
    })

    test('if there is no log to move, or it is of another version', async () => {
      const [url, folder] = [server.url(), testFolder()]
      expect(await refusal(folder, url)).toBe(`The data folder ${folder} has no log.`)
      expect(readdirSync(folder)).toEqual([])
      expect(await refusal(url, folder)).toMatch(/ has no log in the schema \w+\.$/)
      expect(readdirSync(folder)).toEqual([])
      version1(folder, 9, 1)
      expect(await refusal(folder, url)).toBe(
        `The data folder ${folder} has a log of an older version; start the server once, which upgrades it.`,
      )
      writeFileSync(join(folder, 'room.db'), 'x'.repeat(4096))
      expect(await refusal(folder, url)).toBe(
        `The data folder ${folder} has a damaged room.db; the file was not changed.`,
      )
    })

    test('if the target is no other log, or cannot be reached', async () => {
      const folder = await fullFolder()
      expect(await refusal(folder, folder)).toBe('The log cannot be moved to where it is.')
      expect(await refusal(folder, ':memory:')).toBe(
        'A log that is moved to :memory: would be lost.',
      )
      expect(await refusal(folder, join(folder, 'room.db'))).toMatch(/is not a folder\.$/)
      expect(await refusal(folder, 'postgres://me:not-shown@127.0.0.1:1/db')).toMatch(
        /^The PostgreSQL database 127\.0\.0\.1:1\/db cannot be reached: /,
      )
      const url = server.url()
      await moved(folder, url)
      expect(await refusal(url, `${url}&sslmode=disable`)).toMatch(
        / is in use: a server is starting, or the log is being moved\.$/,
      )
    })

    test('if the target fails in the middle, which leaves it without a log', async () => {
      const from = await fullFolder()
      const schema = server.newSchema()
      const url = server.url(schema)
      await (await openDatabase(url)).close()
      const client = server.client(schema)
      onTestFinished(() => client.end())
      await client.unsafe('ALTER TABLE seats ADD CONSTRAINT full_disk CHECK (false)')
      await expect(moved(from, url)).rejects.toThrow(LogUnusable)
      expect(await client`SELECT count(*)::integer AS count FROM events`).toEqual([{ count: 0 }])
      await client.unsafe('ALTER TABLE seats DROP CONSTRAINT full_disk')
      await moved(from, url)
      await client.unsafe('ALTER TABLE rules RENAME TO hidden')
      const folder = testFolder()
      await expect(moved(url, folder)).rejects.toThrow(/^The PostgreSQL database .* cannot be used/)
      await client.unsafe('ALTER TABLE hidden RENAME TO rules')
      await moved(url, folder)
      expect(tables(folder)).toEqual(tables(from))
    })
  })
})

describe('the epoch of a database', () => {
  test('has never more characters than a client may send', () => {
    let epoch = 'x'.repeat(36)
    const seen = new Set<string>()
    for (let timeline = 1; timeline <= 20; timeline += 1) {
      epoch = epochOf({ epoch, timeline: 'FFFFFFFF' }, `7${timeline}000000`.slice(0, 8))
      expect(epoch.length).toBeLessThanOrEqual(64)
      seen.add(epoch)
    }
    expect(seen.size).toBe(20)
  })
})
