/** The pictures of the documentation, from a real server, a real browser and a real nc. */
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { launch } from '../support/chromium.ts'
import { need } from '../support/installed.ts'
import { Program, type Served, serve } from '../support/program.ts'
import { type RawClient, rawClient } from '../support/raw.ts'
import { composer, drawn, join as enter, open, row, say } from '../support/view.ts'
import { Desk, PAGE_SIZE } from './desk.ts'

const FOLDER = resolve(import.meta.dirname, '../../.github')
/** Instead of the address of this machine: as in a network, and the same each time. */
const ADDRESS = '192.168.1.20'
const SHOWN = {
  tcp: { host: ADDRESS, port: 8080, tls: 'off' },
  web: `http://${ADDRESS}:3000/`,
}
const KEY = 'open-sesame'
const nc = need('nc.openbsd')

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

const served = (): Promise<Served> => serve('--flood', 'off', '--host-key', KEY)

async function view(webUrl: string, path: string, options: BrowserContextOptions): Promise<Page> {
  const look = { locale: 'en-GB', colorScheme: 'light', ...options } as const
  const page = await open(browser, 'about:blank', look)
  await page.route('**/api/address', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, json: { ...(await response.json()), ...SHOWN } })
  })
  await page.goto(webUrl + path)
  return page
}

async function keep(page: Page, name: string): Promise<void> {
  await drawn(page)
  await page.screenshot({ path: join(FOLDER, `${name}.png`) })
}

async function person(tcpPort: number, name: string): Promise<RawClient> {
  const client = await rawClient(tcpPort)
  client.send(`/name ${name}\n`)
  await client.until(`You are ${name} now.`)
  return client
}

/** What a terminal shows: what is typed, and what nc prints. */
class Terminal {
  readonly program: Program
  #text = `$ nc ${ADDRESS} 8080\n`
  #printed = 0

  constructor(tcpPort: number) {
    this.program = new Program(nc as string, ['127.0.0.1', `${tcpPort}`])
  }

  get text(): string {
    this.#text += this.program.stdout.slice(this.#printed)
    this.#printed = this.program.stdout.length
    return this.#text
  }

  type(line: string): void {
    this.#text = `${this.text}${line}\n`
    this.program.type(`${line}\n`)
  }
}

test.skipIf(!nc)('together: the page and nc in the same room', async () => {
  const { webUrl, tcpPort } = await served()
  const page = await view(webUrl, '', { viewport: PAGE_SIZE })
  await enter(page, 'Asha')
  await page.locator('.first').waitFor()
  const desk = await Desk.open(browser, page)
  const said = async (from: Page, text: string) => {
    await composer(from).fill(text)
    await drawn(from)
    await desk.take(terminal.text, 900)
    await composer(from).press('Enter')
    await row(from, text).waitFor()
    await terminal.program.until(text)
    await drawn(from)
    await desk.take(terminal.text, 1600)
  }
  await desk.take('$ ', 1800)
  await desk.take(`$ nc ${ADDRESS} 8080`, 900)
  const terminal = new Terminal(tcpPort)
  await terminal.program.until('bye leaves.')
  await page.getByText('guest-1 joined').waitFor()
  await desk.take(terminal.text, 1800)
  const typed = async (line: string, shown: string) => {
    terminal.type(line)
    await row(page, shown).waitFor()
    await drawn(page)
    await desk.take(terminal.text, 1600)
  }
  terminal.type('/name Bo')
  await terminal.program.until('You are Bo now.')
  await typed('Hello from plain nc. Is anybody at a browser?', 'Hello from plain nc.')
  await said(page, 'Yes, I am. Nothing to install here, either.')
  await typed('/me raises a cup of tea', 'raises a cup of tea')
  await typed('/hand', 'Bo raised a hand')
  await desk.take(terminal.text, 1200)
  await said(page, 'What is your question, Bo?')
  await typed('What did my program send?', 'What did my program send?')
  await said(page, 'Bo, each line, in the same order for everybody.')
  await desk.take(terminal.text, 2600)
  writeFileSync(join(FOLDER, 'together.png'), desk.film())
})

test('first: an empty room', async () => {
  const { webUrl } = await served()
  const page = await view(webUrl, '', { viewport: { width: 1280, height: 640 } })
  await enter(page, 'Asha')
  await page.locator('.first .qr').waitFor()
  await keep(page, 'first')
})

test('page, phone, wall: a class', async () => {
  const { webUrl, tcpPort } = await served()
  const page = await view(webUrl, '', { viewport: { width: 1280, height: 720 } })
  await enter(page, 'Asha')
  await say(page, `/host ${KEY}`)
  await row(page, 'Asha is a host now').waitFor()
  await say(page, '/lesson')
  const bo = await person(tcpPort, 'Bo')
  const ines = await person(tcpPort, 'Inês')
  const sensor = await person(tcpPort, 'sensor-7')
  await say(page, '/topic Exercise 4: sockets')
  bo.send('hello from nc, is anybody at a browser?\n')
  await row(page, 'hello from nc').waitFor()
  await say(
    page,
    'Yes! Here is the loop of **exercise 4**:\n```\nfor line in room.makefile():\n    print(line, end="")\n```',
  )
  await row(page, 'Here is the loop').waitFor()
  sensor.send('temperature 21.4 °C\n')
  await row(page, 'temperature').waitFor()
  ines.send('/hand\n')
  await row(page, 'Inês raised a hand').waitFor()
  bo.send('/hand\n')
  await row(page, 'Bo raised a hand').waitFor()
  ines.send('Asha: why does recv() return half a line?\n')
  await row(page, 'half a line').waitFor()
  await composer(page).fill('@Inês TCP is a stream: read **until** the line end.')
  await page.locator('.view').waitFor()
  await page.locator('.hands').waitFor()
  await keep(page, 'page')

  const wall = await view(webUrl, '/?view=wall', { viewport: { width: 1920, height: 1080 } })
  await row(wall, 'half a line').waitFor()
  await wall.locator('.hands-up').waitFor()
  await wall.locator('.qr').waitFor()
  await keep(wall, 'wall')

  const phone = await view(webUrl, '', {
    viewport: { width: 390, height: 760 },
    colorScheme: 'dark',
  })
  await enter(phone, 'Nima')
  await row(phone, 'half a line').waitFor()
  await composer(phone).fill('/')
  await phone.getByRole('option').first().waitFor()
  await keep(phone, 'phone')
})
