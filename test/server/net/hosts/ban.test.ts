/** What hosts do to people who come back: ban, rename, and observers. */
import { describe, expect, it } from 'vitest'
import { testFolder } from '../../../support/folder.ts'
import { testGateway } from '../../../support/gateway.ts'
import { HOST_KEY, hostClient } from '../../../support/hosts.ts'
import { openPage, pageClient } from '../../../support/page.ts'
import { greeted, rawClient } from '../../../support/raw.ts'

const options = { hostKey: HOST_KEY }

describe('a banned person', () => {
  it('is removed, and does not come back with the token, also after a restart', async () => {
    const data = testFolder()
    const first = await testGateway({ ...options, data })
    const hana = await pageClient(first.webUrl)
    const { token: hers } = await hana.hello({ name: 'Hana' })
    hana.send({ type: 'host', key: HOST_KEY })
    const bob = await pageClient(first.webUrl)
    const { token, you } = await bob.hello({ name: 'Bob' })
    hana.send({ type: 'act', act: { type: 'ban', person: 'Bob', seconds: 3600 } })
    await hana.until('banned Bob for 1 hour')
    const message = /^You are banned for (1 more hour|60 more minutes)\.$/
    expect((await bob.next('error')).message).toMatch(message)
    expect(await bob.untilClosed()).toBe(4011)
    const again = await pageClient(first.webUrl)
    again.send({ type: 'hello', protocol: 1, token, name: 'Robert' })
    expect(await again.next('error')).toMatchObject({ code: 'banned' })
    expect(await again.untilClosed()).toBe(4011)
    expect(first.rooms.people.names.get(you.id)).toBeUndefined()
    const { client } = await greeted(first.tcp.port)
    client.send(`/resume ${token}\n`)
    expect(await client.untilEnded()).toContain('! You are banned for ')
    await first.close()
    const second = await testGateway({ data })
    const late = await pageClient(second.webUrl)
    late.send({ type: 'hello', protocol: 1, token })
    expect(await late.next('error')).toMatchObject({ code: 'banned' })
    const host = await pageClient(second.webUrl)
    await host.hello({ token: hers })
    host.send({ type: 'bans' })
    const { bans } = await host.next('bans')
    expect(bans).toMatchObject([
      { person: { id: you.id, name: 'Bob' }, by: 'Hana', address: false },
    ])
    expect(bans[0]).not.toHaveProperty('sharing')
    host.send({ type: 'act', act: { type: 'ban', person: 'Bob', address: true } })
    await host.next('error', ({ message }) => message.includes('address of Bob is not known'))
    host.send({ type: 'act', act: { type: 'unban', person: 'bob' } })
    await host.until('unbanned Bob')
    const back = await pageClient(second.webUrl)
    expect((await back.hello({ token })).you).toMatchObject({ id: you.id, name: 'Bob' })
  })

  it('is kept out as a new person, too, if the address is banned; hosts are not', async () => {
    const { webUrl, tcp } = await testGateway(options)
    const hana = await hostClient(webUrl)
    const carol = await pageClient(webUrl)
    await carol.hello({ name: 'Carol' })
    const ivan = await pageClient(webUrl)
    const { token } = await ivan.hello({ name: 'Ivan' })
    ivan.send({ type: 'host', key: HOST_KEY })
    await ivan.until('is a host now')
    const bob = await pageClient(webUrl)
    await bob.hello({ name: 'Bob' })
    hana.send({ type: 'act', act: { type: 'ban', person: 'Bob', address: true } })
    const { act } = await carol.until('banned Bob and their address')
    expect(JSON.stringify(act)).not.toContain('127')
    const eve = await openPage(webUrl)
    eve.send({ type: 'hello', protocol: 1, name: 'Eve' })
    expect(await eve.next('error')).toMatchObject({ message: 'Your address is banned.' })
    expect(await eve.untilClosed()).toBe(4011)
    const terminal = await rawClient(tcp.port)
    expect(await terminal.untilEnded()).toContain('! Your address is banned.')
    const post = () => fetch(`${webUrl}/api/say`, { method: 'POST', body: 'text=x' })
    expect((await post()).status).toBe(403)
    ivan.socket.terminate()
    const again = await pageClient(webUrl)
    await again.hello({ token })
    hana.send({ type: 'bans' })
    expect(await hana.next('bans')).toMatchObject({ bans: [{ address: true, sharing: 3 }] })
    hana.send({ type: 'act', act: { type: 'unban', person: 'Bob' } })
    await carol.until('unbanned Bob')
    expect((await post()).status).toBe(201)
    expect((await (await pageClient(webUrl)).hello({ name: 'Bob' })).you.name).toBe('Bob')
  })

  it('has an address that is banned as long as its last ban, and no longer', async () => {
    const { webUrl } = await testGateway(options)
    const hana = await hostClient(webUrl)
    for (const name of ['Bob', 'Carol']) await (await pageClient(webUrl)).hello({ name })
    const isOut = async () => {
      const { status } = await fetch(`${webUrl}/api/say`, { method: 'POST', body: 'text=x' })
      return status === 403
    }
    const bans = async () => {
      hana.messages.length = 0
      hana.send({ type: 'bans' })
      return (await hana.next('bans')).bans.map(({ address }) => address)
    }
    for (const person of ['Bob', 'Carol']) {
      hana.send({ type: 'act', act: { type: 'ban', person, address: true } })
      await hana.until(`banned ${person} and their address`)
    }
    // Another ban of the person keeps the address.
    hana.send({ type: 'act', act: { type: 'ban', person: 'Bob', seconds: 3600 } })
    await hana.until('banned Bob and their address for 1 hour')
    expect(await bans()).toEqual([true, true])
    hana.send({ type: 'act', act: { type: 'unban', person: 'Bob' } })
    await hana.until('unbanned Bob')
    expect(await isOut()).toBe(true)
    hana.send({ type: 'act', act: { type: 'unban', person: 'Carol' } })
    await hana.until('unbanned Carol')
    expect(await bans()).toEqual([])
    expect(await isOut()).toBe(false)
  })

  it('is banned at a terminal, which says who shares the address', async () => {
    const { tcp } = await testGateway(options)
    const { client: hana } = await greeted(tcp.port)
    hana.send(`/host ${HOST_KEY}\n/bans\n`)
    await hana.until('Nobody is banned.')
    const { client: bob } = await greeted(tcp.port)
    const { client: carol } = await greeted(tcp.port)
    bob.send('/name Bob B\n')
    await hana.until('is now <Bob B>')
    hana.send('/ban "Bob B" 2d soon\n')
    await hana.until('! /ban takes a time')
    hana.send('/ban "Bob B" 2d\n')
    await hana.until(
      '* You banned <Bob B> for 2 days.\n/ban "Bob B" address also bans the address, which 2 others share.\n',
    )
    await carol.until('banned <Bob B> for 2 days')
    expect(await bob.untilEnded()).toMatch(/! You are banned for (2 more days|48 more hours)\./)
    hana.send('/ban "Bob B" address 1h\n')
    await hana.until('! 2 others share this address, from which only hosts can come back.')
    hana.send('/bans\n')
    await hana.until(
      / {2}Bob B, banned by guest-1 until \S+ \S+ UTC, with the address, which 2 others share\n/,
    )
    carol.send('/bans\n')
    await carol.until('! Only a host can do that.')
    hana.send('/unban Carol\n/unban guest-3\n')
    await hana.until('! guest-3 is not banned.')
  })

  it('cannot be a host, unless the console does it', async () => {
    const { webUrl } = await testGateway(options)
    const hana = await hostClient(webUrl)
    await hostClient(webUrl, 'Ivan')
    for (const type of ['ban', 'rename', 'observer'] as const) {
      hana.messages.length = 0
      hana.send({ type: 'act', act: { type, person: 'Ivan', name: 'Boss' } })
      await hana.next('error', ({ code }) => code === 'is_host')
    }
  })
})

