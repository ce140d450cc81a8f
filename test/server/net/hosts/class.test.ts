/** What a class needs: raised hands, and lessons. */
import { describe, expect, it } from 'vitest'
import { testFolder } from '../../../support/folder.ts'
import { testGateway } from '../../../support/gateway.ts'
import { HOST_KEY, hostClient } from '../../../support/hosts.ts'
import { type PageClient, pageClient } from '../../../support/page.ts'
import { greeted } from '../../../support/raw.ts'

const options = { hostKey: HOST_KEY }

/** The names of those whose hands are raised, as a newcomer is told. */
async function handsAt(webUrl: string, room?: string): Promise<string[] | undefined> {
  const newcomer = await pageClient(webUrl)
  const { house } = await newcomer.hello(room === undefined ? {} : { room })
  newcomer.socket.terminate()
  return house?.hands?.map(({ name }) => name)
}

async function person(webUrl: string, name: string): Promise<PageClient> {
  const client = await pageClient(webUrl)
  await client.hello({ name })
  return client
}

describe('a raised hand', () => {
  it('is in a queue until its person or a host lowers it', async () => {
    const { webUrl, tcp } = await testGateway(options)
    const hana = await hostClient(webUrl)
    const bob = await person(webUrl, 'Bob')
    const { client: asha } = await greeted(tcp.port)
    asha.send('/name Asha\n/hand\n')
    await asha.until('* You raised a hand.\n')
    bob.send({ type: 'act', act: { type: 'hand', on: true } })
    expect(await bob.until('raised a hand')).toMatchObject({ kind: 'act', from: { name: 'Asha' } })
    await asha.until('* Bob raised a hand\n')
    expect(await handsAt(webUrl)).toEqual(['Asha', 'Bob'])
    asha.send('/hands\n')
    await asha.until('Raised hands:\n  1. Asha\n  2. Bob\n')
    bob.send({ type: 'act', act: { type: 'lower' } })
    expect(await bob.next('error')).toMatchObject({ code: 'not_host' })
    hana.send({ type: 'act', act: { type: 'lower' } })
    await asha.until('* Hana lowered the hand of Asha\n')
    bob.send({ type: 'act', act: { type: 'hand', on: true } })
    await bob.next('error', ({ message }) => message === 'Your hand is raised already.')
    bob.send({ type: 'hands' })
    expect(await bob.next('hands')).toMatchObject({ hands: [{ name: 'Bob' }] })
    bob.send({ type: 'act', act: { type: 'hand' } })
    await bob.until('lowered the hand')
    expect(await handsAt(webUrl)).toBeUndefined()
    hana.send({ type: 'act', act: { type: 'lower', person: 'Bob' } })
    await hana.next('error', ({ message }) => message === 'Bob has not raised a hand.')
    const dora = await person(webUrl, 'Dora')
    for (const on of [true, false, true]) dora.send({ type: 'act', act: { type: 'hand', on } })
    await dora.next('error', ({ code }) => code === 'slow_mode')
  })

  it('is lowered when its person leaves', async () => {
    const { webUrl, tcp } = await testGateway(options)
    const hana = await hostClient(webUrl)
    const { client: asha } = await greeted(tcp.port)
    asha.send('/name Asha\n/join physics\n/hand\nbye\n')
    await asha.until('Goodbye, Asha.')
    hana.send({ type: 'join', room: 'physics', history: 10 })
    const { events } = await hana.next('joined')
    if (!events.some(({ text }) => text === 'lowered the hand')) {
      await hana.until('lowered the hand')
    }
    expect(await handsAt(webUrl, 'physics')).toBeUndefined()
  })

  it('is possible while everybody is muted, but not for one who is', async () => {
    const { webUrl } = await testGateway(options)
    const hana = await hostClient(webUrl)
    const bob = await person(webUrl, 'Bob')
    const carol = await person(webUrl, 'Carol')
    hana.send({ type: 'act', act: { type: 'mute' } })
    hana.send({ type: 'act', act: { type: 'mute', person: 'Carol' } })
    await bob.until('muted Carol')
    carol.send({ type: 'act', act: { type: 'hand' } })
    bob.send({ type: 'act', act: { type: 'hand' } })
    await hana.until('raised a hand')
    await carol.next('error', ({ code }) => code === 'muted')
    expect(await handsAt(webUrl)).toEqual(['Bob'])
  })
})

describe('a new lesson', () => {
  it('hides what was said before from newcomers at first, and lowers all hands', async () => {
    const { webUrl, tcp } = await testGateway(options)
    const hana = await hostClient(webUrl)
    const bob = await person(webUrl, 'Bob')
    bob.send({ type: 'say', text: 'of yesterday' })
    bob.send({ type: 'act', act: { type: 'hand' } })
    await bob.until('raised a hand')
    bob.send({ type: 'act', act: { type: 'lesson' } })
    expect(await bob.next('error')).toMatchObject({ code: 'not_host' })
    hana.send({ type: 'act', act: { type: 'lesson' } })
    await bob.until('began a new lesson')
    bob.send({ type: 'say', text: 'of today' })
    await hana.until('of today')
    const newcomer = await pageClient(webUrl)
    const { events, house } = await newcomer.hello({ history: 50 })
    expect(events.map(({ text }) => text)).toEqual(['began a new lesson', 'of today'])
    expect(house).toBeUndefined()
    const { client } = await greeted(tcp.port)
    expect(client.text).not.toContain('of yesterday')
    client.send('/history\n')
    await client.until('Bob: of yesterday\n')
    hana.send({ type: 'act', act: { type: 'lesson', on: false } })
    await bob.until('removed the mark of the lesson')
    const later = await pageClient(webUrl)
    expect((await later.hello({ history: 50 })).events.length).toBeGreaterThan(events.length)
  })

  it('is for one room, and still there after a restart, as are the hands', async () => {
    const data = testFolder()
    const first = await testGateway({ ...options, data })
    const hana = await hostClient(first.webUrl)
    const bob = await pageClient(first.webUrl)
    const { token } = await bob.hello({ name: 'Bob' })
    hana.send({ type: 'act', act: { type: 'lesson' } })
    await hana.until('began a new lesson')
    bob.send({ type: 'act', act: { type: 'hand' } })
    await bob.until('raised a hand')
    hana.send({ type: 'join', room: 'physics' })
    hana.send({ type: 'say', text: 'elsewhere', room: 'physics' })
    await hana.until('elsewhere')
    await first.close()
    const second = await testGateway({ data })
    const again = await pageClient(second.webUrl)
    const { events, house } = await again.hello({ token, history: 50 })
    expect(events.map(({ text }) => text)).toEqual(['began a new lesson', 'raised a hand'])
    expect(house?.hands).toMatchObject([{ name: 'Bob' }])
    const other = await pageClient(second.webUrl)
    const there = await other.hello({ room: 'physics', history: 50 })
    expect(there.events.map(({ text }) => text)).toEqual(['elsewhere'])
  })
})
