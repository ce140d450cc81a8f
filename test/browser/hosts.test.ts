/** Hosts on the page: what everybody sees of their acts, and what a host can do. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { violations } from '../support/axe.ts'
import { launch } from '../support/chromium.ts'
import { serveInProcess } from '../support/gateway.ts'
import { HOST_KEY, hostClient } from '../support/hosts.ts'
import { looks } from '../support/looks.ts'
import { pageClient } from '../support/page.ts'
import { rawClient } from '../support/raw.ts'
import { composer, controls, it, join, open, row, say } from '../support/view.ts'

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
    await ann.getByRole('dialog').getByLabel('Words to look for').fill('rude')
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
    await bob
      .locator('.fault')
      .getByText('You are an observer: you can read here, but not write.')
      .waitFor()
  })

  it('who is removed reads the reason, and comes back only by a click', async () => {
    const { webUrl } = await hosted()
    const hana = await hostClient(webUrl)
    const bob = await person(webUrl, 'Bob')
    let connections = 0
    bob.on('websocket', () => {
      connections += 1
    })
    hana.send({ type: 'act', act: { type: 'kick', person: 'Bob', reason: 'off topic' } })
    await bob.getByText('Hana removed you: off topic').waitFor()
    await bob.evaluate(() => dispatchEvent(new Event('online')))
    await bob.getByRole('button', { name: 'Come back' }).click()
    await say(bob, 'back')
    await hana.until('back')
    // A page that had come back by itself would have opened another one.
    expect(connections).toBe(1)
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

/** Becomes a host with the dialog that the command opens. */
async function becomeHost(page: Page): Promise<void> {
  await say(page, '/host')
  const field = page.getByRole('dialog').getByLabel('Key of the hosts')
  await field.waitFor()
  await page.keyboard.type(HOST_KEY)
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').getByText('You are a host.').waitFor()
  await page.keyboard.press('Escape')
}

function focused(page: Page): Promise<string> {
  return page.evaluate(
    () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.id ?? '',
  )
}

function menuOf(page: Page, name: string) {
  return page.getByRole('button', { name: `Host tools for ${name}` })
}

