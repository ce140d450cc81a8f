import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished } from 'vitest'
import { launch } from '../support/chromium.ts'
import { need } from '../support/installed.ts'
import { Program, serve } from '../support/program.ts'
import { greeted } from '../support/raw.ts'
import { it } from '../support/view.ts'

const python = need('python3')
const nc = need('nc.openbsd')
const fixtures = join(import.meta.dirname, '../fixtures')
const utf8 = { env: { ...process.env, PYTHONIOENCODING: 'utf-8', PYTHONUNBUFFERED: '1' } }

/** The client from the fixtures, with only its port changed. */
function reportClient(port: number): Program {
  const folder = mkdtempSync(join(tmpdir(), 'oneroom-client-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const source = readFileSync(join(fixtures, 'client.py'), 'utf8')
  const path = join(folder, 'client.py')
  writeFileSync(path, source.replace('PORT = 8080', `PORT = ${port}`))
  return new Program(python as string, [path], utf8)
}

describe('the mission', () => {
  const withPrograms = python && nc ? it : it.skip
  withPrograms(
    'a page, nc, the lock-step client of the report and a C-style sender are in one room',
    async () => {
      const { webUrl, tcpPort } = await serve()
      // This client only listens, so it receives all messages.
      const { client: watcher } = await greeted(tcpPort)

      const browser = await launch()
      onTestFinished(() => browser.close())
      const page = await browser.newPage()
      const faults: string[] = []
      page.on('pageerror', (error) => faults.push(String(error)))
      page.on('console', (line) => line.type() === 'error' && faults.push(line.text()))
      await page.goto(webUrl)
      await page.getByLabel('Your name').fill('Ann')
      await page.keyboard.press('Enter')
      await watcher.until('* Ann joined (web)\n')

      const terminal = new Program(nc as string, ['127.0.0.1', `${tcpPort}`])
      await terminal.until('Here: guest-1 (tcp), Ann (web).')
      await watcher.until('* guest-2 joined (tcp)\n')
      terminal.type('/name Bob\n')
      await watcher.until('* guest-2 is now Bob\n')

      const student = reportClient(tcpPort)
      await student.until('From Server :  Welcome to Oneroom. You are guest-3;')
      await watcher.until('guest-3: This is from Client\n')

      const c = new Program(python as string, [join(fixtures, 'nul_client.py'), `${tcpPort}`], utf8)
      await c.until('You are guest-4;')

      const message = page.getByLabel('Message', { exact: true })
      await message.fill('Grüße 🙂 𝒳 from the page')
      await message.press('Enter')
      await watcher.until('Ann: Grüße 🙂 𝒳 from the page\n')
      terminal.type('日本語 🧑‍🚀 from nc\n')
      await watcher.until('Bob: 日本語 🧑‍🚀 from nc\n')
      c.type('été 🎉 from C\n')
      await watcher.until('guest-4: été 🎉 from C\n')
      student.type('𝄞 from the student\n')
      await watcher.until('guest-3: 𝄞 from the student\n')
      terminal.type('last of all\n')
      await watcher.until('Bob: last of all\n')

      const said = [
        'guest-3: This is from Client',
        'Ann: Grüße 🙂 𝒳 from the page',
        'Bob: 日本語 🧑‍🚀 from nc',
        'guest-4: été 🎉 from C',
        'guest-3: 𝄞 from the student',
        'Bob: last of all',
      ]
      const heard = (text: string) =>
        [...text.matchAll(/\] (?:\S+): .*/g)].map(([line]) => line.slice(2))
      expect(heard(watcher.text)).toEqual(said)

      await terminal.until('guest-3: 𝄞 from the student\n')
      expect(heard(terminal.stdout)).toEqual(said.filter((line) => !line.startsWith('Bob')))
      await c.until('Bob: last of all\n')
      // This client joined later and received the history. It ends no line, so it receives its own
      // messages too.
      expect(heard(c.stdout)).toEqual(said)
      // This program reads once for each line that is typed into it.
      student.type('and now?\n')
      await watcher.until('guest-3: and now?\n')
      await student.until('Bob: last of all\n')
      // The greeting is the reply to what it sent first.
      expect(heard(student.stdout).slice(0, said.length - 1)).toEqual(said.slice(1))

      const rows = page.getByRole('log').getByRole('listitem')
      await rows.filter({ hasText: 'and now?' }).waitFor()
      const seen = (await rows.allTextContents()).join('\n')
      const places = said.map((line) => seen.indexOf(line.slice(line.indexOf(': ') + 2)))
      expect(places).toEqual([...places].sort((one, other) => one - other))
      expect(places[0]).toBeGreaterThanOrEqual(0)

      // Each client leaves in its own way, and the room shows it once.
      student.type('bye\n')
      expect(await student.untilExit()).toBe(0)
      await watcher.until('* guest-3 left\n')
      c.child.stdin?.end()
      await watcher.until('* guest-4 left\n')
      terminal.child.kill('SIGINT')
      await watcher.until('* Bob left\n')
      await page.getByRole('button', { name: 'Leave' }).click()
      await watcher.until('* Ann left\n')
      watcher.send('/who\n')
      await watcher.until('1 here: guest-1 (tcp)\n')
      expect(watcher.text.match(/\* \S+ left\n/g)).toHaveLength(4)
      expect(faults).toEqual([])
    },
  )
})
