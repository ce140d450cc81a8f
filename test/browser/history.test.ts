/**
 * A long history scrolled from its newest message to its oldest: the document stays
 * small, and nothing jumps when older pages come in at the top.
 */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { launch } from '../support/chromium.ts'
import { testFolder } from '../support/folder.ts'
import { long } from '../support/long.ts'
import { serve } from '../support/program.ts'
import { greeted } from '../support/raw.ts'
import { it, join, open, row } from '../support/view.ts'

const MESSAGES = long ? 100_000 : 3000
/** Lines written at once. */
const BATCH = 500

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

it(`scrolls through ${MESSAGES} messages of history without a jump, in bounded memory`, {
  timeout: 60_000 + MESSAGES * 6,
}, async () => {
  const { webUrl, tcpPort } = await serve('--flood', 'off', '--data', testFolder())
  const { client: writer } = await greeted(tcpPort)
  const { client: reader } = await greeted(tcpPort)
  for (let at = 0; at < MESSAGES; at += BATCH) {
    const lines = Array.from({ length: BATCH }, (_, i) => {
      const length = (at + i) % 7 === 0 ? 60 : 5
      return `m${at + i + 1} ${'lorem '.repeat(length)}\n`
    })
    writer.send(lines.join(''))
    await reader.until(`m${at + BATCH} `, 30_000)
    reader.text = ''
  }
  const page = await open(browser, webUrl)
  await join(page, 'Ann')
  await row(page, `m${MESSAGES} `).waitFor()

  const found = await page.evaluate(async (first) => {
    const log = document.querySelector('.log') as HTMLElement
    const rows = () => [...log.querySelectorAll<HTMLElement>('ol:first-of-type > .row')]
    const frame = () => new Promise(requestAnimationFrame)
    const textOf = (one: HTMLElement) => one.querySelector('.text')?.textContent ?? ''
    let [jump, most, pages] = [0, 0, 0]
    const began = performance.now()
    for (;;) {
      log.scrollTop -= log.clientHeight * 2
      await frame()
      await frame()
      const edge = log.getBoundingClientRect().top
      const read = rows().find((one) => one.getBoundingClientRect().top >= edge) as HTMLElement
      const [text, top] = [textOf(read), read.getBoundingClientRect().top]
      const oldest = textOf(rows()[0] as HTMLElement)
      if (oldest.startsWith(first) && log.scrollTop <= 0) break
      if (log.scrollTop < 1500 && !oldest.startsWith(first)) {
        // Nobody scrolls now: the older page comes in, and the row being read may be made anew.
        while (textOf(rows()[0] as HTMLElement) === oldest) await frame()
        await frame()
        await frame()
        pages += 1
        const now = rows().find((one) => textOf(one) === text) as HTMLElement
        jump = Math.max(jump, Math.abs(now.getBoundingClientRect().top - top))
      }
      most = Math.max(most, log.querySelectorAll('.row').length)
    }
    return { jump, most, pages, seconds: (performance.now() - began) / 1000 }
  }, 'm1 ')
  console.log(
    `${MESSAGES} messages upwards: ${found.pages} pages in ${found.seconds.toFixed(1)} s, largest jump ${found.jump.toFixed(2)} px, at most ${found.most} rows`,
  )
  // Those that came in while nothing scrolled; others came while it did.
  expect(found.pages).toBeGreaterThan(0)
  expect(found.jump).toBeLessThanOrEqual(1)
  expect(found.most).toBeLessThanOrEqual(1000)

  await page.getByText('This is where it began.').waitFor()
  await page.getByRole('button', { name: 'Newest' }).click()
  await row(page, `m${MESSAGES} `).waitFor()
  if (long) {
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('HeapProfiler.collectGarbage')
    const { usedSize } = await cdp.send('Runtime.getHeapUsage')
    console.log(`script heap afterwards: ${(usedSize / 1e6).toFixed(1)} MB`)
    expect(usedSize).toBeLessThan(32e6)
  }
})
