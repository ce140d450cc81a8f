/** The data folder: refused starts, and permissions. */
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type SqliteOptions, sqliteStore } from '../../../../server/log/sqlite/store.ts'
import type { Store } from '../../../../server/room/log.ts'
import { testFolder } from '../../../support/folder.ts'
import { appendTo, draft } from '../../../support/store.ts'

const worker = new URL('../../../../dist/server/worker.js', import.meta.url)

const onLost = (error: Error): never => {
  throw error
}

function open(folder: string, options: Partial<SqliteOptions> = {}): Promise<Store> {
  return sqliteStore({ folder, retain: 0, retainDays: 0, ...options }, onLost, worker)
}

async function openForTest(folder: string, options: Partial<SqliteOptions> = {}): Promise<Store> {
  const store = await open(folder, options)
  onTestFinished(() => store.close())
  return store
}

async function said(store: Store): Promise<void> {
  await appendTo(store, await store.open('lobby', 'lobby'))([draft('x')])
}

describe('a start is refused, and no file is changed,', () => {
  const refusal = (folder: string) =>
    open(folder).then(
      async (store) => {
        await store.close()
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
    const store = await openForTest(folder, {
      onWarning: (sentence) => warnings.push(sentence),
    })
    await said(store)
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
    const store = await open(folder, { onWarning })
    await said(store)
    expect(modes(folder)).toMatchObject(PRIVATE)
    await store.close()
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
