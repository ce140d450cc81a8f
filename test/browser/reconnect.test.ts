/** A page that loses its connection. */
import { expect, onTestFinished } from 'vitest'
import { launch } from '../support/chromium.ts'
import { cutPage } from '../support/cuts.ts'
import { cuttable } from '../support/cuttable.ts'
import { testFolder } from '../support/folder.ts'
import { long } from '../support/long.ts'
import { serve } from '../support/program.ts'
import { greeted } from '../support/raw.ts'
import { controls, drawn, it, join, open, row, say } from '../support/view.ts'

const CUTS = long ? 50 : 5

it(`a page that is cut off ${CUTS} times shows every message once and in order, also its own`, {
  timeout: 240_000 + CUTS * 6000,
}, async () => {
  await cutPage([await serve('--data', testFolder(), '--flood', 'off')], CUTS)
})

it('a short absence is not shown, and leaves no gap', async () => {
  const { webUrl, tcpPort } = await serve('--flood', 'off')
  const relay = await cuttable(Number(new URL(webUrl).port))
  const { client } = await greeted(tcpPort)
  const browser = await launch()
  onTestFinished(() => browser.close())
  const page = await open(browser, `http://127.0.0.1:${relay.port}`)
  await join(page, 'Ann')
  await client.until('* Ann joined (web)\n')
  // It is loaded after the page is drawn.
  await page.locator('.status').waitFor({ state: 'attached' })
  await page.evaluate(() => {
    const seen: string[] = []
    Object.assign(window, { seen })
    const status = document.querySelector('.status') as HTMLElement
    const voice = document.querySelector('#page > p[role=status]') as HTMLElement
    const look = () => seen.push(`${status.innerText}${voice.innerText}`.trim())
    new MutationObserver(look).observe(document.body, {
      attributes: true,
      childList: true,
      characterData: true,
      subtree: true,
    })
  })
  // The page shows a lost connection after two seconds, so its time stands still.
  await page.clock.setFixedTime(await page.evaluate(() => Date.now()))
  relay.cut()
  client.send('said while it was away\n')
  await page.evaluate(() => dispatchEvent(new Event('online')))
  await row(page, 'said while it was away').waitFor()
  const seen = await page.evaluate(() => (window as unknown as { seen: string[] }).seen)
  expect(seen.length).toBeGreaterThan(0)
  expect(seen.filter((text) => text !== '')).toEqual([])
  await drawn(page)
  expect(await page.locator('.missed').count()).toBe(0)
  await page.close()
})

it('a line marks what was missed in a longer absence, also above what the reader has said in it', async () => {
  const { webUrl, tcpPort } = await serve('--flood', 'off')
  const relay = await cuttable(Number(new URL(webUrl).port))
  const { client } = await greeted(tcpPort)
  const browser = await launch()
  onTestFinished(() => browser.close())
  const page = await open(browser, `http://127.0.0.1:${relay.port}`)
  await join(page, 'Ann')
  await client.until('* Ann joined (web)\n')
  client.send('before\n')
  await row(page, 'before').waitFor()
  await controls(page)
  await row(page, 'before').hover()
  // It is of the same chunk as the line, which is loaded after the page is drawn.
  await page.getByRole('button', { name: 'Reply' }).waitFor()
  relay.refuse(true)
  relay.cut()
  client.send('missed one\nmissed two\n')
  await page.getByRole('button', { name: 'Retry now' }).waitFor()
  await say(page, 'said offline')
  // The page may just be trying, so the button may be gone; it tries again by itself.
  relay.refuse(false)
  const line = page.locator('.missed')
  await row(page, 'missed one').locator(line).waitFor()
  expect(await line.textContent()).toMatch(/^Missed while offline, \d/)
  await client.until('Ann: said offline\n')
  client.send('after\n')
  await row(page, 'after').waitFor()
  await drawn(page)
  await row(page, 'missed one').locator(line).waitFor()
  expect(await page.locator('.unread').count()).toBe(1)
  await page.close()
})
