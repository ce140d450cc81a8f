/** Limits by address, and registered names, over all nodes. */
import { describe, expect, test } from 'vitest'
import type { TestGateway } from '../support/gateway.ts'
import { testNodes } from '../support/nodes.ts'
import { pageClient } from '../support/page.ts'
import { testPostgres } from '../support/postgres.ts'

const postgres = await testPostgres()
const trust = { networks: [], limitsLocal: true }

describe.skipIf(postgres === undefined)('the clients of one address', () => {
  test('have the limits together at all nodes', async () => {
    const nodes = await testNodes(postgres, 2, {
      trust,
      addressConnections: 3,
      addressRenames: { perSecond: 0.0001, burst: 4 },
    })
    const [one, other] = nodes as [TestGateway, TestGateway]
    const ann = await pageClient(one.webUrl)
    await ann.hello({ name: 'Ann' })
    const bob = await pageClient(other.webUrl)
    await bob.hello({ name: 'Bob' })
    const { networks } = other.rooms.doors
    const source = networks.of('127.0.0.1')
    await expect.poll(() => source.openEverywhere).toBe(2)
    const third = await pageClient(one.webUrl)
    await third.hello({ name: 'Cal' })
    await expect.poll(() => source.openEverywhere).toBe(3)
    expect(networks.connect(source)).toBe('network_full')
    third.socket.terminate()
    await expect.poll(() => source.openEverywhere).toBe(2)
    for (const name of ['Anna', 'Anne', 'Anouk', 'Anja']) ann.send({ type: 'name', name })
    await expect.poll(() => source.wait('renames')).toBeGreaterThan(0)
    bob.send({ type: 'name', name: 'Bobby' })
    await bob.next('error', ({ code }) => code === 'too_fast')
  })

  test('may connect again when those at another node have closed, or the node has ended', async () => {
    const nodes = await testNodes(postgres, 2, { trust, addressConnections: 2 })
    const [one, other] = nodes as [TestGateway, TestGateway]
    const source = other.rooms.doors.networks.of('127.0.0.1')
    const connect = async () => {
      const clients = [await pageClient(one.webUrl), await pageClient(other.webUrl)]
      await expect.poll(() => source.openEverywhere).toBe(2)
      return clients.map(({ socket }) => socket)
    }
    const [far, near] = await connect()
    near?.terminate()
    await expect.poll(() => source.openEverywhere).toBe(1)
    far?.terminate()
    await expect.poll(() => source.openEverywhere).toBe(0)
    await connect()
    await one.close()
    await expect.poll(() => source.openEverywhere).toBe(1)
  })

  test('have what they registered at all nodes', async () => {
    const nodes = await testNodes(postgres, 2, { reserve: true })
    const [one, other] = nodes as [TestGateway, TestGateway]
    const ann = await pageClient(one.webUrl)
    const { you } = await ann.hello({ name: 'Ann' })
    ann.send({ type: 'register' })
    await ann.next('registered')
    await expect.poll(() => other.rooms.people.registrations.nameOf(you.id)).toBe('Ann')
    ann.send({ type: 'bye' })
    await ann.untilClosed()
    await expect.poll(() => other.rooms.people.names.named('Ann')).toBeUndefined()
    const bob = await pageClient(other.webUrl)
    bob.send({ type: 'hello', protocol: 1, name: 'Ann' })
    const { message } = await bob.next('error')
    expect(message).toBe('Ann is registered: only its owner can use it.')
  })
})
