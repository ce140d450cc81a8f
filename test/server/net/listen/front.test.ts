/** What waits before its protocol is known, with a clock that the test moves. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { pino } from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readPair } from '../../../../server/net/listen/certificate.ts'
import { Front } from '../../../../server/net/listen/front.ts'
import { Secure } from '../../../../server/net/listen/secure.ts'
import { certificate, openssl } from '../../../support/certificate.ts'
import { manualClock } from '../../../support/clock.ts'
import { RawClient, rawClient } from '../../../support/raw.ts'

/** The head of a record of 512 bytes, and the beginning of a ClientHello. */
const HALF_HELLO = Buffer.from('1603010200010001fc0303', 'hex')

/** A shared port, of which each edge says what it receives. `total`: how many may wait. */
async function shared({ total = 100, withTls = false } = {}) {
  const clock = manualClock()
  const files = withTls ? certificate() : undefined
  const log = pino({ level: 'silent' })
  const secure =
    files && new Secure({ files, names: ['localhost'], clock, log }, await readPair(files))
  const front = new Front({ clock, secure, waiting: { total, ofNetwork: total } })
  /** In the order in which connections were passed on. */
  const passed: string[] = []
  const accepted: Socket[] = []
  const edge = (name: string) => (socket: Socket) => {
    passed.push(name)
    socket.on('data', (chunk) => socket.write(`${name}: ${chunk}`))
    socket.on('end', () => socket.end(`${name} ends`))
  }
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    accepted.push(socket)
    front.receive(socket, { http: edge('http'), raw: edge('raw'), silentMs: 2000 })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    front.close()
    secure?.close()
    for (const socket of accepted) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const untilAccepted = (count: number) => expect.poll(() => accepted.length).toBe(count)
  const ca = files && readFileSync(files.cert)
  return { clock, front, server, passed, accepted, port, ca, untilAccepted }
}

describe('a shared port', () => {
  it('passes on each connection with all its bytes and its end, whatever the pieces', async () => {
    const { port, passed } = await shared()
    const [page, person] = [await rawClient(port), await rawClient(port)]
    for (const byte of 'GET / HTTP/1.1\r\n') page.send(byte)
    person.send('hello\n')
    await page.until(/^http: GET \/ HTTP\/1\.1\r\n/)
    await person.until('raw: hello\n')
    page.send('Host: x\r\n')
    await page.until('Host: x')
    page.socket.end()
    expect(await page.untilEnded()).toMatch(/http ends$/)
    const brief = await rawClient(port)
    brief.socket.end('HEL')
    expect(await brief.untilEnded()).toMatch(/^raw: HEL.*raw ends$/)
    const scan = await rawClient(port)
    scan.socket.end()
    expect(await scan.untilEnded()).toBe('raw ends')
    expect(passed).toEqual(['http', 'raw', 'raw', 'raw'])
  })

  it('takes a silent client for one that waits for a greeting, after a while', async () => {
    const { port, passed, clock, untilAccepted } = await shared()
    const silent = await rawClient(port)
    await untilAccepted(1)
    clock.advance(1999)
    await new Promise(setImmediate)
    expect(passed).toEqual([])
    clock.advance(1)
    await expect.poll(() => passed).toEqual(['raw'])
    silent.send('GET / HTTP/1.1\r\n')
    await silent.until('raw: GET')
  })

  it('gives a request that never ends to the HTTP server, whose time limits hold for it', async () => {
    const { port, passed, accepted, clock } = await shared()
    const client = await rawClient(port)
    client.send('GET /half')
    await expect.poll(() => accepted[0]?.bytesRead).toBe(9)
    await new Promise(setImmediate)
    clock.advance(2000)
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    expect(passed).toEqual([])
    clock.advance(8000)
    await client.until('http: GET /half')
    expect(passed).toEqual(['http'])
  })

  it('does not wait for silent clients when too many wait', async () => {
    const { port, passed, untilAccepted } = await shared({ total: 2 })
    for (const _one of [1, 2, 3]) await rawClient(port)
    await untilAccepted(3)
    await expect.poll(() => passed).toEqual(['raw'])
  })

  it('leaves no connection and no timer when it is closed', async () => {
    const { port, front, clock, server, passed, untilAccepted } = await shared()
    const silent = await rawClient(port)
    await untilAccepted(1)
    front.close()
    await silent.untilEnded()
    const late = await rawClient(port)
    await late.untilEnded()
    expect([passed.length, clock.timers]).toEqual([0, 0])
    server.close()
    await once(server, 'close')
  })
})

describe.skipIf(!openssl)('a port with TLS', () => {
  it('speaks TLS with the clients that begin it, and tells them apart once more', async () => {
    const { port, ca, passed } = await shared({ withTls: true })
    const open = (more = {}) => {
      const client = new RawClient(connectTls({ port, host: '127.0.0.1', ca, ...more }))
      onTestFinished(() => {
        client.socket.destroy()
      })
      return client
    }
    await open().send('hello\n').until('raw: hello\n')
    await open().send('GET / HTTP/1.1\r\n').until('http: GET / HTTP/1.1')
    await (await rawClient(port)).send('plain\n').until('raw: plain\n')
    expect(passed).toEqual(['raw', 'http', 'raw'])
    // A browser that connects in advance is known without a byte.
    open({ ALPNProtocols: ['h2', 'http/1.1'] })
    await expect.poll(() => passed).toEqual(['raw', 'http', 'raw', 'http'])
  })

  it('has few handshakes of one address under way, and lets other addresses in at once', async () => {
    const { port, ca, clock, untilAccepted } = await shared({ withTls: true, total: 1000 })
    const half = await Promise.all(Array.from({ length: 70 }, () => rawClient(port)))
    for (const client of half) client.send(HALF_HELLO)
    await untilAccepted(70)
    const begin = (localAddress: string) => {
      const below = connect({ port, host: '127.0.0.1', localAddress })
      const socket = connectTls({ socket: below, host: '127.0.0.1', ca })
      onTestFinished(() => {
        socket.destroy()
      })
      return new RawClient(socket)
    }
    const waits = begin('127.0.0.1').send('mine\n')
    await begin('127.0.0.2').send('other\n').until('raw: other')
    expect(waits.text).toBe('')
    clock.advance(10_000)
    for (const client of half) await client.untilEnded()
    await waits.untilEnded()
    await begin('127.0.0.1').send('later\n').until('raw: later')
  })

  it('goes on with handshakes that wait when others end', async () => {
    const { port, ca, untilAccepted } = await shared({ withTls: true, total: 1000 })
    const half = await Promise.all(Array.from({ length: 64 }, () => rawClient(port)))
    for (const client of half) client.send(HALF_HELLO)
    await untilAccepted(64)
    const waits = new RawClient(connectTls({ port, host: '127.0.0.1', ca })).send('mine\n')
    await untilAccepted(65)
    half[0]?.socket.destroy()
    await waits.until('raw: mine')
    waits.socket.destroy()
  })
})