describe('a person whom a host has renamed', () => {
  it('keeps the new name, and cannot take the old one back', async () => {
    const data = testFolder()
    const first = await testGateway({ ...options, data })
    const hana = await hostClient(first.webUrl)
    const bob = await pageClient(first.webUrl)
    const { you, token } = await bob.hello({ name: 'Rude' })
    hana.send({ type: 'act', act: { type: 'rename', person: 'Rude', name: 'Hana' } })
    expect(await hana.next('error')).toMatchObject({ code: 'name_taken' })
    hana.send({ type: 'act', act: { type: 'rename', person: 'Rude', name: 'Bob B' } })
    const { act } = await hana.until('renamed Rude to <Bob B>')
    expect(act).toEqual({ type: 'rename', person: { id: you.id, name: 'Rude' }, name: 'Bob B' })
    await hana.next('presence', ({ renamed }) => renamed[0]?.name === 'Bob B')
    bob.send({ type: 'name', name: ' RUDE ' })
    await bob.next('error', ({ code }) => code === 'name_invalid')
    await first.close()
    const second = await testGateway({ data })
    const again = await pageClient(second.webUrl)
    expect((await again.hello({ token, name: 'Rude' })).you.name).toBe('Bob B')
    again.send({ type: 'name', name: 'Bob' })
    await again.next('presence', ({ renamed }) => renamed[0]?.name === 'Bob')
  })

  it('has no name back that a host has taken away, nor one that looks like it', async () => {
    const { webUrl, tcp } = await testGateway(options)
    const hana = await hostClient(webUrl)
    const bob = await pageClient(webUrl)
    const { token } = await bob.hello({ name: 'badword' })
    const renamed = async (was: string, name: string) => {
      hana.send({ type: 'act', act: { type: 'rename', person: was, name } })
      await hana.next('presence', ({ renamed }) => renamed[0]?.name === name)
      hana.messages.length = 0
    }
    await renamed('badword', 'good')
    bob.send({ type: 'name', name: 'worse' })
    await hana.next('presence', ({ renamed }) => renamed[0]?.name === 'worse')
    await renamed('worse', 'better')
    for (const name of ['badword', 'badw0rd', '\u2800badword', 'b\u0430dword', 'worse']) {
      bob.messages.length = 0
      bob.send({ type: 'name', name })
      expect(await bob.next('error')).toMatchObject({ code: 'name_invalid' })
    }
    bob.socket.terminate()
    const again = await pageClient(webUrl)
    expect((await again.hello({ token, name: ' worse' })).you.name).toBe('better')
    again.send({ type: 'bye' })
    await again.untilClosed()
    const late = await pageClient(webUrl)
    expect((await late.hello({ token, name: ' badword' })).you.name).toBe('good')
    await renamed('good', 'badword')
    late.send({ type: 'name', name: 'other' })
    await hana.next('presence', ({ renamed }) => renamed[0]?.name === 'other')
    late.send({ type: 'name', name: 'badword' })
    await hana.next('presence', ({ renamed }) => renamed[0]?.name === 'badword')
    const { client } = await greeted(tcp.port)
    client.send('/name badw0rd\n')
    await client.until('! badw0rd looks like badword')
  })

  it('is known by the new name at a terminal, too, if only the place was held', async () => {
    const { webUrl, tcp, rooms } = await testGateway(options, { absenceMs: 60_000 })
    const hana = await hostClient(webUrl)
    const bob = await pageClient(webUrl)
    const { token, you } = await bob.hello({ name: 'badword' })
    bob.socket.terminate()
    await expect.poll(() => rooms.lobby.members.counts).toMatchObject({ held: 1 })
    hana.send({ type: 'act', act: { type: 'rename', person: 'badword', name: 'good' } })
    await hana.until('renamed badword to good')
    rooms.lobby.members.giveUp(you.id)
    const { client } = await greeted(tcp.port)
    client.send(`/resume ${token}\n`)
    await client.until('You are good again.')
  })

  it('need not be there', async () => {
    const { webUrl, rooms } = await testGateway(options, { absenceMs: 0 })
    const hana = await hostClient(webUrl)
    const bob = await pageClient(webUrl)
    const { token } = await bob.hello({ name: 'Rude' })
    bob.send({ type: 'bye' })
    await bob.untilClosed()
    expect(rooms.people.names.named('Rude')).toBeUndefined()
    hana.send({ type: 'act', act: { type: 'rename', person: 'Rude', name: 'Bob' } })
    await hana.until('renamed Rude to Bob')
    const again = await pageClient(webUrl)
    expect((await again.hello({ token })).you.name).toBe('Bob')
  })
})

