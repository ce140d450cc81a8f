/** The SQLite log: the contract, restarts, retention, refused starts, permissions and faults. */
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Database from 'libsql'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type SqliteOptions, sqliteLog } from '../../../../server/log/sqlite/log.ts'
import type { Draft, RoomLog } from '../../../../server/room/log.ts'
import { logContract } from '../../../contract/log.ts'
import { testFolder } from '../../../support/folder.ts'

const worker = new URL('../../../../dist/server/worker.js', import.meta.url)

const onLost = (error: Error): never => {
  throw error
}

function open(folder: string, options: Partial<SqliteOptions> = {}): Promise<RoomLog> {
  return sqliteLog({ folder, retain: 0, retainDays: 0, ...options }, onLost, worker)
}

async function openForTest(folder: string, options: Partial<SqliteOptions> = {}): Promise<RoomLog> {
  const log = await open(folder, options)
  onTestFinished(() => log.close())
  return log
}

logContract('sqliteLog', (after) => open(testFolder(after)))

const draft = (text: string, rest: Partial<Draft> = {}): Draft => ({
  at: '2026-11-22T12:21:15.123Z',
  kind: 'message',
  from: { id: 'a1', name: 'alice', via: 'web' },
  text,
  ...rest,
})
const many = (count: number) => Array.from({ length: count }, (_, n) => draft(`message ${n}`))

describe('a log that is opened again', () => {
  test('has the same epoch, secret, events and seats, and continues numbering', async () => {
    const folder = testFolder()
    const log = await open(folder)
    const [committed] = await log.append([draft('𝒳 kept', { id: 'one' })])
    await log.keepSeats([{ person: 'a1', name: 'alice', seq: 1 }])
    await log.close()
    const again = await openForTest(folder)
    expect([again.epoch, again.head(), again.first()]).toEqual([log.epoch, 1, 1])
    expect(Buffer.from(again.secret).equals(log.secret)).toBe(true)
    expect(await again.read(1, 9)).toEqual([committed?.event])
    expect(await again.append([draft('again', { id: 'one' }), draft('new')])).toMatchObject([
      { event: { seq: 1, text: '𝒳 kept' }, repeated: true },
      { event: { seq: 2 }, repeated: false },
    ])
    expect(await again.seatOf('a1')).toEqual({ person: 'a1', name: 'alice', seq: 1 })
  })
})

test('a page is read while many searches wait', async () => {
  const log = await openForTest(testFolder())
  const words = Array.from({ length: 16 }, (_, at) => `word${at}`).join(' ')
  await log.append(Array.from({ length: 10_000 }, () => draft(words)))
  await log.read(1, 1)
  await log.search(words, 1)
  const finished: string[] = []
  const searches = Array.from({ length: 100 }, async () => {
    await log.search(`${words} absent`, 50)
    finished.push('search')
  })
  await log.before(10_000, 50)
  finished.push('page')
  await Promise.all(searches)
  expect(finished).toHaveLength(101)
  expect(finished.at(-1)).toBe('search')
})

test('closing while searches wait rejects them', async () => {
  const log = await openForTest(testFolder())
  await log.append(many(1000))
  await log.search('absent', 1)
  const searches = Array.from({ length: 20 }, () => log.search('absent', 50))
  const settled = Promise.allSettled(searches)
  await log.close()
  expect((await settled).at(-1)).toMatchObject({ reason: { message: 'the log is closed' } })
  await expect(log.append([draft('late')])).rejects.toThrow('the log is closed')
})

test('closing before the first search has begun rejects it, and starts no thread', async () => {
  const log = await openForTest(testFolder())
  const search = expect(log.search('hello', 1)).rejects.toThrow('the log is closed')
  await log.close()
  await search
})

describe('retention', () => {
  test('keeps only the latest events, and removes the others from the index', async () => {
    const log = await openForTest(testFolder(), { retain: 100 })
    for (let at = 0; at < 5; at += 1) await log.append(many(600))
    await expect.poll(() => log.read(1, 1).then(([event]) => event?.seq)).toBe(2901)
    expect(log.first()).toBe(2901)
    expect(log.head()).toBe(3000)
    const found = await log.search('message', 200)
    expect(found.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, at) => 2901 + at))
  })
})

