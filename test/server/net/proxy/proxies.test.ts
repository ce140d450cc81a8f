/** What trusted proxies tell about their clients, and what others cannot. */
import { once } from 'node:events'
import { type AddressInfo, type BlockList, createServer, type Socket } from 'node:net'
import { pino } from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Proxies } from '../../../../server/net/proxy/proxies.ts'
import { readNetworks } from '../../../../server/net/trust.ts'
import { manualClock } from '../../../support/clock.ts'
import { type TestGateway, testGateway } from '../../../support/gateway.ts'
import { HOST_KEY, hostClient } from '../../../support/hosts.ts'
import { openPage, pageClient } from '../../../support/page.ts'
import { LOCAL, PROXIED, proxyLine } from '../../../support/proxied.ts'
import { greeted, rawClient } from '../../../support/raw.ts'

/** The other addresses of this machine are not trusted. */
const PROXY = '127.0.0.2'
const behind = (options: Parameters<typeof testGateway>[0] = {}) =>
  testGateway({ open: true, trustProxy: [PROXY], ...options })
const remotes = ({ logged }: TestGateway): unknown[] =>
  logged.flatMap(({ remote }) => (remote === undefined ? [] : [remote]))

describe('a header of the PROXY protocol on the raw port', () => {
  it.each([
    ['version 1', proxyLine('203.0.113.9')],
    ['version 2', PROXIED],
  ])('names the client, in %s, also when it comes byte by byte', async (_, header) => {
    const gateway = await behind()
    const client = await rawClient(gateway.tcp.port, PROXY)
    for (const byte of Buffer.from(header as string)) {
      await new Promise((sent) => client.socket.write(Buffer.of(byte), sent))
    }
    client.send('hello\n')
    await client.until('bye leaves.')
    expect(remotes(gateway)).toContain('203.0.113.9:4711')
    const at = () => gateway.room.feed.seq
    await expect.poll(at).toBe(1)
    const { client: other } = await greeted(gateway.tcp.port)
    expect(await other.until('hello')).not.toContain('PROXY')
  })

  it('may come with all that its client sends, and the end', async () => {
    const gateway = await behind()
    const client = await rawClient(gateway.tcp.port, PROXY)
    client.socket.end(Buffer.concat([PROXIED, Buffer.from('one\ntwo')]))
    await client.untilEnded()
    await expect.poll(() => gateway.room.feed.seq).toBe(2)
  })

  it('need not be there: the client is greeted after a while, or when it speaks', async () => {
    const gateway = await behind()
    const { client } = await greeted(gateway.tcp.port, PROXY)
    const other = await rawClient(gateway.tcp.port, PROXY)
    other.send('PROXY is down\n')
    await client.until('PROXY is down')
    expect(remotes(gateway).join()).toMatch(/^(127\.0\.0\.2:\d+,?)+$/)
  })

  it.each([
    ['version 1', 'PROXY UNKNOWN\r\n'],
    ['version 2', LOCAL],
    ['version 2, with words', Buffer.concat([LOCAL, Buffer.from('QUIT\n')])],
    ['no version', ''],
  ])('of a health check makes no guest, in %s', async (_, header) => {
    const gateway = await behind()
    const { client } = await greeted(gateway.tcp.port)
    const check = await rawClient(gateway.tcp.port, PROXY)
    check.send(header as string)
    check.socket.end()
    await check.untilClosed()
    expect(check.text).toBe('')
    client.send('/who\n')
    await client.until('1 here: ')
    expect(client.text).not.toMatch(/joined|QUIT/)
    expect(gateway.rooms.people.size).toBe(1)
  })

  it('of an unknown sender makes a guest of a client that speaks', async () => {
    const { tcp } = await behind()
    const client = await rawClient(tcp.port, PROXY)
    client.send('PROXY UNKNOWN\r\n')
    client.send('hello\n')
    await client.until('bye leaves.')
  })

  it.each([
    ['version 1', 'PROXY TCP4 nowhere nowhere 1 2\r\nhello\n'],
    ['version 2', Buffer.concat([PROXIED.subarray(0, 12), Buffer.from('\x31QUIT\nhello\n')])],
  ])('that is invalid closes the connection, in %s, and is no chat', async (_, header) => {
    const gateway = await behind()
    const client = await rawClient(gateway.tcp.port, PROXY)
    client.send(header as string)
    expect(await client.untilEnded()).toBe('')
    expect(gateway.room.feed.seq).toBe(0)
    expect(gateway.logged.map(({ msg }) => msg)).toContain(
      'connections are closed: invalid PROXY headers',
    )
  })

  it('of an address that is not trusted is refused', async () => {
    const gateway = await behind()
    const client = await rawClient(gateway.tcp.port, '127.0.0.3')
    client.send(proxyLine('203.0.113.9')).send('hello\n')
    expect(await client.untilEnded()).toContain('only from proxies that --trust-proxy names')
    expect(gateway.room.feed.seq).toBe(0)
    expect(remotes(gateway).join()).toContain('127.0.0.3')
  })

  it('counts for the limits and bans of the client, not for those of the proxy', async () => {
    const gateway = await behind({ addressConnections: 1, hostKey: HOST_KEY })
    const from = async (address: string) => {
      const client = await rawClient(gateway.tcp.port, PROXY)
      return client.send(proxyLine(address))
    }
    const first = await from('203.0.113.9')
    const greeting = await first.until('bye leaves.')
    expect(await (await from('203.0.113.9')).untilEnded()).toContain('too many connections')
    await (await from('203.0.113.10')).until('bye leaves.')
    const hana = await hostClient(gateway.webUrl)
    const [, person = ''] = /You are (\S+);/.exec(greeting) ?? []
    hana.send({ type: 'act', act: { type: 'ban', person, address: true } })
    await first.until('You are banned')
    await first.untilEnded()
    first.socket.destroy()
    await expect.poll(() => gateway.rooms.doors.networks.of('203.0.113.9').open).toBe(0)
    expect(await (await from('203.0.113.9')).untilEnded()).toContain('banned')
    await (await from('203.0.113.11')).until('bye leaves.')
  })

  it('that does not come does not delay the stop of the server', async () => {
    const gateway = await behind()
    const client = await rawClient(gateway.tcp.port, PROXY)
    const web = await rawClient(gateway.webPort, PROXY)
    await gateway.close()
    expect(await client.untilEnded()).toBe('')
    expect(await web.untilEnded()).toBe('')
  })
})

