/** Writing in the page: keys, completion, recall, pasting, and the preview of a draft. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect } from 'vitest'
import { violations } from '../support/axe.ts'
import { launch } from '../support/chromium.ts'
import { serveInProcess } from '../support/gateway.ts'
import { greeted, type RawClient } from '../support/raw.ts'
import { composer, controls, drawn, it, join, loaded, open, row, say } from '../support/view.ts'

let browser: Browser
let page: Page
let client: RawClient
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())
beforeEach(async () => {
  const served = await serveInProcess({ flood: { perSecond: 4, burst: 12 } })
  client = (await greeted(served.tcpPort)).client
  client.send('/name Bob\n')
  await client.until('You are Bob now.\n')
  page = await open(browser, served.webUrl)
  await join(page, 'Ann')
  // These parts are loaded after the page is drawn.
  for (const part of ['recalling', 'feedback', 'acts']) await loaded(page, part)
  await client.until('* Ann joined (web)\n')
})

const text = () => composer(page).inputValue()
const caret = () => composer(page).evaluate((field: HTMLTextAreaElement) => field.selectionStart)

describe('the composer', () => {
  it('paints a message in the frame of its Enter, and removes its clock when it has come back', async () => {
    await composer(page).fill('at once')
    const painted = await composer(page).evaluate(async (field) => {
      field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
      await new Promise(requestAnimationFrame)
      return [...document.querySelectorAll('.log .row')].map((one) => one.textContent)
    })
    expect(painted.join('\n')).toContain('at once')
    await client.until('Ann: at once\n')
    // The clock goes when the message has come back.
    await page.locator('.clock').waitFor({ state: 'detached' })
    await row(page, 'at once').waitFor()
  })

  it('moves the caret with Up and Down, also in wrapped text, and recalls messages at the first and last line', async () => {
    await say(page, 'the first')
    await say(page, 'the second')
    await client.until('Ann: the second\n')
    const long = 'a word and another '.repeat(20).trim()
    await composer(page).fill(long)
    await page.keyboard.press('ArrowUp')
    await drawn(page)
    expect(await text()).toBe(long)
    expect(await caret()).toBeLessThan(long.length)
    for (let line = 0; line < 12 && (await text()) === long; line += 1) {
      await page.keyboard.press('ArrowUp')
      await drawn(page)
    }
    expect(await text()).toBe('the second')
    await page.keyboard.press('ArrowUp')
    await drawn(page)
    expect(await text()).toBe('the first')
    await page.keyboard.press('ArrowDown')
    await drawn(page)
    await page.keyboard.press('ArrowDown')
    await drawn(page)
    expect(await text()).toBe(long)
  })

  it('says that messages wait for flood control, and counts the seconds until they are sent', async () => {
    await composer(page).evaluate(async (element) => {
      const field = element as HTMLTextAreaElement
      for (let at = 0; at < 48; at += 1) {
        field.value = `message ${at}`
        field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
        await new Promise((sent) => setTimeout(sent))
      }
    })
    const told = page.getByText('You send faster than the room takes messages.')
    const shown = await page.waitForFunction(() => {
      const seconds = document.querySelector('.queue [aria-hidden]')?.textContent
      return seconds && [document.querySelector('.queue')?.textContent ?? '', seconds]
    })
    const [all, seconds] = (await shown.jsonValue()) as string[]
    expect(all).toMatch(/^You send faster than the room takes messages\..*: \d+\u00a0s$/)
    expect(seconds).toMatch(/s$/)
    await told.waitFor({ state: 'detached' })
    await expect.poll(() => page.locator('.pending .row').count()).toBe(0)
  })

  it('takes letters that are typed anywhere, but none of a dialog or a shortcut', async () => {
    await say(page, 'hello')
    await controls(page)
    await page.locator('.log').focus()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Control+b')
    await page.keyboard.press('Space')
    expect(await text()).toBe('')
    await page.keyboard.type('hi')
    expect(await text()).toBe('hi')
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByRole('dialog').waitFor()
    await page.keyboard.type('x')
    await page.keyboard.press('Escape')
    expect(await text()).toBe('hi')
  })

  it('leaves Enter and the arrows to an input method', async () => {
    await say(page, 'said before')
    const cdp = await page.context().newCDPSession(page)
    await composer(page).focus()
    await cdp.send('Input.imeSetComposition', { text: 'にほ', selectionStart: 2, selectionEnd: 2 })
    await composer(page).evaluate((field) => {
      for (const key of ['ArrowUp', 'Enter']) {
        const fields = { key, bubbles: true, isComposing: true }
        field.dispatchEvent(new KeyboardEvent('keydown', fields))
      }
    })
    await drawn(page)
    expect(await text()).toBe('にほ')
    await cdp.send('Input.insertText', { text: '日本' })
    await page.keyboard.press('Enter')
    await client.until('Ann: 日本\n')
  })

  it('completes with Tab while a completion is open; otherwise Tab leaves it', async () => {
    await composer(page).pressSequentially('@bo')
    await page.getByRole('option', { name: 'Bob terminal' }).waitFor()
    await page.keyboard.press('Tab')
    expect(await text()).toBe('@Bob ')
    await composer(page).pressSequentially(':smil')
    await page.getByRole('option').first().waitFor()
    // A screen reader announces a new choice only if its id changes.
    const spoken = () => composer(page).getAttribute('aria-activedescendant')
    const first = await spoken()
    await page.keyboard.press('ArrowDown')
    const selected = () => page.getByRole('option', { selected: true }).getAttribute('id')
    // The list and the composer may be drawn one after the other.
    await expect.poll(async () => (await spoken()) !== first).toBe(true)
    await expect.poll(async () => (await selected()) === (await spoken())).toBe(true)
    await page.keyboard.press('Escape')
    await composer(page).fill('@Bob ')
    await composer(page).pressSequentially(':rocke')
    await page.getByRole('option', { name: ':rocket:' }).waitFor()
    await page.keyboard.press('Enter')
    expect(await text()).toBe('@Bob 🚀')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(
      'Send',
    )
    await page.keyboard.press('Shift+Tab')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('message')
    await page.keyboard.press('Shift+Tab')
    expect(await page.evaluate(() => document.activeElement?.id)).not.toBe('message')
  })

  it('lists the commands after a slash, and runs them', async () => {
    await composer(page).pressSequentially('/')
    const options = page.getByRole('option')
    await options.filter({ hasText: '/name NAME' }).waitFor()
    expect(await options.filter({ hasText: '/stamps' }).count()).toBe(0)
    await page.keyboard.press('Escape')
    await options.first().waitFor({ state: 'detached' })
    await composer(page).fill('/me waves')
    await page.keyboard.press('Enter')
    await client.until('Ann * waves\n')
    await composer(page).fill('/name Anna')
    await page.keyboard.press('Enter')
    await client.until('* Ann is now Anna\n')
    // The notice goes away with the new name.
    await row(page, 'Ann is now Anna').waitFor()
    await composer(page).fill('/nonsense')
    await page.keyboard.press('Enter')
    await page.getByText('There is no command /nonsense.').waitFor()
    expect(await text()).toBe('/nonsense')
    await composer(page).fill('//nonsense')
    await page.keyboard.press('Enter')
    await client.until('Anna: /nonsense\n')
  })

  it('runs a command once when Enter is pressed twice', async () => {
    await composer(page).fill('/me waves')
    await composer(page).evaluate((field) => {
      const pressed = () => new KeyboardEvent('keydown', { key: 'Enter', bubbles: true })
      field.dispatchEvent(pressed())
      field.dispatchEvent(pressed())
    })
    await page.waitForFunction(() => document.querySelector('textarea')?.value === '')
    await say(page, 'once')
    expect((await client.until('Ann: once\n')).match(/Ann \* waves/g)).toHaveLength(1)
  })

  it('shows how many messages a long paste is and how long they take', async () => {
    const lines = Array.from({ length: 1700 }, (_, at) => `line ${at}`).join('\n')
    await composer(page).focus()
    await page.evaluate((pasted) => document.execCommand('insertText', false, pasted), lines)
    await page.getByText('17 messages, about 2 seconds').waitFor()
    await composer(page).fill('one\ntwo\nthree')
    await page.getByText('messages, about').waitFor({ state: 'detached' })
  })

  it('sends several lines as one message, in which a code fence is one block', async () => {
    const code = 'def f(x):\n    return x'
    await say(page, `\nlook:\n\`\`\`py\n${code}\n\`\`\`\nok?\n`)
    await client.until(/Ann: look:\n {10}\| ```py\n(.*\n){3} {10}\| ok\?\n/)
    const sent = row(page, 'look:')
    expect(await sent.locator('.block').textContent()).toBe(code)
    expect(await page.locator('.log .row.message').count()).toBe(1)
    client.send('/paste\n  from\n```\nbob\n.\n')
    expect(await row(page, 'from').locator('.text').textContent()).toBe('  from\n```\nbob')
  })

  it('takes back a message with the keyboard alone, and with /undo', async () => {
    await say(page, 'one')
    await say(page, 'two')
    await client.until('Ann: two\n')
    await row(page, 'two').waitFor()
    await page.keyboard.press('Shift+Tab')
    await controls(page)
    await page.locator('.log').focus()
    await page.keyboard.press('End')
    const focused = () => page.evaluate(() => document.activeElement?.textContent)
    for (let steps = 0; steps < 9 && (await focused()) !== 'Take back'; steps += 1) {
      await page.keyboard.press('ArrowRight')
    }
    await page.keyboard.press('Enter')
    await client.until('* Ann took back message 2\n')
    await row(page, 'taken back').waitFor()
    expect(await row(page, 'two').count()).toBe(0)
    await say(page, '/undo')
    await client.until('* Ann took back message 1\n')
    await expect.poll(() => row(page, 'taken back').count()).toBe(2)
    client.send('not yours\n')
    await row(page, 'not yours').focus()
    await row(page, 'not yours').getByRole('button', { name: 'Reply' }).waitFor()
    expect(await page.getByRole('button', { name: 'Take back' }).count()).toBe(0)
  })

  it('answers a message with the keyboard alone, and leads to it from the answer', async () => {
    client.send('who has the key?\n')
    await row(page, 'who has the key?').waitFor()
    await composer(page).fill('I have')
    await page.keyboard.press('Shift+Tab')
    await controls(page)
    await page.locator('.log').focus()
    await page.keyboard.press('End')
    await page.getByRole('button', { name: 'Reply' }).waitFor()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.getByText('Replying to Bob who has the key?').waitFor()
    expect(await composer(page).evaluate((field) => document.activeElement === field)).toBe(true)
    await page.keyboard.press('Enter')
    await client.until('* Ann answers Bob: who has the key?\n')
    await client.until('Ann: I have\n')
    expect(await page.locator('.answering').count()).toBe(0)
    const link = page.getByRole('link', { name: 'In reply to Bob: who has the key?' })
    await link.focus()
    await page.keyboard.press('Enter')
    await page.locator('.row.aimed', { hasText: 'who has the key?' }).waitFor()
    await page.getByRole('button', { name: 'Reply' }).click()
    await page.getByText('Replying to').waitFor()
    await page.keyboard.press('Escape')
    await page.getByText('Replying to').waitFor({ state: 'detached' })
    client.send('/re yes? yes\n/undo 1\n/undo\n')
    await row(page, 'yes? yes').waitFor({ state: 'detached' })
    client.send('/re really\n/undo 1\n')
    await page.locator('.row.mention', { hasText: 'really' }).waitFor()
    await page.getByText('taken back').first().waitFor()
    expect(await page.locator('.answered').allTextContents()).toEqual(['Ann I have'])
  })

  it('reacts to a message with the keyboard alone, and shows who else has reacted', async () => {
    client.send('look\nthe disk is full\n')
    await row(page, 'the disk is full').waitFor()
    await controls(page)
    await page.locator('.log').focus()
    await page.keyboard.press('End')
    await page.getByRole('button', { name: 'React' }).waitFor()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    for (let steps = 0; steps < 4; steps += 1) await page.keyboard.press('ArrowRight')
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Enter')
    const chip = page.getByRole('button', { name: '👀 by Ann', exact: true })
    await chip.waitFor()
    expect(await chip.getAttribute('aria-pressed')).toBe('true')
    expect(
      await row(page, 'the disk is full').evaluate((one) => one === document.activeElement),
    ).toBe(true)
    await client.until('* Ann 👀 to Bob: the disk is full\n')
    await say(page, 'I am at it')
    await client.until('Ann: I am at it\n')
    client.send('/react ann ok\n/re good\n/history\n')
    await client.until('+ Ann 👀\n')
    await page.getByRole('button', { name: '👍 by Bob', exact: true }).click()
    await page.getByRole('button', { name: '👍 by Bob, Ann', exact: true }).waitFor()
    await row(page, 'good').waitFor()
    expect(await violations(page)).toEqual([])
    await chip.click()
    await chip.waitFor({ state: 'detached' })
    expect(await page.locator('.row.act').count()).toBe(0)
    await page.reload()
    await page.getByRole('button', { name: '👍 by Bob, Ann', exact: true }).waitFor()
    await say(page, '/react bob 🚀')
    await page.getByRole('button', { name: '🚀 by Ann', exact: true }).waitFor()
  })

  it('shows how a terminal will show the draft when that differs', async () => {
    await composer(page).fill('this is **bold**')
    await page.locator('.view', { hasText: 'this is **bold**' }).waitFor()
    await page.keyboard.press('Enter')
    await client.until('Ann: this is **bold**\n')
    await row(page, 'this is bold').locator('strong', { hasText: 'bold' }).waitFor()
    await composer(page).fill('a\u202eb')
    await page.locator('.view', { hasText: 'a\\u202eb' }).waitFor()
    await composer(page).fill('plain')
    await page.locator('.view').waitFor({ state: 'detached' })
  })

  it('offers a reply also if the pointer came to the message before the controls were loaded', async () => {
    let release = (): void => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const requested: string[] = []
    await page.route(/assets\/controls-/, async (route) => {
      requested.push(route.request().url())
      await released
      await route.continue()
    })
    await page.reload()
    // It makes room for itself below the log.
    await loaded(page, 'feedback')
    client.send('am I late?\n')
    await row(page, 'am I late?').hover()
    await expect.poll(() => requested).toHaveLength(1)
    release()
    await page.getByRole('button', { name: 'Reply' }).waitFor()
  })
})
