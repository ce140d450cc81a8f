/** What hosts do with a whole room or server: slow mode, lock, pin, and people who only read. */
import { describe, expect, it } from 'vitest'
import type { Order } from '../../../../shared/acts.ts'
import { testFolder } from '../../../support/folder.ts'
import { testGateway } from '../../../support/gateway.ts'
import { HOST_KEY, hostClient } from '../../../support/hosts.ts'
import { pageClient } from '../../../support/page.ts'
import { greeted, rawClient } from '../../../support/raw.ts'

const options = { hostKey: HOST_KEY }

describe('the slow mode', () => {
  it('lets each person write once in its time, in one room, after a restart too', async () => {
    const data = testFolder()
    const first = await testGateway({ ...options, data })
    const hana = await hostClient(first.webUrl)
    hana.send({ type: 'act', act: { type: 'slow', seconds: 600 } })
    const { act } = await hana.until('set the slow mode: one message in 10 minutes')
    expect(act).toEqual({ type: 'slow', seconds: 600 })
    await first.close()
    const { webUrl } = await testGateway({ ...options, data })
    const bob = await pageClient(webUrl)
    await bob.hello({ name: 'Bob' })
    bob.send({ type: 'join', room: 'physics' })
    bob.send({ type: 'say', id: '1', text: 'one' })
    bob.send({ type: 'say', id: '2', text: 'two' })
    const { code, message } = await bob.next('error', ({ id }) => id === '2')
    expect(code).toBe('slow_mode')
    expect(message).toMatch(
      /^Wait \d+ more minutes: here, each person writes once in 10 minutes\.$/,
    )
    bob.send({ type: 'typing', on: true })
    bob.send({ type: 'say', text: 'there', room: 'physics' })
    bob.send({ type: 'say', text: 'there again', room: 'physics' })
    await bob.until('there again')
    const post = async () =>
      (await fetch(`${webUrl}/api/say`, { method: 'POST', body: 'text=x' })).status
    expect([await post(), await post()]).toEqual([201, 429])
    const ivan = await hostClient(webUrl, 'Ivan')
    for (const text of ['a', 'b']) ivan.send({ type: 'say', text })
    await bob.until('b')
    ivan.send({ type: 'act', act: { type: 'slow' } })
    await bob.until('ended the slow mode')
    bob.send({ type: 'say', id: '2', text: 'two' })
    await ivan.until('two')
  })
})

it('a locked server rejects new people, and not people who have been here', async () => {
  const data = testFolder()
  const first = await testGateway({ ...options, data })
  const bob = await pageClient(first.webUrl)
  const { token } = await bob.hello({ name: 'Bob' })
  const hana = await hostClient(first.webUrl)
  hana.send({ type: 'act', act: { type: 'lock' } })
  await bob.until('locked the server: new people cannot join')
  await first.close()
  const { webUrl, tcp, operate } = await testGateway({ data })
  for (const hello of [{ name: 'Eve' }, { token: `${token.slice(0, -1)}?` }]) {
    const eve = await pageClient(webUrl)
    eve.send({ type: 'hello', protocol: 1, ...hello })
    await eve.next('error', ({ code }) => code === 'locked')
    expect(await eve.untilClosed()).toBe(4012)
  }
  const terminal = await rawClient(tcp.port)
  expect(await terminal.untilEnded()).toContain('! The server is locked: new people cannot join.')
  const post = async () =>
    (await fetch(`${webUrl}/api/say`, { method: 'POST', body: 'text=x' })).status
  expect(await post()).toBe(403)
  const again = await pageClient(webUrl)
  expect((await again.hello({ token })).you.name).toBe('Bob')
  const console = operate({ columns: 80, colours: false, quit: () => {}, print: () => {} })
  console.type('/unlock')
  await again.until('unlocked the server')
  await (await pageClient(webUrl)).hello({ name: 'Eve' })
  expect(await post()).toBe(201)
})

