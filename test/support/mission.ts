/**
 * The mission: clients of every kind in one room, and in two. Each of them connects to the next of the
 * servers, which are one, or share a database.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { launch } from './chromium.ts'
import { need } from './installed.ts'
import { Program, type Served } from './program.ts'
import { greeted, type RawClient } from './raw.ts'
import { it as browserTest, join, open, row, say } from './view.ts'
import { HANGING_MS } from './waiting.ts'

const python = need('python3')
const nc = need('nc.openbsd')
const script = need('script')
const telnet = need('inetutils-telnet')
const fixtures = joinPath(import.meta.dirname, '../fixtures')
const utf8 = { env: { ...process.env, PYTHONIOENCODING: 'utf-8', PYTHONUNBUFFERED: '1' } }

/** A test that needs Chromium and the programs of the mission, and is skipped without them. */
export const it = python && nc && script && telnet ? browserTest : browserTest.skip

/** The lock-step client of the report, with only its port changed. */
function reportClient(port: number): Program {
  const folder = mkdtempSync(joinPath(tmpdir(), 'oneroom-client-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const source = readFileSync(joinPath(fixtures, 'client.py'), 'utf8')
  const path = joinPath(folder, 'client.py')
  writeFileSync(path, source.replace('PORT = 8080', `PORT = ${port}`))
  return new Program(python as string, [path], utf8)
}

/** The page is of the first server, and each other client of the next one. */
function inTurn(servers: readonly Served[]): { webUrl: string; next: () => Served } {
  let at = 0
  const next = (): Served => {
    at += 1
    return servers[at % servers.length] as Served
  }
  return { webUrl: servers[0]?.webUrl ?? '', next }
}

type Listener = { client: RawClient; name: string }

async function listeners(servers: readonly Served[]): Promise<Listener[]> {
  const all: Listener[] = []
  for (const { tcpPort } of servers) all.push(await greeted(tcpPort))
  return all
}

/** The people in a line of a greeting or of /who, in the order of the alphabet. */
const peopleIn = (line: string) =>
  line
    .replace(/^.*here: |\.( .*)?$/gi, '')
    .split(', ')
    .sort()

async function untilEach(clients: readonly RawClient[], pattern: string | RegExp): Promise<void> {
  await Promise.all(clients.map((client) => client.until(pattern)))
}

async function guestNameOf(client: Program): Promise<string> {
  const greeting = await client.until(/You are (\S+);/)
  return /You are (\S+);/.exec(greeting)?.[1] ?? ''
}

/** The first words of the messages that a client has shown, in their order. */
const marks = (text: string) => [...text.matchAll(/(?<=^|: )[LP]\d(?= )/gm)].map(([mark]) => mark)

/** A page, nc, the lock-step client of the report and a C-style sender are in one room. */
export async function inOneRoom(servers: readonly Served[]): Promise<void> {
  const { next, webUrl } = inTurn(servers)
  // These clients only listen, one at each server, so each of them receives all messages.
  const joined = await listeners(servers)
  const watchers = joined.map(({ client }) => client)
  const present = joined.map(({ name }) => `${name} (terminal)`)

  const browser = await launch()
  onTestFinished(() => browser.close())
  const page = await browser.newPage()
  page.setDefaultTimeout(HANGING_MS)
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (line) => line.type() === 'error' && faults.push(line.text()))
  await page.goto(webUrl)
  await page.getByLabel('Your name').fill('Ann')
  await page.keyboard.press('Enter')
  await untilEach(watchers, '* Ann joined (web)\n')

  const terminal = new Program(nc as string, ['127.0.0.1', `${next().tcpPort}`])
  const guest = await guestNameOf(terminal)
  const [here = ''] = /^Here: .*/m.exec(await terminal.until('bye leaves.\n')) ?? []
  expect(peopleIn(here)).toEqual([...present, 'Ann (web)'].sort())
  await untilEach(watchers, `* ${guest} joined (terminal)\n`)
  terminal.type('/name Bob\n')
  await untilEach(watchers, `* ${guest} is now Bob\n`)

  const student = reportClient(next().tcpPort)
  const pupil = await guestNameOf(student)
  await untilEach(watchers, `${pupil}: This is from Client\n`)

  const c = new Program(
    python as string,
    [joinPath(fixtures, 'nul_client.py'), `${next().tcpPort}`],
    utf8,
  )
  const sender = await guestNameOf(c)

  const message = page.getByLabel('Message', { exact: true })
  await message.fill('Grüße 🙂 𝒳 from the page')
  await message.press('Enter')
  await untilEach(watchers, 'Ann: Grüße 🙂 𝒳 from the page\n')
  terminal.type('日本語 🧑‍🚀 from nc\n')
  await untilEach(watchers, 'Bob: 日本語 🧑‍🚀 from nc\n')
  c.type('été 🎉 from C\n')
  await untilEach(watchers, `${sender}: été 🎉 from C\n`)
  student.type('𝄞 from the student\n')
  await untilEach(watchers, `${pupil}: 𝄞 from the student\n`)
  terminal.type('last of all\n')
  await untilEach(watchers, 'Bob: last of all\n')

  const said = [
    `${pupil}: This is from Client`,
    'Ann: Grüße 🙂 𝒳 from the page',
    'Bob: 日本語 🧑‍🚀 from nc',
    `${sender}: été 🎉 from C`,
    `${pupil}: 𝄞 from the student`,
    'Bob: last of all',
  ]
  const heard = (text: string) =>
    [...text.matchAll(/\] (?:\S+): .*/g)].map(([line]) => line.slice(2))
  for (const { text } of watchers) expect(heard(text)).toEqual(said)

  await terminal.until(`${pupil}: 𝄞 from the student\n`)
  expect(heard(terminal.stdout)).toEqual(said.filter((line) => !line.startsWith('Bob')))
  await c.until('Bob: last of all\n')
  // This client joined later and received the history. It ends no line, so it receives its own
  // messages too.
  expect(heard(c.stdout)).toEqual(said)
  // This program reads once for each line that is typed into it. On a busy machine, the server may be
  // stopped between its writes to the others and to this program, so one read may not have all.
  for (let turn = 1; turn < 6 && !student.stdout.includes('Bob: last of all\n'); turn += 1) {
    const reads = student.stdout.split('From Server').length
    student.type(`and now? ${turn}\n`)
    await untilEach(watchers, `${pupil}: and now? ${turn}\n`)
    await student.until(new RegExp(`(From Server[^]*){${reads}}`))
  }
  // The greeting is the reply to what it sent first.
  // On a busy machine, the server greets first, and then the program receives its first message too.
  const read = heard(student.stdout).filter((line) => line !== said[0])
  expect(read.slice(0, said.length - 1)).toEqual(said.slice(1))

  const rows = page.getByRole('log').getByRole('listitem')
  await rows.filter({ hasText: 'last of all' }).waitFor()
  const seen = (await rows.allTextContents()).join('\n')
  const places = said.map((line) => seen.indexOf(line.slice(line.indexOf(': ') + 2)))
  expect(places).toEqual([...places].sort((one, other) => one - other))
  expect(places[0]).toBeGreaterThanOrEqual(0)

  // Each client leaves in its own way, and the room shows it once.
  student.type('bye\n')
  expect(await student.untilExit()).toBe(0)
  await untilEach(watchers, `* ${pupil} left\n`)
  c.child.stdin?.end()
  await untilEach(watchers, `* ${sender} left\n`)
  terminal.child.kill('SIGINT')
  await untilEach(watchers, '* Bob left\n')
  await page.getByRole('button', { name: 'Leave' }).click()
  await untilEach(watchers, '* Ann left\n')
  for (const watcher of watchers) watcher.send('/who\n')
  for (const watcher of watchers) {
    const [list = ''] = /^\d+ here: .*/m.exec(await watcher.until(/^\d+ here: .*\n/m)) ?? []
    expect(peopleIn(list)).toEqual(present.toSorted())
  }
  for (const { text } of watchers) expect(text.match(/\* \S+ left\n/g)).toHaveLength(4)
  expect(faults).toEqual([])
}

