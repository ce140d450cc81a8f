/** A page that loses its connection at random while others send, and reconnects. */
import { expect, onTestFinished } from 'vitest'
import { launch } from './chromium.ts'
import { cuttable } from './cuttable.ts'
import { everything } from './events.ts'
import type { Served } from './program.ts'
import { greeted } from './raw.ts'
import { HANGING_MS } from './waiting.ts'

/** Messages of others in one round. The page keeps the latest 200 rows, and is read each 5 rounds. */
const TALK = 20

/**
 * At the end, the page shows the log without a gap or a duplicate, its own messages included. Each of
 * its connections leads to the next of the servers, which MUST have no flood control.
 */
export async function cutPage(servers: [Served, ...Served[]], cuts: number): Promise<void> {
  const [{ webUrl, tcpPort }] = servers
  const relay = await cuttable(...servers.map((one) => Number(new URL(one.webUrl).port)))
  const { client: other } = await greeted(tcpPort)
  const browser = await launch()
  onTestFinished(() => browser.close())
  const page = await browser.newPage()
  page.setDefaultTimeout(HANGING_MS)
  await page.goto(`http://127.0.0.1:${relay.port}`)
  await page.getByLabel('Your name').fill('Ann')
  await page.keyboard.press('Enter')
  await other.until('* Ann joined (web)\n')

  let round = 1
  let talking = true
  let sent = 0
  const talk = (async () => {
    while (talking) {
      if (sent < round * TALK) {
        sent += 1
        other.send(`from outside ${sent}\n`)
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
  for (; round <= cuts; round += 1) {
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
  const logged = async () => (await everything(webUrl)).map(({ text }) => text)
  // Another server takes the last message of the page.
  await expect.poll(logged).toContain(`from outside ${sent}`)
  await composer.fill('the last')
  await composer.press('Enter')
  await other.until('Ann: the last\n')

  const log = await logged()
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
    Array.from({ length: cuts }, (_, at) => [
      `before cut ${at + 1}`,
      `during cut ${at + 1}`,
    ]).flat(),
  )
  await page.close()
}
