import { once } from 'node:events'
import type { Server } from 'node:http'
import { type AddressInfo, BlockList, type Socket } from 'node:net'
import { Writable } from 'node:stream'
import fastifyWebsocket from '@fastify/websocket'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../../../../server/clock.ts'
import { httpServer } from '../../../../server/net/http/server.ts'
import { type SocketLimits, socketLimits } from '../../../../server/net/http/sockets.ts'
import { Proxies } from '../../../../server/net/proxy/proxies.ts'
import { testGateway } from '../../../support/gateway.ts'
import { pageClient } from '../../../support/page.ts'
import { rawClient } from '../../../support/raw.ts'

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`

async function listening(
  limits: Partial<SocketLimits>,
  routes: (
    app: FastifyInstance,
    upgrades: Server,
    countAsChat: (socket: Socket) => void,
  ) => void = () => {},
) {
  const logged: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      logged.push(JSON.parse(String(chunk)).msg)
      done()
    },
  })
  const log = pino({ level: 'warn' }, stream)
  const nothingBefore = {
    proxies: new Proxies({ trusted: new BlockList(), clock: systemClock, log }),
    public: { web: undefined, tcp: undefined },
  }
  const server = httpServer(log, nothingBefore, { ...socketLimits(), ...limits })
  const { app } = server
  routes(app, server.upgrades, server.countAsChat)
  await app.listen({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => app.close())
  return { port: (app.server.address() as AddressInfo).port, app, logged }
}

describe('an HTTP connection', () => {
  it('that pipelines a thousand requests and reads nothing is closed after one read of the log', async () => {
    const { webUrl, room, logged } = await testGateway()
    let reads = 0
    const before = room.log.before.bind(room.log)
    room.log.before = (...args) => {
      reads += 1
      return before(...args)
    }
    const client = await rawClient(Number(new URL(webUrl).port))
    client.socket.pause()
    client.send(get('/api/events?limit=200').repeat(1100))
    await expect
      .poll(() => logged.map(({ msg }) => msg))
      .toContain('HTTP connections are closed: too many pipelined requests')
    client.socket.resume()
    await client.untilEnded()
    expect(reads).toBeLessThanOrEqual(1)
  })

  it('gets the responses to a few pipelined requests in order, one handled at a time', async () => {
    let underWay = 0
    let most = 0
    const { port } = await listening({}, (app) => {
      app.get('/:number', async (request) => {
        underWay += 1
        most = Math.max(most, underWay)
        await new Promise((resolve) => setImmediate(resolve))
        underWay -= 1
        return `<${(request.params as { number: string }).number}>`
      })
    })
    const client = await rawClient(port)
    const numbers = Array.from({ length: 17 }, (_, at) => at)
    client.send(numbers.map((number) => get(`/${number}`)).join(''))
    const text = await client.until('<16>')
    expect([...text.matchAll(/<(\d+)>/g)].map(([, number]) => Number(number))).toEqual(numbers)
    expect(most).toBe(1)
    client.send(get('/again'))
    await client.until('<again>')
  })

  it('is closed when its client reads nothing of a response', async () => {
    const { port, app } = await listening({ stalledMs: 200 }, (routes) => {
      // More than the kernel buffers.
      routes.get('/', async () => 'x'.repeat(32_000_000))
    })
    const accepted = once(app.server, 'connection')
    const client = await rawClient(port)
    client.socket.pause()
    client.send(get('/'))
    const [socket] = (await accepted) as [Socket]
    await once(socket, 'close')
  })

  it.each([
    ['in total', { total: 3 }],
    ['from one network', { ofNetwork: 3 }],
  ])('is refused when too many are open %s, with one log line', async (_what, limits) => {
    const { port, logged } = await listening(limits, (app) => {
      app.get('/', async () => 'welcome')
    })
    const idle = await Promise.all([rawClient(port), rawClient(port), rawClient(port)])
    for (const _one of [1, 2]) {
      const refused = await rawClient(port)
      expect(await refused.untilEnded()).toMatch(/^HTTP\/1\.1 503 .*\r\nRetry-After: 10\r\n/s)
    }
    expect(logged).toEqual(['HTTP connections are refused: too many are open'])
    idle[0]?.socket.destroy()
    await expect.poll(async () => (await fetch(`http://127.0.0.1:${port}`)).status).toBe(200)
  })

  it('is no longer counted when it has become a WebSocket', async () => {
    const { port } = await listening({ total: 1 }, (app, server) => {
      app.register(fastifyWebsocket, { options: { server } })
      app.register(async (routes) => {
        routes.get('/ws', { websocket: true }, () => {})
        routes.get('/', async () => 'welcome')
      })
    })
    for (const _one of [1, 2]) await pageClient(`http://127.0.0.1:${port}`)
    expect((await fetch(`http://127.0.0.1:${port}`)).status).toBe(200)
  })

  it('is no longer counted when it has become a stream of events', async () => {
    const { port } = await listening({ total: 1 }, (app, _upgrades, countAsChat) => {
      app.get('/', async () => 'welcome')
      app.get('/stream', async (request, reply) => {
        countAsChat(request.raw.socket)
        reply.hijack()
        reply.raw.flushHeaders()
      })
    })
    const stream = await rawClient(port)
    stream.send(get('/stream'))
    await stream.until('200 OK')
    expect((await fetch(`http://127.0.0.1:${port}`)).status).toBe(200)
  })
})

describe('an upgrade', () => {
  const upgrade = (line: string) =>
    `${line} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'

  it('behind a pipelined request is closed, without a log line', async () => {
    const { webUrl, close, logged } = await testGateway()
    const client = await rawClient(Number(new URL(webUrl).port))
    client.send(get('/healthz') + upgrade('GET /ws'))
    await client.untilEnded()
    expect(client.text).not.toContain('101 Switching Protocols')
    await close()
    expect(logged.filter(({ level }) => level > 30)).toEqual([])
  })

  it.each([
    ['at another path', upgrade('GET /healthz')],
    ['with another method', upgrade('HEAD /ws')],
    ['to HTTP/2', upgrade('POST /api/say').replace('websocket', 'h2c')],
  ])('%s is refused with the reason', async (_name, bytes) => {
    const { webUrl, close, logged } = await testGateway()
    const client = await rawClient(Number(new URL(webUrl).port))
    client.send(bytes)
    expect(await client.untilEnded()).toMatch(/^HTTP\/1\.1 400 .*WebSocket, and no others/s)
    await close()
    expect(logged.filter(({ level }) => level > 30)).toEqual([])
  })

  it.each(['/', '/ws', '/healthz', '/nowhere'])(
    'at %s that reads nothing does not delay a stop',
    async (path) => {
      const { webUrl, close } = await testGateway()
      const client = await rawClient(Number(new URL(webUrl).port))
      client.socket.pause()
      client.send(upgrade(`GET ${path}`))
      await close()
    },
  )
})
