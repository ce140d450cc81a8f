/** The SQLite store: the contract, restarts, retention and faults. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Database from 'libsql'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type SqliteOptions, sqliteStore } from '../../../../server/log/sqlite/store.ts'
import { TOPIC } from '../../../../server/log/topic.ts'
import type { Draft, RoomLog, Seat, Store } from '../../../../server/room/log.ts'
import { storeContract } from '../../../contract/store.ts'
import { testFolder } from '../../../support/folder.ts'
import { long } from '../../../support/long.ts'
import { type Append, alice, appendTo, draft } from '../../../support/store.ts'

/** Searches that wait at the same time, each of which takes the time of many pages. */
const SEARCHES = long ? 100 : 20

const worker = new URL('../../../../dist/server/worker.js', import.meta.url)

const onLost = (error: Error): never => {
  throw error
}

function open(folder: string, options: Partial<SqliteOptions> = {}): Promise<Store> {
  return sqliteStore({ folder, retain: 0, retainDays: 0, ...options }, onLost, worker)
}

/** `log`: the lobby, and `append` is to it. */
type Opened = { store: Store; log: RoomLog; append: Append }

async function openLobby(folder: string, options: Partial<SqliteOptions> = {}): Promise<Opened> {
  const store = await open(folder, options)
  const log = await store.open('lobby', 'lobby')
  return { store, log, append: appendTo(store, log) }
}

async function openForTest(folder: string, options: Partial<SqliteOptions> = {}): Promise<Opened> {
  const opened = await openLobby(folder, options)
  onTestFinished(() => opened.store.close())
  return opened
}

storeContract('sqliteStore', (after) => open(testFolder(after)))

const many = (count: number) => Array.from({ length: count }, (_, n) => draft(`message ${n}`))

describe('a store that is opened again', () => {
  test('has the same epoch, secret, events and seats, and continues numbering', async () => {
    const folder = testFolder()
    const { store, append } = await openLobby(folder)
    const [committed] = await append([draft('𝒳 kept', { id: 'one' })])
    const seat: Seat = {
      person: alice.id,
      name: 'alice',
      room: 'lobby',
      positions: { lobby: 1 },
      ignored: [],
    }
    await store.keepSeats([seat])
    await store.close()
    const again = await openForTest(folder)
    expect([again.store.epoch, again.log.head(), again.log.first()]).toEqual([store.epoch, 1, 1])
    expect(Buffer.from(again.store.secret).equals(store.secret)).toBe(true)
    expect(await again.log.read(1, 9)).toEqual([committed?.event])
    expect(await again.append([draft('again', { id: 'one' }), draft('new')])).toMatchObject([
      { event: { seq: 1, text: '𝒳 kept' }, repeated: true },
      { event: { seq: 2 }, repeated: false },
    ])
    expect(await again.store.seatOf(alice.id)).toEqual(seat)
    expect(await again.store.seatNamed('alice')).toEqual(seat)
  })

  test('has the latest registered name of each person, and none that was given up', async () => {
    const folder = testFolder()
    const { store } = await openLobby(folder)
    expect(store.registered).toEqual([])
    await store.register('a', 'alice')
    await store.register('b', 'bob')
    await store.register('a', 'Zoë 😀')
    await store.register('b', undefined)
    await store.close()
    const again = await openForTest(folder)
    expect(again.store.registered).toEqual([{ person: 'a', name: 'Zoë 😀' }])
  })

  test('has the rooms in which something was said, each with its events and its latest topic', async () => {
    const folder = testFolder()
    const { store, log, append } = await openLobby(folder)
    const physics = await store.open('room physics', 'Physics')
    const maths = await store.open('room maths', 'maths')
    await store.open('room empty', 'empty')
    const direct = await store.open('direct a b', '')
    const topic = { kind: TOPIC as Draft['kind'] }
    await store.append([
      { log: physics, draft: draft('waves', { ...topic, id: 'u1' }) },
      { log: maths, draft: draft('m1') },
      { log: direct, draft: draft('d1') },
      { log: physics, draft: draft('p2') },
    ])
    await append([draft('first', topic), draft('hello', topic), draft('l3')])
    await store.append([
      { log: physics, draft: draft('optics', topic) },
      { log: physics, draft: draft('waves', { ...topic, id: 'u1' }) },
    ])
    expect([store.rooms, store.lobbyTopic]).toEqual([[], ''])
    await store.close()

    const again = await openForTest(folder)
    expect(again.store.rooms).toEqual([
      { key: 'room maths', name: 'maths', topic: '' },
      { key: 'room physics', name: 'Physics', topic: 'optics' },
    ])
    expect(again.store.lobbyTopic).toBe('hello')
    expect([again.log.head(), log.head()]).toEqual([3, 3])
    const opened = await again.store.open('room physics', 'Physics')
    expect([opened.first(), opened.head()]).toEqual([1, 3])
    expect((await opened.read(1, 9)).map(({ text }) => text)).toEqual(['waves', 'p2', 'optics'])
    const [committed] = await appendTo(again.store, opened)([draft('p4')])
    expect(committed?.event.seq).toBe(4)
    expect(await again.store.directLogsOf('b', 9)).toEqual([{ key: 'direct a b', head: 1 }])
  })

  test('knows the lobby by its latest name', async () => {
    const folder = testFolder()
    const { store } = await openLobby(folder)
    await store.close()
    const renamed = await open(folder)
    await renamed.open('lobby', 'The office')
    await renamed.close()
    const database = new Database(join(folder, 'room.db'))
    onTestFinished(() => {
      database.close()
    })
    expect(database.prepare('SELECT number, key, name FROM logs').raw().all()).toEqual([
      [0, 'lobby', 'The office'],
    ])
  })
})

