/** What calls a reader who looks elsewhere: the title, the icon, and notifications by room. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { violations } from '../support/axe.ts'
import { launch } from '../support/chromium.ts'
import { serveInProcess } from '../support/gateway.ts'
import { greeted } from '../support/raw.ts'
import { attend, it, join, loaded, open, row } from '../support/view.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch({ complete: true })
})
afterAll(() => browser.close())

it('marks the icon, and notifies of what the reader has chosen, unless they are not to be disturbed', async () => {
  const { webUrl, tcpPort } = await serveInProcess()
  const { client } = await greeted(tcpPort)
  const page = await open(browser, webUrl, {
    permissions: ['notifications'],
    viewport: { width: 320, height: 640 },
  })
  await page.evaluate(() => {
    const shown: string[] = []
    Object.assign(window, { shown })
    window.Notification = class extends Notification {
      constructor(title: string, options?: NotificationOptions) {
        super(title, options)
        shown.push(`${title}: ${options?.body}`)
      }
    }
  })
  await join(page, 'Ann')
  const icon = () => page.locator('link[rel=icon]').getAttribute('href')
  const plain = await icon()
  /** What was shown for these lines, the last of which is of no interest. */
  const shownFor = async (lines: string): Promise<string[]> => {
    await page.evaluate(() => (window as unknown as { shown: string[] }).shown.splice(0))
    client.send(`${lines}\n`)
    await row(page, lines).waitFor()
    return page.evaluate(() => (window as unknown as { shown: string[] }).shown)
  }

  const room = page.getByRole('group', { name: 'In lobby' })
  await attend(page, false)
  await shownFor('one')
  // Loaded with the first message, and shows notifications.
  await loaded(page, 'voice')
  expect(await page.title()).toBe('(1) Oneroom')
  await expect.poll(icon).toContain('%234a5552')
  await shownFor('two, Ann')
  await expect.poll(icon).toContain('%23c62828')
  const drawn = await page.evaluate(async () => {
    const image = new Image()
    image.src = document.querySelector<HTMLLinkElement>('link[rel=icon]')?.href ?? ''
    await image.decode()
    return image.naturalWidth > 0
  })
  expect(drawn).toBe(true)
  await attend(page, true)
  await expect.poll(icon).toBe(new URL(plain ?? '', webUrl).pathname)

  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('heading', { name: 'Notifications' }).waitFor()
  await page.getByLabel('Notify me while I look elsewhere').check()
  await page.getByLabel('Words that count as a mention').fill('exercise 4')
  expect(await violations(page)).toEqual([])
  await attend(page, false)
  expect(await shownFor('no interest')).toEqual([])
  expect(await shownFor('Exercise 4 is due')).toEqual(['guest-1 in lobby: Exercise 4 is due'])
  await room.getByLabel('Every message').check()
  expect(await shownFor('anything')).toEqual(['guest-1 in lobby: anything'])
  await page.getByLabel('For 1 hour').check()
  await page
    .getByText(/^Until /)
    .first()
    .waitFor()
  expect(await violations(page)).toEqual([])
  expect(await shownFor('Ann: hush')).toEqual([])
  await page.getByLabel('Off', { exact: true }).check()
  expect(await shownFor('Ann: again')).toEqual(['guest-1 mentions you: Ann: again'])
  await room.getByLabel('Nothing').check()
  expect(await shownFor('Ann: ignored')).toEqual([])
  await page.reload()
  await page.getByRole('button', { name: 'Settings' }).click()
  expect(await room.getByLabel('Nothing').isChecked()).toBe(true)
  expect(await page.getByLabel('Words that count as a mention').inputValue()).toBe('exercise 4')
})
