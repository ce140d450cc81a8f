import { describe, expect, it } from 'vitest'
import { colorOf, NAME_COLORS, painted } from '../../shared/dialect/style.ts'
import { testFolder } from '../support/folder.ts'
import { serveInProcess } from '../support/gateway.ts'
import { type PageClient, pageClient } from '../support/page.ts'
import { fixedPort, type Served, serve } from '../support/program.ts'
import { Screen, tmux } from '../support/tmux.ts'

/** `room`: undefined for the lobby. */
async function page(webUrl: string, name: string, room?: string): Promise<PageClient> {
  const client = await pageClient(webUrl)
  await client.hello({ name, ...(room !== undefined && { room }) })
  return client
}

function address({ tcpPort }: Served): string {
  return `127.0.0.1:${tcpPort}`
}

/** A client at a terminal under the name Ann, with a server of its own. */
async function ann(
  columns = 80,
  config: Parameters<typeof serveInProcess>[0] = {},
): Promise<{ screen: Screen; served: Served; bob: PageClient }> {
  const served = await serveInProcess(config)
  const bob = await page(served.webUrl, 'Bob')
  const screen = new Screen(['connect', address(served), '--name', 'Ann'], columns)
  await screen.until(/Here: Bob \(web\)\.(\n.*)*\nAnn>$/)
  return { screen, served, bob }
}

function say(client: PageClient, ...texts: string[]): void {
  for (const text of texts) client.send({ type: 'say', text })
}

