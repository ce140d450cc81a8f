/** The page in a browser, as the browser tests use it. */
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { it as anyTest, expect, onTestFinished } from 'vitest'
import { chromiumPath } from './chromium.ts'

/** A test that needs Chromium, and is skipped without it. */
export const it = anyTest.skipIf(chromiumPath() === undefined)

/** A page in a profile of its own; anything that it throws fails the test. */
export async function open(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))
  onTestFinished(async () => {
    await context.close()
    expect(faults).toEqual([])
  })
  await page.goto(url)
  return page
}

/** Asks to come in under this name. */
export async function enter(page: Page, name: string): Promise<void> {
  await page.locator('#name').fill(name)
  await page.keyboard.press('Enter')
}

/** Comes in, and is ready to write. */
export async function join(page: Page, name: string): Promise<void> {
  await enter(page, name)
  await composer(page).waitFor()
}

export function composer(page: Page): Locator {
  return page.locator('#message')
}

export async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text)
  await composer(page).press('Enter')
}

/** The rows of the log that have this text. */
export function row(page: Page, text: string): Locator {
  return page.getByRole('log').getByRole('listitem').filter({ hasText: text })
}

/** The page loses the reader's attention, or has it again, as its window tells it. */
export async function attend(page: Page, attention: boolean): Promise<void> {
  await page.evaluate((type) => dispatchEvent(new Event(type)), attention ? 'focus' : 'blur')
}

/** Two frames on: what was to be drawn is drawn. */
export async function drawn(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  )
}
