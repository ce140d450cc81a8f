/** The transcript of a room, as the page saves it. */
import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { violations } from '../support/axe.ts'
import { launch } from '../support/chromium.ts'
import { serveInProcess } from '../support/gateway.ts'
import { composer, it, join, open, row, say } from '../support/view.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

/** The name and the text of the file that Enter saves. */
async function saved(page: Page): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.keyboard.press('Enter'),
  ])
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') }
}

it('is saved with the keyboard alone, in the room and the format that the reader chooses, behind a code', async () => {
  const { webUrl } = await serveInProcess({ code: 'amber-fox-lamp' })
  const page = await open(browser, `${webUrl}/r/Physics#code=amber-fox-lamp`, {
    viewport: { width: 320, height: 640 },
    colorScheme: 'dark',
    locale: 'en-GB',
    timezoneId: 'Asia/Kathmandu',
  })
  await join(page, 'Ann')
  await say(page, 'a *point*')
  await row(page, 'a point').waitFor()

  await page.locator('.counts').press('Enter')
  await page.getByRole('button', { name: 'Save a transcript' }).press('Enter')
  await page.getByRole('dialog').waitFor()
  expect(await violations(page)).toEqual([])
  await page.getByLabel('Markdown, for notes').focus()
  const markdown = await saved(page)
  expect(markdown.name).toMatch(/^Physics-[\d-]+\.md$/)
  expect(markdown.text).toMatch(
    /^# Physics\n\n## [\d-]+, UTC\+05:45\n\n- \d\d:\d\d \*\*Ann\*\*: a \\\*point\\\*\n$/,
  )
  await page.getByText(`Saved as ${markdown.name}`).waitFor()

  await page.getByLabel('Markdown, for notes').press('ArrowDown')
  const objects = await saved(page)
  expect(objects.name).toMatch(/\.ndjson$/)
  expect(JSON.parse(objects.text)).toMatchObject({ text: 'a *point*', room: 'Physics' })

  await page.getByLabel('Today').press('ArrowLeft')
  await page.getByLabel('From').fill('2099-01-01T10:00')
  await page.getByLabel('To', { exact: true }).fill('2026-01-01T10:00')
  await page.getByRole('button', { name: 'Save', exact: true }).press('Enter')
  await page.getByText('The beginning must be before the end.').waitFor()
  await page.getByLabel('To', { exact: true }).fill('')
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: 'Save', exact: true }).focus()
  expect((await saved(page)).text).toBe('')
  const wide = await page
    .locator('dialog')
    .evaluate((dialog) => dialog.scrollWidth > dialog.clientWidth)
  expect(wide).toBe(false)
  await page.keyboard.press('Escape')

  await composer(page).fill('/transcript 2026-11-22T10:00 2026-11-22T11:30 text')
  await composer(page).press('Enter')
  await page.getByLabel('From').waitFor()
  expect(await page.getByLabel('From').inputValue()).toBe('2026-11-22T10:00')
  expect(await page.getByLabel('To', { exact: true }).inputValue()).toBe('2026-11-22T11:30')
  expect(await page.getByLabel('Text, a line for each message').isChecked()).toBe(true)
  await page.keyboard.press('Escape')
  await composer(page).fill('/transcript noon')
  await composer(page).press('Enter')
  await page.getByText('Usage: /transcript').waitFor()
})
