/**
 * A page that loses its connection at random while others send: at the end it shows the log
 * without a gap or a duplicate, its own messages included.
 */
import { expect, onTestFinished } from 'vitest'
import { launch } from '../support/chromium.ts'
import { cuttable } from '../support/cuttable.ts'
import { everything } from '../support/events.ts'
import { testFolder } from '../support/folder.ts'
import { long } from '../support/long.ts'
import { serve } from '../support/program.ts'
import { greeted } from '../support/raw.ts'
import { it, join, open, row } from '../support/view.ts'

const CUTS = long ? 50 : 20
/** Messages of others in one round. The page keeps the latest 200 rows, and is read each 5 rounds. */
const TALK = 20

it(`a page that is cut off ${CUTS} times shows every message once and in order, also its own`, {
  timeout: 240_000 + CUTS * 6000,
}, async () => {
  const { webUrl, tcpPort } = await serve('--data', testFolder(), '--flood', 'off')
  const relay = await cuttable(Number(new URL(webUrl).port))
  const { client: other } = await greeted(tcpPort)
  const browser = await launch()
  onTestFinished(() => browser.close())
  const page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${relay.port}`)
  await page.getByLabel('Your name').fill('Ann')
  await page.keyboard.press('Enter')
  await other.until('* Ann joined (web)\n')

  let round = 1
  let talking = true
  const talk = (async () => {
    for (let at = 1; talking; ) {
      if (at <= round * TALK) {
        other.send(`from outside ${at}\n`)
        at += 1
      }
      // At random, so that a cut falls anywhere between messages.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 50))
    }
  })()
  const composer = page.getByLabel('Message', { exact: true })
  const rows = page.locator('[role=log] ol:not(.pending) .text')
  const read = async (): Promise<string[]> =>
    (await rows.allTextContents()).filter((text) => !/joined|left/.test(text))
  // The page keeps the latest rows only, so it is read on the way too.
  const looks: string[][] = []
  for (; round <= CUTS; round += 1) {
    await composer.fill(`before cut ${round}`)
    await composer.press('Enter')
    relay.cut()
    await composer.fill(`during cut ${round}`)
    await composer.press('Enter')
    // The browser's event for a network that is back: the page then reconnects at once.
    await page.evaluate(() => dispatchEvent(new Event('online')))
    await other.until(`Ann: during cut ${round}\n`)
    if (round % 5 === 0) looks.push(await read())
  }
  talking = false
  await talk
  await composer.fill('the last')
  await composer.press('Enter')
  await other.until('Ann: the last\n')

  const log = (await everything(webUrl)).map(({ text }) => text)
  expect(log.at(-1)).toBe('the last')
  await rows.filter({ hasText: 'the last' }).waitFor()
  looks.push(await read())
  for (const look of looks) {
    const from = log.indexOf(look[0] ?? '')
    expect(look).toEqual(log.slice(from, from + look.length))
  }
  expect(looks.at(-1)?.at(-1)).toBe('the last')
  expect(new Set(looks.flat())).toEqual(new Set(log))
  expect(new Set(log).size).toBe(log.length)
  const own = log.filter((text) => /cut \d+$/.test(text))
  expect(own).toEqual(
    Array.from({ length: CUTS }, (_, at) => [
      `before cut ${at + 1}`,
      `during cut ${at + 1}`,
    ]).flat(),
  )
  await page.close()
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
  await page.close()
})