describe('a start is refused, and no file is changed,', () => {
  const refusal = (folder: string) =>
    open(folder).then(
      async (log) => {
        await log.close()
        return 'opened'
      },
      (error: Error) => error.message.replace(folder, 'FOLDER'),
    )

  test('when another server uses the folder', async () => {
    const folder = testFolder()
    await openForTest(folder)
    expect(await refusal(folder)).toBe(
      'The data folder FOLDER is in use by another server: stop that server, or choose another folder with --data.',
    )
  })

  test('when the file is not a database', async () => {
    const folder = testFolder()
    const file = join(folder, 'room.db')
    writeFileSync(file, 'not a database '.repeat(100))
    const before = readFileSync(file)
    expect(await refusal(folder)).toBe(
      'The data folder FOLDER has a damaged room.db; the file was not changed.',
    )
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  test('when the file is a database of another program', async () => {
    const folder = testFolder()
    const file = join(folder, 'room.db')
    const database = new Database(file)
    database.exec('CREATE TABLE theirs (x)')
    database.close()
    const before = readFileSync(file)
    expect(await refusal(folder)).toMatch(
      /^The data folder FOLDER has a room\.db that is not a log of One/,
    )
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  test('when a newer version wrote the file', async () => {
    const folder = testFolder()
    await (await open(folder)).close()
    const file = join(folder, 'room.db')
    const database = new Database(file)
    database.exec('PRAGMA user_version = 99')
    database.close()
    const before = readFileSync(file)
    expect(await refusal(folder)).toMatch(
      /^The data folder FOLDER has a log of a newer version of On/,
    )
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  test('when another program has locked the file', async () => {
    const folder = testFolder()
    await (await open(folder)).close()
    const database = new Database(join(folder, 'room.db'))
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    onTestFinished(() => {
      database.close()
    })
    expect(await refusal(folder)).toBe('The data folder FOLDER is locked by another program.')
  })

  test('when the folder cannot be created, as in /proc', async () => {
    for (const folder of ['/proc/x', '/proc/x/data']) {
      expect(await refusal(folder)).toBe('The data folder FOLDER cannot be written.')
    }
  })

  test('when the folder is a file, or in a file', async () => {
    const file = join(testFolder(), 'file')
    writeFileSync(file, '')
    expect(await refusal(file)).toBe('The data folder FOLDER is not a folder.')
    expect(await refusal(join(file, 'in'))).toBe('The data folder FOLDER is not a folder.')
  })
})

describe('the data folder', () => {
  const modes = (folder: string) =>
    Object.fromEntries(
      ['.', ...readdirSync(folder).sort()].map((name) => [
        name,
        (statSync(join(folder, name)).mode & 0o777).toString(8),
      ]),
    )
  const PRIVATE = {
    '.': '700',
    'room.db': '600',
    'room.db-shm': '600',
    'room.db-wal': '600',
    'room.lock': '600',
  }

  test('and its files can be opened by their owner only', async () => {
    const folder = join(testFolder(), 'a', 'b')
    const warnings: string[] = []
    const log = await openForTest(folder, { onWarning: (sentence) => warnings.push(sentence) })
    await log.append([draft('x')])
    expect(modes(folder)).toMatchObject(PRIVATE)
    expect(warnings).toEqual([])
  })

  test('is closed to other users if it is open to them, with one warning', async () => {
    const folder = testFolder()
    await (await open(folder)).close()
    // The files that a crash leaves behind.
    for (const name of ['room.db-wal', 'room.db-shm']) writeFileSync(join(folder, name), '')
    for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o644)
    chmodSync(folder, 0o755)
    const warnings: string[] = []
    const onWarning = (sentence: string) => warnings.push(sentence)
    const log = await open(folder, { onWarning })
    await log.append([draft('x')])
    expect(modes(folder)).toMatchObject(PRIVATE)
    await log.close()
    await openForTest(folder, { onWarning })
    expect(warnings).toEqual([
      `The data folder ${folder} could be opened by other users of this machine; now only its owner can open it.`,
    ])
  })

  test('keeps its permissions if it has files of another program, and the log is private', async () => {
    const folder = testFolder()
    chmodSync(folder, 0o755)
    writeFileSync(join(folder, 'notes'), '', { mode: 0o644 })
    await openForTest(folder)
    expect(modes(folder)).toMatchObject({ ...PRIVATE, '.': '755', notes: '644' })
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
    const log = await openForTest(folder)
    const other = otherProgram(folder)
    await expect(log.append([draft('now', { id: 'x' })])).rejects.toThrow(
      'the log is locked by another program',
    )
    expect(await log.read(1, 9)).toEqual([])
    other.exec('COMMIT')
    expect(await log.append([draft('now', { id: 'x' })])).toMatchObject([
      { event: { seq: 1 }, repeated: false },
    ])
  })

  test('shows in its health: stalled while an append waits, failing until a write succeeds', async () => {
    const folder = testFolder()
    const log = await openForTest(folder, { stalledMs: 50 })
    const other = otherProgram(folder)
    const append = log.append([draft('now')])
    const refused = expect(append).rejects.toThrow('is locked by another program')
    expect(log.health()).toBe('ok')
    await expect.poll(() => log.health()).toBe('stalled')
    await refused
    expect(log.health()).toBe('failing')
    other.exec('COMMIT')
    // Nothing is appended: asking for the health tries a write.
    await expect.poll(() => log.health()).toBe('ok')
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
    const log = await sqliteLog(
      { folder, retain: 0, retainDays: 0 },
      (error) => lost.push(error),
      pathToFileURL(ending),
    )
    await log.append([draft('kept')])
    await log.keepSeats([])
    await expect(log.append([draft('x')])).rejects.toThrow('a thread of the log has ended')
    expect(log.health()).toBe('lost')
    expect(lost).toHaveLength(1)
    await log.close()
  })
})
