/** The rows of the log as people see and reach them: times, the toolbar, the focus, a narrow header. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { violations } from '../support/axe.ts'
import { launch } from '../support/chromium.ts'
import { serveInProcess } from '../support/gateway.ts'
import { greeted } from '../support/raw.ts'
import { composer, controls, drawn, it, join, loaded, open, row, say } from '../support/view.ts'

const YEAR = String(new Date().getFullYear())

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

/** The parts of a row that are drawn over each other, as `toolbar-time` and so on. */
const covered = (page: Page, text: string) =>
  row(page, text).evaluate((element) => {
    const box = (part: string) => element.querySelector(part)?.getBoundingClientRect()
    const toolbar = box('.toolbar')
    return ['time', '.text'].filter((part) => {
      const other = box(part)
      if (!toolbar || !other) return false
      const apart =
        toolbar.bottom - 4 <= other.top ||
        toolbar.top + 4 >= other.bottom ||
        toolbar.right <= other.left ||
        toolbar.left >= other.right
      return !apart
    })
  })

it('shows the full time by mouse, keyboard and touch, and its toolbar covers no part of the row', async () => {
  const { webUrl, tcpPort } = await serveInProcess()
  const { client } = await greeted(tcpPort)
  client.send(`/name Bob\n${'a long first line '.repeat(12)}\nsecond\nthird\n`)
  const page = await open(browser, webUrl, { viewport: { width: 1280, height: 700 } })
  await join(page, 'Ann')
  await row(page, 'third').waitFor()
  await controls(page)
  await row(page, 'third').hover()
  const moment = page.locator('.moment')
  expect(await moment.textContent()).toContain(YEAR)
  for (const text of ['a long first line', 'second', 'third']) {
    await row(page, text).hover()
    await page.waitForFunction(
      (text) =>
        document.querySelector('.row:hover > .toolbar')?.parentElement?.innerText.includes(text),
      text,
    )
    expect(await covered(page, text)).toEqual([])
  }
  expect(await violations(page)).toEqual([])
  await page.mouse.move(0, 0)
  await moment.waitFor({ state: 'hidden' })
  await page.locator('.log').focus()
  await page.keyboard.press('ArrowUp')
  expect(await moment.isVisible()).toBe(true)
  expect(await moment.textContent()).toContain(YEAR)

  // The time of a row that joined another minute is always seen; else under the focus.
  const opacity = (text: string) =>
    row(page, text)
      .locator('time')
      .evaluate((time) => getComputedStyle(time).opacity)
  await page.keyboard.press('Escape')
  expect(await opacity('a long first line')).toBe('1')
  expect(await row(page, 'third').getAttribute('class')).toMatch(/same-minute|lead/)

  const phone = await open(browser, webUrl, {
    viewport: { width: 320, height: 640 },
    hasTouch: true,
    isMobile: true,
    colorScheme: 'dark',
  })
  await join(phone, 'Eve')
  await say(phone, '```\nsome code\n```')
  await row(phone, 'some code').locator('.block').waitFor()
  await loaded(phone, 'controls')
  await row(phone, 'some code').tap()
  await phone.locator('.moment').waitFor()
  expect(await phone.locator('.moment').textContent()).toContain(YEAR)
  expect(await covered(phone, 'some code')).toEqual([])
  expect(await violations(phone)).toEqual([])

  // The header has room for the server's own terminal, and for any number of people.
  const header = await phone.locator('.top').evaluate((top) => ({
    fits: top.scrollWidth <= top.clientWidth,
    cut: [...top.querySelectorAll('.total, button')].filter(
      (one) => one.scrollWidth > one.clientWidth + 1,
    ).length,
  }))
  expect(header).toEqual({ fits: true, cut: 0 })
  const counts = phone.getByRole('button', { name: '2 web · 1 terminal' })
  expect(await counts.locator('.total').innerText()).toBe('3')
})

it('keeps the focus on the first row when an older page is loaded above it', async () => {
  const { webUrl, tcpPort } = await serveInProcess()
  const { client } = await greeted(tcpPort)
  client.send(Array.from({ length: 250 }, (_, at) => `line ${at + 1}.\n`).join(''))
  const page = await open(browser, webUrl)
  await join(page, 'Ann')
  await row(page, 'line 250.').waitFor()
  await controls(page)
  await page.locator('.log').focus()
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Home')
  await row(page, 'line 100.').waitFor()
  await drawn(page)
  const focused = () =>
    page.evaluate(() => document.activeElement?.querySelector('.text')?.textContent)
  expect(await focused()).toBe('line 151.')
  await page.keyboard.press('ArrowUp')
  expect(await focused()).toBe('line 150.')
})

it('shows one line for a guest who takes a name, who is offered first after speaking, and mentions', async () => {
  const { webUrl, tcpPort } = await serveInProcess()
  const { client: other } = await greeted(tcpPort)
  other.send('/name Adam\n')
  const page = await open(browser, webUrl)
  await join(page, 'Ann')
  const { client } = await greeted(tcpPort)
  await row(page, 'guest-2 joined').waitFor()
  other.send('/name Aaron\n')
  client.send('/name Inês\n')
  const joined = row(page, 'Inês joined (terminal)')
  await joined.waitFor()
  await expect
    .poll(() => joined.locator('.text').textContent())
    .toBe('Inês joined (terminal) · Adam is now Aaron')
  client.send('`ann` is a word, annual\n@ann is a person\n')
  await row(page, '@ann is a person').waitFor()
  expect(await page.locator('.row.mention').count()).toBe(1)
  await composer(page).fill('@')
  await page.getByRole('option').first().waitFor()
  expect(await page.getByRole('option').first().innerText()).toMatch(/^Inês/)
})
