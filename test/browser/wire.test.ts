/** The wire view in a browser: the bytes of each kind of client, and the keyboard alone. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { violations } from '../support/axe.ts'
import { launch } from '../support/chromium.ts'
import { serveInProcess } from '../support/gateway.ts'
import { HOST_KEY } from '../support/hosts.ts'
import { bothLooks, looks } from '../support/looks.ts'
import { greeted } from '../support/raw.ts'
import { udpClient } from '../support/udp.ts'
import { composer, it, join, open, say } from '../support/view.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

it.each(bothLooks)('shows a host each client, in %s at %i pixels', async (colorScheme, width) => {
  const { webUrl, tcpPort } = await serveInProcess({ hostKey: HOST_KEY })
  const viewport = { width, height: 700 }
  const page = await open(browser, webUrl, { colorScheme, viewport })
  await join(page, 'Hana')
  await composer(page).fill(`/host ${HOST_KEY}`)
  await composer(page).press('Enter')
  await page.getByText('is a host now').waitFor()
  await say(page, '/wire')
  const ladder = page.getByLabel('Reads and writes, the newest last')
  await page.getByRole('button', { name: /^Hana/ }).waitFor()
  const { client, name } = await greeted(tcpPort)
  const station = page.getByRole('button', { name: new RegExp(`^${name}`) })
  await station.focus()
  await page.keyboard.press('Enter')
  client
    .send('Gr')
    .send(Buffer.from([0xc3]))
    .send(Buffer.from([0xbc]))
  client.send(`ße\nand two\n${'x'.repeat(400)}\n`)
  await ladder.getByText('and two', { exact: true }).waitFor()
  await ladder
    .getByText(/^from #\d+.* · ended by LF$/)
    .first()
    .waitFor()
  const long = 'x'.repeat(400)
  await ladder.locator('details', { hasText: long }).locator('summary').focus()
  await page.keyboard.press('Enter')
  await ladder.locator('details[open]').getByText(long).waitFor()
  await page.getByRole('region', { name: 'Server' }).getByText('accept').click()
  await page.getByText('The server gets a new socket, bound to the same local port').waitFor()
  await page.getByRole('region', { name: 'Client' }).locator('.done', { hasText: 'send' }).waitFor()
  await page.getByText('The same as a program').click()
  await page.getByRole('button', { name: 'Python' }).click()
  await page.getByText('s.sendall(').waitFor()
  await page.getByText('Fault lab').click()
  await page.getByLabel('For all raw connections in this room').check()
  expect(await violations(page)).toEqual([])
  const sideways = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
  expect(await page.evaluate(sideways)).toBeLessThanOrEqual(0)
  await page.getByRole('button', { name: 'Hex' }).click()
  await ladder
    .getByText(/61 6e 64 20 74 77 6f 0a/)
    .first()
    .waitFor()
  // The own WebSocket, whose frames do not tell about this view.
  await page.getByRole('button', { name: /^Hana/ }).click()
  await page.getByRole('button', { name: 'Text', exact: true }).click()
  client.send('to all\n')
  await ladder.getByText(/"text":"to all"/).waitFor()
  await page.getByRole('button', { name: 'Back to the chat' }).click()
  await page.getByText('to all', { exact: true }).waitFor()
  expect(page.url()).not.toContain('wire')
  await page.goBack()
  await ladder.waitFor()
})

it.each(looks)(
  'shows a host the datagrams of a member by UDP, and drops them, in %s at %i pixels',
  async (colorScheme, width) => {
    const { webUrl, udpPort } = await serveInProcess({ hostKey: HOST_KEY, udpPort: 0 })
    const page = await open(browser, webUrl, { colorScheme, viewport: { width, height: 800 } })
    await join(page, 'Hana')
    await say(page, `/host ${HOST_KEY}`)
    await page.getByText('is a host now').waitFor()
    await say(page, '/wire')
    const ladder = page.getByLabel('Reads and writes, the newest last')
    await page.getByRole('button', { name: /^Hana/ }).waitFor()
    const sensor = await udpClient(udpPort as number)
    sensor.send('20.5')
    await page.getByRole('button', { name: /udp/ }).click()
    await ladder.getByText('20.5', { exact: true }).first().waitFor()
    const server = page.getByRole('region', { name: 'Server' })
    await server.locator('.done', { hasText: 'sendto' }).waitFor()
    await page.getByText('Fault lab').click()
    expect(await page.getByRole('button', { name: 'Reset' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Drop every second datagram' }).click()
    await sensor.until('A host drops every second datagram')
    for (const text of ['20.6', '20.7', '20.8']) sensor.send(text)
    await ladder.getByText('dropped: a datagram of 4 bytes from the client').waitFor()
    await ladder.getByText('20.8', { exact: true }).first().waitFor()
    await server.getByText('recvfrom').click()
    await page.getByText('Returns one datagram that has arrived').waitFor()
    expect(await violations(page)).toEqual([])
  },
)

it('shows the link that /wire prints at a terminal, to a page that has not joined', async () => {
  const { webUrl, tcpPort } = await serveInProcess()
  const { client } = await greeted(tcpPort)
  client.send('/wire\n')
  const text = await client.until(/Live: \S+\n/)
  const [, link = ''] = /Live: (\S+)/.exec(text) ?? []
  expect(link).toContain(webUrl)
  const page = await open(browser, link)
  const ladder = page.getByLabel('Reads and writes, the newest last')
  await page.getByRole('button', { pressed: true, name: /terminal/ }).waitFor()
  client.send('hello\n')
  await ladder.getByText('hello', { exact: true }).waitFor()
})
