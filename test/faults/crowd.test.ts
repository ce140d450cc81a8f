/** Many who come at once: nobody is flooded with the names of all the others. */
import { expect, test } from 'vitest'
import { testGateway } from '../support/gateway.ts'
import { pageClient } from '../support/page.ts'
import { type RawClient, rawClient } from '../support/raw.ts'

const CROWD = 600

test('hundreds who come and go at once are a few short messages to those who are here', async () => {
  const gateway = await testGateway()
  const page = await pageClient(gateway.webUrl)
  await page.hello()
  const terminal = await rawClient(gateway.tcp.port)
  await terminal.until('bye leaves.')

  const crowd: RawClient[] = await Promise.all(
    Array.from({ length: CROWD }, () => rawClient(gateway.tcp.port)),
  )
  await Promise.all(crowd.map((client) => client.until('bye leaves.')))
  await page.next('presence', ({ memberCount }) => memberCount === CROWD + 2)
  for (const client of crowd) client.socket.destroy()
  await page.next('presence', ({ memberCount }) => memberCount === 2)

  const told = page.messages.filter((message) => message.type === 'presence')
  expect(told.length).toBeLessThan(80)
  for (const { joined, left, members = [] } of told) {
    expect(joined.length + left.length).toBeLessThanOrEqual(200)
    expect(members.length).toBeLessThanOrEqual(200)
  }
  const lines = (await terminal.until(/\d+ left \(\d+ here\)/)).split('\n')
  expect(lines.length).toBeLessThan(150)
})
