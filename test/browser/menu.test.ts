/** The menu of a name, the sheet of keys, and the choice of a language. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { violations } from '../support/axe.ts'
import { launch } from '../support/chromium.ts'
import { serveInProcess } from '../support/gateway.ts'
import { HOST_KEY } from '../support/hosts.ts'
import { looks } from '../support/looks.ts'
import { greeted } from '../support/raw.ts'
import { composer, controls, it, join, open, row, say } from '../support/view.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

describe.each(looks)('in %s at %i pixels', (colorScheme, width) => {
  const viewport = { width, height: width === 320 ? 640 : 800 }

  it('a name has a menu, which the keyboard opens and moves in', async () => {
    const { webUrl, tcpPort } = await serveInProcess({ hostKey: HOST_KEY })
    const { client: bob } = await greeted(tcpPort)
    bob.send('/name Bob\nhello\n')
    const ann = await open(browser, webUrl, { colorScheme, viewport })
    await join(ann, 'Ann')
    await row(ann, 'hello').waitFor()
    if (width === 320) await ann.locator('.counts').press('Enter')
    const name = ann.locator('.people').getByRole('button', { name: 'Bob', exact: true })
    const menu = ann.getByRole('dialog', { name: 'Bob' })
    await name.press('Enter')
    await menu.waitFor()
    expect(await violations(ann)).toEqual([])
    await ann.keyboard.press('ArrowDown')
    await ann.keyboard.press('Enter')
    await menu.waitFor({ state: 'detached' })
    await ann.waitForFunction(() => document.activeElement?.id === 'message')
    expect(await composer(ann).inputValue()).toBe('@Bob ')
    if (width === 320) await ann.locator('.counts').press('Enter')
    await name.press('Enter')
    await menu.getByRole('button', { name: 'Ignore Bob' }).press('Enter')
    await ann.locator('#notice').getByText('You ignore Bob.').waitFor()
    await name.press('Enter')
    await menu.getByRole('button', { name: 'Ignore Bob no longer' }).press('Enter')
    await ann.locator('#notice').getByText('You ignore nobody.').waitFor()
    await composer(ann).fill('')
    await say(ann, `/host ${HOST_KEY}`)
    await row(ann, 'Ann is a host now').waitFor()
    bob.send('/hand\n')
    await ann.getByRole('region', { name: 'Raised hands' }).waitFor()
    await name.press('Enter')
    await menu.getByRole('button', { name: 'Lower the hand of Bob' }).press('Enter')
    await bob.until('* Ann lowered the hand of Bob\n')
    await name.press('Enter')
    await menu.getByRole('button', { name: 'Host tools for Bob' }).press('Enter')
    await menu.getByRole('button', { name: 'Mute for 1 hour' }).waitFor()
  })

  it('a question mark opens the sheet of keys, but not while one writes', async () => {
    const { webUrl } = await serveInProcess()
    const ann = await open(browser, webUrl, { colorScheme, viewport })
    await join(ann, 'Ann')
    await composer(ann).pressSequentially('why?')
    expect(await composer(ann).inputValue()).toBe('why?')
    await say(ann, 'hello')
    await controls(ann)
    await ann.locator('.log').focus()
    const sheet = ann.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await expect
      .poll(async () => {
        await ann.keyboard.press('?')
        return sheet.count()
      })
      .toBe(1)
    expect(await violations(ann)).toEqual([])
    await ann.keyboard.press('Escape')
    await sheet.waitFor({ state: 'detached' })
    await ann.getByRole('button', { name: 'Settings' }).click()
    await ann.getByRole('button', { name: 'Keyboard shortcuts' }).click()
    await sheet.waitFor()
  })
})

it('the language can be chosen, and the room and the draft stay', async () => {
  const { webUrl } = await serveInProcess()
  const page = await open(browser, webUrl, { locale: 'en-GB' })
  await join(page, 'Nima')
  await composer(page).fill('a draft')
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByLabel('فارسی').click()
  await page.getByRole('button', { name: 'خروج' }).waitFor()
  expect(await page.evaluate(() => document.documentElement.dir)).toBe('rtl')
  expect(await composer(page).inputValue()).toBe('a draft')
  await page.getByRole('button', { name: 'تنظیمات' }).click()
  await page.getByLabel('English').click()
  await page.getByRole('button', { name: 'Leave' }).waitFor()
})
