/** A class on the page: an empty room, raised hands, lessons, and the wall. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { violations } from '../support/axe.ts'
import { launch } from '../support/chromium.ts'
import { serveInProcess } from '../support/gateway.ts'
import { HOST_KEY, hostClient } from '../support/hosts.ts'
import { looks } from '../support/looks.ts'
import { pageClient } from '../support/page.ts'
import { greeted } from '../support/raw.ts'
import { composer, it, join, open, row, say } from '../support/view.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

const hosted = () => serveInProcess({ hostKey: HOST_KEY })

describe.each(looks)('in %s at %i pixels', (colorScheme, width) => {
  const viewport = { width, height: width === 320 ? 640 : 800 }

  it('an empty room shows how to come in, until somebody writes', async () => {
    const { webUrl, tcpPort } = await serveInProcess()
    const ann = await open(browser, webUrl, { colorScheme, viewport })
    await join(ann, 'Ann')
    const first = ann.locator('.first')
    await first.getByText('Here: Ann (web).').waitFor()
    await first.getByRole('button', { name: `Copy: nc 127.0.0.1 ${tcpPort}` }).click()
    await first.getByRole('button', { name: 'Copied: nc' }).waitFor()
    expect(await violations(ann)).toEqual([])
    const { client } = await greeted(tcpPort)
    await ann.getByText('guest-1 joined (terminal)').waitFor()
    await ann.getByText('No messages yet.').waitFor()
    client.send('hello\n')
    await row(ann, 'hello').waitFor()
    await first.waitFor({ state: 'detached' })
  })

  it('a hand is raised with a button, and lowered by a host with the keyboard', async () => {
    const { webUrl, tcpPort } = await hosted()
    const hana = await open(browser, webUrl, { colorScheme, viewport })
    await join(hana, 'Hana')
    await say(hana, `/host ${HOST_KEY}`)
    await row(hana, 'Hana is a host now').waitFor()
    const { client: asha } = await greeted(tcpPort)
    asha.send('/name Asha\n/hand\n')
    await row(hana, 'Asha raised a hand').waitFor()
    const ann = await open(browser, webUrl, { colorScheme, viewport })
    await join(ann, 'Ann')
    if (width === 320) await ann.locator('.counts').click()
    const hand = ann.getByRole('button', { name: 'Raise hand' })
    await hand.click()
    await asha.until('* Ann raised a hand\n')
    await ann.waitForFunction(() => document.querySelector('[aria-pressed="true"]') !== null)
    for (const page of [hana, ann]) {
      const hands = page.getByRole('region', { name: 'Raised hands' })
      await hands.getByText('Ann').waitFor()
      expect(await hands.locator('.name').allTextContents()).toEqual(['Asha', 'Ann'])
      expect(await violations(page)).toEqual([])
    }
    await hana.getByRole('button', { name: 'Lower the hand of Asha' }).focus()
    await hana.keyboard.press('Enter')
    await asha.until('* Hana lowered the hand of Asha\n')
    await hana.waitForFunction(() => document.activeElement?.id === 'message')
    const hands = ann.getByRole('region', { name: 'Raised hands' })
    await hands.getByText('Asha').waitFor({ state: 'detached' })
    await say(ann, '/hands')
    await ann.locator('#notice').getByText('Raised hands: Ann').waitFor()
    await hand.click()
    await hands.waitFor({ state: 'detached' })
    await asha.until('* Ann lowered the hand\n')
  })
})

describe('a new lesson', () => {
  it('is where the wall and newcomers begin, who can look at what was before', async () => {
    const { webUrl } = await hosted()
    const hana = await hostClient(webUrl)
    const bob = await pageClient(webUrl)
    await bob.hello({ name: 'Bob' })
    await bob.send({ type: 'say', text: 'of yesterday' }).until('of yesterday')
    const wall = await open(browser, `${webUrl}/?view=wall`, {
      viewport: { width: 1920, height: 1080 },
    })
    const reader = await open(browser, webUrl)
    await join(reader, 'Reader')
    await row(wall, 'of yesterday').waitFor()
    hana.send({ type: 'act', act: { type: 'lesson' } })
    await row(wall, 'Hana began a new lesson').waitFor()
    await row(wall, 'of yesterday').waitFor({ state: 'detached' })
    bob.send({ type: 'act', act: { type: 'hand' } })
    await wall.getByRole('region', { name: 'Raised hands' }).getByText('Bob').waitFor()
    expect(await violations(wall)).toEqual([])
    // Nothing vanishes while somebody reads it.
    await row(reader, 'of yesterday').waitFor()
    const newcomer = await open(browser, webUrl)
    await join(newcomer, 'Newcomer')
    await row(newcomer, 'Hana began a new lesson').waitFor()
    expect(await row(newcomer, 'of yesterday').count()).toBe(0)
    await newcomer.getByRole('button', { name: 'Show earlier messages' }).click()
    await row(newcomer, 'of yesterday').waitFor()
    expect(await violations(newcomer)).toEqual([])
    await composer(newcomer).focus()
    await wall.reload()
    await row(wall, 'Hana began a new lesson').waitFor()
    expect(await row(wall, 'of yesterday').count()).toBe(0)
  })
})