test('an append to a log that is not open is rejected, and nothing is committed', async () => {
  const { store, log } = await openForTest(testFolder())
  const physics = await store.open('room physics', 'physics')
  physics.release()
  const drafts = [log, physics].map((log) => ({ log, draft: draft('x') }))
  await expect(store.append(drafts)).rejects.toThrow('the log room physics is not open')
  expect(log.head()).toBe(0)
  expect(await log.read(1, 9)).toEqual([])
})

test('a page is read while many searches wait', async () => {
  const { log, append } = await openForTest(testFolder())
  const words = Array.from({ length: 16 }, (_, at) => `word${at}`).join(' ')
  await append(Array.from({ length: 10_000 }, () => draft(words)))
  await log.read(1, 1)
  await log.search(words, 1)
  const finished: string[] = []
  const searches = Array.from({ length: SEARCHES }, async () => {
    await log.search(`${words} absent`, 50)
    finished.push('search')
  })
  await log.before(10_000, 50)
  finished.push('page')
  await Promise.all(searches)
  expect(finished).toHaveLength(SEARCHES + 1)
  expect(finished.at(-1)).toBe('search')
})

test('closing while searches wait rejects them', async () => {
  const { store, log, append } = await openForTest(testFolder())
  await append(many(1000))
  await log.search('absent', 1)
  const searches = Array.from({ length: 20 }, () => log.search('absent', 50))
  const settled = Promise.allSettled(searches)
  await store.close()
  expect((await settled).at(-1)).toMatchObject({ reason: { message: 'the log is closed' } })
  await expect(append([draft('late')])).rejects.toThrow('the log is closed')
})

test('closing before the first search has begun rejects it, and starts no thread', async () => {
  const { store, log } = await openForTest(testFolder())
  const search = expect(log.search('hello', 1)).rejects.toThrow('the log is closed')
  await store.close()
  await search
})

describe('retention', () => {
  test('keeps only the latest events of each log, and removes the others from the index', async () => {
    const { store, log, append } = await openForTest(testFolder(), { retain: 2500 })
    const physics = await store.open('room physics', 'physics')
    await appendTo(store, physics)(many(3))
    for (let at = 0; at < 5; at += 1) await append(many(1000))
    await expect.poll(() => log.first()).toBe(2501)
    expect((await log.read(1, 1))[0]?.seq).toBe(2501)
    expect(log.head()).toBe(5000)
    expect([physics.first(), physics.head()]).toEqual([1, 3])
    const seqs = async (log: RoomLog) => (await log.search('message', 9000)).map(({ seq }) => seq)
    expect(await seqs(log)).toEqual(Array.from({ length: 2500 }, (_, at) => 2501 + at))
    expect(await seqs(physics)).toEqual([1, 2, 3])
  })
})

describe('a fault while it runs', () => {
  /** A second program that holds the write lock of the log. */
  function otherProgram(folder: string): Database.Database {
    const other = new Database(join(folder, 'room.db'))
    onTestFinished(() => {
      other.close()
    })
    other.exec('BEGIN IMMEDIATE')
    return other
  }

  test('commits nothing while another program locks the file, and continues afterwards', async () => {
    const folder = testFolder()
    const { log, append } = await openForTest(folder)
    const other = otherProgram(folder)
    await expect(append([draft('now', { id: 'x' })])).rejects.toThrow(
      'the log is locked by another program',
    )
    expect(await log.read(1, 9)).toEqual([])
    other.exec('COMMIT')
    expect(await append([draft('now', { id: 'x' })])).toMatchObject([
      { event: { seq: 1 }, repeated: false },
    ])
  })

  test('shows in its health: stalled while an append waits, failing until a write succeeds', async () => {
    const folder = testFolder()
    const { store, append } = await openForTest(folder, { stalledMs: 50 })
    const other = otherProgram(folder)
    const refused = expect(append([draft('now')])).rejects.toThrow('is locked by another program')
    expect(store.health()).toBe('ok')
    await expect.poll(() => store.health()).toBe('stalled')
    await refused
    expect(store.health()).toBe('failing')
    other.exec('COMMIT')
    // Nothing is appended: asking for the health tries a write.
    await expect.poll(() => store.health()).toBe('ok')
  })

  test('is lost when a thread ends by itself, and every call rejects', async () => {
    const folder = testFolder()
    const ending = join(folder, 'ending.mjs')
    writeFileSync(
      ending,
      `import ${JSON.stringify(worker.href)}
      import { parentPort } from 'node:worker_threads'
      parentPort.on('message', ({ method }) => method === 'keepSeats' && process.exit())`,
    )
    const lost: Error[] = []
    const store = await sqliteStore(
      { folder, retain: 0, retainDays: 0 },
      (error) => lost.push(error),
      pathToFileURL(ending),
    )
    const append = appendTo(store, await store.open('lobby', 'lobby'))
    await append([draft('kept')])
    await store.keepSeats([])
    await expect(append([draft('x')])).rejects.toThrow('a thread of the log has ended')
    expect(store.health()).toBe('lost')
    expect(lost).toHaveLength(1)
    await store.close()
  })
})
