import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { launch } from '../support/chromium.ts'
import { testFolder } from '../support/folder.ts'
import { oneroom, serve } from '../support/program.ts'
import { greeted } from '../support/raw.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

/** A page in a profile of its own; anything that it logs as an error fails the test. */
async function open(webUrl: string): Promise<Page> {
  const context = await browser.newContext()
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))
  onTestFinished(async () => {
    await context.close()
    expect(faults).toEqual([])
  })
  await page.goto(webUrl)
  return page
}

async function join(page: Page, name: string): Promise<void> {
  await page.getByLabel('Your name').fill(name)
  await page.keyboard.press('Enter')
}

const composer = (page: Page) => page.getByLabel('Message', { exact: true })

async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text)
  await composer(page).press('Enter')
}

const row = (page: Page, text: string) =>
  page.getByRole('log').getByRole('listitem').filter({ hasText: text })

describe('the page', () => {
  it('joins with one name and one Enter, and is ready to write', async () => {
    const { webUrl, tcpPort } = await serve()
    const { client } = await greeted(tcpPort)
    const page = await open(webUrl)
    await join(page, 'Ann')
    await client.until('* Ann joined (web)\n')
    await page.waitForFunction(() => document.activeElement?.id === 'message')
    await page.keyboard.type('hello <b>there</b>')
    await page.keyboard.press('Enter')
    await client.until('Ann: hello <b>there</b>\n')
    await row(page, 'hello <b>there</b>').waitFor()
    await page.getByText('1 web · 1 terminal').filter({ visible: true }).waitFor()
  })

  it('answers a name that is taken in its form, with one that is free', async () => {
    const { webUrl, tcpPort } = await serve()
    const { client } = await greeted(tcpPort)
    client.send('/name Ann\n')
    await client.until('You are Ann now.\n')
    const page = await open(webUrl)
    await join(page, 'ann')
    await page.getByRole('status').getByText('That name is taken.').waitFor()
    await page.getByRole('button', { name: 'Join as ann-2' }).click()
    await client.until('* ann-2 joined (web)\n')
  })

  it('is the same person after a reload, with what was said and the draft', async () => {
    const { webUrl, tcpPort } = await serve()
    const { client } = await greeted(tcpPort)
    const page = await open(webUrl)
    await join(page, 'Ann')
    await say(page, 'before the reload')
    await client.until('Ann: before the reload\n')
    await composer(page).fill('half a thought')
    await page.reload()
    await row(page, 'before the reload').waitFor()
    expect(await composer(page).inputValue()).toBe('half a thought')
    await composer(page).press('Enter')
    await client.until('Ann: half a thought\n')
    expect(client.text.match(/Ann (joined|left)/g)).toEqual(['Ann joined'])
  })

  it('keeps what was written while the server was away, and sends it once and in order', {
    timeout: 40_000,
  }, async () => {
    const data = testFolder()
    const first = await serve('--data', data)
    const ports = ['--web-port', new URL(first.webUrl).port, '--tcp-port', `${first.tcpPort}`]
    const page = await open(first.webUrl)
    await join(page, 'Ann')
    await say(page, 'before')
    await row(page, 'before').waitFor()
    first.server.child.kill('SIGKILL')
    await first.server.untilExit()
    await page.getByRole('button', { name: 'Retry now' }).waitFor()
    await say(page, 'one while away')
    await say(page, 'two while away')
    await page.reload().catch(() => {})
    const second = oneroom('serve', ...ports, '--data', data)
    await second.until('Waiting for client request..\n')
    await page.goto(first.webUrl)
    const { client } = await greeted(first.tcpPort)
    await client.until(/Ann: one while away\n(.|\n)*Ann: two while away\n/)
    await row(page, 'two while away').waitFor()
    client.send('/history\n/who\n')
    const text = await client.until('2 here: ')
    const history = text.slice(text.lastIndexOf('* 20'))
    expect([...history.matchAll(/Ann: (.*)\n/g)].map(([, said]) => said)).toEqual([
      'before',
      'one while away',
      'two while away',
    ])
  })

  it('shows control characters of a terminal, and runs no markup of anybody', async () => {
    const { webUrl, tcpPort } = await serve()
    const { client } = await greeted(tcpPort)
    const page = await open(webUrl)
    await join(page, 'Ann')
    await client.until('* Ann joined (web)\n')
    client.send('\u001b[31mred <img src=x onerror=alert(1)> https://example.com/a?b=c\n')
    await row(page, '^[[31mred <img src=x onerror=alert(1)>').waitFor()
    expect(await page.getByRole('log').locator('img').count()).toBe(0)
    const link = page.getByRole('link', { name: 'https://example.com/a?b=c' })
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow')
  })

  it('leaves when one says so, and can come in again', async () => {
    const { webUrl, tcpPort } = await serve()
    const { client } = await greeted(tcpPort)
    const page = await open(webUrl)
    await join(page, 'Ann')
    await client.until('* Ann joined (web)\n')
    await page.getByRole('button', { name: 'Leave' }).click()
    await client.until('* Ann left\n')
    await page.keyboard.press('Enter')
    await client.until(/\* Ann left\n\* Ann joined \(web\)\n/)
  })

  it('gives its place to another tab of the same session, and takes it back when asked', async () => {
    const { webUrl } = await serve()
    const page = await open(webUrl)
    await join(page, 'Ann')
    await say(page, 'hello')
    await row(page, 'hello').waitFor()
    const stored = await page.evaluate(() => JSON.stringify({ ...sessionStorage }))
    const second = await page.context().newPage()
    await second.addInitScript((entries) => {
      for (const [key, value] of Object.entries(JSON.parse(entries))) {
        sessionStorage.setItem(key, value as string)
      }
    }, stored)
    await second.goto(webUrl)
    await row(second, 'hello').waitFor()
    await page.getByRole('button', { name: 'Use it here' }).click()
    await say(page, 'back here')
    await row(page, 'back here').waitFor()
  })
})
