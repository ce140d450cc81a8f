/** Commands of the page that show something: /help, /who, /topic, /rooms, and usage. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { violations } from '../support/axe.ts'
import { launch } from '../support/chromium.ts'
import { serveInProcess } from '../support/gateway.ts'
import { greeted } from '../support/raw.ts'
import { composer, it, join, open, say } from '../support/view.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

async function ann(width: number): Promise<{ page: Page; tcpPort: number }> {
  const { webUrl, tcpPort } = await serveInProcess()
  const viewport = { width, height: 700 }
  const page = await open(browser, webUrl, { viewport })
  await join(page, 'Ann')
  return { page, tcpPort }
}

const isFocused = (page: Page): Promise<boolean> =>
  composer(page).evaluate((element) => element === document.activeElement)

describe('a command that shows something', () => {
  it.each([320, 1280])('is /help, with groups, and /help NAME, at %i px', async (width) => {
    const { page } = await ann(width)
    const dialog = page.getByRole('dialog')
    await say(page, '/help')
    await dialog.getByRole('heading', { name: 'Daily' }).waitFor()
    await dialog.getByRole('heading', { name: 'Special' }).waitFor()
    expect(await dialog.textContent()).toContain('/search WORDS')
    expect(await dialog.textContent()).not.toMatch(/\/mute|\/stamps/)
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await expect.poll(() => isFocused(page)).toBe(true)
    await say(page, '/help /Search')
    await dialog.getByText('All words must occur, in any order.').waitFor()
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await say(page, '/help time')
    await dialog.getByText('In terminals only.').waitFor()
    await page.keyboard.press('Escape')
    await say(page, '/help tiem')
    await page.locator('#notice').getByText('There is no command /tiem.').waitFor()
  })

  it('is /who, /topic and /rooms, and each says what it has found', async () => {
    const { page, tcpPort } = await ann(1280)
    const notice = page.locator('#notice')
    const { client } = await greeted(tcpPort)
    await page.locator('.people').getByText('guest-1').waitFor()
    await say(page, '/who')
    await notice.getByText(/^2 here: /).waitFor()
    expect(await notice.textContent()).toContain('guest-1 (terminal)')
    await say(page, '/topic')
    await notice.getByText('This room has no topic.').waitFor()
    client.send('/topic Exercise 4\n')
    await page.getByRole('banner').getByText('Exercise 4').waitFor()
    await say(page, '/topic')
    await notice.getByText('Topic: Exercise 4').waitFor()
    await say(page, '/rooms')
    await page.getByRole('dialog').getByText('2 here · Exercise 4').waitFor()
  })

  it('and a command that lacks its argument has its usage, in one form', async () => {
    const { page } = await ann(1280)
    for (const usage of ['/name NAME', '/search WORDS', '/me TEXT']) {
      await say(page, usage.split(' ')[0] as string)
      await expect.poll(() => page.locator('#notice').textContent()).toBe(`Usage: ${usage}`)
    }
  })
})