describe('a host', () => {
  it('gives the key in a dialog, and it is in no storage', async () => {
    const { webUrl } = await hosted()
    const ann = await person(webUrl, 'Ann')
    await ann.getByRole('button', { name: 'Settings' }).click()
    await ann.getByRole('button', { name: 'Become a host' }).click()
    const dialog = ann.getByRole('dialog', { name: 'Become a host' })
    await dialog.getByLabel('Key of the hosts').fill('wrong')
    await ann.keyboard.press('Enter')
    await dialog.getByText('That is not the key of the hosts.').waitFor()
    expect(await violations(ann)).toEqual([])
    await ann.keyboard.type(HOST_KEY)
    await ann.keyboard.press('Enter')
    await ann.getByRole('dialog', { name: 'Host tools' }).waitFor()
    expect(await violations(ann)).toEqual([])
    await ann.keyboard.press('Escape')
    await ann.waitForFunction(
      () => document.activeElement?.getAttribute('aria-label') === 'Settings',
    )
    await row(ann, 'Ann is a host now').waitFor()
    await ann.locator('.people li', { hasText: 'Ann' }).getByText('host').waitFor()
    const bob = await person(webUrl, 'Bob')
    await composer(bob).fill(`  /host ${HOST_KEY}`)
    const stored = (page: Page) =>
      page.evaluate(() => JSON.stringify([localStorage, sessionStorage]))
    expect(await stored(bob)).not.toContain(HOST_KEY)
    await composer(bob).press('Enter')
    await row(bob, 'Bob is a host now').waitFor()
    expect(await composer(bob).inputValue()).toBe('')
    await composer(bob).press('ArrowUp')
    expect(await composer(bob).inputValue()).toBe('')
    for (const page of [ann, bob]) {
      expect(await stored(page)).not.toContain(HOST_KEY)
      expect(await page.content()).not.toContain(HOST_KEY)
    }
  })

  it('mutes a person and removes a message by keyboard, and the focus comes back', async () => {
    const { webUrl } = await hosted()
    const [hana, bob] = [await person(webUrl, 'Hana'), await person(webUrl, 'Bob')]
    await say(bob, 'first')
    await say(bob, 'something rude')
    await row(hana, 'something rude').waitFor()
    await row(hana, 'something rude').waitFor()
    await controls(hana)
    await row(hana, 'something rude').hover()
    await row(hana, 'something rude').getByRole('button', { name: 'Reply' }).waitFor()
    expect(await row(hana, 'something rude').getByRole('button', { name: 'Host' }).count()).toBe(0)
    await becomeHost(hana)
    await hana.waitForFunction(() => document.activeElement?.id === 'message')
    await menuOf(hana, 'Bob').focus()
    await hana.keyboard.press('Enter')
    const menu = hana.getByRole('dialog', { name: 'Bob' })
    await menu.waitFor()
    expect(await violations(hana)).toEqual([])
    await hana.keyboard.press('Enter')
    await menu.waitFor({ state: 'detached' })
    await row(bob, 'Hana muted Bob for 10 minutes').waitFor()
    await expect.poll(() => focused(hana)).toBe('Host tools for Bob')
    await hana.keyboard.press('Enter')
    await menu.waitFor()
    for (let at = 0; at < 3; at++) await hana.keyboard.press('ArrowDown')
    await hana.keyboard.press('Enter')
    await row(bob, 'Hana unmuted Bob').waitFor()
    await controls(hana)
    await hana.locator('.log').focus()
    await hana.keyboard.press('End')
    await expect
      .poll(async () => {
        await hana.keyboard.press('ArrowUp')
        return hana.evaluate(() => document.activeElement?.textContent ?? '')
      })
      .toContain('something rude')
    await expect
      .poll(async () => {
        await hana.keyboard.press('ArrowRight')
        return hana.evaluate(() => document.activeElement?.textContent ?? '')
      })
      .toBe('Host …')
    await hana.keyboard.press('Enter')
    await menu.getByRole('button', { name: 'Remove message' }).waitFor()
    await hana.keyboard.press('Enter')
    for (const page of [hana, bob]) {
      await row(page, 'removed by Hana').waitFor()
      expect(await page.content()).not.toContain('rude')
    }
    await hana.waitForFunction(() =>
      document.activeElement?.closest('.row')?.textContent?.includes('removed by Hana'),
    )
    expect(await violations(hana)).toEqual([])
    for (const page of [hana, bob]) {
      await page.reload()
      await row(page, 'removed by Hana').waitFor()
      expect(await page.content()).not.toContain('rude')
    }
  })

  it('pins, renames, kicks, and bans with the address after a warning', async () => {
    const { webUrl } = await hosted()
    const [hana, bob] = [await person(webUrl, 'Hana'), await person(webUrl, 'Bob')]
    await becomeHost(hana)
    await say(bob, 'the plan')
    await row(hana, 'the plan').waitFor()
    await controls(hana)
    await row(hana, 'the plan').hover()
    await row(hana, 'the plan').getByRole('button', { name: 'Host' }).click()
    await hana.getByRole('button', { name: 'Pin message' }).click()
    await bob.getByRole('button', { name: 'Pinned Bob the plan' }).waitFor()
    await say(hana, '/pin off')
    await bob.getByRole('button', { name: 'Pinned Bob the plan' }).waitFor({ state: 'detached' })
    await menuOf(hana, 'Bob').click()
    await hana.getByRole('button', { name: 'Rename …' }).click()
    await hana.getByLabel('New name').waitFor()
    await hana.keyboard.type('Rob')
    await hana.keyboard.press('Enter')
    await menuOf(hana, 'Rob').click()
    await hana.getByRole('button', { name: 'Make an observer' }).click()
    await bob.locator('.people li', { hasText: 'Rob' }).getByText('observer').waitFor()
    await menuOf(hana, 'Rob').click()
    await hana.getByRole('button', { name: 'Kick …' }).click()
    await hana.getByLabel('Reason').fill('off topic')
    await hana.keyboard.press('Enter')
    await bob.getByText('Hana removed you: off topic').waitFor()
    await expect.poll(() => focused(hana)).toBe('message')
    await bob.getByRole('button', { name: 'Come back' }).click()
    await menuOf(hana, 'Rob').click()
    await hana.getByRole('button', { name: 'Ban with the address …' }).click()
    await hana.getByText('Rob is banned.').waitFor()
    await hana.getByText('1 other shares the address').waitFor()
    expect(await violations(hana)).toEqual([])
    await hana.getByRole('button', { name: 'Ban the address, too' }).click()
    await row(hana, 'Hana banned Rob and their address').waitFor()
    await hana.getByRole('button', { name: 'Host tools', exact: true }).click()
    const tools = hana.getByRole('dialog')
    await tools.getByText('by Hana, with the address').waitFor()
    await tools.getByRole('button', { name: 'Unban Rob' }).click()
    await tools.getByText('Nobody is banned.').waitFor()
    await tools.getByRole('button', { name: '30 s' }).click()
    await tools.getByText('set the slow mode: one message in 30 seconds').waitFor()
    await tools.getByRole('button', { name: '30 s', pressed: true }).waitFor()
    const off = tools.getByRole('button', { name: 'Off', exact: true })
    await off.click()
    await tools.getByRole('button', { name: 'Off', exact: true, pressed: true }).waitFor()
    for (const [name, on, done] of [
      ['Lock the server', true, 'Hana locked the server'],
      ['New people wait for a host', true, 'Hana turned the approval on'],
      ['Lock the server', false, 'Hana unlocked the server'],
    ] as const) {
      await tools.getByRole('button', { name, pressed: !on }).click()
      await tools.getByText(done).waitFor()
      await tools.getByRole('button', { name, pressed: on }).waitFor()
    }
    await tools.getByRole('button', { name: 'Mute for 10 minutes', pressed: false }).click()
    await tools.getByRole('button', { name: 'Mute for 10 minutes', pressed: true }).waitFor()
    expect(await violations(hana)).toEqual([])
  })

  it('uses the commands of hosts, which others are not offered', async () => {
    const { webUrl } = await hosted()
    const [hana, bob] = [await person(webUrl, 'Hana'), await person(webUrl, 'Bob')]
    await becomeHost(hana)
    await say(bob, '/mute Hana 10m')
    await bob.locator('#notice').getByText('Only a host can do that.').waitFor()
    await composer(bob).fill('')
    await composer(bob).pressSequentially('/mu')
    await composer(hana).pressSequentially('/mu')
    await hana.getByRole('option', { name: '/mute' }).waitFor()
    expect(await bob.getByRole('option').count()).toBe(0)
    await say(hana, '/mute Bob 10m')
    await row(bob, 'Hana muted Bob for 10 minutes').waitFor()
    await say(hana, '/slow often')
    await hana.locator('#notice').getByText('/slow takes a time').waitFor()
    await say(hana, '/mute nobody')
    await hana.locator('#notice').getByText('nobody').waitFor()
  })
})

