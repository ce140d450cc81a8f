/** A page whose requests or messages fail: what it shows and announces, and how to retry. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { ANSWER_MS } from '../../shared/client/pending.ts'
import { launch } from '../support/chromium.ts'
import { serveInProcess } from '../support/gateway.ts'
import { serve } from '../support/program.ts'
import { greeted } from '../support/raw.ts'
import { composer, it, join, open, row } from '../support/view.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

it('offers a retry when older messages cannot be loaded', async () => {
  const { webUrl, tcpPort } = await serveInProcess()
  const { client } = await greeted(tcpPort)
  client.send(Array.from({ length: 400 }, (_, at) => `m${at + 1}\n`).join(''))
  const page = await open(browser, webUrl)
  await page.route('**/api/events*', (route) => route.abort())
  await join(page, 'Ann')
  await row(page, 'm400').waitFor()
  await page.locator('.log').evaluate((log) => {
    log.scrollTop = 0
  })
  const retry = page.getByRole('button', { name: 'Messages could not be loaded. Retry' })
  await retry.waitFor()
  await page.unroute('**/api/events*')
  await retry.click()
  await row(page, 'm200').waitFor()
  await retry.waitFor({ state: 'detached' })
})

it('announces many messages that were not sent once', async () => {
  const { webUrl, server } = await serve('--flood', 'off')
  const page = await open(browser, webUrl)
  await join(page, 'Ann')
  await page.evaluate(() => {
    const heard: string[] = []
    Object.assign(window, { heard })
    new MutationObserver(() => {
      for (const alert of document.querySelectorAll('[role=alert]')) {
        const text = alert.textContent ?? ''
        if (text !== '' && heard.at(-1) !== text) heard.push(text)
      }
    }).observe(document.body, { childList: true, characterData: true, subtree: true })
  })
  // The part of the page that announces: a server that is stopped does not send it.
  await page.locator('.pills').waitFor({ state: 'attached' })
  await page.clock.install()
  // The server keeps the connection and sends nothing.
  server.child.kill('SIGSTOP')
  // However long the typing takes, all lines are sent at the same time.
  await page.clock.pauseAt(Date.now() + 60_000)
  for (let at = 0; at < 20; at += 1) {
    await composer(page).fill(`line ${at}`)
    await page.keyboard.press('Enter')
  }
  await page.locator('.clock').first().waitFor({ state: 'visible' })
  await page.clock.fastForward(ANSWER_MS)
  await page.clock.resume()
  await page.getByText('20 messages failed to send.').waitFor({ state: 'attached' })
  await expect.poll(() => page.getByText('Not sent.').count()).toBe(20)
  expect(await page.locator('[role=alert]').count()).toBe(1)
  const heard = () => page.evaluate(() => (window as unknown as { heard: string[] }).heard)
  expect(await heard()).toEqual(['20 messages failed to send.'])
  await page.getByRole('button', { name: 'Delete' }).first().click()
  await page.getByText('failed to send.').waitFor({ state: 'detached' })
  expect(await heard()).toHaveLength(1)
  server.child.kill('SIGCONT')
})

it('shows after ten seconds without a response that a message is not sent, and lets it be edited', async () => {
  const { webUrl, server } = await serve()
  const page = await open(browser, webUrl)
  await join(page, 'Ann')
  // The part of the page that shows what is not sent: a server that is stopped does not send it.
  await page.locator('.pills').waitFor({ state: 'attached' })
  // The server keeps its connections and does not respond.
  server.child.kill('SIGSTOP')
  await composer(page).fill('into the silence')
  await page.keyboard.press('Enter')
  await page.locator('.clock').waitFor({ state: 'visible' })
  await page.getByText('Not sent.').waitFor()
  await page.getByRole('button', { name: 'Retry', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Delete' }).waitFor()
  await composer(page).fill('a draft')
  await page.getByRole('button', { name: 'Edit' }).click()
  expect(await composer(page).inputValue()).toBe('into the silence\na draft')
  expect(await page.getByText('Not sent.').count()).toBe(0)
  server.child.kill('SIGCONT')
})
