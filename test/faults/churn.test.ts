/** Connections that come and go: when all of them have left, no timer and no socket remains. */
import { expect, test } from 'vitest'
import { type TestGateway, testGateway } from '../support/gateway.ts'
import { long } from '../support/long.ts'
import { pageClient } from '../support/page.ts'
import { randomFrom } from '../support/random.ts'
import { rawClient } from '../support/raw.ts'
import { openSockets, watchTimers } from '../support/timers.ts'

/** Connections at the same time. */
const CONNECTIONS = 200
/** Connections that follow each other in one lane. */
const LIVES = long ? 200 : 10

/** One raw connection: joins, sends, and leaves in one of several ways. */
async function terminalLife(gateway: TestGateway, random: () => number): Promise<void> {
  const client = await rawClient(gateway.tcp.port)
  const word = `terminal ${random()}`
  if (random() < 0.8) await client.until('bye leaves.')
  const lines = Math.floor(random() * 5)
  for (let at = 0; at < lines; at += 1) client.send(`${word} ${at}\n`)
  const way = random()
  if (way < 0.3) client.send('bye\n')
  else if (way < 0.6) client.socket.end()
  else if (way < 0.8) client.socket.resetAndDestroy()
  else client.socket.destroy()
  if (way < 0.6) await client.untilEnded()
  client.socket.destroy()
  await client.untilClosed()
}

/** The same for one WebSocket. */
async function pageLife(gateway: TestGateway, random: () => number): Promise<void> {
  const page = await pageClient(gateway.webUrl)
  const word = `page ${random()}`
  if (random() < 0.9) await page.hello({ history: 20 })
  const lines = Math.floor(random() * 5)
  for (let at = 0; at < lines; at += 1) page.send({ type: 'say', text: `${word} ${at}` })
  const way = random()
  if (way < 0.5) page.send({ type: 'bye' })
  else if (way < 0.75) page.socket.close()
  else page.socket.terminate()
  await page.untilClosed()
}

test(`${CONNECTIONS} connections at a time that join, send and leave leave nothing behind`, {
  timeout: 240_000 + CONNECTIONS * LIVES * 20,
}, async () => {
  const timers = watchTimers()
  const gateway = await testGateway({}, { absenceMs: 200 })
  const lane = async (seed: number): Promise<void> => {
    const random = randomFrom(seed)
    for (let life = 0; life < LIVES; life += 1) {
      await (random() < 0.5 ? terminalLife : pageLife)(gateway, random)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, seed) => lane(seed)))

  const watcher = await pageClient(gateway.webUrl)
  await watcher.hello({ name: 'Watcher' })
  // The places of lost pages are held for 200 ms, so the count falls to one a little later.
  await watcher.next('presence', ({ memberCount }) => memberCount === 1)
  expect(gateway.room.members.list(10).map(({ name }) => name)).toEqual(['Watcher'])
  expect(gateway.room.counts).toEqual({ readers: 1, present: 1, held: 0 })
  watcher.send({ type: 'bye' })
  await watcher.untilClosed()
  await gateway.close()
  expect(timers()).toEqual([])

  expect(gateway.logged.filter(({ level }) => level >= 40)).toEqual([])
  const left = gateway.logged.filter(({ msg }) => msg === 'left').length
  expect(left).toBe(gateway.logged.filter(({ msg }) => msg === 'connected').length)
  // Node frees the handle of a closed socket in a later turn of the event loop.
  await expect.poll(openSockets).toEqual([])
})
