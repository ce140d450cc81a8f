/** The wire of a member by UDP: a ladder of datagrams, and faults that only a network of datagrams has. */
import { expect, it } from 'vitest'
import type { Datagrams } from '../../../server/net/connection/datagrams.ts'
import type { Heard } from '../../../server/wire/carrier.ts'
import { listenToDatagrams } from '../../../server/wire/datagramtap.ts'
import { manualClock } from '../../support/clock.ts'
import { testGateway } from '../../support/gateway.ts'
import { HOST_KEY } from '../../support/hosts.ts'
import { greeted } from '../../support/raw.ts'
import { type UdpClient, udpClient } from '../../support/udp.ts'
import { WireClient } from '../../support/wire.ts'

type Watched = { webUrl: string; client: UdpClient; wire: WireClient; number: number }

/** A member that has said `hello`, and a host that looks at it. */
async function watched(): Promise<Watched & { tcpPort: number }> {
  const gateway = await testGateway({ hostKey: HOST_KEY, udpPort: 0 })
  const { webUrl, tcp } = gateway
  const list = await WireClient.open(webUrl, '', HOST_KEY)
  const client = await udpClient(gateway.udpPort as number)
  const remote = `127.0.0.1:${client.socket.address().port}`
  client.send('hello\n')
  const { number, local } = await list.stationAt(remote)
  expect(local).toBe(`127.0.0.1:${gateway.udpPort}`)
  const wire = await WireClient.open(webUrl, `?of=${number}`, HOST_KEY)
  await wire.until('message hello')
  return { webUrl, client, wire, number, tcpPort: tcp.port }
}

async function lab({ webUrl, number }: Watched, fault: string | null): Promise<number> {
  const headers = { authorization: `Bearer ${HOST_KEY}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ of: number, fault })
  const response = await fetch(`${webUrl}/api/wire`, { method: 'POST', headers, body })
  return ((await response.json()) as { count: number }).count
}

it('each datagram is a rung, from the first to the last', async () => {
  const { client, wire } = await watched()
  client.send('one\ntwo\n')
  await wire.until('message two (LF, 1)')
  client.send('three\0\0\0')
  await wire.until('message three (NUL, 1)')
  client.send('four')
  await wire.until('message four (datagram, 1)')
  client.send('bye')
  await wire.until('closed')
  expect(wire.text).toMatch(
    /^read hello\\n\nwrite Welcome to Oneroom\..*\nmessage hello \(LF, 1\)\n/,
  )
  expect(wire.text).toMatch(/read one\\ntwo\\n\nmessage one \(LF, 1\)\nmessage two/)
  expect(wire.codes).toEqual([])
  expect([...wire.rungs.values()].some((rung) => 'waits' in rung)).toBe(false)
})

it('a key, a code and a direct message are masked', async () => {
  const { client, wire, tcpPort } = await watched()
  const { client: ann } = await greeted(tcpPort)
  ann.send('/msg guest-1 for one only\n')
  await client.until('for one only')
  client.send(`/host ${HOST_KEY}`)
  await client.until('You are a host now')
  client.send('/resume')
  const answer = await client.until('After a break')
  const code = /\/resume (\S+)/.exec(answer)?.[1] as string
  await wire.until('read /resume')
  await wire.until('read /resume')
  client.send('after it')
  await wire.until(': after it')
  expect(wire.text).toContain('write * guest-2 joined')
  expect(wire.text).not.toContain(HOST_KEY)
  for (const secret of [code, 'for one only']) expect(wire.text).not.toContain(secret)
})

it('a token is masked also in a welcome that is sent again', async () => {
  const gateway = await testGateway({ hostKey: HOST_KEY, udpPort: 0, wire: 100 })
  const client = await udpClient(gateway.udpPort as number)
  const hello = '{"type":"hello","protocol":1,"name":"Bob"}'
  client.send(hello)
  const [, token = ''] = /"token":"([^"]+)"/.exec(await client.until('"welcome"')) ?? []
  client.send(hello)
  await client.untilCount(2, '"welcome"')
  client.send(`{"type":"hello","protocol":1,"token":"${token}"}`)
  await client.untilCount(3, '"welcome"')
  client.send('{"type":"say","text":"after it"}')
  await client.until('after it')
  const list = await WireClient.open(gateway.webUrl, '', HOST_KEY)
  const { number } = await list.station('Bob')
  const wire = await WireClient.open(gateway.webUrl, `?of=${number}`, HOST_KEY)
  await expect.poll(() => wire.text.match(/^write /gm)?.length).toBeGreaterThan(2)
  await wire.until('message {"type":"say","text":"after it"}')
  expect(token.length).toBeGreaterThan(10)
  expect(wire.text).not.toContain(token)
})

it('delayed datagrams go on later, and none of them is lost', () => {
  const clock = manualClock()
  const datagrams: Datagrams = { local: '127.0.0.1:1', tap: undefined }
  const heard: Heard['type'][] = []
  const tapped = listenToDatagrams(datagrams, clock, ({ type }) => heard.push(type))
  const gone: number[] = []
  tapped.lab('delay')
  for (let at = 0; at < 10; at += 1) {
    datagrams.tap?.received(Buffer.from(`${at}`), () => gone.push(at))
  }
  clock.advance(250)
  expect([gone, heard]).toEqual([[], []])
  for (let ms = 0; ms < 1000; ms += 10) clock.advance(10)
  expect([...gone].sort((one, other) => one - other)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(heard).toEqual(gone.map(() => 'read'))
  datagrams.tap?.sent(Buffer.from('waits'), () => gone.push(10))
  tapped.stop()
  expect(gone.at(-1)).toBe(10)
  expect(clock.timers).toBe(0)
})

it('a host drops every second datagram in both directions, and no other', async () => {
  const one = await watched()
  const { client, wire, tcpPort } = one
  const { client: ann } = await greeted(tcpPort)
  expect(await lab(one, 'drop')).toBe(1)
  await client.until('A host drops every second datagram')
  for (let at = 0; at < 4; at += 1) client.send(`from the program ${at}`)
  await ann.until('from the program 2\n')
  await wire.until('dropped: a datagram of 18 bytes from the client')
  expect(await lab(one, null)).toBe(1)
  client.send('from the program 4')
  await ann.until('from the program 4\n')
  expect(ann.text).not.toMatch(/program [13]/)
})

it('a host delays each datagram, and none is lost', async () => {
  const one = await watched()
  const { client, wire, tcpPort } = one
  const { client: ann } = await greeted(tcpPort)
  expect(await lab(one, 'delay')).toBe(1)
  await client.until('A host delays')
  for (let at = 0; at < 5; at += 1) client.send(`delayed ${at}`)
  for (let at = 0; at < 5; at += 1) await ann.until(`delayed ${at}\n`)
  expect(wire.text).not.toContain('dropped')
})

it('what only a connection by TCP can suffer is not done to a member by UDP', async () => {
  const one = await watched()
  for (const fault of ['bytes', 'join', 'slow', 'stop', 'half', 'reset']) {
    expect(await lab(one, fault)).toBe(0)
  }
  one.client.send('still here')
  await one.wire.until('message still here')
})
