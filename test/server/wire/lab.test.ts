/** The fault lab: what a host does to a wire changes when bytes come, and nothing else. */
import { describe, expect, it } from 'vitest'
import { Lane } from '../../../server/wire/lane.ts'
import { LAB_FAULTS, type LabFault, type LabOrder } from '../../../shared/wire.ts'
import { manualClock } from '../../support/clock.ts'
import { type TestGateway, testGateway } from '../../support/gateway.ts'
import { HOST_KEY } from '../../support/hosts.ts'
import { pageClient } from '../../support/page.ts'
import { greeted } from '../../support/raw.ts'
import { WireClient } from '../../support/wire.ts'

async function lab({ webUrl }: TestGateway, order: LabOrder, key = HOST_KEY): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  return fetch(`${webUrl}/api/wire`, { method: 'POST', headers, body: JSON.stringify(order) })
}

describe('a lane', () => {
  it.each([undefined, ...LAB_FAULTS])('under %s loses no byte and keeps the order', (fault) => {
    const clock = manualClock()
    const passed: string[] = []
    const done: number[] = []
    const lane = new Lane(clock, (bytes, then) => {
      passed.push(String(bytes))
      then()
    })
    lane.fault = fault as LabFault | undefined
    lane.put(Buffer.from('ab'), () => done.push(1))
    lane.put(Buffer.alloc(0), () => done.push(2))
    lane.put(Buffer.from('cde'), () => done.push(3))
    for (let second = 0; second < 10; second += 1) clock.advance(1000)
    if (fault === 'stop' || fault === 'half') expect(passed).toEqual([])
    if (fault === 'bytes') expect(passed).toEqual(['a', 'b', 'c', 'd', 'e'])
    if (fault === 'join') expect(passed).toEqual(['abcde'])
    lane.fault = undefined
    lane.put(Buffer.from('f'), () => done.push(4))
    expect(passed.join('')).toBe('abcdef')
    expect(done).toEqual([1, 2, 3, 4])
  })
})

describe('a host', () => {
  it('does something to a wire, of which its person learns, and no message is lost', async () => {
    const gateway = await testGateway({ hostKey: HOST_KEY, wire: 1000 })
    const { webUrl, tcp } = gateway
    const { client, name } = await greeted(tcp.port)
    const page = await pageClient(webUrl)
    await page.hello({ name: 'Paula' })
    const list = await WireClient.open(webUrl, '', HOST_KEY)
    const { number } = await list.station(name)
    for (const fault of ['bytes', 'delay', 'join'] as const) {
      expect(await (await lab(gateway, { of: number, fault })).json()).toEqual({ count: 1 })
      await client.until('for at most a minute.\n')
      client.forget()
      client.send(`one ${fault}\ntwo ${fault}\n`)
      page.send({ type: 'say', text: `back ${fault}` })
      await page.until(`two ${fault}`)
      await client.until(`Paula: back ${fault}\n`)
      client.forget()
    }
    await lab(gateway, { of: 'raw', fault: 'stop' })
    await client.until('keeps the server from reading')
    client.send('held\n')
    page.send({ type: 'say', text: 'still heard' })
    await client.until('Paula: still heard\n')
    expect(page.texts).not.toContain('held')
    await lab(gateway, { of: number, fault: null })
    await page.until('held')
    await client.until('A host no longer changes the wire')
    expect(page.texts.filter((text) => !/^(back|still) /.test(text))).toEqual([
      ...['bytes', 'delay', 'join'].flatMap((fault) => [`one ${fault}`, `two ${fault}`]),
      'held',
    ])
    await lab(gateway, { of: number, fault: 'reset' })
    await client.untilClosed()
  })

  it('ends the side of the server for all raw connections in a room, and they can come back', async () => {
    const gateway = await testGateway({ hostKey: HOST_KEY, wire: 1000 })
    const { webUrl, tcp } = gateway
    const page = await pageClient(webUrl)
    await page.hello({ name: 'Paula' })
    const [one, other, elsewhere] = [
      await greeted(tcp.port),
      await greeted(tcp.port),
      await greeted(tcp.port),
    ]
    elsewhere.client.send('/join away\n')
    await elsewhere.client.until('away')
    one.client.send('/resume\n')
    const [, code = ''] = /\/resume (\S+)/.exec(await one.client.until(/\/resume \S+\.\S+/)) ?? []
    const list = await WireClient.open(webUrl, '', HOST_KEY)
    const { number } = await list.station(one.name)
    const order = { of: number, fault: 'half', all: true } as const
    expect(await (await lab(gateway, order)).json()).toEqual({ count: 2 })
    for (const { client } of [one, other]) {
      await client.until('A host ends the side of the server')
      await client.untilEnded()
    }
    one.client.send('said by half\n')
    page.send({ type: 'say', text: 'not heard by half' })
    await page.until('said by half')
    expect(one.client.text).not.toContain('not heard')
    const wire = await WireClient.open(webUrl, `?of=${number}`, HOST_KEY)
    await wire.until('FIN from the server')
    await lab(gateway, { of: number, fault: null })
    // After its FIN, node reads no more at the client, so only the server sees the RST.
    await wire.until('RST from the server: a host has reset the connection.\nclosed')
    const { client: again } = await greeted(tcp.port)
    again.send(`/resume ${code}\n`)
    await again.until('Paula: not heard by half')
    expect(elsewhere.client.closed).toBe(false)
  })

  it('does it to all raw connections, however many', async () => {
    const gateway = await testGateway({ hostKey: HOST_KEY })
    const clients = []
    for (let at = 0; at < 120; at += 1) clients.push(await greeted(gateway.tcp.port))
    const list = await WireClient.open(gateway.webUrl, '', HOST_KEY)
    expect(await (await lab(gateway, { of: 'raw', fault: 'stop' })).json()).toEqual({ count: 120 })
    for (const { client } of clients) await client.until('keeps the server from reading')
    await expect.poll(() => list.stations.filter(({ fault }) => fault === 'stop').length).toBe(120)
    expect(await (await lab(gateway, { of: 'raw', fault: null })).json()).toEqual({ count: 120 })
    for (const { client } of clients) await client.until('A host no longer changes the wire')
  })

  it('alone can do it', async () => {
    const gateway = await testGateway({ hostKey: HOST_KEY })
    const page = await pageClient(gateway.webUrl)
    const { token } = await page.hello({ name: 'Paula' })
    expect((await lab(gateway, { of: 1, fault: 'reset' }, token)).status).toBe(403)
    expect((await lab(gateway, { of: 1, fault: 'burn' as 'reset' })).status).toBe(400)
    expect(await (await lab(gateway, { of: 99, fault: 'reset' })).json()).toEqual({ count: 0 })
  })
})