it.each<[string, string | Buffer, number, string]>([
  ['no header', '', 1000, 'accepted'],
  ['a beginning that may be text', 'PRO', 1000, 'accepted'],
  ['a part of a header', 'PROXY TCP4 ', 5000, 'destroyed'],
  ['an unknown sender', 'PROXY UNKNOWN\r\n', 10_000, 'accepted'],
  ['the proxy itself', LOCAL, 10_000, 'destroyed'],
])('a silent connection of a proxy with %s waits', async (_, sent, ms, outcome) => {
  const clock = manualClock()
  const trusted = readNetworks([PROXY]) as BlockList
  const proxies = new Proxies({ trusted, clock, log: pino({ level: 'silent' }) })
  const outcomes: string[] = []
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket.on('close', () => outcomes.push('destroyed')))
    proxies.receive(socket, true, () => outcomes.push('accepted'))
  }).listen(0, '127.0.0.1')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await once(server, 'listening')
  const client = await rawClient((server.address() as AddressInfo).port, PROXY)
  client.send(sent)
  await expect.poll(() => sockets[0]?.bytesRead).toBe(Buffer.byteLength(sent))
  await new Promise(setImmediate)
  clock.advance(ms - 1)
  await new Promise(setImmediate)
  expect(outcomes).toEqual([])
  clock.advance(1)
  await expect.poll(() => outcomes).toEqual([outcome])
})

