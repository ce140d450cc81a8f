/** Readers that stop and resume: from the feed, from the log and back, each message is sent once. */
import { expect, test } from 'vitest'
import { testFolder } from '../support/folder.ts'
import { testGateway } from '../support/gateway.ts'
import { long } from '../support/long.ts'
import { pageClient } from '../support/page.ts'
import { rawClient } from '../support/raw.ts'

const MESSAGES = long ? 12_000 : 6000
const READERS = 6

test('readers that stop and resume receive every message once and in order, also those that have left the feed', async () => {
  const gateway = await testGateway({ data: testFolder() }, { feedBytes: 65_536 })
  const pages = await Promise.all(Array.from({ length: READERS }, () => pageClient(gateway.webUrl)))
  for (const page of pages) await page.hello()
  const terminals = await Promise.all(
    Array.from({ length: READERS }, () => rawClient(gateway.tcp.port)),
  )
  for (const terminal of terminals) await terminal.until('bye leaves.')

  const sender = await pageClient(gateway.webUrl)
  await sender.hello()
  const filling = 'x'.repeat(1500)
  for (let at = 1; at <= MESSAGES; at += 1) {
    sender.send({ type: 'say', text: `<${at}> ${filling}` })
    if (at % 300 !== 0) continue
    for (const [number, { socket }] of [...pages, ...terminals].entries()) {
      if ((at / 300 + number) % 5 === 0) socket.resume()
      else socket.pause()
    }
    await sender.until(`<${at}> ${filling}`)
  }
  for (const { socket } of [...pages, ...terminals]) socket.resume()

  const every = Array.from({ length: MESSAGES }, (_, at) => at + 1)
  for (const page of pages) {
    await expect.poll(() => page.events.length).toBeGreaterThanOrEqual(MESSAGES)
    expect(page.events.map(({ seq }) => seq)).toEqual(every)
  }
  for (const terminal of terminals) {
    const numbers = (): number[] =>
      [...terminal.text.matchAll(/<(\d+)> x/g)].map(([, number]) => Number(number))
    await expect.poll(() => numbers().length).toBeGreaterThanOrEqual(MESSAGES)
    expect(numbers()).toEqual(every)
  }
})
