/** Hosts: how a person becomes one, who is none, and what of it lasts. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { testFolder } from '../../../support/folder.ts'
import { testGateway } from '../../../support/gateway.ts'
import { HOST_KEY, hostClient } from '../../../support/hosts.ts'
import { pageClient } from '../../../support/page.ts'
import { greeted } from '../../../support/raw.ts'

const options = { hostKey: HOST_KEY }

describe('a host', () => {
  it('is whoever has the key, which an event and the people list say', async () => {
    const { webUrl } = await testGateway(options)
    const bob = await pageClient(webUrl)
    await bob.hello({ name: 'Bob' })
    const hana = await pageClient(webUrl)
    const { you } = await hana.hello({ name: 'Hana' })
    hana.send({ type: 'host', key: ' Open Sesame ' })
    const { act, kind, from } = await bob.until('is a host now')
    expect([kind, from, act]).toEqual([
      'act',
      you,
      { type: 'host', person: { id: you.id, name: 'Hana' } },
    ])
    const { roles } = await bob.next('presence', ({ roles }) => roles !== undefined)
    expect(roles).toEqual([{ ...you, role: 'host' }])
    const carol = await pageClient(webUrl)
    const { members } = await carol.hello()
    expect(members).toContainEqual({ ...you, role: 'host' })
    hana.send({ type: 'say', text: 'the sender has no role' })
    expect((await bob.until('the sender has no role')).from).toEqual(you)
  })

  it('stays one with the same token, also after a restart', async () => {
    const data = testFolder()
    const first = await testGateway({ ...options, data })
    expect(first.hostKey).toBeUndefined()
    const hana = await pageClient(first.webUrl)
    const { token } = await hana.hello({ name: 'Hana' })
    hana.send({ type: 'host', key: HOST_KEY })
    await hana.until('is a host now')
    await first.close()
    const second = await testGateway({ data })
    expect(second.hostKey).toBeUndefined()
    const again = await pageClient(second.webUrl)
    expect((await again.hello({ token, name: 'Hanna' })).you).toMatchObject({ role: 'host' })
    const bob = await pageClient(second.webUrl)
    const { you } = await bob.hello({ name: 'Bob' })
    again.send({ type: 'act', act: { type: 'mute', person: you.id } })
    await bob.until('muted Bob')
  })

  it('is nobody without the key', async () => {
    const { webUrl } = await testGateway(options)
    const bob = await pageClient(webUrl)
    await bob.hello({ name: 'Bob' })
    bob.send({ type: 'act', act: { type: 'mute' } })
    await bob.next('error', ({ code }) => code === 'not_host')
    for (let at = 0; at < 5; at += 1) bob.send({ type: 'host', key: `wrong-${at}` })
    bob.send({ type: 'host', key: HOST_KEY })
    await bob.next('error', ({ code }) => code === 'too_fast')
    const codes = bob.messages.flatMap((one) => (one.type === 'error' ? one.code : []))
    expect(codes).toEqual(['not_host', ...Array(5).fill('host_key_wrong'), 'too_fast'])
    expect(bob.events).toEqual([])
  })

  it('does not keep others from it with wrong keys', async () => {
    const limits = { networks: [], limitsLocal: true }
    const { webUrl } = await testGateway({ ...options, trust: limits })
    const bob = await pageClient(webUrl)
    await bob.hello({ name: 'Bob' })
    for (let at = 0; at < 60; at += 1) bob.send({ type: 'host', key: `wrong-${at}` })
    bob.send({ type: 'bye' })
    await bob.untilClosed()
    const hana = await pageClient(webUrl, 'oneroom.v1', {}, '127.0.0.2')
    await hana.hello({ name: 'Hana' })
    hana.send({ type: 'host', key: HOST_KEY })
    await hana.until('is a host now')
  })

  it('can use the key that the first start has made, and that no start shows again', async () => {
    const data = testFolder()
    const { webUrl, hostKey = '', close } = await testGateway({ data })
    expect(hostKey).toMatch(/^[a-z2-9]{3}-[a-z2-9]{3}$/)
    const hana = await pageClient(webUrl)
    await hana.hello()
    hana.send({ type: 'host', key: hostKey.toUpperCase().replace('-', '') })
    await hana.until('is a host now')
    await close()
    expect((await testGateway({ data })).hostKey).toBeUndefined()
  })

  it('does not lose the key by saying it, and nobody else finds it out by saying keys', async () => {
    const data = testFolder()
    const { webUrl, logged, close } = await testGateway({ ...options, data, logLevel: 'trace' })
    const hana = await hostClient(webUrl)
    const bob = await pageClient(webUrl)
    await bob.hello({ name: 'Bob' })
    const isRefused = async (client: typeof bob, text: string) => {
      client.send({ type: 'say', id: text, text })
      await client.next('error', ({ code, id }) => code === 'key_said' && id === text)
    }
    await isRefused(hana, `try ${HOST_KEY}!`)
    await isRefused(hana, '/host x')
    for (const text of ['k7m-q2x', 'host k7m-q2x', ' /host secret', '//HOST secret']) {
      await isRefused(bob, text)
    }
    hana.send({ type: 'topic', text: HOST_KEY })
    await hana.next('error', ({ code, room }) => code === 'key_said' && room === 'lobby')
    hana.send({ type: 'direct', to: 'Bob', id: 'd', text: HOST_KEY })
    await hana.next('error', ({ code, id }) => code === 'key_said' && id === 'd')
    const said = [
      'try open-sesame',
      'mp3-mp4 please',
      'yes-yes',
      '123-456',
      'the host k7m-q2x is slow',
    ]
    for (const text of said) bob.send({ type: 'say', text })
    await bob.until('the host k7m-q2x is slow')
    expect(bob.texts.slice(-said.length)).toEqual(said)
    bob.send({ type: 'say', text: 'over' })
    await close()
    expect(JSON.stringify(logged)).not.toContain('sesame')
    const files = readdirSync(data).map((name) => readFileSync(join(data, name), 'latin1'))
    // Bob has guessed, and said so.
    expect(files.join('').match(/sesame/g)?.length).toBeLessThanOrEqual(2)
    expect(files.join('')).not.toContain('opensesame')
  })

  it('at a terminal sees the commands of hosts, and is shown as one', async () => {
    const { tcp } = await testGateway(options)
    const { client: hana, name } = await greeted(tcp.port)
    hana.send('/help\n')
    await hana.until('/quit or bye')
    expect(hana.text).not.toContain('/mute')
    hana.send(`/host ${HOST_KEY}\n`)
    await hana.until('* You are a host now.')
    hana.send('/help\n')
    await hana.until('/mute NAME|all [TIME]')
    const { client: bob } = await greeted(tcp.port)
    expect(bob.text).toContain(`Here: ${name} (host, terminal).`)
    bob.send('/who\n')
    await bob.until(`2 here: ${name} (host, terminal), `)
    bob.send('/mute all\n')
    await bob.until('! Only a host can do that.')
  })
})