it('an observer reads, and writes to hosts only, until the same command ends it', async () => {
  const data = testFolder()
  const first = await testGateway({ ...options, data })
  const hana = await hostClient(first.webUrl)
  const bob = await pageClient(first.webUrl)
  const { token, you } = await bob.hello({ name: 'Bob' })
  hana.send({ type: 'act', act: { type: 'observer', person: 'Bob' } })
  await bob.until('made Bob an observer, who reads only')
  const { roles } = await hana.next('presence', ({ roles }) => roles?.[0]?.id === you.id)
  expect(roles).toEqual([{ ...you, role: 'observer' }])
  bob.send({ type: 'say', id: '1', text: 'no' })
  expect(await bob.next('error')).toMatchObject({ code: 'observer', id: '1' })
  bob.send({ type: 'direct', to: 'Hana', text: 'please' })
  await hana.next('direct')
  await first.close()
  const second = await testGateway({ ...options, data })
  const again = await pageClient(second.webUrl)
  expect((await again.hello({ token })).you).toMatchObject({ role: 'observer' })
  const ivan = await hostClient(second.webUrl, 'Ivan')
  ivan.send({ type: 'act', act: { type: 'observer', person: 'Bob' } })
  await again.until('let Bob write again')
  again.send({ type: 'say', text: 'thank you' })
  await ivan.until('thank you')
})
