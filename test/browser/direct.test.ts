/** Conversations of two people in a tab, and people who are ignored. */
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { violations } from '../support/axe.ts'
import { launch } from '../support/chromium.ts'
import { cuttable } from '../support/cuttable.ts'
import { serveInProcess } from '../support/gateway.ts'
import { looks } from '../support/looks.ts'
import { pageClient } from '../support/page.ts'
import { greeted } from '../support/raw.ts'
import { composer, controls, drawn, it, join, loaded, open, row, say } from '../support/view.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

function list(page: Page): Locator {
  return page.getByRole('navigation', { name: 'Rooms' })
}

function entry(page: Page, name: string): Locator {
  return list(page).getByRole('button', { name: new RegExp(`^${name}`) })
}

async function isShown(page: Page, name: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name }).waitFor()
}

/** The messages of the log, without those that are pending. */
function rows(page: Page): Promise<string[]> {
  return page.locator('[role=log] ol:not(.pending) .message .text').allTextContents()
}

/** A page that has joined, and a terminal with a name of its own. */
async function pair(page: string, name = 'Ann') {
  const opened = await open(browser, page)
  await join(opened, name)
  return opened
}

async function terminal(tcpPort: number, name: string) {
  const { client } = await greeted(tcpPort)
  client.send(`/name ${name}\n`)
  await client.until(`You are ${name} now.`)
  return client
}

