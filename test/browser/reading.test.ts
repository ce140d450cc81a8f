/** Reading in the page: new messages, history, and scroll positions. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect } from 'vitest'
import { violations } from '../support/axe.ts'
import { launch } from '../support/chromium.ts'
import { serveInProcess } from '../support/gateway.ts'
import { greeted, type RawClient } from '../support/raw.ts'
import { attend, composer, controls, drawn, it, join, open, row, say } from '../support/view.ts'

let browser: Browser
let page: Page
let client: RawClient
let webUrl: string
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())
beforeEach(async () => {
  const served = await serveInProcess()
  webUrl = served.webUrl
  client = (await greeted(served.tcpPort)).client
  client.send('/name Bob\n')
  await client.until('You are Bob now.\n')
  page = await open(browser, webUrl)
  await join(page, 'Ann')
  await client.until('* Ann joined (web)\n')
})

async function hear(text: string): Promise<void> {
  client.send(`${text}\n`)
  await row(page, text).waitFor()
}

/** The positions of the rows, from the top of the window. */
const places = () =>
  page.evaluate(() =>
    [...document.querySelectorAll('.log .row')].map((one) => one.getBoundingClientRect().top),
  )

/** The words that are marked in the log. */
const highlighted = () =>
  page.evaluate(() => [...(CSS.highlights.get('found') ?? [])].map((range) => String(range)))

describe('the unread line', () => {
  it('is placed where the focus was lost, counts in the title, and goes without moving rows', async () => {
    await hear('seen')
    await attend(page, false)
    await hear('missed one')
    await hear('missed two, Ann')
    expect(await page.title()).toBe('(2) Oneroom')
    await attend(page, true)
    expect(await page.title()).toBe('Oneroom')
    const marked = row(page, 'missed one').locator('.unread')
    await marked.waitFor()
    const before = await places()
    // The line goes when the window loses the focus again and nothing new has come.
    await attend(page, false)
    await attend(page, true)
    await marked.waitFor({ state: 'detached' })
    expect(await places()).toEqual(before)
  })

  it('is never above a message of the reader', async () => {
    await attend(page, false)
    await hear('missed')
    await attend(page, true)
    await page.locator('.unread').waitFor()
    await say(page, 'I answer')
    await client.until('Ann: I answer\n')
    await page.locator('.unread').waitFor({ state: 'detached' })
  })
})

describe('the pills', () => {
  const focused = (text: string) =>
    page.waitForFunction((text) => document.activeElement?.textContent?.includes(text), text)
  const pill = (name: string) => page.getByRole('button', { name, exact: true })
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, at) => `line ${from + at}.\n`).join('')

  it('lead to the first unread message, from mention to mention, and to the newest', async () => {
    await hear('seen')
    await attend(page, false)
    client.send(`${lines(1, 60)}Ann, one\n${lines(61, 120)}Ann, two\n${lines(121, 180)}`)
    await row(page, 'line 180.').waitFor()
    expect(await pill('First unread').count()).toBe(0)
    await attend(page, true)
    await pill('First unread').focus()
    await page.keyboard.press('Enter')
    await focused('line 1.')
    await row(page, 'line 1.').locator('.unread').waitFor()
    await page.getByRole('button', { name: '2 mention you' }).press('Enter')
    await focused('Ann, one')
    await page.getByRole('button', { name: '1 mentions you' }).press('Enter')
    await focused('Ann, two')
    await page.getByRole('button', { name: /^[0-9]+ new$/ }).press('Enter')
    await page.getByRole('button', { name: /new|First unread/ }).waitFor({ state: 'detached' })
    expect(await row(page, 'line 180.').boundingBox()).not.toBeNull()
  })

  it('do not offer an unread line that was in view', async () => {
    await hear('seen')
    await controls(page)
    await attend(page, false)
    await hear('missed')
    await attend(page, true)
    await drawn(page)
    client.send(lines(1, 60))
    await row(page, 'line 60.').waitFor()
    await drawn(page)
    expect(await pill('First unread').count()).toBe(0)
  })
})