describe.skipIf(tmux === undefined)('oneroom connect at a terminal', () => {
  it('shows messages above the typed line, which stays complete', async () => {
    const { screen, bob } = await ann(40)
    // Two rows with characters of every width; the caret is inside the text.
    const typed = 'half typed: zażółć 漢字漢字漢字漢字 👩‍👩‍👧 🇳🇵 e\u0301nd'
    screen.type(typed).press('Left', 'Left', 'Left')
    const rows = 'Ann> half typed: zażółć 漢字漢字漢字漢\n字 👩‍👩‍👧 🇳🇵 e\u0301nd'
    // tmux loses a joiner between two characters when it reads them in two parts.
    const joined = (text: string) => text.replaceAll('\u200d', '')
    await expect.poll(() => joined(screen.text)).toContain(joined(rows))
    // After the cells of the two characters in the second row, and the spaces.
    const column = 9
    await expect.poll(() => screen.cursor[0]).toBe(column)
    say(bob, ...Array.from({ length: 100 }, (_, at) => `message ${at}`))
    const drawn = joined(`Bob: message 99\n${rows}`)
    await expect.poll(() => joined(screen.text)).toContain(drawn)
    await expect.poll(() => screen.cursor[0]).toBe(column)
    // No part of the prompt was left on the screen, and no message was lost.
    const said = screen.everything.match(/Bob: message \d+/g)
    expect(said).toEqual(Array.from({ length: 100 }, (_, at) => `Bob: message ${at}`))
    expect(screen.everything.match(/half typed/g)).toHaveLength(1)
    screen.press('Enter')
    expect((await bob.until(typed.normalize('NFC'))).from).toMatchObject({
      name: 'Ann',
      via: 'json',
    })
    await screen.until(/\] Ann: half typed: .*\n.*\nAnn>$/)
  })

  it('keeps the typed line whole when the terminal is made narrower and wider', async () => {
    const { screen, bob } = await ann(80)
    const typed = 'one two three four five six seven eight nine ten eleven twelve thirteen fourteen'
    // The layout leaves the last column of each row free.
    const shown = (columns: number): boolean => {
      const rows = `Ann> ${typed}`.match(new RegExp(`.{1,${columns - 1}}`, 'g')) ?? []
      return screen.text.endsWith(rows.map((row) => row.trimEnd()).join('\n'))
    }
    screen.type(typed)
    await expect.poll(() => shown(80)).toBe(true)
    for (const columns of [33, 61, 20, 80]) {
      screen.resize(columns, 24)
      await expect.poll(() => shown(columns)).toBe(true)
      say(bob, `at ${columns}`)
      await screen.until(`Bob: at ${columns}\n`)
      await expect.poll(() => shown(columns)).toBe(true)
      expect(screen.everything.match(/one two/g)).toHaveLength(1)
    }
  })

  it('survives a restart of the server with nothing lost or doubled', async () => {
    const data = testFolder()
    const args = ['--data', data, '--flood', 'off', '--tcp-port', `${await fixedPort()}`]
    const first = await serve(...args)
    const screen = new Screen(['connect', address(first), '--name', 'Ann'])
    await screen.until(/Ann>$/)
    const bob = await page(first.webUrl, 'Bob')
    say(bob, 'before')
    await screen.until('Bob: before')
    screen.type('still typing')
    await screen.until('Ann> still typing')
    first.server.child.kill('SIGKILL')
    await screen.until(/\nOffline, trying again in \d s\. .*\nAnn \(offline\)> still typing$/)
    // Sent while there is no connection.
    screen.press('Enter').type('and more').press('Enter')
    await screen.until(/… still typing\n… and more\nAnn \(offline\)>$/)
    const second = await serve(...args)
    const text = await screen.until(/Ann: and more\nAnn>$/)
    expect(text.match(/\] .*/g)).toEqual([
      '] Bob: before',
      '] Ann: still typing',
      '] Ann: and more',
    ])
    const reader = await pageClient(second.webUrl)
    const { events } = await reader.hello({ history: 50 })
    expect(events.map(({ from, text: said }) => `${from.name}: ${said}`)).toEqual([
      'Bob: before',
      'Ann: still typing',
      'Ann: and more',
    ])
  })

  it('moves between rooms, and shows nothing of a room that it has left', async () => {
    const { screen, served, bob } = await ann()
    const carol = await page(served.webUrl, 'Carol', 'Physics')
    carol.send({ type: 'topic', text: 'Exercise 4' })
    say(carol, 'earlier')
    await carol.until('earlier')
    screen.type('/join physics').press('Enter')
    await screen.until(
      /You are in Physics now\.\n\* Here: Carol \(web\)\.\n\* Topic: Exercise 4\n(.*\n)*.*Carol: earlier\nAnn in Physics>$/,
    )
    await bob.next('presence', ({ left }) => left.some(({ name }) => name === 'Ann'))
    say(bob, 'in the lobby')
    await bob.until('in the lobby')
    say(carol, 'in Physics')
    await screen.until('Carol: in Physics\n')
    screen.type('said in Physics').press('Enter')
    expect((await carol.until('said in Physics')).from.name).toBe('Ann')
    screen.type('/who').press('Enter')
    await screen.until('* 2 in Physics: Carol (web), Ann (program)')
    expect(screen.everything).not.toMatch(/in the lobby|Ann left/)
    screen.type('/join lobby').press('Enter')
    await carol.next('presence', ({ left }) => left.some(({ name }) => name === 'Ann'))
    say(carol, 'later')
    await carol.until('later')
    screen.type('said in the lobby').press('Enter')
    await bob.until('said in the lobby')
    const text = await screen.until(
      /You are in lobby now\.\n\* Here: Bob \(web\)\.\n.*\n.*Bob: in the lobby\n.*Ann: said in the lobby\nAnn>$/,
    )
    expect(text).not.toContain('later')
    expect(bob.texts).toEqual(['in the lobby', 'said in the lobby'])
    expect(carol.texts).not.toContain('said in the lobby')
  })

  it('lists the rooms, completes their names, and shows and sets the topic', async () => {
    const { screen, served } = await ann()
    await page(served.webUrl, 'Carol', 'Physics lab')
    screen.type('/rooms').press('Enter')
    await screen.until(/^ {2}lobby {8}2 here\n {2}Physics lab {2}1 here\nAnn>$/m)
    screen.type('/join phy').press('Tab', 'Enter')
    await screen.until('Ann in Physics lab>')
    screen.type('/topic').press('Enter')
    await screen.until('There is no topic.')
    screen.type('/topic Waves').press('Enter')
    await screen.until('* Ann set the topic: Waves')
    screen.type('/topic').press('Enter')
    await screen.until('* Topic: Waves')
  })

  it('keeps its room when the server restarts', async () => {
    const args = ['--data', testFolder(), '--tcp-port', `${await fixedPort()}`]
    const first = await serve(...args)
    const screen = new Screen(['connect', address(first), '--name', 'Ann'])
    await screen.until(/Ann>$/)
    screen.type('/join physics').press('Enter')
    await screen.until(/Ann in physics>$/)
    say(await page(first.webUrl, 'Carol', 'physics'), 'before')
    await screen.until('Carol: before')
    first.server.child.kill('SIGKILL')
    await screen.until('Ann in physics (offline)>')
    screen.type('/join lobby').press('Enter')
    await screen.until('! There is no connection now.')
    screen.type('meanwhile').press('Enter')
    await screen.until('… meanwhile')
    const second = await serve(...args)
    await screen.until(/Ann: meanwhile\nAnn in physics>$/)
    say(await page(second.webUrl, 'Bob'), 'in the lobby')
    const carol = await pageClient(second.webUrl)
    const { events } = await carol.hello({ name: 'Carol', room: 'physics', history: 50 })
    expect(events.map(({ text }) => text)).toEqual(['before', 'meanwhile'])
    say(carol, 'after')
    const text = await screen.until('Carol: after')
    expect(text.match(/\] .*: .*/g)).toEqual([
      '] Carol: before',
      '] Ann: meanwhile',
      '] Carol: after',
    ])
  })

  it('begins in the room of the address', async () => {
    const { served } = await ann()
    const carol = await page(served.webUrl, 'Carol', 'Physics lab')
    const screen = new Screen(['connect', `${address(served)}/physics%20lab`, '--name', 'Dan'])
    await screen.until(/\* You are Dan in Physics lab at .*\n\* Here: Carol \(web\)\.\n/)
    screen.type('hi').press('Enter')
    expect((await carol.until('hi')).from.name).toBe('Dan')
  })

  it('stays where it is if the next room is invalid or unknown', async () => {
    const served = await serveInProcess({ rooms: { type: 'listed', names: ['maths'] } })
    const screen = new Screen(['connect', `${address(served)}/maths`, '--name', 'Ann'])
    await screen.until(/Ann in maths>$/)
    screen.type('/join a:b').press('Enter')
    await screen.until(/! A name cannot contain ":"\.\nAnn in maths>$/)
    screen.type('/join physics').press('Enter')
    await screen.until(/! There is no such room\.\nAnn in maths>$/)
    screen.type('/join Maths').press('Enter')
    await screen.until(/! You are in that room already\.\nAnn in maths>$/)
    const other = new Screen(['connect', `${address(served)}/physics`])
    expect(await other.until('exit 1')).toBe('! There is no such room.\nexit 1')
  })

  it('recalls lines, and completes names and commands', async () => {
    const { screen, bob } = await ann()
    screen.type('bo').press('Tab').type('hi').press('Enter')
    await bob.until('Bob: hi')
    screen.press('Up').type('!').press('Enter')
    await bob.until('Bob: hi!')
    screen.type('/me waves').press('Enter')
    expect(await bob.until('waves')).toMatchObject({ kind: 'action' })
    screen.type('/who').press('Enter')
    await screen.until('* 2 here: Bob (web), Ann (program)')
    screen.type('/nmae x').press('Enter')
    await screen.until('Did you mean /name?')
    screen.type('/turn on').press('Enter')
    await screen.until('\n! /turn is for programs that send and read in turns,')
    screen.type('/name Anne').press('Enter')
    await screen.until(/\* Ann is now Anne\nAnne>$/)
    screen.type('/history 2').press('Enter')
    await screen.until(/Ann: Bob: hi!\n\[\d\d:\d\d] Ann \* waves\nAnne>$/)
  })

  it('lists the commands that work there', async () => {
    const { screen } = await ann()
    screen.type('/help').press('Enter')
    const help = await screen.until('/quit or bye')
    expect(help).toContain(' /ascii ')
    expect(help).not.toMatch(/\/(resume|turn)\b/)
  })

  it('asks before it sends a paste of several messages', async () => {
    const { screen, bob } = await ann()
    screen.paste('one\n/quit\nthree\n')
    await screen.until('1 message of 3 lines; send? y/n')
    screen.type('n')
    await screen.until(/Ann>$/)
    screen.paste('one\n/quit\nthree\n')
    await screen.until('1 message of 3 lines; send? y/n')
    screen.type('y')
    await bob.until('one\n/quit\nthree')
    await screen.until(/Ann: one\n +\| \/quit\n +\| three\n/)
  })

  it('reports that the end of a paste is missing, and discards it at Ctrl-C', async () => {
    const { screen, bob } = await ann()
    screen.type('\x1b[200~one\ntwo')
    await screen.until('! The paste has not ended. Press Ctrl-C to discard it.')
    screen.press('C-c').type('typed').press('Enter')
    await bob.until('typed')
    expect(bob.texts).toEqual(['typed'])
  })

  it('gives two names two colours, unless NO_COLOR or --color turns them off', async () => {
    const { screen, served, bob } = await ann()
    say(bob, 'hi')
    await screen.until('Bob: hi')
    // The two have one colour at other terminals, which do not know who else is there.
    expect(colorOf('Bob')).toBe(colorOf('Ann'))
    const next = (colorOf('Bob') + 1) % NAME_COLORS.length
    expect(screen.coloured).toContain(painted('Ann').replace('\x1b[39m', ''))
    expect(screen.coloured).toContain(painted('Bob', next).replace('\x1b[39m', ''))
    const plain = new Screen(['connect', address(served), '--color', 'never'])
    await plain.until('Bob: hi')
    expect(plain.coloured).not.toContain('\x1b[')
  })

  it('breaks lines between words, and sets off the own name in what others say', async () => {
    const { screen, bob } = await ann(36)
    say(bob, 'one two three four five six seven eight nine, @ann')
    await screen.until(
      /\] Bob: one two three four\n {8}five six seven eight nine,\n {8}@ann\nAnn>$/,
    )
    expect(screen.coloured).toContain('@\x1b[7mann')
    screen.type('I am Ann').press('Enter')
    await screen.until(/Ann: I am Ann\nAnn>$/)
    expect(screen.coloured.split('\x1b[7m')).toHaveLength(2)
  })

  it.each([
    ['Ctrl-D', 'C-d'],
    ['Ctrl-C', 'C-c'],
  ])('leaves with 0 at %s on an empty line, and says so to the room', async (_, key) => {
    const { screen, bob } = await ann()
    // A member that leaves in the turn in which it joined is not mentioned.
    await bob.next('presence', ({ joined }) => joined.some(({ name }) => name === 'Ann'))
    screen.press(key)
    await screen.until('exit 0')
    await bob.next('presence', ({ left }) => left.some(({ name }) => name === 'Ann'))
  })

  it('does not leave without a word when something was not sent', async () => {
    const served = await serve()
    const screen = new Screen(['connect', address(served), '--name', 'Ann'])
    await screen.until(/Ann>$/)
    served.server.child.kill('SIGKILL')
    await screen.until('Ann (offline)>')
    screen.type('unheard').press('Enter')
    await screen.until('… unheard')
    screen.press('C-c')
    await screen.until('! 1 message was not sent yet.')
    screen.press('C-c')
    await screen.until('exit 1')
  })

  it('registers the name, and shows the code that gives it back', async () => {
    const { screen, served } = await ann(160, { reserve: true })
    screen.type('/register').press('Enter')
    const text = await screen.until(/Ann is registered: .*\n\* Your code is (\S+)\. Keep it/)
    const [, token = ''] = /Your code is (\S+)\. Keep/.exec(text) ?? []
    screen.type('/unregister').press('Enter')
    await screen.until('You have no registered name now.')
    const again = await pageClient(served.webUrl)
    expect((await again.hello({ token })).you.name).toBe('Ann')
  })

  it('takes the suggested name if its own is taken', async () => {
    const { served } = await ann()
    const screen = new Screen(['connect', address(served), '--name', 'bob'])
    await screen.until(
      /bob is taken, or looks like a name that is; this client takes the name bob-2\.(.*\n)*\* You are bob-2 at .*(\n.*)*bob-2>$/,
    )
  })

  it('reports in one sentence that there is no server, and exits with 1', async () => {
    const screen = new Screen(['connect', '127.0.0.1:1'])
    expect(await screen.until('exit 1')).toBe(
      '! No server listens at 127.0.0.1:1: the connection was refused.\nexit 1',
    )
  })
})
