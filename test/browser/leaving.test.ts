/** Leaving the page while a message waits to be sent. */
import { expect, onTestFinished } from 'vitest'
import { violations } from '../support/axe.ts'
import { launch } from '../support/chromium.ts'
import { serve } from '../support/program.ts'
import { it, join, loaded, open, say } from '../support/view.ts'

it('asks first: the browser before it closes, and the page before it leaves the room', async () => {
  const { server, webUrl } = await serve()
  const browser = await launch()
  onTestFinished(() => browser.close())
  const page = await open(browser, webUrl, { viewport: { width: 320, height: 640 } })
  await join(page, 'Ann')
  await page.locator('.status').waitFor({ state: 'attached' })
  await loaded(page, 'above')
  await loaded(page, 'watching')
  server.child.kill('SIGKILL')
  await page.getByRole('button', { name: 'Retry now' }).waitFor()
  await say(page, 'is lost if the page is closed')
  const asked = new Promise<string>((resolve) => {
    page.once('dialog', async (dialog) => {
      await dialog.dismiss()
      resolve(dialog.type())
    })
  })
  await page.evaluate(() => location.reload())
  expect(await asked).toBe('beforeunload')

  const leave = page.getByRole('banner').getByRole('button', { name: 'Leave' })
  const dialog = page.getByRole('dialog')
  await leave.click()
  await dialog.getByText('1 message waits to be sent.').waitFor()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'detached' })
  await leave.click()
  await dialog.getByRole('button', { name: 'Leave' }).click()
  await page.locator('#name').waitFor()
})
