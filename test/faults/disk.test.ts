/**
 * A file system that is really full, and one that may not be written: a tmpfs of the
 * test's own, which only root can have.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { testFolder } from '../support/folder.ts'
import { pageClient } from '../support/page.ts'
import { oneroom, serve } from '../support/program.ts'
import { greeted } from '../support/raw.ts'

/** A file system of a few MB, or undefined where none can be mounted. */
function mounted(size: string): string | undefined {
  const folder = join(testFolder(), 'disk')
  mkdirSync(folder)
  const mount = (...args: string[]) => spawnSync('mount', [...args, folder]).status === 0
  if (!mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs')) {
    console.error('No file system can be mounted here, so the tests of a full disk are skipped.')
    return undefined
  }
  onTestFinished(() => {
    spawnSync('umount', ['-l', folder])
  })
  return folder
}

test('a full disk under load: what was acknowledged is kept, nothing else is told, and it goes on when there is space', async ({
  skip,
}) => {
  const disk = mounted('4m')
  if (disk === undefined) return skip()
  const data = join(disk, 'data')
  const { webUrl, tcpPort, server } = await serve('--data', data, '--flood', 'off')
  const { client: terminal } = await greeted(tcpPort)
  const page = await pageClient(webUrl)
  const { token, epoch } = await page.hello({ name: 'Ann' })
  writeFileSync(join(disk, 'ballast'), Buffer.alloc(2_000_000))

  const text = (at: number) => `${at} ${'x'.repeat(1000)}`
  let said = 0
  while (!page.messages.some(({ type }) => type === 'error') && said < 20_000) {
    for (let more = 0; more < 50; more += 1) {
      said += 1
      page.send({ type: 'say', id: `id ${said}`, text: text(said) })
    }
    // Nothing is acknowledged out of turn, so the last of them is answered last.
    const last = `id ${said}`
    await Promise.race([page.until(text(said)), page.next('error', ({ id }) => id === last)])
  }
  const refused = page.messages.flatMap((one) => (one.type === 'error' ? [one] : []))
  expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['log_unavailable']))
  const acknowledged = page.events.length
  expect(acknowledged + refused.length).toBe(said)

  // The room stays up for those who read.
  terminal.send('/who\n')
  await terminal.until('2 here: ')
  page.send({ type: 'history', limit: 1 })
  expect((await page.next('history')).events[0]?.seq).toBe(acknowledged)

  rmSync(join(disk, 'ballast'))
  for (const { id = '' } of refused) {
    page.send({ type: 'say', id, text: text(Number(id.slice(3))) })
  }
  await page.until(text(Number(refused.at(-1)?.id?.slice(3))))
  await terminal.until(`Ann: ${refused.at(-1)?.id?.slice(3)} x`)

  server.child.kill('SIGKILL')
  await server.untilExit()
  const again = await serve('--data', data)
  const reader = await pageClient(again.webUrl)
  await reader.hello({ token, epoch, seq: 0 })
  // What was refused was said again later, so the last one sent need not be the last one told.
  await reader.until(page.texts.at(-1) ?? '')
  expect(reader.events).toEqual(page.events)
  expect(new Set(reader.texts).size).toBe(said)
})

test('a folder that may not be written refuses the start, in one sentence', async ({ skip }) => {
  const disk = mounted('1m')
  if (disk === undefined) return skip()
  const remounted = spawnSync('mount', ['-o', 'remount,ro', disk])
  expect(remounted.status).toBe(0)
  const started = oneroom('--web-port', '0', '--tcp-port', '0', '--data', disk)
  expect(await started.untilExit()).toBe(2)
  expect(started.stderr).toBe(`oneroom: The data folder ${disk} cannot be written.\n`)
})
