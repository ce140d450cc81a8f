/** Hosts on the page: what everybody sees of their acts, and what a host can do. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { launch } from '../support/chromium.ts'
import { serveInProcess } from '../support/gateway.ts'
import { HOST_KEY, hostClient } from '../support/hosts.ts'
import { pageClient } from '../support/page.ts'
import { composer, it, join, open, row, say } from '../support/view.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

const hosted = () => serveInProcess({ hostKey: HOST_KEY })

/** A page that has joined, in a profile of its own. */
async function person(webUrl: string, name: string): Promise<Page> {
  const page = await open(browser, webUrl)
  await join(page, name)
  return page
}

describe('everybody', () => {
  it('reads acts as lines, sees roles at once, and no text that was removed', async () => {
    const { webUrl } = await hosted()
    const [ann, bob] = [await person(webUrl, 'Ann'), await person(webUrl, 'Bob')]
    await say(bob, 'something rude')
    for (const page of [ann, bob]) await row(page, 'something rude').waitFor()
    await ann.getByRole('button', { name: 'Search' }).click()
    await ann.getByRole('dialog').getByRole('textbox').fill('rude')
    await ann.keyboard.press('Enter')
    await ann.getByRole('dialog').getByText('something rude').waitFor()
    const hana = await hostClient(webUrl)
    await ann.locator('.people li', { hasText: 'Hana' }).locator('.role').waitFor()
    hana.send({ type: 'act', act: { type: 'redact', person: 'Bob' } })
    await ann.getByRole('dialog').getByText('removed by Hana').waitFor()
    await ann.keyboard.press('Escape')
    for (const page of [ann, bob]) {
      await row(page, 'removed by Hana').waitFor()
      await row(page, 'Hana removed message').waitFor()
      expect(await page.content()).not.toContain('rude')
      await page.reload()
      await row(page, 'removed by Hana').waitFor()
      expect(await page.content()).not.toContain('rude')
    }
    hana.send({ type: 'act', act: { type: 'observer', person: 'Bob' } })
    await ann.locator('.people li', { hasText: 'Bob' }).getByText('observer').waitFor()
    hana.send({ type: 'act', act: { type: 'observer', person: 'Bob' } })
    await ann.locator('.people .role', { hasText: 'observer' }).waitFor({ state: 'detached' })
  })

  it('sees a pinned message above the log, which leads to it', async () => {
    const { webUrl } = await hosted()
    const hana = await hostClient(webUrl)
    const { seq } = await hana.send({ type: 'say', text: 'read me first' }).until('read me first')
    for (let at = 1; at <= 300; at++) hana.send({ type: 'say', text: `line ${at}` })
    await hana.until('line 300')
    const ann = await person(webUrl, 'Ann')
    await row(ann, 'line 300').waitFor()
    hana.send({ type: 'act', act: { type: 'pin', seq } })
    const pinned = ann.getByRole('button', { name: 'Pinned Hana read me first' })
    await pinned.waitFor()
    await ann.reload()
    await pinned.click()
    await ann.waitForFunction(() => document.activeElement?.textContent?.includes('read me first'))
    hana.send({ type: 'act', act: { type: 'pin' } })
    await pinned.waitFor({ state: 'detached' })
  })

  it('who may not write learns why, and for how long, and keeps the text', async () => {
    const { webUrl } = await hosted()
    const hana = await hostClient(webUrl)
    const bob = await person(webUrl, 'Bob')
    hana.send({ type: 'act', act: { type: 'mute', person: 'Bob', seconds: 600 } })
    await row(bob, 'Hana muted Bob for 10 minutes').waitFor()
    await say(bob, 'but I')
    await bob.locator('.fault').getByText('You are muted for 10 more minutes.').waitFor()
    await bob.locator('#notice').getByText('You are muted for 10 more minutes.').waitFor()
    await bob.reload()
    await bob.getByRole('button', { name: 'Edit' }).click()
    expect(await composer(bob).inputValue()).toBe('but I')
    hana.send({ type: 'act', act: { type: 'unmute', person: 'Bob' } })
    await row(bob, 'Hana unmuted Bob').waitFor()
    await composer(bob).press('Enter')
    await hana.until('but I')
    hana.send({ type: 'act', act: { type: 'slow', seconds: 60 } })
    await say(bob, 'once')
    await say(bob, 'twice')
    await bob.locator('.fault').getByText('here, each person writes once in 1 minute').waitFor()
    hana.send({ type: 'act', act: { type: 'observer', person: 'Bob' } })
    await bob.getByRole('button', { name: 'Retry' }).click()
    await bob.locator('.fault').getByText('You may read here, and not write.').waitFor()
  })

  it('who is removed reads the reason, and comes back only by a click', async () => {
    const { webUrl } = await hosted()
    const hana = await hostClient(webUrl)
    const bob = await person(webUrl, 'Bob')
    hana.send({ type: 'act', act: { type: 'kick', person: 'Bob', reason: 'off topic' } })
    await bob.getByText('Hana removed you: off topic').waitFor()
    await bob.evaluate(() => dispatchEvent(new Event('online')))
    await bob.waitForTimeout(1_500)
    await bob.getByRole('button', { name: 'Come back' }).click()
    await say(bob, 'back')
    await hana.until('back')
    hana.send({ type: 'act', act: { type: 'ban', person: 'Bob', seconds: 7200, address: true } })
    await bob.getByText('You are banned for 2 more hours.').waitFor()
    await bob.reload()
    await bob.getByText('You are banned for').waitFor()
    const other = await open(browser, webUrl)
    await other.locator('#name').fill('Eve')
    await other.keyboard.press('Enter')
    await other.getByText('Your address is banned').waitFor()
    await other.getByRole('button', { name: 'Join', exact: true }).waitFor()
    const carol = await pageClient(webUrl)
    carol.send({ type: 'hello', protocol: 1 })
    expect(await carol.untilClosed()).toBe(4011)
  })
})