/** A page in two rooms, nc in one, a lock-step program in the other, and telnet between them. */
export async function inTwoRooms(servers: readonly Served[]): Promise<void> {
  const { next, webUrl } = inTurn(servers)
  // These clients only listen, one in each room at each server, so each has the whole order of its
  // room.
  const inLobby = (await listeners(servers)).map(({ client }) => client)
  const inPhysics = (await listeners(servers)).map(({ client }) => client)
  for (const one of inPhysics) {
    one.send('/join physics\n')
    await one.until('You are in physics now.')
  }

  const browser = await launch()
  onTestFinished(() => browser.close())
  const page = await open(browser, webUrl)
  await join(page, 'Ann')
  await untilEach(inLobby, '* Ann joined (web)\n')
  await say(page, '/join physics')
  await untilEach(inPhysics, '* Ann joined (web)\n')
  await page.getByRole('heading', { level: 1, name: 'physics' }).waitFor()

  const netcat = new Program(nc as string, ['127.0.0.1', `${next().tcpPort}`])
  await netcat.until('bye leaves.\n')
  const mover = new Program(script as string, [
    '-qfec',
    `${telnet} 127.0.0.1 ${next().tcpPort}`,
    '/dev/null',
  ])
  await mover.until('bye leaves.')
  mover.type('/name Tel\r')
  // A member that is renamed in the turn in which it joined has joined under the new name.
  await untilEach(inLobby, /\* .*is now Tel\n|\* Tel joined/)
  const student = reportClient(next().tcpPort)
  const pupil = await guestNameOf(student)
  await untilEach(inLobby, 'This is from Client\n')
  // It ends no line, so the server must have each one before the next is sent. It reads once for each,
  // and on a busy machine it is one answer behind.
  const ask = async (line: string, heard: string) => {
    const reads = student.stdout.split('From Server').length
    student.type(`${line}\n`)
    await untilEach(inPhysics, `${heard}\n`)
    await student.until(new RegExp(`(From Server[^]*){${reads}}`))
  }
  await ask('/join physics', `* ${pupil} joined (terminal)`)
  for (let turn = 1; !student.stdout.includes('You are in physics now.'); turn += 1) {
    await ask(`and now? ${turn}`, `${pupil}: and now? ${turn}`)
  }

  await say(page, 'P1 from the page')
  await untilEach(inPhysics, 'P1 from the page')
  netcat.type('L1 from nc\n')
  await untilEach(inLobby, 'L1 from nc')
  student.type('P2 from the student\n')
  await untilEach(inPhysics, 'P2 from the student')
  mover.type('L2 from telnet\r')
  await untilEach(inLobby, 'Tel: L2 from telnet')
  mover.type('/join physics\r')
  await mover.until('You are in physics now.')
  await untilEach(inLobby, '* Tel left\n')
  await untilEach(inPhysics, '* Tel joined')
  netcat.type('L3 while telnet is away\n')
  await untilEach(inLobby, 'L3 while')
  mover.type('P3 from telnet\r')
  await untilEach(inPhysics, 'Tel: P3 from telnet')
  await page.getByRole('navigation', { name: 'Rooms' }).getByText('4 new').waitFor()
  await row(page, 'P3 from telnet').waitFor()
  mover.type('/join lobby\r')
  await mover.until('You are in lobby now.')
  await page.getByRole('button', { name: /^lobby/ }).click()
  await row(page, 'L3 while telnet is away').waitFor()
  await say(page, 'L4 from the page')
  await untilEach(inLobby, 'Ann: L4 from the page')
  await mover.until('Ann: L4 from the page')
  await netcat.until('Ann: L4 from the page')
  student.type('P4 from the student\n')
  await untilEach(inPhysics, 'P4 from the student')

  for (const { text } of inLobby) expect(marks(text)).toEqual(['L1', 'L2', 'L3', 'L4'])
  for (const { text } of inPhysics) expect(marks(text)).toEqual(['P1', 'P2', 'P3', 'P4'])
  // Terminals do not receive their own lines.
  expect(marks(netcat.stdout)).toEqual(['L2', 'L4'])
  expect(marks(student.stdout).filter((mark) => mark.startsWith('L'))).toEqual([])
  const shown = page.locator('[role=log] ol:not(.pending) .message .text')
  await shown.filter({ hasText: 'L4 from the page' }).waitFor()
  expect(marks((await shown.allTextContents()).join('\n'))).toEqual(['L1', 'L2', 'L3', 'L4'])
  await page.keyboard.press('Alt+ArrowDown')
  await row(page, 'P4 from the student').waitFor()
  expect(marks((await shown.allTextContents()).join('\n'))).toEqual(['P1', 'P2', 'P3', 'P4'])
}
