/** `oneroom move`: everything goes from a folder to a database and back, or nothing does. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { epochOf } from '../../../server/log/postgres/epoch.ts'
import { rowOf } from '../../../server/log/sqlite/rows.ts'
import { Writer } from '../../../server/log/sqlite/writer.ts'
import type { Store } from '../../../server/room/log.ts'
import { testFolder } from '../../support/folder.ts'
import { testGateway } from '../../support/gateway.ts'
import { HOST_KEY, hostClient } from '../../support/hosts.ts'
import { long } from '../../support/long.ts'
import {
  exported,
  filesOf,
  fullFolder,
  keepAll,
  moved,
  openAll,
  openDatabase,
  openFolder,
  RETAINED,
  seat,
  tableNames,
  tables,
} from '../../support/moving.ts'
import { pageClient } from '../../support/page.ts'
import { testPostgres } from '../../support/postgres.ts'
import { oneroom, Program } from '../../support/program.ts'
import { alice, appendTo, bob, carol, draft } from '../../support/store.ts'

const postgres = await testPostgres()
const main = join(import.meta.dirname, '../../../dist/server/main.js')

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
      {
        key: 'lobby',
        text: JSON.stringify(rows),
        topic: undefined,
        rules: [],
        redactions: [],
        reacting: [],
      },
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

  const count = long ? 100_000 : 20_000
  test(`holds ${count} events in a small heap`, async () => {
    const from = bigFolder(count)
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
        `${long ? '50000 events\n100000 events\n' : ''}Moved: rooms 1, conversations 0, events ${count}, people 1.\n`,
      )
    }
    expect(tables(back)).toEqual(tables(from))
    expect((await exported(back)) === (await exported(from))).toBe(true)
    for (const store of [await openDatabase(url), await openFolder(back)]) {
      const lobby = await store.open('lobby', 'lobby')
      const found = await lobby.search('message 177', 3)
      await store.close()
      expect(found.map(({ seq }) => seq)).toEqual([17_798, 17_799, 17_800])
    }
  })

  test('that is killed leaves the source as it was, and can be repeated', async () => {
    const from = bigFolder(20_000)
    const before = await exported(from)
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
    expect((await exported(from)) === before).toBe(true)
    expect((await exported(back)) === (await exported(from))).toBe(true)
    expect(readdirSync(back)).not.toContain('room.db-journal')
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