describe('the log', () => {
  it('copies rows as lines, without the labels of buttons', async () => {
    client.send('/paste\nfirst\nfrom nc\n.\n')
    await row(page, 'from nc').waitFor()
    await say(page, 'second from **here**')
    await row(page, 'second from here').waitFor()
    await controls(page)
    await row(page, 'second from here').hover()
    await page.getByRole('button', { name: 'Reply' }).waitFor()
    const copied = await page.evaluate(() => {
      const rows = document.querySelectorAll('.log ol:first-of-type > .row')
      const range = document.createRange()
      range.setStart(rows[rows.length - 2]?.querySelector('.text') as Node, 0)
      range.setEndAfter(rows[rows.length - 1]?.lastChild as Node)
      getSelection()?.removeAllRanges()
      getSelection()?.addRange(range)
      const data = new DataTransfer()
      const event = new ClipboardEvent('copy', { clipboardData: data, bubbles: true })
      rows[rows.length - 1]?.dispatchEvent(event)
      return data.getData('text/plain')
    })
    expect(copied).toMatch(
      /^\[\d\d:\d\d:\d\d] <Bob> first\n {2}\| from nc\n\[\d\d:\d\d:\d\d] <Ann> second from \*\*here\*\*$/,
    )
  })

  it('groups rows by sender under a line for the day, with the full time on hover', async () => {
    for (const text of ['one of three', 'two of three', 'three of three']) await hear(text)
    const isLead = async (text: string) =>
      (await row(page, text).getAttribute('class'))?.includes('lead')
    expect(await isLead('one of three')).toBe(true)
    // A group ends at each full five minutes of the clock, which is at most once in this time.
    expect([await isLead('two of three'), await isLead('three of three')]).toContain(false)
    expect(await page.locator('.day').count()).toBe(1)
    await controls(page)
    await row(page, 'three of three').hover()
    const title = await row(page, 'three of three').locator('time').getAttribute('title')
    expect(title).toContain(String(new Date().getFullYear()))
  })

  it('formats messages from pages, and none from terminals', async () => {
    await hear('**not** `this`')
    expect(await row(page, '**not** `this`').locator('strong, code').count()).toBe(0)
    await say(page, '```js\nlet a = **1**\n```\n*after*')
    await client.until('  | *after*\n')
    await row(page, 'after').locator('em').waitFor()
    const code = row(page, 'let a = **1**')
    expect(await code.locator('.block').textContent()).toBe('let a = **1**')
    expect(await code.locator('strong').count()).toBe(0)
  })

  it('is one tab stop; arrow keys move between rows, and Escape moves to the composer', async () => {
    await hear('one https://example.com/')
    await hear('two')
    await controls(page)
    const active = () => page.evaluate(() => document.activeElement?.textContent ?? '')
    await controls(page)
    await page.locator('.log').focus()
    await page.keyboard.press('ArrowUp')
    expect(await active()).toContain('two')
    await page.keyboard.press('ArrowUp')
    expect(await active()).toContain('one')
    await page.keyboard.press('ArrowRight')
    expect(await active()).toBe('https://example.com/')
    await page.keyboard.press('ArrowRight')
    expect(await active()).toBe('Reply')
    await page.keyboard.press('Home')
    await page.keyboard.press('End')
    expect(await active()).toContain('two')
    await page.keyboard.press('Escape')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('message')
    // Shift+Tab from the composer enters the log, and once more leaves it.
    await page.keyboard.press('Shift+Tab')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('log')
    await page.keyboard.press('Shift+Tab')
    expect(await page.evaluate(() => document.activeElement?.closest('.log'))).toBeNull()
  })

  it('announces a few messages, and counts many with the mentions among them', async () => {
    const voice = page.locator('#page > p[role=status]')
    expect(await page.getByRole('log').getAttribute('aria-live')).toBe('off')
    await hear('hello')
    await page.waitForFunction(
      () => document.querySelector('#page > p[role=status]')?.textContent === 'Bob: hello',
    )
    client.send(`${Array.from({ length: 11 }, (_, at) => `many ${at}`).join('\n')}\nAnn: you too\n`)
    await voice.getByText('12 new messages, 1 mentions you').waitFor()
    await page.reload()
    await row(page, 'Ann: you too').waitFor()
    expect(await voice.textContent()).toBe('')
  })

  it('shows the members that are typing', async () => {
    const other = await open(browser, webUrl)
    await join(other, 'Eve')
    await composer(other).pressSequentially('half')
    await page.getByText('Eve is typing …').waitFor()
    await composer(other).press('Enter')
    await page.getByText('Eve is typing …').waitFor({ state: 'detached' })
  })
})

