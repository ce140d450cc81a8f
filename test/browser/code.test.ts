/** The room code on the page: asked for in the form, or taken from the link. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { violations } from '../support/axe.ts'
import { launch } from '../support/chromium.ts'
import { serveInProcess } from '../support/gateway.ts'
import { enter, it, join, open, row, say } from '../support/view.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

const CODE = 'amber-fox-lamp'
const guarded = () => serveInProcess({ code: CODE })

describe('the page of a room with a code', () => {
  it('asks for the code, by keyboard, and keeps it', async () => {
    const { webUrl } = await guarded()
    const page = await open(browser, webUrl)
    await enter(page, 'Ann')
    const field = page.getByRole('textbox', { name: 'Room code' })
    await field.waitFor()
    await page.waitForFunction(() => document.activeElement?.id === 'code')
    expect(await violations(page)).toEqual([])
    await page.keyboard.type('amber fox')
    await page.keyboard.press('Enter')
    await page.getByText('That is not the code of this room.').waitFor()
    await field.fill('Amber Fox Lamp')
    await page.keyboard.press('Enter')
    await say(page, 'I am in')
    await row(page, 'I am in').waitFor()
    await page.reload()
    await say(page, 'again')
    await row(page, 'again').waitFor()
  })

  it('takes the code from the link, and shows it to those inside', async () => {
    const { webUrl, tcpPort } = await guarded()
    const page = await open(browser, `${webUrl}/#code=${CODE}`)
    expect(page.url()).toBe(`${webUrl}/`)
    await join(page, 'Ann')
    await page
      .getByRole('button', { name: 'Join from a terminal' })
      .filter({ visible: true })
      .click()
    await page.getByText(`nc 127.0.0.1 ${tcpPort}`).waitFor()
    await page.getByText(CODE, { exact: true }).waitFor()
    await page.getByRole('link', { name: `${webUrl}/#code=${CODE}` }).waitFor()
  })

  it('asks for it on the wall', async () => {
    const { webUrl } = await guarded()
    const page = await open(browser, `${webUrl}/?view=wall`)
    await page.getByRole('textbox', { name: 'Room code' }).fill(CODE)
    await page.keyboard.press('Enter')
    await page.getByText('1 web').waitFor()
    await page.getByText(CODE, { exact: true }).waitFor()
  })
})
