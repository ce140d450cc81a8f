/** A folder of the test's own, gone when the test is over. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** `after`: when it is to go, for what several tests share. */
export function testFolder(after: (run: () => void) => void = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), 'oneroom-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