it('a search is narrowed to a person, a time, mentions, and a room, by keyboard alone', async () => {
  await hear('fish for Ann')
  await say(page, 'fish of Ann')
  await client.until('Ann: fish of Ann\n')
  await say(page, '/join den')
  await page.getByRole('heading', { name: 'den' }).waitFor()
  await say(page, 'fish in the den')
  await row(page, 'fish in the den').waitFor()
  await say(page, '/search fish')
  const found = page.locator('.found button')
  const expectFound = async (...texts: string[]) => {
    await expect.poll(() => found.locator('.text').allTextContents()).toEqual(texts)
  }
  await expectFound('fish in the den')
  await page.getByText('Filters').focus()
  await page.keyboard.press('Enter')
  await page.locator('select[name=room]').selectOption('All rooms')
  await expectFound('fish in the den', 'fish of Ann', 'fish for Ann')
  await page.getByLabel('From').fill('ann')
  await page.keyboard.press('Enter')
  await expectFound('fish in the den', 'fish of Ann')
  await page.getByLabel('From').fill('')
  await page.getByLabel('Mentions me').press('Space')
  await expectFound('fish for Ann')
  await page.getByLabel('Before', { exact: true }).fill('2026-01-01')
  await page.getByText('Nothing found.').waitFor()
  await page.getByLabel('Before', { exact: true }).fill('')
  await expectFound('fish for Ann')
  expect(await violations(page)).toEqual([])
  await found.press('Enter')
  await page.waitForFunction(() => document.activeElement?.textContent?.includes('fish for Ann'))
  await page.getByRole('heading', { name: 'Oneroom' }).waitFor()
  await composer(page).fill('/search fish')
  await composer(page).press('Enter')
  await page.getByLabel('Day', { exact: true }).fill('2026-01-01')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.waitForFunction(() => document.activeElement?.matches('.row:first-child'))
})

describe('an old message', () => {
  beforeEach(async () => {
    const lines = Array.from(
      { length: 1500 },
      (_, at) => `m${at + 1} ${at === 99 ? 'needle' : 'hay'}`,
    )
    client.send(`${lines.join('\n')}\n`)
    await row(page, 'm1500 hay').waitFor()
  })

  it('is found by a search, shown in its place, and Back returns to the newest', async () => {
    await composer(page).fill('/search needle')
    await page.keyboard.press('Enter')
    await page.getByText('1 message', { exact: true }).waitFor()
    expect(await page.locator('.found mark').allTextContents()).toEqual(['needle'])
    await page.getByRole('button', { name: 'needle' }).click()
    await row(page, 'm100 needle').waitFor({ state: 'visible' })
    await page.waitForFunction(() => document.activeElement?.textContent?.includes('m100 needle'))
    expect(await row(page, 'm100 needle').isVisible()).toBe(true)
    expect(await highlighted()).toEqual(['needle'])
    await row(page, 'm101 hay').waitFor()
    await page.getByRole('button', { name: 'Back' }).click()
    await row(page, 'm1500 hay').waitFor({ state: 'visible' })
    await page.getByRole('button', { name: 'Back' }).waitFor({ state: 'detached' })
    expect(await highlighted()).toEqual([])
  })

  it('opens by its link in a new page', async () => {
    const { events } = (await (await fetch(`${webUrl}/api/events?after=99&limit=1`)).json()) as {
      events: { seq: number; text: string }[]
    }
    expect(events[0]?.text).toBe('m100 needle')
    const other = await open(browser, `${webUrl}/#${events[0]?.seq}`)
    await join(other, 'Eve')
    await other.waitForFunction(() => document.activeElement?.textContent?.includes('m100 needle'))
    const box = await row(other, 'm100 needle').boundingBox()
    expect(box?.y).toBeGreaterThan(50)
    expect(box?.y).toBeLessThan(720)
    await drawn(other)
  })
})
