/** The mission in two rooms: each reads only the room in which it is, in the order of all. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { describe, expect, onTestFinished } from 'vitest'
import { launch } from '../support/chromium.ts'
import { need } from '../support/installed.ts'
import { Program, serve } from '../support/program.ts'
import { greeted } from '../support/raw.ts'
import { it, join, open, row, say } from '../support/view.ts'

const python = need('python3')
const nc = need('nc.openbsd')
const script = need('script')
const telnet = need('inetutils-telnet')
const utf8 = { env: { ...process.env, PYTHONIOENCODING: 'utf-8', PYTHONUNBUFFERED: '1' } }

/** The lock-step client of the report, with only its port changed. */
function reportClient(port: number): Program {
  const folder = mkdtempSync(joinPath(tmpdir(), 'oneroom-client-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const fixture = joinPath(import.meta.dirname, '../fixtures/client.py')
  const source = readFileSync(fixture, 'utf8')
  const path = joinPath(folder, 'client.py')
  writeFileSync(path, source.replace('PORT = 8080', `PORT = ${port}`))
  return new Program(python as string, [path], utf8)
}

/** The first words of the messages that a client has shown, in their order. */
const heard = (text: string) => [...text.matchAll(/(?<=^|: )[LP]\d(?= )/gm)].map(([mark]) => mark)

describe('the mission in two rooms', () => {
  const withPrograms = python && nc && script && telnet ? it : it.skip
  withPrograms(
    'a page in both, nc in one, a lock-step program in the other, and telnet between them',
    async () => {
      const { webUrl, tcpPort } = await serve()
      // These two only listen, one in each room, so each has the whole order of its room.
      const { client: inLobby } = await greeted(tcpPort)
      const { client: inPhysics } = await greeted(tcpPort)
      inPhysics.send('/join physics\n')
      await inPhysics.until('You are in physics now.')

      const browser = await launch()
      onTestFinished(() => browser.close())
      const page = await open(browser, webUrl)
      await join(page, 'Ann')
      await inLobby.until('* Ann joined (web)\n')
      await say(page, '/join physics')
      await inPhysics.until('* Ann joined (web)\n')
      await page.getByRole('heading', { level: 1, name: 'physics' }).waitFor()

      const netcat = new Program(nc as string, ['127.0.0.1', `${tcpPort}`])
      await netcat.until('bye leaves.\n')
      const mover = new Program(script as string, [
        '-qfec',
        `${telnet} 127.0.0.1 ${tcpPort}`,
        '/dev/null',
      ])
      await mover.until('bye leaves.')
      mover.type('/name Tel\r')
      // A member that is renamed in the turn in which it joined has joined under the new name.
      await inLobby.until(/\* .*is now Tel\n|\* Tel joined/)
      const student = reportClient(tcpPort)
      await student.until('From Server :')
      await inLobby.until('This is from Client\n')
      student.type('/join physics\n')
      await student.until('You are in physics now.')

      await say(page, 'P1 from the page')
      await inPhysics.until('P1 from the page')
      netcat.type('L1 from nc\n')
      await inLobby.until('L1 from nc')
      student.type('P2 from the student\n')
      await inPhysics.until('P2 from the student')
      mover.type('L2 from telnet\r')
      await inLobby.until('Tel: L2 from telnet')
      mover.type('/join physics\r')
      await mover.until('You are in physics now.')
      await inLobby.until('* Tel left\n')
      await inPhysics.until('* Tel joined')
      netcat.type('L3 while telnet is away\n')
      await inLobby.until('L3 while')
      mover.type('P3 from telnet\r')
      await inPhysics.until('Tel: P3 from telnet')
      await page.getByRole('navigation', { name: 'Rooms' }).getByText('4 new').waitFor()
      await row(page, 'P3 from telnet').waitFor()
      mover.type('/join lobby\r')
      await mover.until('You are in lobby now.')
      await page.getByRole('button', { name: /^lobby/ }).click()
      await row(page, 'L3 while telnet is away').waitFor()
      await say(page, 'L4 from the page')
      await inLobby.until('Ann: L4 from the page')
      await mover.until('Ann: L4 from the page')
      await netcat.until('Ann: L4 from the page')
      student.type('P4 from the student\n')
      await inPhysics.until('P4 from the student')

      expect(heard(inLobby.text)).toEqual(['L1', 'L2', 'L3', 'L4'])
      expect(heard(inPhysics.text)).toEqual(['P1', 'P2', 'P3', 'P4'])
      // Terminals do not receive their own lines.
      expect(heard(netcat.stdout)).toEqual(['L2', 'L4'])
      expect(heard(student.stdout).filter((mark) => mark.startsWith('L'))).toEqual([])
      const shown = page.locator('[role=log] ol:not(.pending) .message .text')
      expect(heard((await shown.allTextContents()).join('\n'))).toEqual(['L1', 'L2', 'L3', 'L4'])
      await page.keyboard.press('Alt+ArrowDown')
      await row(page, 'P4 from the student').waitFor()
      expect(heard((await shown.allTextContents()).join('\n'))).toEqual(['P1', 'P2', 'P3', 'P4'])
    },
  )
})
