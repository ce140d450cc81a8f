/** Many connections at once: nobody receives a message for each of the others. */
import { expect, test } from 'vitest'
import { SUMMARY_ABOVE_MEMBERS } from '../../shared/dialect/line.ts'
import { testGateway } from '../support/gateway.ts'
import { pageClient } from '../support/page.ts'
import { greeted, type RawClient, rawClient } from '../support/raw.ts'
import { watchTimers } from '../support/timers.ts'

const CROWD = 600
/** More than the greeting has. */
const GREETING_LINES = 20
/** Interval, in ms, at which a crowded room broadcasts joins and leaves. */
const CROWDED_MS = 2000

test('hundreds of members who join and leave at once are a few short messages to the others', async () => {
  const gateway = await testGateway()
  const page = await pageClient(gateway.webUrl)
  await page.hello()
  const terminal = await rawClient(gateway.tcp.port)
  await terminal.until('bye leaves.')

  const began = performance.now()
  const crowd: RawClient[] = await Promise.all(
    Array.from({ length: CROWD }, () => rawClient(gateway.tcp.port)),
  )
  await Promise.all(crowd.map((client) => client.until('bye leaves.')))
  await page.next('presence', ({ memberCount }) => memberCount === CROWD + 2)
  for (const client of crowd) client.socket.destroy()
  await page.next('presence', ({ memberCount }) => memberCount === 2)

  const lines = (await terminal.until(/\d+ left \(\d+ here\)/)).split('\n')
  const presences = page.messages.filter((message) => message.type === 'presence')
  // Up to the limit of a crowd each member is broadcast; above it, one summary in CROWDED_MS.
  const summaries = Math.ceil((performance.now() - began) / CROWDED_MS)
  expect(presences.length).toBeLessThanOrEqual(2 * SUMMARY_ABOVE_MEMBERS + summaries + 2)
  for (const { joined, left, members = [] } of presences) {
    expect(joined.length + left.length).toBeLessThanOrEqual(200)
    expect(members.length).toBeLessThanOrEqual(200)
  }
  expect(lines.length).toBeLessThanOrEqual(2 * SUMMARY_ABOVE_MEMBERS + summaries + GREETING_LINES)
})

test('a room that is crowded, less crowded and crowded again leaves no timer when it closes', async () => {
  const timers = watchTimers()
  const gateway = await testGateway()
  const join = async (): Promise<RawClient> => {
    const { client } = await greeted(gateway.tcp.port)
    client.socket.on('end', () => client.socket.end())
    return client
  }
  const ann = await join()
  for (let members = 1; members < SUMMARY_ABOVE_MEMBERS; members += 1) await join()
  for (let round = 1; round <= 3; round += 1) {
    // One member more makes the room crowded: the change is broadcast some seconds later.
    const client = await join()
    client.send('bye\n')
    await client.untilEnded()
    // One member less, and a line broadcasts the change before it.
    ann.forget()
    ann.send(`round ${round}\n/who\n`)
    await ann.until(`${SUMMARY_ABOVE_MEMBERS} here: `)
  }
  await join()
  await gateway.close()
  expect(timers()).toEqual([])
})