describe.each(looks)('in %s at %i pixels', (colorScheme, width) => {
  it('the page of a host is accessible', async () => {
    const { webUrl } = await hosted()
    const viewport = { width, height: 640 }
    const page = await open(browser, webUrl, { colorScheme, viewport })
    await join(page, 'Hana')
    const bob = await pageClient(webUrl)
    await bob.hello({ name: 'Bob' })
    const long = await pageClient(webUrl)
    await long.hello({ name: 'Mary Wolfeschlegelsteinh' })
    await becomeHost(page)
    bob.send({ type: 'say', text: 'the first' }).send({ type: 'say', text: 'the second' })
    await row(page, 'the second').waitFor()
    await say(page, '/pin Bob')
    await page.getByRole('button', { name: 'Pinned Bob the second' }).waitFor()
    const { seq } = await bob.until('the first')
    await say(page, `/redact ${seq}`)
    await row(page, 'removed by Hana').first().waitFor()
    if (width === 320) await page.locator('.counts').click()
    await menuOf(page, 'Bob').waitFor()
    // A long name breaks, and leaves the buttons beside it as large as ever.
    const button = await menuOf(page, 'Mary Wolfeschlegelsteinh').boundingBox()
    expect(button?.width).toBe((await menuOf(page, 'Bob').boundingBox())?.width)
    expect(await violations(page)).toEqual([])
    await menuOf(page, 'Bob').click()
    await page.getByRole('dialog').waitFor()
    expect(await violations(page)).toEqual([])
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(wide).toBeLessThanOrEqual(0)
    if (process.env.SHOTS) await page.screenshot({ path: `/tmp/pagehosts-menu-${width}.png` })
    await page.keyboard.press('Escape')
    if (width === 320) await page.locator('.counts').click()
    if (process.env.SHOTS) await page.screenshot({ path: `/tmp/pagehosts-row-${width}.png` })
    await row(page, 'the second').last().waitFor()
    await controls(page)
    await row(page, 'the second').last().hover()
    await row(page, 'the second').getByRole('button', { name: 'Host' }).waitFor()
    if (process.env.SHOTS) await page.screenshot({ path: `/tmp/pagehosts-bar-${width}.png` })
    await row(page, 'the second').getByRole('button', { name: 'Host' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Unpin message' }).waitFor()
    if (process.env.SHOTS) await page.screenshot({ path: `/tmp/pagehosts-message-${width}.png` })
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')
    bob.send({ type: 'say', text: `the third${' and so on'.repeat(20)}` })
    await row(page, 'the third').waitFor()
    await say(page, '/pin Bob')
    await page.getByRole('button', { name: 'Pinned Bob the third' }).waitFor()
    await say(page, '/bans')
    await page.getByRole('dialog').getByText('Nobody is banned.').waitFor()
    const hidden = await page
      .getByRole('dialog')
      .evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)
    expect(hidden).toBe(0)
    expect(await violations(page)).toEqual([])
    if (process.env.SHOTS) await page.screenshot({ path: `/tmp/pagehosts-tools-${width}.png` })
  })
})

describe('a program that knocks', () => {
  it('is let in or turned away by a host, by key or by click', async () => {
    const { webUrl, tcpPort } = await serveInProcess({ hostKey: HOST_KEY, code: 'amber-fox-lamp' })
    const hana = await open(browser, `${webUrl}/#code=amber-fox-lamp`)
    await join(hana, 'Hana')
    const bob = await open(browser, `${webUrl}/#code=amber-fox-lamp`)
    await join(bob, 'Bob')
    const first = await rawClient(tcpPort)
    first.send('This is from Client\n')
    await first.until('wait until a host lets you in')
    await say(hana, 'still here')
    await row(bob, 'still here').waitFor()
    await hana.clock.install()
    await becomeHost(hana)
    const door = hana.getByRole('region', { name: 'At the door' })
    await door.getByText('A program at 127.0.0.1 knocks: This is from Client').waitFor()
    expect(await bob.getByText('knocks').count()).toBe(0)
    expect(await violations(hana)).toEqual([])
    if (process.env.SHOTS) await hana.screenshot({ path: '/tmp/pagehosts-knock.png' })
    await hana.clock.fastForward(1000)
    await composer(hana).press('Alt+Enter')
    await row(hana, 'This is from Client').waitFor()
    await door.waitFor({ state: 'detached' })
    expect(await composer(hana).inputValue()).toBe('')
    const second = await rawClient(tcpPort)
    second.send('let me in\n')
    await door.getByText('let me in').waitFor()
    await door.getByRole('button', { name: 'Turn away' }).click()
    await door.waitFor({ state: 'detached' })
    await second.until('A host did not let you in.')
    await expect.poll(() => focused(hana)).toBe('message')
  })

  it('is not let in by a key press within a second of the decision about another one', async () => {
    const { webUrl, tcpPort } = await serveInProcess({ hostKey: HOST_KEY, code: 'amber-fox-lamp' })
    const other = await hostClient(webUrl, 'Olga', { code: 'amber-fox-lamp' })
    const hana = await open(browser, `${webUrl}/#code=amber-fox-lamp`)
    await join(hana, 'Hana')
    await becomeHost(hana)
    const door = hana.getByRole('region', { name: 'At the door' })
    for (const text of ['the first', 'the second']) {
      const program = await rawClient(tcpPort)
      program.send(`${text}\n`)
      await door.getByText(text).waitFor()
    }
    await hana.clock.install()
    await hana.clock.pauseAt(Date.now() + 60_000)
    other.send({ type: 'admit', id: 1, on: false })
    await door.getByText('the first').waitFor({ state: 'detached' })
    // The page draws, and listens for the key.
    await hana.clock.runFor(200)
    await composer(hana).press('Alt+Enter')
    await say(hana, 'too early')
    await other.until('too early')
    expect(other.texts).not.toContain('the second')
    await hana.clock.runFor(1000)
    await composer(hana).press('Alt+Enter')
    await other.until('the second')
  })
})