describe('on the web port', () => {
  it.each([
    ['X-Forwarded-For', { 'X-Forwarded-For': '192.0.2.1, 203.0.113.9' }],
    ['Forwarded', { Forwarded: 'for=192.0.2.1, for="203.0.113.9:99"' }],
  ])(
    '%s of a trusted proxy names the client of a WebSocket, and of no other',
    async (_, headers) => {
      const gateway = await behind()
      const page = await pageClient(gateway.webUrl, 'oneroom.v1', headers, PROXY)
      await page.hello({ name: 'Ann' })
      expect(remotes(gateway).join()).toMatch(/^203\.0\.113\.9:\d+$/)
      const direct = await pageClient(gateway.webUrl, 'oneroom.v1', headers, '127.0.0.3')
      await direct.hello({ name: 'Ben' })
      expect(remotes(gateway).join()).toMatch(/,127\.0\.0\.3:\d+$/)
    },
  )

  it('each request on one connection of a proxy has its own client', async () => {
    const { webPort } = await behind({ addressMessages: { perSecond: 0.001, burst: 1 } })
    const proxy = await rawClient(webPort, PROXY)
    const say = (client: string) =>
      `POST /api/say HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: ${client}\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi`
    proxy.send(['203.0.113.9', '203.0.113.10', '203.0.113.9'].map(say).join(''))
    const text = await proxy.until(/(HTTP\/1\.1 [\s\S]*){3}/)
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 201', 'HTTP/1.1 201', 'HTTP/1.1 429'])
  })

  it.each([
    ['version 1', proxyLine('203.0.113.9')],
    ['version 2', PROXIED],
    ['version 2 of a health check', LOCAL],
    ['no version', ''],
  ])('a header of the PROXY protocol may come before a request, in %s', async (_, header) => {
    const { webPort } = await behind()
    const client = await rawClient(webPort, PROXY)
    client.send(header as string)
    client.send('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    expect(await client.untilEnded()).toContain('{"status":"ok"}')
  })

  it('a health check of one port for all protocols gets its response, and says no words', async () => {
    const gateway = await behind({ port: 0 })
    const check = await rawClient(gateway.tcp.port, PROXY)
    check.send(LOCAL).send('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    expect(await check.untilEnded()).toContain('{"status":"ok"}')
    const words = await rawClient(gateway.tcp.port, PROXY)
    words.send(LOCAL).send('GETTING /healthz\nQUIT\n').socket.end()
    expect(await words.untilEnded()).toBe('')
    expect(gateway.room.feed.seq).toBe(0)
    expect(gateway.rooms.people.size).toBe(0)
  })

  it('a header before an upgrade names the client, and X-Forwarded-For of that client does not', async () => {
    const gateway = await behind()
    const client = await rawClient(gateway.webPort, PROXY)
    client.send(proxyLine('203.0.113.9'))
    client.send(
      'GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n',
    )
    await client.until('HTTP/1.1 101')
    await expect.poll(() => remotes(gateway)).toEqual(['203.0.113.9:4711'])
  })

  it('a header of an address that is not trusted is no request', async () => {
    const { webPort } = await behind()
    const client = await rawClient(webPort, '127.0.0.3')
    client.send(`${proxyLine('203.0.113.9')}GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    expect(await client.untilEnded()).toContain('HTTP/1.1 400')
  })
})

describe('a public address', () => {
  const publicUrl = new URL('https://chat.example/room/')
  const publicTcp = { host: 'chat.example', port: 8080 }
  const web = publicUrl.href

  it('is what the server tells people', async () => {
    const { webUrl, tcp } = await testGateway({ open: true, publicUrl, publicTcp })
    const told = await (await fetch(`${webUrl}/api/address`)).json()
    expect(told).toMatchObject({ web, tcp: publicTcp })
    expect(await (await fetch(`${webUrl}/nothing`)).text()).toContain(`The page is at ${web}\n`)
    const client = await rawClient(tcp.port)
    client.send('GET / HTTP/1.1\r\n\r\n')
    expect(await client.untilEnded()).toContain(`The page is at ${web}`)
  })

  it('is one whose page may connect, with its path or without it', async () => {
    const { webUrl } = await testGateway({ open: true, publicUrl })
    const headers = { Origin: 'https://chat.example', Host: 'chat.example' }
    for (const prefix of ['', '/room']) {
      const page = await pageClient(webUrl + prefix, 'oneroom.v1', headers)
      await page.hello()
      expect((await fetch(`${webUrl}${prefix}/healthz`)).status).toBe(200)
    }
    const rewritten = { Origin: 'https://chat.example' }
    await (await pageClient(webUrl, 'oneroom.v1', rewritten)).hello()
  })

  it('needs the code also on this machine, since others reach it', async () => {
    const { webUrl } = await testGateway({ publicUrl, code: undefined })
    expect((await fetch(`${webUrl}/api/rooms`)).status).toBe(401)
  })
})

describe('an origin of another site', () => {
  it('is refused each time and logged once', async () => {
    const { webUrl, logged } = await testGateway()
    const refused = async (Origin: string) => {
      await expect(openPage(webUrl, 'oneroom.v1', { Origin })).rejects.toThrow('403')
    }
    await refused('http://one.example')
    await refused('http://one.example')
    await refused('http://two.example')
    const probe = await fetch(`${webUrl}/ws`, {
      method: 'POST',
      headers: { Origin: 'http://two.example' },
    })
    expect([probe.status, await probe.text()]).toEqual([
      403,
      expect.stringContaining('Requests from http://two.example are refused.'),
    ])
    const origins = logged.flatMap(({ origin }) => origin ?? [])
    expect(origins).toEqual(['http://one.example', 'http://two.example'])
  })

  it('is not the reason, if a POST to /ws is asked to upgrade', async () => {
    const { webUrl } = await testGateway()
    const headers = { Origin: webUrl }
    expect((await fetch(`${webUrl}/ws`, { method: 'POST', headers })).status).toBe(426)
  })
})
