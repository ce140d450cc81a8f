import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest'
import { launch } from '../support/chromium.ts'
import { testFolder } from '../support/folder.ts'
import { serveInProcess } from '../support/gateway.ts'
import { fixedPort, serve } from '../support/program.ts'
import { greeted } from '../support/raw.ts'
import { attend, composer, enter, it, join, loaded, open, row, say } from '../support/view.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

describe('the page', () => {
  it('joins with one name and one Enter, and is ready to write', async () => {
    const { webUrl, tcpPort } = await serveInProcess()
    const { client } = await greeted(tcpPort)
    const page = await open(browser, webUrl)
    await join(page, 'Ann')
    await client.until('* Ann joined (web)\n')
    await page.waitForFunction(() => document.activeElement?.id === 'message')
    await page.keyboard.type('hello <b>there</b>')
    await page.keyboard.press('Enter')
    await client.until('Ann: hello <b>there</b>\n')
    await row(page, 'hello <b>there</b>').waitFor()
    await page.getByText('1 web · 1 terminal').filter({ visible: true }).waitFor()
  })

  it('suggests a free name in the form when the name is taken', async () => {
    const { webUrl, tcpPort } = await serveInProcess()
    const { client } = await greeted(tcpPort)
    client.send('/name Ann\n')
    await client.until('You are Ann now.\n')
    const page = await open(browser, webUrl)
    await enter(page, 'ann')
    await page.getByRole('status').getByText('That name is taken.').waitFor()
    await page.getByRole('button', { name: 'Join as ann-2' }).click()
    await client.until('* ann-2 joined (web)\n')
  })

  it('is the same member after a reload, with the history and the draft', async () => {
    const { webUrl, tcpPort } = await serveInProcess()
    const { client } = await greeted(tcpPort)
    const page = await open(browser, webUrl)
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

  it('keeps messages written during an outage, and sends them once and in order', async () => {
    const data = testFolder()
    const ports = ['--web-port', `${await fixedPort()}`, '--tcp-port', `${await fixedPort()}`]
    const first = await serve('--data', data, ...ports)
    const page = await open(browser, first.webUrl)
    await join(page, 'Ann')
    await say(page, 'before')
    await row(page, 'before').waitFor()
    first.server.child.kill('SIGKILL')
    await first.server.untilExit()
    await page.getByRole('button', { name: 'Retry now' }).waitFor()
    await say(page, 'one while away')
    await say(page, 'two while away')
    await page.reload().catch(() => {})
    await serve('--data', data, ...ports)
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

  it('shows control characters from a terminal, and runs no markup', async () => {
    const { webUrl, tcpPort } = await serveInProcess()
    const { client } = await greeted(tcpPort)
    const page = await open(browser, webUrl)
    await join(page, 'Ann')
    await client.until('* Ann joined (web)\n')
    client.send('\u001b[31mred <img src=x onerror=alert(1)> https://example.com/a?b=c\n')
    await row(page, '^[[31mred <img src=x onerror=alert(1)>').waitFor()
    expect(await page.getByRole('log').locator('img').count()).toBe(0)
    const link = page.getByRole('link', { name: 'https://example.com/a?b=c' })
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow')
  })

  it('leaves with its button, and can join again', async () => {
    const { webUrl, tcpPort } = await serveInProcess()
    const { client } = await greeted(tcpPort)
    const page = await open(browser, webUrl)
    await join(page, 'Ann')
    await client.until('* Ann joined (web)\n')
    await page.getByRole('button', { name: 'Leave' }).click()
    await client.until('* Ann left\n')
    await page.locator('#name:focus').waitFor()
    await page.keyboard.press('Enter')
    await client.until(/\* Ann left\n\* Ann joined \(web\)\n/)
  })

  it('gives its place to another tab of the same session, and takes it back when asked', async () => {
    const { webUrl } = await serveInProcess()
    const page = await open(browser, webUrl)
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

  it('fetches nothing from another host, and does not violate its Content-Security-Policy', async () => {
    const { webUrl } = await serveInProcess()
    const page = await open(browser, webUrl)
    const asked: string[] = []
    const refused: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    page.on(
      'console',
      (line) => /Content Security Policy/.test(line.text()) && refused.push(line.text()),
    )
    await page.reload()
    await join(page, 'Ann')
    await composer(page).pressSequentially(':rock')
    await page.getByRole('option').first().waitFor()
    await page.getByRole('button', { name: 'Join from a terminal' }).click()
    await page.getByRole('dialog').getByText('Only this machine can join.').waitFor()
    expect(asked.filter((url) => !url.startsWith(webUrl))).toEqual([])
    expect(asked.filter((url) => /\.(woff2?|ttf|png|jpe?g|gif|webp)/.test(url))).toEqual([])
    expect(refused).toEqual([])
  })

  it('shows a notification of a mention when that is on and the window has no focus', async () => {
    const { webUrl, tcpPort } = await serveInProcess()
    const { client } = await greeted(tcpPort)
    const complete = await launch({ complete: true })
    onTestFinished(() => complete.close())
    const page = await open(complete, webUrl, { permissions: ['notifications'] })
    await page.evaluate(() => {
      const shown: string[] = []
      Object.assign(window, { shown })
      const Original = Notification
      window.Notification = class extends Original {
        constructor(title: string, options?: NotificationOptions) {
          super(title, options)
          shown.push(`${title}: ${options?.body}`)
        }
      }
    })
    const shown = () => page.evaluate(() => (window as unknown as { shown: string[] }).shown)
    await join(page, 'Ann')
    await attend(page, false)
    client.send('Ann: before it was asked for\n')
    await row(page, 'before it was asked for').waitFor()
    // Loaded with the first message, and shows notifications.
    await loaded(page, 'voice')
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByLabel('Notify me while I look elsewhere').check()
    await page.waitForFunction(() =>
      localStorage.getItem('oneroom.settings')?.includes('"notify":true'),
    )
    await page.keyboard.press('Escape')
    client.send('somebody else\nAnn: look here\n')
    await row(page, 'look here').waitFor()
    expect(await shown()).toEqual(['guest-1 mentions you: Ann: look here'])
  })
})
