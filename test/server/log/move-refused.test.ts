/** What `oneroom move` refuses, in one sentence, and how a move that fails leaves both logs. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { LogUnusable } from '../../../server/log/unusable.ts'
import { testFolder } from '../../support/folder.ts'
import {
  exported,
  filesOf,
  fullFolder,
  moved,
  openDatabase,
  openFolder,
  schemaOf,
  tables,
} from '../../support/moving.ts'
import { testPostgres } from '../../support/postgres.ts'
import { oneroom } from '../../support/program.ts'
import { version1 } from './sqlite/version1.ts'

const postgres = await testPostgres()

describe.skipIf(postgres === undefined)('a move is refused, with one sentence', () => {
  const server = postgres as NonNullable<typeof postgres>
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
    expect(await refusal(folder, ':memory:')).toBe('A log that is moved to :memory: would be lost.')
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
