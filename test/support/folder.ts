/** A temporary folder, removed when the test is over. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** `after` registers the removal, for a folder that several tests share. */
export function testFolder(after: (run: () => void) => void = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), 'oneroom-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
