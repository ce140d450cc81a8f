/** Accessibility and looks: axe, narrow screens, languages, settings, the wall. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { hostsOf } from '../../server/net/reach.ts'
import { violations } from '../support/axe.ts'
import { launch } from '../support/chromium.ts'
import { serveInProcess } from '../support/gateway.ts'
import { need } from '../support/installed.ts'
import { long } from '../support/long.ts'
import { bothLooks } from '../support/looks.ts'
import { Program, serve } from '../support/program.ts'
import { greeted } from '../support/raw.ts'
import { composer, controls, drawn, it, join, open, row, say } from '../support/view.ts'

const python3 = need('python3')

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const wide = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    return scrollWidth - clientWidth
  })
  expect(wide).toBeLessThanOrEqual(0)
}

/** A server that other machines can reach, if this one is in a network. `here`: its page, on this one. */
async function serveOnAll() {
  const served = await serveInProcess({ host: '0.0.0.0', open: true })
  const here = `http://127.0.0.1:${new URL(served.webUrl).port}`
  return { ...served, here, isShared: (await hostsOf('0.0.0.0')).length > 0 }
}

const others = [
  ['dark', 1280],
  ['light', 320],
] as const
const looks = long ? [...bothLooks, ...others] : bothLooks

describe('axe', () => {
  it.each(looks)('finds nothing in %s at %i pixels, in any state', async (colorScheme, width) => {
    const { server, webUrl, tcpPort } = await serve('--flood', 'off')
    const { client } = await greeted(tcpPort)
    client.send('/name Bob\nhello **from** `nc` https://example.com/\n')
    const viewport = { width, height: width === 320 ? 640 : 800 }
    const page = await open(browser, webUrl, { colorScheme, viewport })
    expect(await violations(page)).toEqual([])
    await page.locator('#name').fill('Bob')
    await page.keyboard.press('Enter')
    await page.getByText('That name is taken.').waitFor()
    expect(await violations(page)).toEqual([])
    await expectNoSidewaysScroll(page)
    await join(page, 'Ann')
    await say(page, 'some `code`, and **more**')
    await say(page, 'lines:\n> quoted\n```py\nif a:\n    b()\n```')
    client.send('Ann: do you see it?\n')
    await row(page, 'do you see it?').waitFor()
    await controls(page)
    await row(page, 'do you see it?').hover()
    await composer(page).fill('/')
    await page.getByRole('option').first().waitFor()
    expect(await violations(page)).toEqual([])
    await composer(page).fill('**x**\ntwo\nthree\nfour')
    await page.locator('.view').waitFor()
    expect(await violations(page)).toEqual([])
    await expectNoSidewaysScroll(page)
    for (const name of ['Settings', 'Search']) {
      await page.getByRole('button', { name }).click()
      await page.getByRole('dialog').waitFor()
      expect(await violations(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
    if (width === 320) {
      // The members take half of a phone until something else is touched.
      const panel = page.locator('.room.open')
      await page.locator('.counts').click()
      await panel.waitFor()
      await page.locator('.log').click({ position: { x: 5, y: 5 } })
      await panel.waitFor({ state: 'detached' })
      await page.locator('.counts').click()
    }
    await page.getByRole('button', { name: 'Join from a terminal' }).click()
    await page.getByText('Only this machine can join.').waitFor()
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')
    server.child.kill('SIGKILL')
    await page.getByRole('button', { name: 'Retry now' }).waitFor()
    expect(await violations(page)).toEqual([])
    await expectNoSidewaysScroll(page)
  })
})

describe('the page', () => {
  it('is in Persian, from right to left, for a Persian browser', async () => {
    const { webUrl } = await serveInProcess()
    const page = await open(browser, webUrl, {
      locale: 'fa-IR',
      viewport: { width: 320, height: 640 },
    })
    await page.getByLabel('نام شما').fill('نیما')
    await page.keyboard.press('Enter')
    await composer(page).waitFor()
    await say(page, 'سلام')
    await row(page, 'سلام').waitFor()
    expect(
      await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]),
    ).toEqual(['fa', 'rtl'])
    const left = (await page.getByRole('button', { name: 'خروج' }).boundingBox())?.x ?? 999
    expect(left).toBeLessThan(100)
    expect(await violations(page)).toEqual([])
    await expectNoSidewaysScroll(page)
  })

  it('keeps its settings after a reload: theme, clock, seconds, UTC, size', async () => {
    const { webUrl, tcpPort } = await serveInProcess()
    const { client } = await greeted(tcpPort)
    const page = await open(browser, webUrl, {
      colorScheme: 'light',
      locale: 'en-GB',
      timezoneId: 'Asia/Kathmandu',
    })
    await join(page, 'Ann')
    client.send('hello\n')
    const time = row(page, 'hello').locator('time')
    expect(await time.textContent()).toMatch(/^\d\d:\d\d$/)
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByLabel('Dark').check()
    await page.getByLabel('12 hours').check()
    await page.getByLabel('Larger').check()
    const look = () =>
      page.evaluate(() => [
        getComputedStyle(document.body).backgroundColor,
        getComputedStyle(document.documentElement).fontSize,
      ])
    expect(await look()).toEqual(['rgb(18, 23, 22)', '23px'])
    expect(await time.textContent()).toMatch(/[ap]m$/i)
    await page.getByLabel('Times with seconds').check()
    await page.getByLabel('Times in UTC').check()
    const said = new Date((await time.getAttribute('datetime')) ?? '')
    const hours = { timeStyle: 'medium', timeZone: 'UTC', hourCycle: 'h12' } as const
    const inUtc = said.toLocaleTimeString('en-GB', hours)
    expect(await time.textContent()).toBe(inUtc)
    await page.reload()
    await row(page, 'hello').waitFor()
    expect(await look()).toEqual(['rgb(18, 23, 22)', '23px'])
    expect(await time.textContent()).toBe(inUtc)
  })

  const withPython = python3 ? it : it.skip
  withPython('shows lines and programs that join from a terminal, and they work', async () => {
    const { here, webUrl, tcpPort, isShared } = await serveOnAll()
    const page = await open(browser, here)
    await join(page, 'Ann')
    await page.getByRole('button', { name: 'Join from a terminal' }).click()
    const dialog = page.getByRole('dialog')
    if (isShared) await dialog.getByRole('img', { name: `QR code of ${webUrl}/` }).waitFor()
    await page.locator('.ways code').first().waitFor()
    const lines = await page.locator('.ways code').allTextContents()
    expect(lines.map((line) => line.split(/[ =]/)[0])).toEqual(['nc', 'telnet', '$c'])
    for (const line of lines) expect(line).toContain(String(tcpPort))
    await dialog.getByRole('button', { name: 'Copy: nc' }).click()
    await page.getByText('Copied').waitFor()
    await page.getByRole('button', { name: 'C', exact: true }).click()
    await page.getByText('starter.c', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'server.py' }).click()
    await page.getByText('Connected client : ').waitFor()
    await page.getByRole('button', { name: 'Python', exact: true }).click()
    expect(await violations(page)).toEqual([])
    const program = await page.locator('.starters pre').textContent()
    await page.keyboard.press('Escape')
    const python = new Program(python3 as string, ['-c', program ?? ''])
    await python.until('Ann (web)')
    python.type('hello from a program that was copied\n')
    await row(page, 'hello from a program that was copied').waitFor()
  })

  it('has a wall for a projector: no composer, the newest in sight, and how to join', async () => {
    const { here, webUrl, tcpPort, isShared } = await serveOnAll()
    const { client } = await greeted(tcpPort)
    const page = await open(browser, `${here}/?view=wall`, {
      viewport: { width: 1920, height: 1080 },
    })
    await client.until('* projector joined (web)\n')
    client.send(Array.from({ length: 80 }, (_, at) => `line ${at}.\n`).join(''))
    await row(page, 'line 79.').waitFor()
    await drawn(page)
    const box = await row(page, 'line 79.').boundingBox()
    expect((box?.y ?? 9999) + (box?.height ?? 0)).toBeLessThanOrEqual(1080)
    expect(await composer(page).count()).toBe(0)
    if (isShared) {
      await page.getByText(`nc ${new URL(webUrl).hostname} ${tcpPort}`).waitFor()
      await page.getByRole('img', { name: `QR code of ${webUrl}/` }).waitFor()
    }
    expect(await violations(page)).toEqual([])
    expect(await page.evaluate(() => localStorage.getItem('oneroom.name'))).toBeNull()
  })

  it('has a wall that shows no address if no other machine can use it, but how to share the server', async () => {
    const { webUrl } = await serveInProcess()
    const page = await open(browser, `${webUrl}/?view=wall`)
    await page.getByText('Only this machine can join.').waitFor()
    await page.getByText('npm start -- --host 0.0.0.0').waitFor()
    expect(await page.getByText('127.0.0.1').count()).toBe(0)
    expect(await page.getByRole('img', { name: 'QR code' }).count()).toBe(0)
    expect(await violations(page)).toEqual([])
  })

  it('shows the wall under its own name in a tab that is already in the room', async () => {
    const { webUrl, tcpPort } = await serveInProcess()
    const { client } = await greeted(tcpPort)
    const page = await open(browser, webUrl)
    await join(page, 'Ann')
    await page.goto(`${webUrl}/?view=wall`)
    await client.until('* projector joined (web)\n')
    // The page has stored its token when it shows who is there.
    await page.getByText('2 web').waitFor()
    await page.reload()
    await page.getByText('2 web').waitFor()
    await page.goto(webUrl)
    await say(page, 'back again')
    await client.until('Ann: back again\n')
    expect(client.text.match(/is now|projector-|Ann left/g)).toBeNull()
  })

  it('can be installed: a manifest, and an icon that is an SVG', async () => {
    const { webUrl } = await serveInProcess()
    const page = await open(browser, webUrl)
    const cdp = await page.context().newCDPSession(page)
    const { errors, data } = await cdp.send('Page.getAppManifest')
    expect(errors).toEqual([])
    const manifest = JSON.parse(data ?? '{}') as { icons: { src: string; type: string }[] }
    const icon = await fetch(new URL(manifest.icons[0]?.src ?? '', webUrl))
    expect(icon.headers.get('content-type')).toBe('image/svg+xml')
  })

  it('shows no motion when the system asks for none, and names without colours', async () => {
    const { webUrl } = await serveInProcess()
    const page = await open(browser, webUrl, { reducedMotion: 'reduce', forcedColors: 'active' })
    await join(page, 'Ann')
    await say(page, 'hello')
    await row(page, 'hello').waitFor()
    const motion = await page.evaluate(
      () =>
        document.getAnimations().filter(({ effect }) => Number(effect?.getTiming().duration) > 0)
          .length,
    )
    expect(motion).toBe(0)
    expect(await violations(page)).toEqual([])
  })
})
