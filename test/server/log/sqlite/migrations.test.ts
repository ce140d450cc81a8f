/** Files of earlier versions: nothing that they have is lost, also if a migration is killed. */
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { describe, expect, onTestFinished, test } from 'vitest'
import { sqliteStore } from '../../../../server/log/sqlite/store.ts'
import type { Store } from '../../../../server/room/log.ts'
import { testFolder } from '../../../support/folder.ts'
import { long } from '../../../support/long.ts'
import { Program } from '../../../support/program.ts'
import { appendTo, draft } from '../../../support/store.ts'
import { EPOCH, SECRET, version1 } from './version1.ts'
import { version2 } from './version2.ts'

const worker = new URL('../../../../dist/server/worker.js', import.meta.url)

const onLost = (error: Error): never => {
  throw error
}

async function openStore(folder: string): Promise<Store> {
  const store = await sqliteStore({ folder, retain: 0, retainDays: 0 }, onLost, worker)
  onTestFinished(() => store.close())
  return store
}

/** Reads values, and closes the file. */
function valuesOf(folder: string, ...queries: string[]): unknown[] {
  const database = new Database(join(folder, 'room.db'))
  const values = queries.map((sql) => database.prepare(sql).raw().get() as unknown[])
  database.close()
  return values.flat()
}

const seatOf = (number: number) => ({
  person: `person${number}`,
  name: `Näme ${number}`,
  room: 'lobby',
  positions: { lobby: number },
  ignored: [],
})

