/** Several rooms at once in one tab. */
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { violations } from '../support/axe.ts'
import { launch } from '../support/chromium.ts'
import { cuttable } from '../support/cuttable.ts'
import { everything } from '../support/events.ts'
import { testFolder } from '../support/folder.ts'
import { serveInProcess } from '../support/gateway.ts'
import { looks } from '../support/looks.ts'
import { type PageClient, pageClient } from '../support/page.ts'
import { fixedPort, serve } from '../support/program.ts'
import { composer, drawn, it, join, open, row, say } from '../support/view.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

/** A member of the lobby and of these rooms, who writes with `tell`. */
async function member(webUrl: string, name: string, ...rooms: string[]): Promise<PageClient> {
  const client = await pageClient(webUrl)
  await client.hello({ name })
  for (const room of rooms) {
    client.send({ type: 'join', room })
    await client.next('joined', (joined) => joined.room === room)
  }
  return client
}

/** Says something in a room; returns when it is in the log. */
async function tell(client: PageClient, room: string, text: string): Promise<void> {
  client.send({ type: 'say', text, room })
  await client.until(text)
}

/** The column of a wide page. */
function list(page: Page): Locator {
  return page.getByRole('navigation', { name: 'Rooms' })
}

function roomButton(page: Page, name: string): Locator {
  return list(page).getByRole('button', { name: new RegExp(`^${name}`) })
}

function shownRoom(page: Page): Locator {
  return list(page).locator('[aria-current=page]')
}

/** Enters a room with the command, which shows it, on a wide page. */
async function enter(page: Page, room: string): Promise<void> {
  await say(page, `/join ${room}`)
  await page.getByRole('heading', { level: 1, name: room }).waitFor()
  await shownRoom(page).filter({ hasText: room }).waitFor()
}

/** The messages of the log, without those that are pending. */
function rows(page: Page): Promise<string[]> {
  return page.locator('[role=log] ol:not(.pending) .message .text').allTextContents()
}

describe('a page in one room', () => {
  it('shows nothing of rooms while the server has only one', async () => {
    const { webUrl } = await serveInProcess()
    const page = await open(browser, webUrl)
    await join(page, 'Ann')
    await say(page, 'hello')
    await row(page, 'hello').waitFor()
    expect(await page.getByRole('button', { name: /rooms/i }).count()).toBe(0)
    expect(await list(page).count()).toBe(0)
    expect(await page.title()).toBe('Oneroom')
    expect(new URL(page.url()).pathname).toBe('/')
  })
})

