/** People at several nodes of one room: names, presence, and a session that moves. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { plain, tableAfter } from '../docs/pages.ts'
import { testGateway } from '../support/gateway.ts'
import { HOST_KEY, hostClient } from '../support/hosts.ts'
import { middleTo } from '../support/middle.ts'
import { testNodes } from '../support/nodes.ts'
import { pageClient } from '../support/page.ts'
import { testPostgres } from '../support/postgres.ts'
import { codeOf, greeted } from '../support/raw.ts'

const postgres = await testPostgres()

async function two() {
  const [one, other] = await testNodes(postgres, 2, { hostKey: HOST_KEY })
  if (one === undefined || other === undefined) throw new Error('no nodes')
  return { one, other }
}

describe.skipIf(postgres === undefined)('two nodes', () => {
  test('show each other who is there, how, and who comes and goes', async () => {
    const { one, other } = await two()
    const ann = await pageClient(one.webUrl)
    await ann.hello({ name: 'Ann' })
    const bob = await pageClient(other.webUrl)
    await expect.poll(() => other.room.members.size).toBe(1)
    const { members, you } = await bob.hello({ name: 'Bob' })
    expect(members.map(({ name, via }) => [name, via])).toEqual([
      ['Ann', 'web'],
      ['Bob', 'web'],
    ])
    expect(members[0]?.node).toBe(one.rooms.people.names.node)
    await ann.next('presence', ({ joined }) => joined[0]?.id === you.id)
    bob.send({ type: 'name', name: 'Robert' })
    await ann.next('presence', ({ renamed }) => renamed[0]?.name === 'Robert')
    const { client } = await greeted(one.tcp.port)
    client.send('/who\n')
    await client.until('3 here: Ann (web), Robert (web), guest-1 (terminal)')
    bob.send({ type: 'say', text: 'hello' })
    await client.until('Robert: hello')
    bob.send({ type: 'bye' })
    await client.until('* Robert left')
    expect(one.room.members.size).toBe(2)
  })

  test('have each name once, also if both claim it at the same time', async () => {
    const { one, other } = await two()
    for (let round = 1; round <= 10; round += 1) {
      const name = `Same ${'abcdefghij'[round - 1]}`
      const both = await Promise.all([one, other].map(({ webUrl }) => pageClient(webUrl)))
      const welcomes = await Promise.all(both.map((one) => one.hello({ name, take: 'suggestion' })))
      const names = welcomes.map(({ you }) => you.name)
      expect(names).toContain(name)
      expect(new Set(names).size).toBe(2)
    }
    const ann = await pageClient(one.webUrl)
    await ann.hello({ name: 'Ann' })
    const bob = await pageClient(other.webUrl)
    await bob.hello({ name: 'Bob' })
    await expect.poll(() => other.rooms.people.names.named('Ann')).toBeDefined()
    bob.send({ type: 'name', name: 'Ann' })
    await bob.next(
      'error',
      ({ code, suggestion }) => code === 'name_taken' && suggestion === 'Ann-2',
    )
  })

  test('move a person who comes back to the other with the token', async () => {
    const { one, other } = await two()
    const cal = await pageClient(one.webUrl)
    await cal.hello({ name: 'Cal' })
    const ann = await pageClient(one.webUrl)
    const { token, epoch, head } = await ann.hello({ name: 'Ann' })
    await cal.next('presence', ({ joined }) => joined[0]?.name === 'Ann')
    cal.send({ type: 'say', text: 'one' })
    await ann.until('one')
    ann.socket.pause()
    cal.send({ type: 'say', text: 'two' })
    await cal.until('two')
    await expect.poll(() => other.rooms.people.names.named('Ann')).toBeDefined()
    const again = await pageClient(other.webUrl)
    const welcome = await again.hello({ token, epoch, seq: head + 1 })
    expect(welcome.you.name).toBe('Ann')
    await again.until('two')
    expect(again.events.map(({ text }) => text)).toEqual(['two'])
    ann.socket.resume()
    expect(await ann.untilClosed()).toBe(4001)
    cal.send({ type: 'say', text: 'three' })
    await again.until('three')
    expect(cal.messages.filter((one) => one.type === 'presence' && one.left.length > 0)).toEqual([])
    expect(one.room.members.size).toBe(2)
  })

  test('keep a person who comes back from the other faster than this node hears of it', async () => {
    const server = postgres as NonNullable<typeof postgres>
    const schema = server.newSchema()
    const one = await testGateway({ data: server.url(schema) })
    const ann = await pageClient(one.webUrl)
    const { token, you } = await ann.hello({ name: 'Ann' })
    const sqls = [server.client(schema), server.client(schema)]
    onTestFinished(() => Promise.all(sqls.map((sql) => sql.end())).then(() => {}))
    const [sql, holder] = sqls as [(typeof sqls)[0], (typeof sqls)[0]]
    const nodeOf = async () => {
      const [row] = await sql`SELECT n.name AS node FROM people p LEFT JOIN nodes n ON n.id = p.node
        WHERE p.id = ${you.id}`
      return row?.node
    }
    const [other] = await sql`INSERT INTO nodes (id, name, lease, born, at)
      VALUES (gen_random_uuid(), 'other', 1, 0, now() + interval '1 hour') RETURNING id`
    const moveTo = (node: string | null) =>
      sql`UPDATE people SET node = ${node}, version = nextval('news') WHERE id = ${you.id}`
    await moveTo(null)
    await expect.poll(nodeOf).toBe(one.rooms.people.names.node)
    // She moves to the other node, and comes back before this one has heard of it.
    await moveTo(other?.id)
    const again = await pageClient(one.webUrl)
    await holder.begin(async (held) => {
      await held`SELECT 1 FROM people WHERE id = ${you.id} FOR UPDATE`
      again.send({ type: 'hello', protocol: 1, token })
      const waiting = () =>
        sql`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'
          AND application_name = ${`oneroom writer ${schema}`}`
      await expect.poll(async () => (await waiting()).length).toBe(1)
      await one.rooms.store.nodes?.refresh()
    })
    expect((await again.next('welcome')).you).toEqual(you)
    await expect.poll(nodeOf).toBe(you.node)
    await expect.poll(() => one.rooms.people.names.get(you.id)?.node).toBe(you.node)
    expect(one.room.members.size).toBe(1)
    again.send({ type: 'say', text: 'here' })
    await again.until('here')
  })

  test('let a client read on at the other, which may not have all that the client has read', async () => {
    const schema = postgres?.newSchema() ?? ''
    const data = postgres?.url(schema) ?? ''
    const [one, other] = [await testGateway({ data }), await testGateway({ data })]
    const ann = await pageClient(one.webUrl)
    const { token, epoch } = await ann.hello({ name: 'Ann' })
    ann.send({ type: 'say', text: 'one' })
    await ann.until('one')
    await expect.poll(() => other.room.log.head()).toBe(1)
    const sql = (postgres as NonNullable<typeof postgres>).client(schema)
    onTestFinished(() => sql.end())
    // Without a notification, so that the nodes have it with their next look.
    await sql.unsafe(`
      INSERT INTO events (log, seq, at, kind, person, name, via, text, words)
        VALUES (0, 2, 0, 'message', 'p', 'p', 'web', 'two', '');
      UPDATE logs SET head = 2 WHERE number = 0`)
    const again = await pageClient(other.webUrl)
    expect(await again.hello({ token, epoch, seq: 2 })).toMatchObject({
      resumed: { from: 3, to: 2 },
      reset: null,
    })
    again.send({ type: 'say', text: 'three' })
    await again.until('three')
    expect(again.texts).toEqual(['three'])
  })

  test('move a terminal with /resume, which reads on where it was', async () => {
    const { one, other } = await two()
    const { client: ann } = await greeted(one.tcp.port)
    const code = await codeOf(ann)
    const { client: cal } = await greeted(other.tcp.port)
    cal.send('/name Cal\none\n')
    await ann.until('Cal: one\n')
    ann.socket.pause()
    const { client: again } = await greeted(other.tcp.port)
    cal.send('two\n')
    await again.until('Cal: two\n')
    await expect.poll(() => other.rooms.store.seatNamed('guest-1')).toBeDefined()
    again.send(`/resume ${code}\n`)
    await again.until('You are guest-1 again.')
    cal.send('three\n')
    await again.until('Cal: three\n')
    ann.socket.resume()
    expect(await ann.untilEnded()).toContain('Cal: one\n')
  })

  test('obey the hosts of the other at once, in whatever room', async () => {
    const { one, other } = await two()
    const hana = await hostClient(one.webUrl)
    const bob = await pageClient(other.webUrl)
    const { you, token } = await bob.hello({ name: 'Bob', room: 'physics' })
    await hana.next('presence', () => true).catch(() => {})
    await expect.poll(() => one.rooms.people.names.named('Bob')).toBeDefined()
    hana.send({ type: 'act', act: { type: 'mute', person: 'Bob' } })
    await bob.next('error', ({ code }) => code === 'muted')
    hana.send({ type: 'act', act: { type: 'ban', person: 'Bob' } })
    expect(await bob.untilClosed()).toBe(4011)
    const again = await pageClient(other.webUrl)
    again.send({ type: 'hello', protocol: 1, token })
    await again.next('error', ({ code }) => code === 'banned')
    expect(other.rooms.people.names.get(you.id)).toBeUndefined()
    const eve = await pageClient(other.webUrl)
    await eve.hello({ name: 'Eve' })
    await expect.poll(() => one.rooms.people.names.named('Eve')).toBeDefined()
    hana.send({ type: 'act', act: { type: 'ban', person: 'Eve', address: true } })
    const { from } = await hana.until('banned Eve and their address')
    expect(from).toEqual({ id: from.id, name: 'Hana', via: 'web' })
    expect(await eve.untilClosed()).toBe(4011)
    const late = await pageClient(other.webUrl)
    late.send({ type: 'hello', protocol: 1, name: 'Late' })
    expect(await late.next('error')).toMatchObject({ message: 'Your address is banned.' })
  })

  test('bring direct messages to the other, and what was written while one was away', async () => {
    const { one, other } = await two()
    const ann = await pageClient(one.webUrl)
    await ann.hello({ name: 'Ann' })
    const bob = await pageClient(other.webUrl)
    const { token } = await bob.hello({ name: 'Bob' })
    await expect.poll(() => one.rooms.people.names.named('Bob')).toBeDefined()
    for (const text of ['one', 'two', 'three']) ann.send({ type: 'direct', to: 'Bob', text })
    await bob.next('direct', ({ events }) => events.at(-1)?.text === 'three')
    const texts = bob.messages.flatMap((one) => (one.type === 'direct' ? one.events : []))
    expect(texts.map(({ text }) => text)).toEqual(['one', 'two', 'three'])
    bob.send({ type: 'direct', to: 'Ann', text: 'four' })
    await ann.next('direct', ({ events }) => events.at(-1)?.text === 'four')
    expect(token).toBeDefined()
  })

  test('bring direct messages and names that were registered while one was cut off', async () => {
    const server = postgres as NonNullable<typeof postgres>
    const middle = await middleTo(server.port)
    const schema = server.newSchema()
    const config = { reserve: true, hostKey: HOST_KEY }
    const far = await testGateway({ ...config, data: server.url(schema, middle.port) })
    const near = await testGateway({ ...config, data: server.url(schema) })
    const bob = await pageClient(far.webUrl)
    await bob.hello({ name: 'Bob' })
    const ann = await pageClient(near.webUrl)
    const { you } = await ann.hello({ name: 'Ann' })
    await expect.poll(() => near.rooms.people.names.named('Bob')).toBeDefined()
    ann.send({ type: 'direct', to: 'Bob', text: 'one' })
    await bob.next('direct')
    const cal = await pageClient(near.webUrl)
    await cal.hello({ name: 'Cal' })
    await expect.poll(() => far.rooms.people.names.named('Cal')).toBeDefined()
    middle.stall()
    cal.send({ type: 'direct', to: 'Bob', text: 'two' })
    await cal.next('direct')
    ann.send({ type: 'register' })
    await ann.next('registered')
    middle.cut()
    middle.resume()
    cal.send({ type: 'direct', to: 'Bob', text: 'three' })
    await bob.next('direct', ({ events }) => events.at(-1)?.text === 'three')
    const texts = bob.messages.flatMap((one) => (one.type === 'direct' ? one.events : []))
    expect(texts.map(({ text }) => text)).toEqual(['one', 'two', 'three'])
    await expect.poll(() => far.rooms.people.registrations.nameOf(you.id)).toBe('Ann')
  })

  test('serve the metrics that the documentation lists', async () => {
    const [one] = await testNodes(postgres, 1)
    const text = await (await fetch(`${one?.webUrl}/metrics`)).text()
    const served = [...text.matchAll(/^# TYPE (oneroom_\S+) /gm)].map(([, name]) => name)
    const listed = tableAfter('docs/operations.md', 'metrics of nodes:').map(([name]) => name)
    expect(listed).toHaveLength(3)
    expect(served).toEqual(expect.arrayContaining(listed.map((name = '') => plain(name))))
  })

  test('show rooms and their members, and who types', async () => {
    const { one, other } = await two()
    const ann = await pageClient(one.webUrl)
    await ann.hello({ name: 'Ann', room: 'Physics' })
    const bob = await pageClient(other.webUrl)
    await bob.hello({ name: 'Bob' })
    await expect
      .poll(() => other.rooms.list().rooms.map(({ name, memberCount }) => [name, memberCount]))
      .toEqual([
        ['lobby', 1],
        ['Physics', 1],
      ])
    bob.send({ type: 'join', room: 'physics' })
    const { members } = await bob.next('joined')
    expect(members.map(({ name }) => name)).toEqual(['Ann', 'Bob'])
    await ann.next('presence', ({ joined }) => joined[0]?.name === 'Bob')
    bob.send({ type: 'typing', on: true, room: 'Physics' })
    await ann.next('typing', ({ from, on }) => from.name === 'Bob' && on)
    ann.send({ type: 'topic', text: 'waves' })
    ann.send({ type: 'bye' })
    await ann.untilClosed()
    bob.send({ type: 'leave', room: 'Physics' })
    await expect.poll(() => one.rooms.list().roomCount).toBe(2)
  })

  test('list the rooms that were begun at the other, with their topics, also when they are empty', async () => {
    const { one, other } = await two()
    const ann = await pageClient(one.webUrl)
    await ann.hello({ name: 'Ann', room: 'Physics' })
    ann.send({ type: 'topic', text: 'waves' })
    const listed = (memberCount: number) => ({ name: 'Physics', memberCount, topic: 'waves' })
    await expect.poll(() => other.rooms.list().rooms[1]).toEqual(listed(1))
    ann.send({ type: 'bye' })
    await expect.poll(() => other.rooms.people.names.named('Ann')).toBeUndefined()
    expect(other.rooms.list().rooms[1]).toEqual(listed(0))
  })

  test('start again if they cannot learn of all acts of hosts', async () => {
    const server = postgres as NonNullable<typeof postgres>
    const middle = await middleTo(server.port)
    const schema = server.newSchema()
    const far = await testGateway({ data: server.url(schema, middle.port) })
    const near = await testGateway({ data: server.url(schema), hostKey: HOST_KEY })
    const hana = await pageClient(near.webUrl)
    await hana.hello({ name: 'Hana', room: 'Physics' })
    hana.send({ type: 'host', key: HOST_KEY })
    await hana.until('is a host now')
    hana.send({ type: 'act', act: { type: 'lock' } })
    await expect.poll(() => far.rooms.hosts.rules.isLocked).toBe(true)
    middle.stall()
    hana.send({ type: 'act', act: { type: 'unlock' } })
    await expect.poll(() => near.rooms.hosts.rules.isLocked).toBe(false)
    const sql = server.client(schema)
    await sql`DELETE FROM acts WHERE version < (SELECT max(version) FROM acts)`
    await sql.end()
    middle.cut()
    middle.resume()
    await expect
      .poll(() => far.logged.map(({ msg }) => msg))
      .toContain('the log cannot be used any more; the server starts again')
  })
})