describe('a pinned message', () => {
  it('is shown to newcomers of its room, until it is removed', async () => {
    const data = testFolder()
    const first = await testGateway({ ...options, data })
    const { client: hana } = await greeted(first.tcp.port)
    hana.send(`/name Hana\n/host ${HOST_KEY}\n/join physics\n`)
    await hana.until('You are in physics now.')
    const bob = await pageClient(first.webUrl)
    await bob.hello({ name: 'Bob B', room: 'physics' })
    bob.send({ type: 'say', text: 'Exercise 4 is due on Monday' })
    const { seq } = await bob.until('Exercise 4 is due on Monday')
    await hana.until('due on Monday')
    hana.send('/pin "Bob B"\n')
    await hana.until(`* You pinned message ${seq}.`)
    await bob.until(`pinned message ${seq}`)
    await first.close()
    const { webUrl, tcp } = await testGateway({ ...options, data })
    const carol = await pageClient(webUrl)
    const { pinned } = await carol.hello({ room: 'physics' })
    expect(pinned).toMatchObject({
      seq,
      text: 'Exercise 4 is due on Monday',
      from: { name: 'Bob B' },
    })
    const { client } = await greeted(tcp.port)
    expect(client.text).not.toContain('Pinned')
    client.send('/join physics\n')
    await client.until('* Pinned: Bob B: Exercise 4 is due on Monday\n')
    client.send(`/host ${HOST_KEY}\n/redact ${seq}\n`)
    await client.until('* You removed message')
    const dave = await pageClient(webUrl)
    expect(await dave.hello({ room: 'physics' })).not.toHaveProperty('pinned')
    client.send('hello again\n/pin guest-2\n')
    await client.until('* You pinned message')
    const eve = await pageClient(webUrl)
    expect(await eve.hello({ room: 'physics' })).toHaveProperty('pinned.text', 'hello again')
    client.send('/pin off\n/pin 999\n')
    await client.until('* You removed the pin.')
    await client.until('! There is no such message.')
    const frank = await pageClient(webUrl)
    expect(await frank.hello({ room: 'physics' })).not.toHaveProperty('pinned')
  })
})

it('with --readonly-default, people only read until a host lets them write', async () => {
  const data = testFolder()
  const first = await testGateway({ ...options, data, readonlyDefault: true })
  const bob = await pageClient(first.webUrl)
  const { you, token } = await bob.hello({ name: 'Bob' })
  expect(you.role).toBe('observer')
  bob.send({ type: 'say', id: '1', text: 'no' })
  await bob.next('error', ({ code, id }) => code === 'observer' && id === '1')
  const post = () => fetch(`${first.webUrl}/api/say`, { method: 'POST', body: 'text=x' })
  expect((await post()).status).toBe(403)
  const hana = await hostClient(first.webUrl)
  hana.send({ type: 'say', text: 'hosts write' })
  await bob.until('hosts write')
  hana.send({ type: 'act', act: { type: 'observer', person: 'Bob' } })
  await bob.until('let Bob write again')
  await first.close()
  const second = await testGateway({ data, readonlyDefault: true })
  const again = await pageClient(second.webUrl)
  expect((await again.hello({ token })).you).not.toHaveProperty('role')
  again.send({ type: 'say', text: 'thank you' })
  await again.until('thank you')
})

it('what hosts have set is told to those who enter, and absent if nothing is', async () => {
  const { webUrl } = await testGateway({ ...options, readonlyDefault: true })
  const hana = await hostClient(webUrl)
  const acts: Order[] = [
    { type: 'slow', seconds: 30 },
    { type: 'mute', seconds: 600 },
    { type: 'approve', on: true },
    { type: 'lock' },
  ]
  for (const act of acts) hana.send({ type: 'act', act })
  await hana.until('locked the server: new people cannot join')
  hana.send({ type: 'join', room: 'physics' })
  const { house } = await hana.next('joined')
  expect(house).toEqual({ locked: true, approve: true, readonlyDefault: true })
  hana.send({ type: 'leave', room: 'lobby' })
  hana.send({ type: 'join', room: 'lobby' })
  const back = await hana.next('joined', ({ room }) => room === 'lobby')
  expect(back.house).toEqual({
    slow: 30,
    mutedAll: true,
    mutedUntil: expect.stringMatching(/Z$/),
    ...house,
  })
})
