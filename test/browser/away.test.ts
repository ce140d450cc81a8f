/** A server that loses its database: what the people and the operator learn before anybody writes. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath, launch } from '../support/chromium.ts'
import { serveInProcess, testGateway } from '../support/gateway.ts'
import { middleTo } from '../support/middle.ts'
import { pageClient } from '../support/page.ts'
import { testPostgres } from '../support/postgres.ts'
import { greeted } from '../support/raw.ts'
import { it, join, open, row, say } from '../support/view.ts'

const postgres = await testPostgres()

let browser: Browser | undefined
beforeAll(async () => {
  if (chromiumPath() !== undefined) browser = await launch()
})
afterAll(() => browser?.close())

/** `lose`: breaks the connections to the database, and answers nothing on new ones. */
async function losing() {
  const server = postgres as NonNullable<typeof postgres>
  const middle = await middleTo(server.port)
  const lose = (): void => {
    middle.stall()
    middle.cut()
  }
  return { data: server.url(server.newSchema(), middle.port), lose, resume: () => middle.resume() }
}

describe.skipIf(postgres === undefined)('without its database', () => {
  test('a server tells JSON clients, terminals and the log, and also when it is back', async () => {
    const { data, lose, resume } = await losing()
    const { webUrl, tcp, logged } = await testGateway({ data })
    const ann = await pageClient(webUrl)
    await ann.hello({ name: 'Ann' })
    const { client: bob } = await greeted(tcp.port)
    const available = () => ann.messages.findLast((one) => one.type === 'log')?.available
    lose()
    await expect.poll(available).toBe(false)
    await bob.until('* The server has lost its database. Nothing can be said until it is back.\n')
    resume()
    await expect.poll(available).toBe(true)
    await bob.until('* The database is back.\n')
    const warnings = logged.filter(({ level }) => level === 40).map(({ msg }) => msg)
    const place = expect.stringMatching(/^The PostgreSQL database 127\.0\.0\.1:\d+\/postgres /)
    // A slow machine may lose it more than once.
    expect(warnings.length).toBeGreaterThanOrEqual(2)
    const endings = [
      / cannot be reached: .*\. The server tries again\.$/,
      / answers again, after \d+\.\d seconds\.$/,
    ]
    for (const [at, warning] of warnings.entries()) {
      expect(warning).toEqual(place)
      expect(warning).toMatch(endings[at % 2] as RegExp)
    }
    expect(warnings.join()).not.toContain('not-shown')
  })

  it('the page has a line below the log, until the database is back', async () => {
    const { data, lose, resume } = await losing()
    const { webUrl } = await serveInProcess({ data })
    const page = await open(browser as Browser, webUrl)
    await join(page, 'Ann')
    const line = page.locator('.status', { hasText: 'The server has lost its database.' })
    lose()
    await line.waitFor()
    resume()
    await line.waitFor({ state: 'detached' })
    await say(page, 'still here')
    await row(page, 'still here').waitFor()
  })
})
