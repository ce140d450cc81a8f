/** The page in a browser: steps that the browser tests share. */
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { it as anyTest, expect, onTestFinished } from 'vitest'
import { chromiumPath } from './chromium.ts'
import { HANGING_MS } from './waiting.ts'

/** A test that needs Chromium, and is skipped without it. */
export const it = anyTest.skipIf(chromiumPath() === undefined)

/** Opens the page in a new profile. An error that the page throws fails the test. */
export async function open(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext(options)
  context.setDefaultTimeout(HANGING_MS)
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

/** Enters a name in the form and sends it. */
export async function enter(page: Page, name: string): Promise<void> {
  await page.locator('#name').fill(name)
  await page.keyboard.press('Enter')
}

/** Joins under this name; the composer is there, and the page watches the address, the keys and the attention. */
export async function join(page: Page, name: string): Promise<void> {
  await enter(page, name)
  await composer(page).waitFor()
  await loaded(page, 'watching')
}

export function composer(page: Page): Locator {
  return page.locator('#message')
}

export async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text)
  await composer(page).press('Enter')
}

/** The rows of the log that contain this text, without those of messages that are pending. */
export function row(page: Page, text: string): Locator {
  return page
    .getByRole('log')
    .locator('ol:not(.pending)')
    .getByRole('listitem')
    .filter({ hasText: text })
}

/** Takes the focus from the window of the page, or gives it back. */
export async function attend(page: Page, attention: boolean): Promise<void> {
  await page.evaluate((type) => dispatchEvent(new Event(type)), attention ? 'focus' : 'blur')
}

/** Waits for the toolbar and the keys of the list, which are loaded after it is drawn. */
export async function controls(page: Page): Promise<void> {
  const last = page.locator('.row').last()
  // As if the pointer came to the row: it may have been there before the toolbar was loaded.
  const point = async (): Promise<number> => {
    await last.dispatchEvent('pointerover')
    return page.locator('.toolbar').count()
  }
  await expect.poll(point).toBeGreaterThan(0)
}

/** Waits for a chunk that the page loads after it is drawn, and for all that the chunk imports. */
export async function loaded(page: Page, chunk: string): Promise<void> {
  // A string, because Vitest rewrites `import()` in functions.
  const find = (part: string) =>
    performance
      .getEntriesByType('resource')
      .map(({ name }) => name)
      .find((name) => name.includes(part))
  const url = await (await page.waitForFunction(find, `/${chunk}-`)).jsonValue()
  await page.evaluate(`import(${JSON.stringify(url)}).then(() => {})`)
}

/** Waits two frames, after which all changes are drawn. */
export async function drawn(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  )
}
