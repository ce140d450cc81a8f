/**
 * A file system that is full, and one that is read-only. Each is a tmpfs that the test mounts,
 * which needs root.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { testFolder } from '../support/folder.ts'
import { pageClient } from '../support/page.ts'
import { oneroom, serve } from '../support/program.ts'
import { greeted } from '../support/raw.ts'

/** Mounts a file system of this size; undefined when that is not allowed. */
function mounted(size: string): string | undefined {
  const folder = join(testFolder(), 'disk')
  mkdirSync(folder)
  const mount = (...args: string[]) => spawnSync('mount', [...args, folder]).status === 0
  if (!mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs')) {
    console.error(
      'No file system can be mounted, so the tests of a full disk are skipped. They need root.',
    )
    return undefined
  }
  onTestFinished(() => {
    spawnSync('umount', ['-l', folder])
  })
  return folder
}

test('a full disk under load: acknowledged messages are kept, others are refused and not broadcast, and it works again when there is space', async ({
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
    // Messages are acknowledged in order, so the last acknowledgement is that of the last one.
    const last = `id ${said}`
    await Promise.race([page.until(text(said)), page.next('error', ({ id }) => id === last)])
  }
  const refused = page.messages.flatMap((one) => (one.type === 'error' ? [one] : []))
  expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['log_unavailable']))
  const acknowledged = page.events.length
  expect(acknowledged + refused.length).toBe(said)

  // Reading still works.
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
  // Refused messages were sent again, so the last one sent need not be the last one in the log.
  await reader.until(page.texts.at(-1) ?? '')
  expect(reader.events).toEqual(page.events)
  expect(new Set(reader.texts).size).toBe(said)
})

test('a server with a read-only folder does not start, and gives the reason in one sentence', async ({
  skip,
}) => {
  const disk = mounted('1m')
  if (disk === undefined) return skip()
  const remounted = spawnSync('mount', ['-o', 'remount,ro', disk])
  expect(remounted.status).toBe(0)
  const started = oneroom('--web-port', '0', '--tcp-port', '0', '--data', disk)
  expect(await started.untilExit()).toBe(2)
  expect(started.stderr).toBe(`oneroom: The data folder ${disk} cannot be written.\n`)
})
