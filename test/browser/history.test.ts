/**
 * A long history, scrolled from its newest message to its oldest: the document stays small,
 * and the line being read stays where it is when an older page is added above it.
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
/** Lines sent at once. */
const BATCH = 500
/** Messages in one page of history. */
const PAGE = 200

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

it(`scrolls through ${MESSAGES} messages of history without a jump, in bounded memory`, {
  timeout: 240_000 + MESSAGES * 6,
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
    await reader.until(`m${at + BATCH} `)
    reader.forget()
  }
  const page = await open(browser, webUrl)
  await join(page, 'Ann')
  await row(page, `m${MESSAGES} `).waitFor()

  const found = await page.evaluate(async (first) => {
    const log = document.querySelector('.log') as HTMLElement
    const rows = () => [...log.querySelectorAll<HTMLElement>('ol:first-of-type > .row')]
    const textIn = (one: HTMLElement) => one.querySelector('.text') as HTMLElement
    const textOf = (one: HTMLElement) => textIn(one).textContent ?? ''
    // The position of the text, not of its row: the oldest row shows the day and the name above its text.
    const topOf = (one: HTMLElement) => textIn(one).getBoundingClientRect().top
    const oldest = () => textOf(rows()[0] as HTMLElement)
    const drawn = async () => {
      for (let frames = 0; frames < 2; frames += 1) await new Promise(requestAnimationFrame)
    }
    // A page of history, and no other request, is held until the row being read has been measured.
    const { fetch } = window
    let addPage: (() => void) | undefined
    window.fetch = async (...request) => {
      const response = await fetch(...request)
      if (!/\/messages|history|events/.test(String(request[0]))) return response
      await new Promise<void>((resolve) => {
        addPage = resolve
      })
      return response
    }
    const start = Number(/^m(\d+) /.exec(oldest())?.[1])
    let [jump, most, pages] = [0, 0, 0]
    const began = performance.now()
    while (jump <= 1 && (!oldest().startsWith(first) || log.scrollTop > 0)) {
      log.scrollTop -= log.clientHeight * 2
      await drawn()
      if (addPage !== undefined) {
        const edge = log.getBoundingClientRect().top
        const read = rows().find((one) => one.getBoundingClientRect().top >= edge) as HTMLElement
        const [text, top, before] = [textOf(read), topOf(read), oldest()]
        addPage()
        addPage = undefined
        // The row being read may be replaced by an equal one.
        while (oldest() === before) await drawn()
        await drawn()
        const now = rows().find((one) => textOf(one) === text) as HTMLElement
        jump = Math.max(jump, Math.abs(topOf(now) - top))
        pages += 1
      }
      most = Math.max(most, log.querySelectorAll('.row').length)
    }
    return { start, jump, most, pages, seconds: (performance.now() - began) / 1000 }
  }, 'm1 ')
  console.log(
    `${MESSAGES} messages upwards: ${found.pages} pages in ${found.seconds.toFixed(1)} s, largest jump ${found.jump.toFixed(2)} px, at most ${found.most} rows`,
  )
  expect(found.pages).toBe(Math.ceil((found.start - 1) / PAGE))
  expect(found.pages).toBeGreaterThan(0)
  expect(found.jump).toBeLessThanOrEqual(1)
  expect(found.most).toBeLessThanOrEqual(1000)

  await page.getByText('The log begins here.').waitFor()
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