/** Everything that `version1` has written is there, and the store works. */
async function expectComplete(folder: string, head: number, seats: number): Promise<void> {
  const store = await openStore(folder)
  const lobby = await store.open('lobby', 'lobby')
  expect([store.epoch, Buffer.from(store.secret)]).toEqual([EPOCH, SECRET])
  expect([store.rooms, store.lobbyTopic]).toEqual([[], ''])
  expect([lobby.first(), lobby.head()]).toEqual([4, head])
  const person = { id: 'person4', name: 'Name 4', via: 'tcp' } as const
  expect((await lobby.read(1, 2))[0]).toStrictEqual({
    seq: 4,
    at: '2023-11-14T22:13:20.004Z',
    kind: 'message',
    from: person,
    text: 'hello number 4',
    id: 'id4',
  })
  const seqs = async (query: string) => (await lobby.search(query, 3)).map(({ seq }) => seq)
  expect(await seqs('hello')).toEqual([head - 2, head - 1, head])
  expect(await seqs('1234 NUMBER')).toEqual([1234])
  const physics = await store.open('room physics', 'physics')
  const again = draft('again', { from: person, id: 'id4' })
  const committed = await store.append([
    { log: lobby, draft: again },
    { log: physics, draft: again },
  ])
  expect(committed.map(({ event, repeated }) => [event.seq, event.text, repeated])).toEqual([
    [4, 'hello number 4', true],
    [1, 'again', false],
  ])
  await appendTo(store, lobby)([draft('next')])
  expect(lobby.head()).toBe(head + 1)
  for (const number of [1, seats]) {
    expect(await store.seatOf(`person${number}`)).toEqual(seatOf(number))
    expect(await store.seatNamed(`näme ${number}`)).toEqual(seatOf(number))
  }
  await store.close()
  const database = new Database(join(folder, 'room.db'))
  const counts = 'SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM seats)'
  // Throws if the full-text index does not have the words of exactly the indexed events.
  database.exec(`INSERT INTO words (rowid, text) SELECT seq, text FROM events
    WHERE seq > (SELECT indexed FROM logs WHERE number = seq >> 40) + (seq >> 40 << 40)`)
  database.exec("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
  database.close()
  expect(valuesOf(folder, counts, 'PRAGMA integrity_check')).toEqual([head - 3 + 2, seats, 'ok'])
}

describe('a folder with one room', () => {
  test('opens as the lobby, with all events, ids, words and seats', async () => {
    const folder = testFolder()
    version1(folder, 3000, 20)
    await expectComplete(folder, 3000, 20)
  })

  test('opens also if its log is empty', async () => {
    const folder = testFolder()
    version1(folder, 0, 0)
    const store = await openStore(folder)
    const lobby = await store.open('lobby', 'lobby')
    expect([lobby.first(), lobby.head()]).toEqual([1, 0])
    await appendTo(store, lobby)([draft('first')])
    expect((await lobby.search('first', 9)).map(({ seq }) => seq)).toEqual([1])
  })
})

describe('a folder without registered names', () => {
  test('opens with all its rooms and seats, and takes names from then on', async () => {
    const folder = testFolder()
    version2(folder)
    const store = await openStore(folder)
    expect([store.epoch, Buffer.from(store.secret)]).toEqual([EPOCH, SECRET])
    expect(store.rooms).toEqual([{ key: 'room physics', name: 'Physics', topic: 'Exercise 4' }])
    const lobby = await store.open('lobby', 'lobby')
    const physics = await store.open('room physics', 'Physics')
    const texts = [await lobby.search('hello', 9), await physics.read(1, 9)].flat()
    expect(texts.map(({ text }) => text)).toEqual(['hello, lobby', 'hello, physics'])
    const seat = {
      person: 'a',
      name: 'Älice',
      room: 'room physics',
      positions: { 'room physics': 1 },
      ignored: [{ id: 'b', name: 'bob' }],
    }
    expect(await store.seatNamed('älice')).toEqual(seat)
    expect(store.registered).toEqual([])
    await store.register('a', 'Älice')
    await store.close()
    expect((await openStore(folder)).registered).toEqual([{ person: 'a', name: 'Älice' }])
  })
})

/** Starts the writer in a process of its own, which `hook` may kill before it executes `sql`. */
function startWriter(folder: string, hook: string): Program {
  const thread = join(folder, 'thread.mjs')
  writeFileSync(
    thread,
    `import Database from ${JSON.stringify(import.meta.resolve('libsql'))}
    const exec = Database.prototype.exec
    const kill = () => process.kill(process.pid, 'SIGKILL')
    Database.prototype.exec = function (sql) {
      // A small cache, so that changes are in the file before they are committed.
      if (sql === 'BEGIN IMMEDIATE') exec.call(this, 'PRAGMA cache_size = 20')
      ${hook}
      return exec.call(this, sql)
    }
    await import(${JSON.stringify(worker.href)})`,
  )
  const start = `new (require('node:worker_threads').Worker)(${JSON.stringify(thread)},
    { workerData: { role: 'writer', options: { folder: ${JSON.stringify(folder)}, retain: 0, retainDays: 0 } } })
    .once('message', () => console.log('open'))`
  return new Program(process.execPath, ['-e', start])
}

describe('a migration that is killed', () => {
  test.each([
    ['before its last changes', "if (sql.includes('DROP TABLE old_seats')) kill()"],
    [
      'before its COMMIT',
      "if (this.done && sql === 'COMMIT') kill(); this.done = /version = 2/.test(sql)",
    ],
  ])('%s has changed nothing, and the next start repeats it', async (_, hook) => {
    const folder = testFolder()
    version1(folder, 20_000, 1000)
    expect(await startWriter(folder, hook).untilExit()).toBe(128)
    // What it had written until then is in the WAL.
    expect(statSync(join(folder, 'room.db-wal')).size).toBeGreaterThan(100_000)
    expect(
      valuesOf(folder, 'PRAGMA user_version', "SELECT value FROM meta WHERE key = 'indexed'"),
    ).toEqual([1, '19998'])
    await expectComplete(folder, 20_000, 1000)
  })

  test.runIf(long)(
    'at any time loses nothing of a million messages',
    async () => {
      const folder = testFolder()
      version1(folder, 1_000_000, 100_000)
      for (let ms = 200; ; ms += 300) {
        const program = startWriter(folder, '')
        const timer = setTimeout(() => program.child.kill('SIGKILL'), ms)
        const began = performance.now()
        await Promise.race([program.until('open').catch(() => {}), program.untilExit()])
        clearTimeout(timer)
        if (program.exitCode === undefined) {
          expect(performance.now() - began).toBeLessThan(30_000)
          program.child.kill('SIGKILL')
          await program.untilExit()
          break
        }
      }
      await expectComplete(folder, 1_000_000, 100_000)
    },
    600_000,
  )
})
