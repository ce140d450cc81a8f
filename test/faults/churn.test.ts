import { createHook } from 'node:async_hooks'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type TestGateway, testGateway } from '../support/gateway.ts'
import { pageClient } from '../support/page.ts'
import { randomFrom } from '../support/random.ts'
import { rawClient } from '../support/raw.ts'

const CONNECTIONS = 200
const CHURN_MS = 30_000

/** The timers and sockets made from now on that are not gone yet, by kind. */
function watchResources(): () => string[] {
  const live = new Map<number, string>()
  const hook = createHook({
    init(id, kind) {
      if (/^(Timeout|TCP)/.test(kind)) live.set(id, kind)
    },
    destroy(id) {
      live.delete(id)
    },
  }).enable()
  onTestFinished(() => {
    hook.disable()
  })
  return () => [...live.values()]
}

/** A raw client's life: joins, talks, and leaves in one of the ways in which people leave. */
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

describe('churn', () => {
  it('of 200 connections that join, talk and leave at random leaves nothing behind', {
    timeout: CHURN_MS + 30_000,
  }, async () => {
    const resources = watchResources()
    const gateway = await testGateway({}, { absenceMs: 200 })
    const end = performance.now() + CHURN_MS
    let lives = 0
    const lane = async (seed: number): Promise<void> => {
      const random = randomFrom(seed)
      while (performance.now() < end) {
        await (random() < 0.5 ? terminalLife : pageLife)(gateway, random)
        lives += 1
      }
    }
    await Promise.all(Array.from({ length: CONNECTIONS }, (_, seed) => lane(seed)))
    expect(lives).toBeGreaterThan(CONNECTIONS * 5)
    const watcher = await pageClient(gateway.webUrl)
    await watcher.hello({ name: 'Watcher' })
    // The last of those who were lost are given up when their absence is over.
    await watcher.next('presence', ({ memberCount }) => memberCount === 1).catch(() => {})
    expect(gateway.room.roster.list(10).map(({ name }) => name)).toEqual(['Watcher'])
    expect(gateway.room.counts).toEqual({ readers: 1, present: 1, held: 0 })
    watcher.send({ type: 'bye' })
    await watcher.untilClosed()
    await gateway.close()
    expect(gateway.logged.filter(({ level }) => level >= 40)).toEqual([])
    const left = gateway.logged.filter(({ msg }) => msg === 'left').length
    expect(left).toBe(gateway.logged.filter(({ msg }) => msg === 'connected').length)
    // A closed handle is gone for good some turns later.
    await expect.poll(() => resources().filter((kind) => kind !== 'Timeout')).toEqual([])
    // Of timers Node and the poll keep a few of their own; ours would be hundreds.
    expect(resources().length).toBeLessThan(10)
  })
})