describe('a conversation', () => {
  it('is opened by a click on a name, and nobody else receives its messages', async () => {
    const { webUrl, tcpPort } = await serveInProcess()
    const bob = await terminal(tcpPort, 'bob')
    const carol = await terminal(tcpPort, 'carol')
    const ann = await pair(webUrl)
    const dan = await pair(webUrl, 'Dan')
    bob.send('hello all\n')
    await row(ann, 'hello all').waitFor()
    // The names are buttons once the chunk of the log's controls is loaded.
    await row(ann, 'hello all').waitFor()
    await controls(ann)
    await row(ann, 'hello all').hover()
    await row(ann, 'hello all').getByRole('button', { name: 'Reply' }).waitFor()
    await row(ann, 'hello all').locator('.name').click()
    await ann.getByRole('button', { name: 'Write to bob alone' }).click()
    await isShown(ann, 'bob')
    expect(await ann.title()).toBe('bob · Oneroom')
    expect(await ann.locator('.side, .counts').count()).toBe(0)
    await ann.getByText('No messages yet').waitFor()
    await say(ann, 'only for you')
    await bob.until('Ann -> bob: only for you')
    await row(ann, 'only for you').waitFor()
    await expect.poll(() => ann.locator('.pending .row').count()).toBe(0)
    bob.send('/msg Ann and only for you\n')
    await row(ann, 'and only for you').waitFor()
    await ann.getByText('Direct message from bob: and only for you').waitFor({ state: 'attached' })
    await say(ann, '/me smiles')
    await bob.until('Ann -> bob * smiles')
    bob.send('said to all\n')
    await row(dan, 'said to all').waitFor()
    await carol.until('said to all')
    expect(carol.text).not.toContain('only for you')
    expect(await dan.content()).not.toContain('only for you')
    expect(await list(dan).count()).toBe(0)
    expect(await rows(ann)).toEqual(['only for you', 'and only for you'])
    await entry(ann, 'lobby').click()
    await row(ann, 'said to all').waitFor()
    expect(await rows(ann)).toEqual(['hello all', 'said to all'])
  })

  it('is opened from the list of members and by a command, also with a name of two words', async () => {
    const { webUrl } = await serveInProcess()
    const bob = await pageClient(webUrl)
    await bob.hello({ name: 'Bob B' })
    const page = await pair(webUrl)
    await page.getByRole('button', { name: 'Bob B', exact: true }).click()
    await page.getByRole('button', { name: 'Write to Bob B alone' }).click()
    await isShown(page, 'Bob B')
    await page.waitForFunction(() => document.activeElement?.id === 'message')
    await entry(page, 'lobby').click()
    await isShown(page, 'Oneroom')
    await say(page, '/msg "bob b" by command')
    await isShown(page, 'Bob B')
    const { events } = await bob.next('direct')
    expect(events.map(({ text }) => text)).toEqual(['by command'])
    await row(page, 'by command').waitFor()
    expect(await composer(page).inputValue()).toBe('')
    // A person who is in none of the rooms is looked up.
    bob.send({ type: 'bye' })
    await bob.untilClosed()
    await page.reload()
    await isShown(page, 'Bob B')
    await row(page, 'by command').waitFor()
    await say(page, '/msg nobody hello')
    await page.locator('#notice').getByText('There is nobody called nobody.').waitFor()
    expect(await composer(page).inputValue()).toBe('/msg nobody hello')
    await say(page, '/topic')
    await page.locator('#notice').getByText('has no topic').waitFor()
  })

  it('appears when its first message arrives, counted and not shown', async () => {
    const { webUrl, tcpPort } = await serveInProcess()
    const bob = await terminal(tcpPort, 'bob')
    const page = await pair(webUrl)
    await say(page, 'in the lobby')
    await bob.until('in the lobby')
    await composer(page).fill('half a thought')
    bob.send('/msg Ann first\n/msg Ann second\n')
    await entry(page, 'bob').getByText('2 new · 2 mention you').waitFor()
    expect(await page.title()).toBe('(2) Oneroom')
    expect(await rows(page)).toEqual(['in the lobby'])
    await entry(page, 'bob').click()
    await row(page, 'second').waitFor()
    expect(await rows(page)).toEqual(['first', 'second'])
    expect(await page.locator('.unread').count()).toBe(1)
    expect(await composer(page).inputValue()).toBe('')
    await composer(page).fill('half an answer')
    await page.keyboard.press('Alt+ArrowUp')
    await isShown(page, 'Oneroom')
    expect(await composer(page).inputValue()).toBe('half a thought')
    await page.goBack()
    await isShown(page, 'bob')
    expect(await composer(page).inputValue()).toBe('half an answer')
  })

  it('is the same after a reload, with what is unread', async () => {
    const { webUrl, tcpPort } = await serveInProcess()
    const bob = await terminal(tcpPort, 'bob')
    const page = await pair(webUrl)
    await say(page, '/msg bob one')
    await bob.until('Ann -> bob: one')
    bob.send('/msg Ann two\n')
    await row(page, 'two').waitFor()
    await page.reload()
    await isShown(page, 'bob')
    await row(page, 'two').waitFor()
    expect(await rows(page)).toEqual(['one', 'two'])
    await entry(page, 'lobby').click()
    await isShown(page, 'Oneroom')
    bob.send('/msg Ann three\n')
    await entry(page, 'bob').getByText('1 new').waitFor()
    await page.reload()
    await entry(page, 'bob').getByText('1 new · 1 mentions you').waitFor()
    await entry(page, 'bob').click()
    await row(page, 'three').waitFor()
    expect(await rows(page)).toEqual(['one', 'two', 'three'])
    expect(await page.locator('.unread').count()).toBe(1)
  })

  it('continues after each lost connection, without a gap or a duplicate', async () => {
    const { webUrl } = await serveInProcess()
    const relay = await cuttable(Number(new URL(webUrl).port))
    const bob = await pageClient(webUrl)
    const { you } = await bob.hello({ name: 'Bob' })
    const page = await pair(`http://127.0.0.1:${relay.port}`)
    await say(page, '/msg Bob Ann 0')
    const direct = (text: string) =>
      bob.next('direct', ({ events }) => events.some((event) => event.text === text))
    await direct('Ann 0')
    await row(page, 'Ann 0').waitFor()
    for (let round = 1; round <= 4; round++) {
      if (round === 3) {
        await row(page, '2 after').waitFor()
        await entry(page, 'lobby').click()
      }
      bob.send({ type: 'direct', to: 'Ann', text: `${round} before` })
      relay.cut()
      if (round < 3) await say(page, `Ann ${round}`)
      bob.send({ type: 'direct', to: 'Ann', text: `${round} after` })
      await direct(`${round} after`)
      await page.evaluate(() => dispatchEvent(new Event('online')))
      if (round < 3) await direct(`Ann ${round}`)
    }
    await entry(page, 'Bob').getByText('4 new').waitFor()
    await entry(page, 'Bob').click()
    await row(page, '4 after').waitFor()
    await page.locator('.pending .row').first().waitFor({ state: 'detached' })
    const sent = bob.messages.flatMap((one) => (one.type === 'direct' ? one.events : []))
    expect(sent).toHaveLength(11)
    expect(sent.filter(({ from }) => from.id === you.id)).toHaveLength(8)
    expect(await rows(page)).toEqual(sent.map(({ text }) => text))
  })

  it('is read upwards to its beginning, and searched', async () => {
    const { webUrl } = await serveInProcess()
    const bob = await pageClient(webUrl)
    await bob.hello({ name: 'Bob' })
    const page = await pair(webUrl)
    for (let at = 1; at <= 700; at++) {
      bob.send({ type: 'direct', to: 'Ann', text: at === 20 ? 'the needle' : `line ${at}` })
    }
    await bob.next('direct', ({ events }) => events.some(({ text }) => text === 'line 700'))
    await entry(page, 'Bob').click()
    await row(page, 'line 700').waitFor()
    await page.reload()
    await row(page, 'line 700').waitFor()
    const top = () =>
      page.locator('.log').evaluate((log) => {
        log.scrollTop = 0
      })
    await expect
      .poll(async () => {
        await top()
        return page.getByText('The log begins here.').count()
      })
      .toBe(1)
    await row(page, 'the needle').waitFor()
    const shown = await rows(page)
    expect(shown.slice(18, 21)).toEqual(['line 19', 'the needle', 'line 21'])
    expect(new Set(shown).size).toBe(shown.length)
    await loaded(page, 'controls')
    await page.locator('.log').press('End')
    await row(page, 'line 700').waitFor()
    await say(page, '/search needle')
    await page.getByRole('dialog').getByRole('button', { name: 'the needle' }).click()
    await page.waitForFunction(() => document.activeElement?.textContent?.includes('the needle'))
    // On downwards to the newest message, over pages that are fetched.
    await expect
      .poll(async () => {
        await page.locator('.log').evaluate((log) => {
          log.scrollTop = log.scrollHeight
        })
        await drawn(page)
        return row(page, 'line 700').count()
      })
      .toBe(1)
    const read = (await rows(page)).slice(-600)
    expect(read).toEqual(Array.from({ length: 600 }, (_, at) => `line ${at + 101}`))
  })

  it('says why a message was not sent', async () => {
    const { webUrl } = await serveInProcess()
    const page = await pair(webUrl)
    await page.evaluate(() => {
      const kept = [
        { room: '', readTo: null },
        { room: '@nobody', readTo: 0, person: 'Nobody' },
      ]
      sessionStorage.setItem('oneroom.rooms', JSON.stringify(kept))
    })
    await page.reload()
    await entry(page, 'Nobody').click()
    await isShown(page, 'Nobody')
    await say(page, 'are you there?')
    await page.locator('.fault').getByText('There is nobody called nobody.').waitFor()
    await entry(page, 'lobby').click()
    await entry(page, 'Nobody').getByText('Not sent.').waitFor({ state: 'attached' })
  })
})

