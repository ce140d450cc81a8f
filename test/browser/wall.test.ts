/** The wall, for a projector. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { violations } from '../support/axe.ts'
import { launch } from '../support/chromium.ts'
import { serveInProcess } from '../support/gateway.ts'
import { rawClient } from '../support/raw.ts'
import { drawn, it, open, row } from '../support/view.ts'

const LONG_NAME = 'Maximiliane-Konstantina-M'.slice(0, 24)

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

it('shows how to begin, then large messages in one column, with the topic, the code and who came in sight', async () => {
  const { webUrl, tcpPort } = await serveInProcess({ code: 'tulip-42', hostKey: 'open-sesame' })
  const page = await open(browser, `${webUrl}/?view=wall#code=tulip-42`, {
    viewport: { width: 1920, height: 1080 },
    colorScheme: 'dark',
  })
  await page.getByRole('heading', { name: 'Nobody has written yet.' }).waitFor()
  await page.getByText('What you write appears here.').waitFor()
  expect(await violations(page)).toEqual([])

  const client = await rawClient(tcpPort)
  client.send('tulip-42\n')
  await client.until(/bye leaves\.\n/)
  client.send(`/name ${LONG_NAME}\n`)
  const comings = page.locator('.comings')
  await comings.getByText(`${LONG_NAME} joined (terminal)`).waitFor()
  expect(await page.getByRole('heading', { name: 'Nobody has written yet.' }).isVisible()).toBe(
    true,
  )
  const said = 'a sentence that is much longer than what fits into one row of this wall '.repeat(3)
  client.send(`${said}\n/topic Exercise 4\n/host open-sesame\n/pin 1\n`)
  await page.getByRole('banner').getByText('Exercise 4').waitFor()
  await page.locator('.pinned').getByText(said.trim()).waitFor()
  await page.getByRole('complementary').getByText('tulip-42').waitFor()
  await drawn(page)
  expect(await row(page, 'joined').locator('.text').isVisible()).toBe(false)
  expect(await comings.isVisible()).toBe(true)

  const measured = () =>
    row(page, said.trim())
      .filter({ has: page.locator('.who') })
      .evaluate((element) => {
        const [name, text] = ['.name', '.text'].map((part) => element.querySelector(part))
        return {
          isCut: (name?.scrollWidth ?? 0) > (name?.clientWidth ?? 0),
          nameLines: Math.round((name as Element).getBoundingClientRect().height / 45),
          width: (text as Element).getBoundingClientRect().width / innerWidth,
          size: parseFloat(getComputedStyle(text as Element).fontSize),
        }
      })
  const before = await measured()
  expect(before).toMatchObject({ isCut: false, nameLines: 1 })
  expect(before.width).toBeGreaterThan(0.5)
  expect(before.size).toBeGreaterThan(27)
  await page.keyboard.press('+')
  await page.getByRole('button', { name: 'Larger text' }).click()
  await drawn(page)
  const larger = await measured()
  expect(larger.size / before.size).toBeCloseTo(1.125 ** 2)
  expect(await violations(page)).toEqual([])
  await page.reload()
  await row(page, said.trim()).first().waitFor()
  expect((await measured()).size).toBe(larger.size)
  await page.keyboard.press('0')
  await page.keyboard.press('-')
  await drawn(page)
  expect((await measured()).size / before.size).toBeCloseTo(1 / 1.125)
})
