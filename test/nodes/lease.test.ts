/** Nodes that die, that stop for a while, and that lose their database: what the others see. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { testGateway } from '../support/gateway.ts'
import { postgresPrograms } from '../support/installed.ts'
import { middleTo } from '../support/middle.ts'
import { pageClient } from '../support/page.ts'
import { PostgresServer, testPostgres } from '../support/postgres.ts'
import { fixedPort, serve } from '../support/program.ts'
import { greeted, rawClient } from '../support/raw.ts'

const postgres = await testPostgres()

/** How many people are in the lobby, as far as this node knows. */
async function countAt(webUrl: string): Promise<number> {
  const response = await fetch(`${webUrl}/api/rooms`)
  const { rooms } = (await response.json()) as { rooms: { memberCount: number }[] }
  return rooms[0]?.memberCount ?? 0
}

describe.skipIf(postgres === undefined)('a node', () => {
  const server = postgres as NonNullable<typeof postgres>

  test('that is killed has its people gone, and their names are free', async () => {
    const url = server.url()
    const [one, other] = [await serve('--data', url), await serve('--data', url)]
    const ann = await pageClient(one.webUrl)
    const { token } = await ann.hello({ name: 'Ann' })
    await expect.poll(() => countAt(other.webUrl)).toBe(1)
    const { client: bob } = await greeted(other.tcpPort)
    bob.send('/name Bob\n/who\n')
    await bob.until('2 here: Ann (web), Bob (terminal)')
    one.server.child.kill('SIGKILL')
    await bob.until('* Ann left')
    bob.send('/name Ann\n')
    await bob.until('You are Ann now.')
    // The person with the token comes back under a name that is free.
    const again = await pageClient(other.webUrl)
    expect((await again.hello({ token, name: 'Ann', take: 'suggestion' })).you.name).toBe('Ann-2')
  })

  test('that was suspended gives way to those who have moved, and to new owners of names', async () => {
    const url = server.url()
    const [one, other] = [await serve('--data', url), await serve('--data', url)]
    const ann = await pageClient(one.webUrl)
    const { token } = await ann.hello({ name: 'Ann' })
    const cal = await pageClient(one.webUrl)
    const { you } = await cal.hello({ name: 'Cal' })
    await expect.poll(() => countAt(other.webUrl)).toBe(2)
    const { client: bob } = await greeted(other.tcpPort)
    bob.send('/who\n')
    await bob.until('3 here: Ann (web), Cal (web), guest-1 (terminal)')
    one.server.child.kill('SIGSTOP')
    onTestFinished(() => void one.server.child.kill('SIGCONT'))
    await bob.until(/\* Ann left[\s\S]*\* Cal left/)
    const moved = await pageClient(other.webUrl)
    expect((await moved.hello({ token, name: 'Ann' })).you.name).toBe('Ann')
    bob.send('/name Cal\n')
    await bob.until('You are Cal now.')
    one.server.child.kill('SIGCONT')
    expect(await ann.untilClosed()).toBe(4001)
    await moved.next('presence', ({ joined }) => joined[0]?.id === you.id)
    cal.send({ type: 'say', text: 'still here' })
    await moved.until('still here')
    const { from } = await moved.until('still here')
    expect(from.name).toMatch(/^guest-/)
    await bob.until(`* ${from.name} joined (web)`)
  })

  test('whose database is followed by its standby starts again, with a new epoch', async () => {
    const primary = await PostgresServer.start(postgresPrograms() as string)
    onTestFinished(() => primary.remove())
    const standby = await primary.standby()
    onTestFinished(() => standby.remove())
    const hosts = `127.0.0.1:${primary.port},127.0.0.1:${standby.port}`
    // It listens on its ports again when it starts again.
    const ports = ['--web-port', `${await fixedPort()}`, '--tcp-port', `${await fixedPort()}`]
    const data = `postgres://oneroom@${hosts}/postgres`
    const { webUrl, tcpPort } = await serve('--data', data, ...ports)
    const ann = await pageClient(webUrl)
    const { epoch, token } = await ann.hello({ name: 'Ann' })
    ann.send({ type: 'say', text: 'before' })
    const { seq } = await ann.until('before')
    await primary.kill()
    standby.run('pg_ctl', 'promote', '-w')
    await ann.untilClosed()
    const healthOf = () =>
      fetch(`${webUrl}/healthz`).then(
        ({ status }) => status,
        () => 0,
      )
    await expect.poll(healthOf).toBe(200)
    const again = await pageClient(webUrl)
    const welcome = await again.hello({ token, epoch, seq, name: 'Ann' })
    expect(welcome.reset).toBe('epoch')
    expect(welcome.you.name).toBe('Ann')
    const { client } = await greeted(tcpPort)
    client.send('after\n')
    await again.until('after')
  })

  test('frees the names of people who have left while it had lost its database', async () => {
    const middle = await middleTo(server.port)
    const node = await testGateway({ data: server.url(server.newSchema(), middle.port) })
    const ann = await pageClient(node.webUrl)
    await ann.hello({ name: 'Ann' })
    const bob = await pageClient(node.webUrl)
    const { you } = await bob.hello({ name: 'Bob' })
    middle.stall()
    ann.send({ type: 'bye' })
    await ann.untilClosed()
    bob.send({ type: 'say', text: 'lost' })
    await bob.next('error', ({ code }) => code === 'log_unavailable')
    middle.resume()
    const { names } = node.rooms.people
    await expect
      .poll(() => {
        bob.send({ type: 'name', name: 'Ann' })
        return names.get(you.id)?.name
      })
      .toBe('Ann')
  })

  test('that has lost its database keeps its readers, and goes on by itself', async () => {
    const middle = await middleTo(server.port)
    const schema = server.newSchema()
    const far = await serve('--data', server.url(schema, middle.port))
    const near = await serve('--data', server.url(schema))
    const ann = await pageClient(far.webUrl)
    await ann.hello({ name: 'Ann' })
    const bob = await pageClient(near.webUrl)
    await bob.hello({ name: 'Bob' })
    const healthOf = async () => (await fetch(`${far.webUrl}/healthz`)).status
    await expect.poll(healthOf).toBe(200)
    middle.stall()
    ann.send({ type: 'say', id: 'kept', text: 'lost' })
    expect(await ann.next('error')).toMatchObject({ code: 'log_unavailable', id: 'kept' })
    expect(await healthOf()).toBe(503)
    bob.send({ type: 'say', text: 'meanwhile' })
    await bob.until('meanwhile')
    const eve = await pageClient(far.webUrl)
    eve.send({ type: 'hello', protocol: 1, name: 'Eve' })
    expect(await eve.next('error')).toMatchObject({ code: 'log_unavailable' })
    const terminal = await rawClient(far.tcpPort)
    expect(await terminal.untilEnded()).toContain('! The database is away.')
    middle.resume()
    await ann.until('meanwhile')
    await expect.poll(healthOf).toBe(200)
    await expect
      .poll(async () => {
        ann.messages.length = 0
        ann.send({ type: 'say', id: 'kept', text: 'lost' })
        await Promise.race([ann.until('lost'), ann.next('error')])
        return ann.messages.some(({ type }) => type === 'events')
      })
      .toBe(true)
    await bob.until('lost')
    expect(bob.events.filter(({ text }) => text === 'lost')).toHaveLength(1)
    await expect
      .poll(async () => {
        bob.messages.length = 0
        bob.send({ type: 'join', room: 'anywhere' })
        bob.send({ type: 'leave', room: 'anywhere' })
        await bob.next('left')
        const { rooms } = await (await fetch(`${near.webUrl}/api/rooms`)).json()
        return rooms[0].memberCount
      })
      .toBe(2)
  })
})