describe('a person who is ignored', () => {
  it('is hidden everywhere, and heard again afterwards', async () => {
    const { webUrl, tcpPort } = await serveInProcess()
    const bob = await terminal(tcpPort, 'bob')
    const carol = await terminal(tcpPort, 'carol')
    // More than a page of history that is read over HTTP.
    bob.send(Array.from({ length: 250 }, (_, at) => `noise ${at}\n`).join(''))
    await carol.until('noise 249')
    carol.send('between\n')
    await bob.until('between')
    bob.send(Array.from({ length: 120 }, (_, at) => `more noise ${at}\n`).join(''))
    await carol.until('more noise 119')
    carol.send('the latest\n')
    await bob.until('the latest')
    const page = await pair(webUrl)
    await row(page, 'the latest').waitFor()
    bob.send('/msg Ann psst\n')
    await entry(page, 'bob').getByText('1 new').waitFor()
    const control = page.getByRole('button', { name: 'Ignore bob' })
    await control.click()
    await page.locator('#notice').getByText('You ignore bob.').waitFor()
    expect(await control.getAttribute('aria-pressed')).toBe('true')
    expect(await rows(page)).toEqual(['the latest'])
    await entry(page, 'bob').waitFor({ state: 'detached' })
    await page.reload()
    await row(page, 'the latest').waitFor()
    await say(page, '/ignore')
    await page.locator('#notice').getByText('You ignore bob.').waitFor()
    bob.send('/msg Ann psst again\nunheard\n')
    await carol.until('unheard')
    carol.send('heard\n')
    await row(page, 'heard').waitFor()
    expect(await page.content()).not.toMatch(/unheard|psst|noise/)
    await say(page, '/msg bob hello')
    await page.locator('#notice').getByText('/ignore bob ends that.').waitFor()
    await say(page, '/ignore bob')
    await page.locator('#notice').getByText('You ignore nobody.').waitFor()
    bob.send('heard again\n')
    await row(page, 'heard again').waitFor()
    await say(page, '/msg bob')
    await isShown(page, 'bob')
    await row(page, 'psst again').waitFor()
    expect(await rows(page)).toEqual(['psst', 'psst again'])
  })
})

describe.each(looks)('in %s at %i pixels', (colorScheme, width) => {
  it('conversations are accessible', async () => {
    const { webUrl, tcpPort } = await serveInProcess()
    const bob = await terminal(tcpPort, 'bob')
    const viewport = { width, height: 640 }
    const page = await open(browser, webUrl, { colorScheme, viewport })
    await join(page, 'Ann')
    if (width === 320) await page.locator('.counts').click()
    await page.getByRole('button', { name: 'Ignore bob' }).waitFor()
    expect(await violations(page)).toEqual([])
    if (width === 320) await page.locator('.counts').click()
    bob.send('/msg Ann psst\n')
    const button = page.getByRole('button', { name: /^Rooms/ })
    if (width === 320) {
      await button.click()
      const drawer = page.getByRole('dialog')
      await drawer.getByText('Direct messages').waitFor()
      expect(await violations(page)).toEqual([])
      await drawer.getByRole('button', { name: /^bob/ }).click()
      await drawer.waitFor({ state: 'detached' })
    } else await entry(page, 'bob').click()
    await isShown(page, 'bob')
    await row(page, 'psst').waitFor()
    expect(await violations(page)).toEqual([])
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(wide).toBeLessThanOrEqual(0)
  })
})
