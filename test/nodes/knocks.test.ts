/** Clients that wait outside at one node, as the hosts at the others see them. */
import { describe, expect, test } from 'vitest'
import { type TestGateway, testGateway } from '../support/gateway.ts'
import { HOST_KEY, hostClient } from '../support/hosts.ts'
import { middleTo } from '../support/middle.ts'
import { type PageClient, pageClient } from '../support/page.ts'
import { testPostgres } from '../support/postgres.ts'
import { rawClient } from '../support/raw.ts'

const postgres = await testPostgres()
const code = 'amber-fox-lamp'

/** The other node has a way of its own to the database. */
async function two() {
  const server = postgres as NonNullable<typeof postgres>
  const schema = server.newSchema()
  const middle = await middleTo(server.port)
  const config = { hostKey: HOST_KEY, code }
  const one = await testGateway({ ...config, data: server.url(schema) })
  const other = await testGateway({ ...config, data: server.url(schema, middle.port) })
  return { one, other, middle }
}

async function knocking({ webUrl }: TestGateway, name: string): Promise<PageClient> {
  const client = await pageClient(webUrl)
  client.send({ type: 'hello', protocol: 1, name, knock: true })
  await client.next('knocking')
  return client
}

/** Waits until the latest list of this host has these names or texts; returns their numbers. */
async function listed(host: PageClient, ...expected: string[]): Promise<number[]> {
  const latest = () => host.messages.findLast((message) => message.type === 'knocks')?.knocks ?? []
  await expect.poll(() => latest().map(({ name, text }) => name ?? text)).toEqual(expected)
  return latest().map(({ id }) => id)
}

describe.skipIf(postgres === undefined)('a client that knocks at one node', () => {
  test('is shown to the hosts at all nodes, and each of them decides', async () => {
    const { one, other } = await two()
    const hana = await hostClient(one.webUrl, 'Hana', { code })
    const ivan = await hostClient(other.webUrl, 'Ivan', { code })
    const ann = await knocking(one, 'Ann')
    expect(await listed(ivan, 'Ann')).toEqual(await listed(hana, 'Ann'))
    const bob = await knocking(other, 'Bob')
    const program = await rawClient(one.tcp.port)
    await program.until('This room needs a code.')
    program.send('This is from Client\n')
    const numbers = await listed(ivan, 'Ann', 'Bob', 'This is from Client')
    expect(await listed(hana, 'Ann', 'Bob', 'This is from Client')).toEqual(numbers)
    const [first, second, third = 0] = numbers
    ivan.send({ type: 'admit', on: true })
    expect((await ann.next('welcome')).you.name).toBe('Ann')
    hana.send({ type: 'admit', id: second as number, on: false })
    expect(await bob.untilClosed()).toBe(4013)
    await listed(ivan, 'This is from Client')
    hana.send({ type: 'admit', id: first as number, on: true })
    await hana.next('error', ({ message }) => message === 'Nobody waits under this number.')
    ivan.send({ type: 'admit', id: third, on: true })
    await ivan.until('This is from Client')
    const cal = await knocking(other, 'Cal')
    await listed(hana, 'Cal')
    cal.socket.terminate()
    await listed(hana)
    await listed(ivan)
  })

  test('waits under approval, and is gone with its node', async () => {
    const { one, other, middle } = await two()
    const hana = await hostClient(one.webUrl, 'Hana', { code })
    hana.send({ type: 'act', act: { type: 'approve', on: true } })
    await expect.poll(() => other.rooms.hosts.rules.needsApproval).toBe(true)
    const ann = await pageClient(other.webUrl)
    ann.send({ type: 'hello', protocol: 1, name: 'Ann', code })
    await ann.next('knocking')
    const [before = 0] = await listed(hana, 'Ann')
    middle.stall()
    // Its lease ends.
    await listed(hana)
    middle.resume()
    middle.cut()
    const [after = 0] = await listed(hana, 'Ann')
    expect(after).toBeGreaterThan(before)
    hana.send({ type: 'admit', id: after, on: true })
    await ann.next('welcome')
    await listed(hana)
  })
})
