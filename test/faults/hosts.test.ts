/** People who were muted or banned, and come back again and again. */
import { expect, it } from 'vitest'
import { testGateway } from '../support/gateway.ts'
import { HOST_KEY, hostClient } from '../support/hosts.ts'
import { pageClient } from '../support/page.ts'
import { rawClient } from '../support/raw.ts'

const TIMES = 100

it(`a muted person who reconnects ${TIMES} times says nothing`, async () => {
  const { webUrl, room } = await testGateway({ hostKey: HOST_KEY })
  const host = await hostClient(webUrl)
  const bob = await pageClient(webUrl)
  const { token } = await bob.hello({ name: 'bob' })
  host.send({ type: 'act', act: { type: 'mute', person: 'bob', seconds: 600 } })
  await host.until('muted bob for 10 minutes')
  const head = room.log.head()
  for (let at = 0; at < TIMES; at += 1) {
    const again = await pageClient(webUrl)
    await again.hello({ token, name: `bob-${at}` })
    again.send({ type: 'say', text: `spam ${at}` })
    const { message } = await again.next('error', ({ code }) => code === 'muted')
    expect(message).toMatch(/^You are muted for (9|10) more minutes\.$/)
    again.socket.terminate()
  }
  expect(room.log.head()).toBe(head)
})

it('a banned person comes in under none of ten names, and with the address under no token', async () => {
  const { webUrl, tcp, room } = await testGateway({ hostKey: HOST_KEY })
  const host = await hostClient(webUrl)
  const bob = await pageClient(webUrl)
  const { token } = await bob.hello({ name: 'bob' })
  host.send({ type: 'act', act: { type: 'ban', person: 'bob' } })
  expect(await bob.untilClosed()).toBe(4011)
  for (let at = 0; at < 10; at += 1) {
    const again = await pageClient(webUrl)
    again.send({ type: 'hello', protocol: 1, token, name: `innocent-${at}` })
    await again.next('error', ({ code }) => code === 'banned')
    expect(await again.untilClosed()).toBe(4011)
  }
  host.send({ type: 'act', act: { type: 'ban', person: 'bob', address: true } })
  await host.until('banned bob and their address')
  for (const name of ['one', 'two']) {
    const again = await pageClient(webUrl)
    again.send({ type: 'hello', protocol: 1, name })
    await again.next('error', ({ code }) => code === 'banned')
  }
  const terminal = await rawClient(tcp.port)
  expect(await terminal.untilEnded()).toContain('! Your address is banned.')
  expect(room.members.list(10).map(({ name }) => name)).toEqual(['Hana'])
})
