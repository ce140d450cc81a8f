/** The data folder: refused starts, and permissions. */
import {
  chmodSync,
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'libsql'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createFolder } from '../../../../server/log/sqlite/folder.ts'
import { type SqliteOptions, sqliteStore } from '../../../../server/log/sqlite/store.ts'
import type { Store } from '../../../../server/room/log.ts'
import { testFolder } from '../../../support/folder.ts'
import { type Program, serve } from '../../../support/program.ts'
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
      'The data folder FOLDER is in use by another server: stop that server, or choose another folder.',
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

/** pino's number of the level. */
const WARN = 40

describe('the data folder', () => {
  const PRIVATE = {
    '.': '700',
    'room.db': '600',
    'room.db-shm': '600',
    'room.db-wal': '600',
    'room.lock': '600',
    'room.lock-journal': '600',
  }
  const FILES = Object.keys(PRIVATE).filter((name) => name !== '.')
  const CHANGED_FILES = FILES.map((name) => `${name} from 0644 to 0600`).join(', ')

  const modes = (folder: string) =>
    Object.fromEntries(
      ['.', ...readdirSync(folder).sort()].map((name) => [
        name,
        (statSync(join(folder, name)).mode & 0o777).toString(8),
      ]),
    )

  /** The umask of this test and of the programs that it starts takes nothing away. */
  function allowAllModes(): void {
    const before = process.umask(0)
    onTestFinished(() => {
      process.umask(before)
    })
  }

  function warningsOf({ stderr }: Program): string[] {
    const records = stderr.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
    return records.filter(({ level }) => level === WARN).map(({ msg }) => msg)
  }

  /** Opens the folder, lets the log write, and returns the warnings without the folder's name. */
  async function warned(folder: string): Promise<string[]> {
    const warnings: string[] = []
    const store = await openForTest(folder, {
      onWarning: (sentence) => warnings.push(sentence.replace(folder, 'FOLDER')),
    })
    await said(store)
    return warnings
  }

  /** A log with the files that a crash leaves behind, all open to every user of the machine. */
  async function openToAll(): Promise<string> {
    const folder = testFolder()
    await (await open(folder)).close()
    for (const name of FILES) {
      closeSync(openSync(join(folder, name), 'a'))
      chmodSync(join(folder, name), 0o644)
    }
    chmodSync(folder, 0o755)
    return folder
  }

  test('and its files can be opened by their owner only, from the moment they exist', () => {
    const folder = join(testFolder(), 'a', 'b')
    allowAllModes()
    createFolder(folder)
    expect(modes(folder)).toEqual({ '.': '700', 'room.db': '600', 'room.lock': '600' })
    expect(modes(dirname(folder))['.']).toBe('700')
  })

  test('stays private while a server writes to it, whatever the umask', async () => {
    const folder = join(testFolder(), 'data')
    allowAllModes()
    const { server, webUrl } = await serve('--data', folder)
    expect((await fetch(`${webUrl}/api/say`, { method: 'POST', body: 'x' })).status).toBe(201)
    expect(modes(folder)).toEqual(PRIVATE)
    expect(warningsOf(server)).toEqual([])
  })

  test('is closed to other users if it is open to them, which the log says once', async () => {
    const folder = await openToAll()
    const first = await serve('--data', folder)
    expect(modes(folder)).toEqual(PRIVATE)
    first.server.child.kill('SIGTERM')
    expect(await first.server.untilExit()).toBe(0)
    const again = await serve('--data', folder)
    expect(warningsOf(first.server)).toEqual([
      `The data folder ${folder} had permissions for other users of this machine; the server changed the folder from 0755 to 0700, ${CHANGED_FILES}.`,
    ])
    expect(warningsOf(again.server)).toEqual([])
  })

  test('keeps its permissions if it has files of another program, and the log is private', async () => {
    const folder = await openToAll()
    writeFileSync(join(folder, 'notes'), '', { mode: 0o644 })
    expect(await warned(folder)).toEqual([
      `The data folder FOLDER had permissions for other users of this machine; the server changed ${CHANGED_FILES}.`,
      'The data folder FOLDER is used for other things as well, so it keeps its permissions 0755; choose a folder for the log alone with --data.',
    ])
    expect(modes(folder)).toEqual({ ...PRIVATE, '.': '755', notes: '644' })
  })

  test('keeps its permissions without a warning if only its owner can open it', async () => {
    const folder = testFolder()
    writeFileSync(join(folder, 'notes'), '')
    expect(await warned(folder)).toEqual([])
    expect(modes(folder)).toMatchObject(PRIVATE)
  })

  test('keeps its permissions if it is for the files of many users, as /tmp', async () => {
    const folder = testFolder()
    chmodSync(folder, 0o1777)
    expect(await warned(folder)).toEqual([
      'The data folder FOLDER is used for other things as well, so it keeps its permissions 1777; choose a folder for the log alone with --data.',
    ])
    expect(modes(folder)).toEqual({ ...PRIVATE, '.': '777' })
  })

  // Only root can become another user.
  test.runIf(process.getuid?.() === 0)(
    'that belongs to another user stays as it is, and the log says so',
    async () => {
      const folder = testFolder()
      chmodSync(folder, 0o777)
      process.seteuid?.(65_534)
      onTestFinished(() => process.seteuid?.(0))
      expect(await warned(folder)).toEqual([
        `The data folder FOLDER has permissions for other users of this machine, which the server cannot remove: the folder keeps 0777.`,
      ])
      expect(modes(folder)).toEqual({ ...PRIVATE, '.': '777' })
    },
  )
})
