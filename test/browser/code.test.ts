/** The room code on the page: asked for in the form, or taken from the link. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { violations } from '../support/axe.ts'
import { launch } from '../support/chromium.ts'
import { serveInProcess } from '../support/gateway.ts'
import { HOST_KEY, hostClient } from '../support/hosts.ts'
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
    await page.getByText('That room code is wrong.').waitFor()
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
    await page.getByRole('dialog').getByText(`nc 127.0.0.1 ${tcpPort}`).waitFor()
    await page.getByRole('dialog').getByText(CODE, { exact: true }).waitFor()
    // No other machine reaches the server, so there is no link for a phone.
    await page.getByRole('dialog').getByText('--host 0.0.0.0').waitFor()
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

describe('a page that asks to come in', () => {
  const hosted = () => serveInProcess({ code: CODE, hostKey: HOST_KEY })

  it('waits, by keyboard, and continues when a host lets it in', async () => {
    const { webUrl } = await hosted()
    const hana = await hostClient(webUrl, 'Hana', { code: CODE })
    const page = await open(browser, webUrl)
    await page.clock.install()
    await page.reload()
    await enter(page, 'Ann')
    await page.getByRole('textbox', { name: 'Room code' }).waitFor()
    await page.waitForFunction(() => document.activeElement?.id === 'code')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('status').getByText('Waiting for a host …').waitFor()
    const cancel = page.getByRole('button', { name: 'Cancel' })
    await cancel.waitFor()
    await page.waitForFunction(() => document.activeElement?.textContent === 'Cancel')
    expect(await violations(page)).toEqual([])
    // The server answers, however long a host takes.
    await page.clock.fastForward(10_000)
    expect(await page.getByText('The server does not respond.').count()).toBe(0)
    await hana.next('knocks', ({ knocks }) => knocks[0]?.name === 'Ann')
    await page.keyboard.press('Enter')
    await cancel.waitFor({ state: 'detached' })
    await hana.next('knocks', ({ knocks }) => knocks.length === 0)
    await enter(page, 'Ann')
    await page.getByRole('button', { name: 'Ask to come in' }).click()
    await hana.next('knocks', ({ knocks }) => knocks[0]?.id === 2)
    hana.send({ type: 'admit', on: true })
    await say(page, 'I am in')
    await row(page, 'I am in').waitFor()
    await page.reload()
    await say(page, 'again')
    await row(page, 'again').waitFor()
  })

  it('says that it was turned away, and does not come back by itself', async () => {
    const { webUrl } = await hosted()
    const hana = await hostClient(webUrl, 'Hana', { code: CODE })
    const page = await open(browser, webUrl, { locale: 'fa' })
    await enter(page, 'Ann')
    await page.getByRole('button', { name: 'درخواست ورود' }).click()
    await page.getByText('در انتظار میزبان …').waitFor()
    await hana.next('knocks', ({ knocks }) => knocks.length === 1)
    hana.send({ type: 'admit', on: false })
    await page.getByText('میزبان شما را راه نداد.').waitFor()
    expect(await violations(page)).toEqual([])
    await enter(page, 'Ann')
    await page.getByRole('textbox', { name: 'کد اتاق' }).fill(CODE)
    await page.keyboard.press('Enter')
    await row(page, 'Hana').waitFor()
  })

  it('waits although it has the code, while new people wait for a host', async () => {
    const { webUrl } = await hosted()
    const hana = await hostClient(webUrl, 'Hana', { code: CODE })
    const [page, wall] = [
      await open(browser, `${webUrl}/#code=${CODE}`),
      await open(browser, webUrl),
    ]
    await join(page, 'Ann')
    hana.send({ type: 'act', act: { type: 'approve', on: true } })
    await hana.until('turned the approval on: each new person waits for a host')
    const bob = await open(browser, `${webUrl}/#code=${CODE}`)
    await enter(bob, 'Bob')
    await bob.getByText('Waiting for a host …').waitFor()
    await wall.goto(`${webUrl}/?view=wall#code=${CODE}`)
    await wall.getByText('Waiting for a host …').waitFor()
    expect(await violations(wall)).toEqual([])
    await hana.next('knocks', ({ knocks }) => knocks.length === 2)
    for (const id of [1, 2]) hana.send({ type: 'admit', id, on: true })
    await wall.getByText('4 web').waitFor()
    await say(bob, 'I am in')
    await row(page, 'I am in').waitFor()
    await page.reload()
    await row(page, 'I am in').waitFor()
  })
})

it('a page inside loads older messages and the list of rooms, also while new people wait', async () => {
  const flood = { perSecond: Infinity, burst: 1 }
  const { webUrl } = await serveInProcess({ code: CODE, hostKey: HOST_KEY, flood })
  const hana = await hostClient(webUrl, 'Hana', { code: CODE })
  hana.send({ type: 'say', text: 'the plan' })
  const { seq } = await hana.until('the plan')
  hana.send({ type: 'act', act: { type: 'pin', seq } })
  for (let at = 1; at <= 250; at += 1) hana.send({ type: 'say', text: `line ${at}` })
  hana.send({ type: 'join', room: 'physics' })
  await hana.next('joined')
  const page = await open(browser, `${webUrl}/#code=${CODE}`)
  await join(page, 'Ann')
  await page.getByText('physics').first().waitFor()
  hana.send({ type: 'act', act: { type: 'approve', on: true } })
  await row(page, 'Hana turned the approval on').waitFor()
  expect(await row(page, 'the plan').count()).toBe(0)
  await page.getByRole('button', { name: 'Pinned Hana the plan' }).click()
  await row(page, 'the plan').waitFor()
})