describe('several rooms', () => {
  it('are counted and marked while they are not shown, and read when they are', async () => {
    const { webUrl } = await serveInProcess()
    const bob = await member(webUrl, 'Bob', 'physics')
    const page = await open(browser, webUrl)
    await join(page, 'Ann')
    await roomButton(page, 'physics').click()
    await page.getByRole('heading', { level: 1, name: 'physics' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/r/physics')
    await tell(bob, 'lobby', 'nobody is meant')
    await tell(bob, 'lobby', 'Ann: are you there?')
    await page.getByText('Bob mentioned you in lobby').waitFor({ state: 'attached' })
    await tell(bob, 'physics', 'in physics')
    await row(page, 'in physics').waitFor()
    await roomButton(page, 'lobby').getByText('2 new · 1 mentions you').waitFor()
    expect(await page.title()).toBe('(2) physics · Oneroom')
    expect(await row(page, 'are you there?').count()).toBe(0)
    await roomButton(page, 'lobby').click()
    await row(page, 'are you there?').waitFor()
    expect(await page.title()).toBe('Oneroom')
    expect(await page.locator('.unread').count()).toBe(1)
    expect(await roomButton(page, 'lobby').textContent()).not.toContain('new')
  })

  it('are changed with Alt+Down and Alt+Up, and the focus stays in the composer', async () => {
    const { webUrl } = await serveInProcess()
    const page = await open(browser, webUrl)
    await join(page, 'Ann')
    await enter(page, 'physics')
    await enter(page, 'maths')
    for (const [key, name] of [
      ['ArrowDown', 'lobby'],
      ['ArrowDown', 'physics'],
      ['ArrowUp', 'lobby'],
      ['ArrowUp', 'maths'],
    ] as const) {
      await page.keyboard.press(`Alt+${key}`)
      await shownRoom(page).filter({ hasText: name }).waitFor()
    }
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('message')
    await page.goBack()
    await shownRoom(page).filter({ hasText: 'lobby' }).waitFor()
    await page.goForward()
    await shownRoom(page).filter({ hasText: 'maths' }).waitFor()
  })

  it('keep each its draft and its reading place', async () => {
    const { webUrl } = await serveInProcess()
    const bob = await member(webUrl, 'Bob', 'physics')
    const page = await open(browser, webUrl)
    await join(page, 'Ann')
    for (let at = 1; at <= 120; at++) bob.send({ type: 'say', text: `line ${at}` })
    await row(page, 'line 120').waitFor()
    await drawn(page)
    await page.locator('.log').evaluate((log) => {
      log.scrollTop -= 1200
    })
    await composer(page).fill('half a thought')
    await page.locator('.log').evaluate((log) => {
      log.scrollTop -= 10
    })
    await drawn(page)
    const top = () =>
      page.evaluate(() => {
        const edge = document.querySelector('.log')?.getBoundingClientRect().top ?? 0
        const first = [...document.querySelectorAll('.log .row')].find(
          (one) => one.getBoundingClientRect().bottom > edge + 1,
        )
        return [first?.querySelector('.text')?.textContent, first?.getBoundingClientRect().top]
      })
    const before = await top()
    await roomButton(page, 'physics').click()
    await page.getByRole('heading', { level: 1, name: 'physics' }).waitFor()
    expect(await composer(page).inputValue()).toBe('')
    await composer(page).fill('F = ma')
    await tell(bob, 'lobby', 'the newest line')
    await roomButton(page, 'lobby').getByText('1 new').waitFor()
    await roomButton(page, 'lobby').click()
    await row(page, 'line 120').waitFor()
    await drawn(page)
    expect(await composer(page).inputValue()).toBe('half a thought')
    const after = await top()
    expect(after[0]).toBe(before[0])
    expect(Math.abs(Number(after[1]) - Number(before[1]))).toBeLessThanOrEqual(1)
    await page.getByRole('button', { name: '1 new' }).filter({ visible: true }).last().waitFor()
    await page.keyboard.press('Alt+ArrowDown')
    await expect.poll(() => composer(page).inputValue()).toBe('F = ma')
  })

  it('are the same after a reload, with what is unread and what was not sent', async () => {
    const data = testFolder()
    const ports = ['--web-port', `${await fixedPort()}`, '--tcp-port', `${await fixedPort()}`]
    const options = ['--data', data, '--flood', 'off', ...ports]
    const first = await serve(...options)
    const page = await open(browser, first.webUrl)
    await join(page, 'Ann')
    await enter(page, 'physics')
    await say(page, 'before')
    await row(page, 'before').waitFor()
    await page.keyboard.press('Alt+ArrowUp')
    await shownRoom(page).filter({ hasText: 'lobby' }).waitFor()
    await composer(page).fill('a draft for the lobby')
    first.server.child.kill('SIGKILL')
    await first.server.untilExit()
    await page.getByRole('button', { name: 'Retry now' }).waitFor()
    await page.keyboard.press('Alt+ArrowDown')
    await shownRoom(page).filter({ hasText: 'physics' }).waitFor()
    await say(page, 'for physics, while away')
    await page.keyboard.press('Alt+ArrowUp')
    await shownRoom(page).filter({ hasText: 'lobby' }).waitFor()
    const second = await serve(...options)
    const bob = await member(second.webUrl, 'Bob', 'physics')
    // The page may connect again before Bob is in the room.
    const said = async () => (await everything(second.webUrl, 'physics')).map(({ text }) => text)
    await expect.poll(said).toContain('for physics, while away')
    await tell(bob, 'physics', 'Ann, this is new')
    await roomButton(page, 'physics').getByText('1 new · 1 mentions you').waitFor()
    await page.reload()
    await roomButton(page, 'physics').getByText('1 new · 1 mentions you').waitFor()
    expect(await composer(page).inputValue()).toBe('a draft for the lobby')
    await roomButton(page, 'physics').click()
    await row(page, 'this is new').waitFor()
    expect(await rows(page)).toEqual(['before', 'for physics, while away', 'Ann, this is new'])
  })

  it('continue after each lost connection, without a gap or a duplicate in any', async () => {
    const { webUrl } = await serveInProcess()
    const relay = await cuttable(Number(new URL(webUrl).port))
    const bob = await member(webUrl, 'Bob', 'physics')
    const page = await open(browser, `http://127.0.0.1:${relay.port}`)
    await join(page, 'Ann')
    await roomButton(page, 'physics').click()
    await page.getByRole('heading', { level: 1, name: 'physics' }).waitFor()
    const lobby: string[] = []
    for (let round = 1; round <= 5; round++) {
      for (const room of ['lobby', 'physics']) {
        bob.send({ type: 'say', room, text: `${room} ${round} before` })
      }
      await say(page, `Ann ${round}`)
      relay.cut()
      for (const room of ['lobby', 'physics']) await tell(bob, room, `${room} ${round} after`)
      lobby.push(`lobby ${round} before`, `lobby ${round} after`)
      // The browser's event for a network that is back: the page then reconnects at once.
      await page.evaluate(() => dispatchEvent(new Event('online')))
      await bob.until(`Ann ${round}`)
    }
    await row(page, 'physics 5 after').waitFor()
    await page.locator('.pending .row').first().waitFor({ state: 'detached' })
    const physics = bob.messages.flatMap((one) =>
      one.type === 'events' && one.room === 'physics' ? one.events.map(({ text }) => text) : [],
    )
    expect(physics).toHaveLength(15)
    expect(await rows(page)).toEqual(physics)
    await roomButton(page, 'lobby').click()
    await row(page, 'lobby 5 after').waitFor()
    expect(await rows(page)).toEqual(lobby)
  })

  it('are left with a button, and the last one has none', async () => {
    const { webUrl } = await serveInProcess()
    const bob = await member(webUrl, 'Bob', 'physics')
    const page = await open(browser, webUrl)
    await join(page, 'Ann')
    expect(
      await list(page)
        .getByRole('button', { name: /^Leave / })
        .count(),
    ).toBe(0)
    await roomButton(page, 'physics').click()
    await list(page).getByRole('button', { name: 'Leave physics' }).click()
    await bob.next('presence', ({ room, left }) => room === 'physics' && left.length === 1)
    await page.getByRole('heading', { level: 1, name: 'Oneroom' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/')
    await list(page)
      .getByRole('button', { name: /^Leave / })
      .waitFor({ state: 'detached' })
  })

  it('are made with a name below the list, and have a topic', async () => {
    const { webUrl } = await serveInProcess()
    const bob = await member(webUrl, 'Bob', 'physics')
    const page = await open(browser, webUrl)
    await join(page, 'Ann')
    await list(page).getByLabel('Name of the room').fill('Lab 3')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Lab 3' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/r/Lab%203')
    await say(page, '/topic Exercise 4')
    await row(page, 'Ann set the topic: Exercise 4').waitFor()
    await page.locator('.subject').getByText('Exercise 4').waitFor()
    bob.send({ type: 'join', room: 'lab 3' })
    expect((await bob.next('joined', ({ room }) => room === 'Lab 3')).topic).toBe('Exercise 4')
  })
})

describe('an address', () => {
  it('of a room opens it, and of a message leads to the message', async () => {
    const { webUrl } = await serveInProcess()
    const bob = await member(webUrl, 'Bob', 'Physics')
    for (let at = 1; at <= 150; at++) bob.send({ type: 'say', text: `p ${at}`, room: 'Physics' })
    const { seq } = await bob.until('p 20')
    await bob.until('p 150')
    const page = await open(browser, `${webUrl}/r/physics#${seq}`)
    await join(page, 'Ann')
    await page.waitForFunction(() => document.activeElement?.textContent?.includes('p 20'))
    expect(page.url()).toBe(`${webUrl}/r/Physics#${seq}`)
    expect(await page.title()).toBe('Physics · Oneroom')
    await bob.next('presence', ({ room, joined }) => room === 'Physics' && joined.length === 1)
    const entered = bob.messages.flatMap((one) =>
      one.type === 'presence' && one.room === undefined ? one.joined : [],
    )
    expect(entered.map(({ name }) => name)).not.toContain('Ann')
  })

  it('of a room leads on to the lobby, whatever its name is, and back', async () => {
    const { webUrl } = await serveInProcess({ lobby: 'foyer' })
    const bob = await member(webUrl, 'Bob', 'physics')
    const page = await open(browser, `${webUrl}/r/physics`)
    await join(page, 'Ann')
    await say(page, 'said in physics')
    expect(await bob.until('said in physics')).toMatchObject({ text: 'said in physics' })
    await roomButton(page, 'foyer').click()
    await page.getByRole('heading', { level: 1, name: 'Oneroom' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/')
    await say(page, 'said in the foyer')
    await row(page, 'said in the foyer').waitFor()
    await page.reload()
    await row(page, 'said in the foyer').waitFor()
    await list(page).getByRole('button', { name: 'Leave foyer' }).click()
    await page.getByRole('heading', { level: 1, name: 'physics' }).waitFor()
    // The room of the hello was left, and the connection stays.
    await say(page, 'back in physics')
    await bob.until('back in physics')
    const said = bob.messages.flatMap((one) =>
      one.type === 'events' ? one.events.map(({ text }) => [one.room, text]) : [],
    )
    expect(said).toEqual([
      ['physics', 'said in physics'],
      [undefined, 'said in the foyer'],
      ['physics', 'back in physics'],
    ])
  })

  it('of a room that cannot be made leads to the lobby, and says so', async () => {
    const { webUrl } = await serveInProcess({ rooms: { type: 'listed', names: ['physics'] } })
    const page = await open(browser, `${webUrl}/r/nowhere`)
    await join(page, 'Ann')
    await page.locator('#notice').getByText('nowhere: There is no such room.').waitFor()
    expect(new URL(page.url()).pathname).toBe('/')
    await say(page, '/join nowhere else')
    await page.locator('#notice').getByText('nowhere else: There is no such room.').waitFor()
    await shownRoom(page).filter({ hasText: 'lobby' }).waitFor()
    expect(await list(page).getByLabel('Name of the room').count()).toBe(0)
  })

  it('with ?view=wall shows that room to a projector', async () => {
    const publicUrl = new URL('https://chat.example/')
    const { webUrl } = await serveInProcess({ open: true, publicUrl })
    const bob = await member(webUrl, 'Bob', 'physics')
    const page = await open(browser, `${webUrl}/r/physics?view=wall`, {
      viewport: { width: 1920, height: 1080 },
    })
    await bob.next('presence', ({ joined }) => joined.some(({ name }) => name === 'projector'))
    await tell(bob, 'lobby', 'not for the wall')
    await tell(bob, 'physics', 'for the wall')
    await row(page, 'for the wall').waitFor()
    expect(await rows(page)).toEqual(['for the wall'])
    await page.getByRole('heading', { level: 1, name: 'physics' }).waitFor()
    await page.getByRole('img', { name: 'QR code of https://chat.example/r/physics' }).waitFor()
    await page.getByText('/join physics').waitFor()
  })
})

describe.each(looks)('in %s at %i pixels', (colorScheme, width) => {
  it('the rooms are accessible', async () => {
    const { webUrl } = await serveInProcess()
    const bob = await member(webUrl, 'Bob', 'physics', 'maths')
    bob.send({ type: 'topic', room: 'physics', text: 'A topic that is too long for a narrow page' })
    await bob.next('events', ({ room }) => room === 'physics')
    const viewport = { width, height: 640 }
    const page = await open(browser, webUrl, { colorScheme, viewport })
    await join(page, 'Ann')
    const button = page.getByRole('button', { name: /^Rooms/ })
    if (width === 320) {
      await button.click()
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /^physics/ })
        .click()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    } else await roomButton(page, 'physics').click()
    await page.getByRole('heading', { level: 1, name: 'physics' }).waitFor()
    await tell(bob, 'lobby', 'Ann: hello')
    await tell(bob, 'physics', 'hello')
    await row(page, 'hello').waitFor()
    expect(await violations(page)).toEqual([])
    if (width === 320) {
      await page.getByRole('button', { name: 'Rooms 1 new · 1 mentions you' }).click()
      const drawer = page.getByRole('dialog')
      await drawer.getByText('1 new · 1 mentions you').waitFor({ state: 'attached' })
      expect(await violations(page)).toEqual([])
      await page.keyboard.press('Escape')
      await drawer.waitFor({ state: 'detached' })
      expect(await button.evaluate((one) => one === document.activeElement)).toBe(true)
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(wide).toBeLessThanOrEqual(0)
  })
})
