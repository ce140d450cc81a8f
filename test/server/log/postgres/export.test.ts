/** `oneroom export` of a database prints what it prints of a folder. */
import { Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { ExportOptions } from '../../../../server/log/exported.ts'
import { exportLogs as exportDatabase } from '../../../../server/log/postgres/export.ts'
import { exportLogs as exportFolder } from '../../../../server/log/sqlite/export.ts'
import { testFolder } from '../../../support/folder.ts'
import { fullFolder, moved, openFolder } from '../../../support/moving.ts'
import { testPostgres } from '../../../support/postgres.ts'
import { appendTo, draft } from '../../../support/store.ts'

const postgres = await testPostgres()

type Export = (data: string, options: ExportOptions, to: Writable) => Promise<void>

/** The chunks that were printed. */
async function printed(run: Export, data: string, options: ExportOptions): Promise<string[]> {
  const chunks: string[] = []
  const to = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk))
      done()
    },
  })
  await run(data, options, to)
  return chunks
}

describe.skipIf(postgres === undefined)('an export of a database', () => {
  const server = postgres as NonNullable<typeof postgres>

  test('is that of the folder which was moved there', async () => {
    const [folder, url] = [await fullFolder(), server.url()]
    await moved(folder, url)
    const kinds: ExportOptions[] = [
      { format: 'text', direct: false },
      { format: 'text', direct: true },
      { format: 'markdown', direct: true, range: { from: 0, to: undefined } },
      { format: 'ndjson', direct: true },
      { format: 'text', direct: false, room: 'office' },
      { format: 'text', direct: true, room: 'pHysics 😀' },
    ]
    for (const options of kinds) {
      const expected = (await printed(exportFolder, folder, options)).join('')
      expect(expected).not.toBe('')
      expect((await printed(exportDatabase, url, options)).join('')).toBe(expected)
    }
    const missing = printed(exportDatabase, url, { format: 'text', direct: true, room: 'chess' })
    await expect(missing).rejects.toThrow(
      /^The PostgreSQL database 127\.0\.0\.1:\d+\/postgres has no room chess\.$/,
    )
  })

  test('goes page by page, and ends with a reader that has enough', async () => {
    const [folder, url] = [testFolder(), server.url()]
    const store = await openFolder(folder)
    const many = Array.from({ length: 2500 }, (_, at) => draft(`${at}`))
    await appendTo(store, await store.open('lobby', 'lobby'))(many)
    await store.close()
    await moved(folder, url)
    const pages = await printed(exportDatabase, url, { format: 'text', direct: false })
    expect(pages.map((page) => page.trimEnd().split('\n').length)).toEqual([1000, 1000, 500])
    const reader = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('full'), { code: 'EPIPE' })),
    })
    await expect(
      exportDatabase(url, { format: 'text', direct: false }, reader),
    ).rejects.toMatchObject({ code: 'EPIPE' })
  })
})
