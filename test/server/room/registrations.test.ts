/** Names that are kept for the people who have registered them. */
import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../../server/log/memory.ts'
import { MAX_REGISTERED, Registrations } from '../../../server/room/registrations.ts'
import { testFolder } from '../../support/folder.ts'
import { testGateway } from '../../support/gateway.ts'
import { type PageClient, pageClient } from '../../support/page.ts'
import { greeted } from '../../support/raw.ts'

const reserve = true
const RESUME = /\/resume (\S+) takes/

/** Registers, or gives up, the name of a client; resolves to the name that is registered then. */
async function register(client: PageClient, on = true): Promise<string | undefined> {
  const before = client.messages.length
  client.send({ type: 'register', on })
  const { name } = await client.next('registered', (one) => client.messages.indexOf(one) >= before)
  return name
}

async function refused(webUrl: string, hello: object): Promise<object> {
  const client = await pageClient(webUrl)
  client.send({ type: 'hello', protocol: 1, ...hello })
  return client.next('error')
}

describe('a registered name', () => {
  test('is refused to all others, also while its owner is away', async () => {
    const gateway = await testGateway({ reserve })
    const { webUrl, tcp } = gateway
    const owner = await pageClient(webUrl)
    const { token } = await owner.hello({ name: 'bot' })
    expect(await register(owner)).toBe('bot')
    owner.socket.terminate()
    await expect.poll(() => gateway.room.counts.held).toBe(1)
    const message = 'bot is registered: only its owner can use it.'
    const taken = { code: 'name_taken', message }
    expect(await refused(webUrl, { name: 'Bot' })).toMatchObject(taken)
    const back = await pageClient(webUrl)
    await back.hello({ token })
    back.send({ type: 'bye' })
    await back.untilClosed()
    expect(gateway.room.members.size).toBe(0)
    expect(await refused(webUrl, { name: 'Bot' })).toMatchObject(taken)
    const { client } = await greeted(tcp.port)
    client.send('/name b0t\n')
    await client.until('! b0t looks like bot, which is registered. Try /name b0t-2\n')
    const said = await fetch(`${webUrl}/api/say?name=bot`, { method: 'POST', body: 'hi' })
    expect([said.status, await said.json()]).toMatchObject([409, taken])
    expect((await (await pageClient(webUrl)).hello({ token })).you.name).toBe('bot')
  })

  test('is registered and given up in lines, and comes back with /resume', async () => {
    const { tcp, webUrl } = await testGateway({ reserve })
    const { client } = await greeted(tcp.port)
    client.send('/name bot\n/register\n/resume\n')
    await client.until('bot is registered: nobody else can use it. Your /resume code proves')
    client.send('bye\n')
    const [, code] = RESUME.exec(await client.untilEnded()) ?? []
    const { client: again } = await greeted(tcp.port)
    await again.send(`/resume ${code}\n`).until('You are bot again.\n')
    again.send('/unregister\nbye\n')
    await again.until('You have no registered name now.\n')
    await again.untilEnded()
    await (await pageClient(webUrl)).hello({ name: 'bot' })
  })

  test('stays with its owner under another name, until that one is registered', async () => {
    const { webUrl } = await testGateway({ reserve })
    const owner = await pageClient(webUrl)
    await owner.hello({ name: 'bot' })
    await register(owner)
    owner.send({ type: 'name', name: 'robot' })
    await owner.next('presence', ({ renamed }) => renamed.length > 0)
    expect(await refused(webUrl, { name: 'bot' })).toMatchObject({ code: 'name_taken' })
    expect(await register(owner)).toBe('robot')
    await (await pageClient(webUrl)).hello({ name: 'bot' })
    expect(await register(owner, false)).toBeUndefined()
    owner.send({ type: 'name', name: 'other' })
    await owner.next('presence', ({ renamed }) => renamed[0]?.name === 'other')
    await (await pageClient(webUrl)).hello({ name: 'robot' })
  })

  test('is kept over a restart, for as long as the operator allows it', async () => {
    const data = testFolder()
    const first = await testGateway({ reserve, data })
    const owner = await pageClient(first.webUrl)
    const { token } = await owner.hello({ name: 'bot' })
    await register(owner)
    await first.close()
    const second = await testGateway({ reserve, data })
    expect(await refused(second.webUrl, { name: 'bot' })).toMatchObject({ code: 'name_taken' })
    const back = await pageClient(second.webUrl)
    expect((await back.hello({ token })).you.name).toBe('bot')
    await second.close()
    const third = await testGateway({ data })
    await (await pageClient(third.webUrl)).hello({ name: 'bot' })
  })

  test('is the name of its owner also if the seat is lost', async () => {
    const { webUrl, rooms } = await testGateway({ reserve })
    const owner = await pageClient(webUrl)
    const { token } = await owner.hello({ name: 'bot' })
    await register(owner)
    owner.send({ type: 'bye' })
    await owner.untilClosed()
    await rooms.people.close()
    rooms.store.seatOf = async () => undefined
    expect((await (await pageClient(webUrl)).hello({ token })).you.name).toBe('bot')
  })

  test('is not registered while the store fails', async () => {
    const { webUrl, rooms } = await testGateway({ reserve })
    const store = rooms.store.register
    rooms.store.register = () => Promise.reject(new Error('the disk is full'))
    const owner = await pageClient(webUrl)
    await owner.hello({ name: 'bot' })
    owner.send({ type: 'register' })
    expect(await owner.next('error')).toMatchObject({ code: 'log_unavailable' })
    owner.send({ type: 'bye' })
    await owner.untilClosed()
    rooms.store.register = store
    const other = await pageClient(webUrl)
    await other.hello({ name: 'bot' })
    expect(await register(other)).toBe('bot')
  })
})

test('without --reserve, no name is registered', async () => {
  const { webUrl, tcp } = await testGateway()
  const owner = await pageClient(webUrl)
  await owner.hello({ name: 'bot' })
  owner.send({ type: 'register' })
  expect(await owner.next('error')).toMatchObject({ code: 'register_off' })
  const { client } = await greeted(tcp.port)
  await client.send('/unregister\n').until('! The operator of this server does not allow')
})

describe('registrations', () => {
  test('are at most 10,000; those who have one can still change it', async () => {
    const registrations = new Registrations(memoryStore(), true)
    for (let at = 0; at < MAX_REGISTERED; at += 1) {
      expect(await registrations.register(`p${at}`, `name ${at} x`)).toBeUndefined()
    }
    expect(await registrations.register('more', 'more')).toEqual({ code: 'register_full' })
    expect(await registrations.register('p0', 'another')).toBeUndefined()
    expect(await registrations.register('p1', undefined)).toBeUndefined()
    expect(await registrations.register('more', 'more')).toBeUndefined()
  })

  test('of one person that overlap end with the last', async () => {
    const registrations = new Registrations(memoryStore(), true)
    await registrations.register('p', 'first')
    const names = ['second', 'third', 'Third']
    await Promise.all(names.map((name) => registrations.register('p', name)))
    expect(registrations.nameOf('p')).toBe('Third')
    expect(registrations.of('thlrd')).toEqual({ person: 'p', name: 'Third' })
    for (const skeleton of ['flrst', 'second']) expect(registrations.of(skeleton)).toBeUndefined()
  })
})
