/** A restart inside one process: the gateway hands over to another one with the same folder. */
import { describe, expect, it } from 'vitest'
import { inheritedFrom } from '../../../server/net/handover.ts'
import { certificate, openssl } from '../../support/certificate.ts'
import { testFolder } from '../../support/folder.ts'
import { type TestGateway, testGateway } from '../../support/gateway.ts'
import { pageClient } from '../../support/page.ts'
import { proxyLine } from '../../support/proxied.ts'
import { greeted, type RawClient, rawClient } from '../../support/raw.ts'
import { udpClient } from '../../support/udp.ts'

const [IAC, WILL, SB, SE, WINDOW_SIZE] = [255, 251, 250, 240, 31]

/** `restart` resolves to the next gateway. */
async function restartable(config: Parameters<typeof testGateway>[0] = {}): Promise<{
  gateway: TestGateway
  port: number
  restart: (before?: () => Promise<void>) => Promise<TestGateway>
}> {
  const data = testFolder()
  let gateway = await testGateway({ data, ...config })
  const { port } = gateway.tcp
  const restart = async (whileDown = async () => {}): Promise<TestGateway> => {
    const handover = await gateway.handOver()
    await whileDown()
    gateway = await testGateway({ data, ...config }, {}, undefined, inheritedFrom(handover))
    return gateway
  }
  return { gateway, port, restart }
}

describe('a gateway that takes over', () => {
  it('goes on with a client in the middle of its line, as if nothing had happened', async () => {
    const { port, restart } = await restartable()
    const { client: ann } = await greeted(port)
    const { client: bob } = await greeted(port)
    await ann.until('* guest-2 joined (terminal)\n')
    ann.send('/name Ann\none\nbefo')
    await bob.until('Ann: one\n')
    const gateway = await restart(async () => {
      ann.send('re and after\n')
    })
    await bob.until('Ann: before and after\n')
    bob.send('seen\n')
    await ann.until('guest-2: seen\n')
    const said = bob.text.slice(bob.text.indexOf('bye leaves'))
    expect(said.replaceAll(/\[..:..\] /g, '')).toBe(
      'bye leaves.\n* guest-1 is now Ann\nAnn: one\nAnn: before and after\n',
    )
    expect(ann.text).not.toContain('left')
    expect([...gateway.rooms.lobby.members.list(9)].map(({ name }) => name)).toEqual([
      'Ann',
      'guest-2',
    ])
    expect([ann.closed, bob.closed]).toEqual([false, false])
  })

  it('goes on with members by UDP, with lines and JSON, on the same port', async () => {
    const { gateway, port, restart } = await restartable({ udpPort: 0 })
    const { client: ann } = await greeted(port)
    const bob = await udpClient(gateway.udpPort as number)
    bob.send('/name bob')
    await bob.until('You are bob now.')
    bob.send('/paste\nfirst')
    await bob.until('A line with only a dot')
    const sensor = await udpClient(gateway.udpPort as number)
    sensor.send('{"type":"say","id":"a1","text":"20.5"}')
    await sensor.until('"a1"')
    expect((await restart()).udpPort).toBe(gateway.udpPort)
    bob.send('second\n.')
    await bob.until(/bob: first\n.*second\n$/)
    sensor.send('{"type":"say","id":"a1","text":"20.5"}')
    await sensor.untilCount(2, '"a1"')
    sensor.send('{"type":"hello","protocol":1}')
    await sensor.untilCount(2, '"welcome"')
    await ann.until(/bob: first\n.*second\n/)
    expect(ann.text.match(/20\.5/g)).toHaveLength(1)
    expect(ann.text.match(/joined|left/g)).toEqual(['joined', 'joined'])
  })

  it('goes on with a message of several lines that is not whole yet', async () => {
    const { port, restart } = await restartable()
    const { client: ann } = await greeted(port)
    const { client: bob } = await greeted(port)
    ann.send('/paste\none\n')
    await ann.until('A line with only a dot')
    await restart()
    ann.send('/quit\n.\n')
    await bob.until(/guest-1: one\n {10}\| \/quit\n/)
  })

  it('goes on with telnet, UTF-16, lockstep, a style, another room and a direct message', async () => {
    const { port, restart } = await restartable()
    const { client: ann } = await greeted(port)
    const telnet = await rawClient(port)
    telnet.send(Uint8Array.of(IAC, WILL, WINDOW_SIZE, IAC, SB, WINDOW_SIZE, 0))
    const wide = await rawClient(port)
    wide.send(Buffer.from('\ufeffhello\n', 'utf16le'))
    await ann.until(': hello\n')
    const { client: slow, name } = await greeted(port)
    slow.send('/join attic\n')
    await slow.until('You are in attic now.')
    const text = Buffer.from('a🙂b\n', 'utf16le')
    wide.send(text.subarray(0, 5))
    ann.send(`/msg ${name} psst\n`)
    await slow.until('psst')
    slow.send('/stamps off\n/turn on\n')
    await slow.until('/turn is on')
    await restart()
    telnet.send(Uint8Array.of(80, 0, 24, IAC, SE)).send('in the lobby\r\n')
    await ann.until(': in the lobby\n')
    wide.send(text.subarray(5))
    await ann.until(': a🙂b\n')
    slow.send('/reply yes\n')
    await ann.until(`${name} -> guest-1: yes\n`)
    const { client: other } = await greeted(port)
    other.send('/join attic\nup here\n')
    // In lockstep mode, each message of the client releases some of what waits for it.
    slow.send('a\n')
    await other.until(`${name}: a\n`)
    slow.send('b\nc\nd\n')
    await slow.until(/^guest-\d: up here\n/m)
    expect(slow.text.match(/psst/g)).toHaveLength(1)
  })

  it('gives a client that reads nothing each byte once, also those that the kernel had not taken', async () => {
    const { port, restart, gateway } = await restartable()
    const { client: ann } = await greeted(port)
    const { client: slow } = await greeted(port)
    slow.socket.pause()
    // More than the kernel takes for a client that does not read.
    const lines = Array.from({ length: 2600 }, (_, at) => `${at} ${'x'.repeat(4000)}`)
    ann.send(`${lines.slice(0, -1).join('\n')}\n`)
    await expect.poll(() => gateway.rooms.lobby.feed.seq).toBe(lines.length - 1)
    slow.send('/who\n')
    await restart()
    await restart()
    ann.send(`${lines.at(-1)}\n`)
    slow.socket.resume()
    await expect.poll(() => slow.text.slice(-4100)).toContain('guest-1: 2599 x')
    await expect.poll(() => slow.text.at(-1)).toBe('\n')
    const heard = [...slow.text.matchAll(/guest-1: (.*)\n/g)].map(([, text]) => text)
    expect(heard).toEqual(lines)
    expect(slow.text.match(/Here: /g)).toHaveLength(1)
  })

  it('leaves in the kernel what a client sends faster than it may talk', async () => {
    const data = testFolder()
    const gateway = await testGateway({ data, flood: { perSecond: 1, burst: 1 } })
    const { client: ann } = await greeted(gateway.tcp.port)
    const { bytesIn } = gateway.rooms.tally
    ann.send('line\n'.repeat(400_000))
    await expect.poll(() => gateway.rooms.tally.bytesIn).toBeGreaterThan(bytesIn)
    const handover = await gateway.handOver()
    const [client] = handover.clients
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
    expect(client?.socket.readableLength).toBe(0)
    client?.takeUnsent()
    for (const listening of Object.values(handover.listening)) listening.close()
  })

  it('lets pages and programs resume or go on, and accepts the clients that come meanwhile', async () => {
    const { port, restart, gateway } = await restartable()
    const { client: ann } = await greeted(port)
    const page = await pageClient(gateway.webUrl)
    const { token, epoch } = await page.hello({ name: 'Pat' })
    await ann.until('* Pat joined (web)\n')
    const program = await rawClient(port)
    program.send('{"type":"hello","protocol":1,"name":"Bot"}\n{"type":"say","id":"1","te')
    await ann.until('* Bot joined (program)\n')
    ann.send('before\n')
    const { seq } = await page.until('before')
    const late: { raw?: RawClient; status?: Promise<number> } = {}
    const next = await restart(async () => {
      expect(await page.untilClosed()).toBe(1012)
      late.raw = await rawClient(port)
      late.raw.send('meanwhile\n')
      late.status = fetch(`${gateway.webUrl}/healthz`).then((response) => response.status)
      ann.send('also meanwhile\n')
      program.send('xt":"whole"}\n')
    })
    await ann.until(/guest-\d: meanwhile\n/)
    await ann.until('Bot: whole\n')
    expect(await late.status).toBe(200)
    const again = await pageClient(next.webUrl)
    const welcome = await again.hello({ token, epoch, seq })
    expect(welcome.resumed?.from).toBe(seq + 1)
    await again.until('whole')
    await again.until('also meanwhile')
    expect(welcome.you.name).toBe('Pat')
    program.send('{"type":"bye"}\n')
    await ann.until('* Bot left\n')
    expect(ann.text).not.toContain('Pat left')
    expect(ann.text.match(/Pat|Bot/g)).toEqual(['Pat', 'Bot', 'Bot', 'Bot'])
    expect(page.messages.at(-1)).toMatchObject({ type: 'error', code: 'restart' })
  })

  it('hands on clients of one port, also those that have not shown yet what they speak', async () => {
    const { port, restart } = await restartable({ port: 0, open: true, trustProxy: ['127.0.0.2'] })
    const { client: ann } = await greeted(port)
    const silent = await rawClient(port)
    const half = (await rawClient(port)).send('GET /heal')
    // Both trust no header of the client that follows the one of the proxy.
    const named = (await rawClient(port, '127.0.0.2')).send(`${proxyLine('203.0.113.9')}GET /`)
    const late = (await rawClient(port, '127.0.0.2')).send('PROXY TCP4 203.')
    ann.send('seen\n/who\n')
    await ann.until(/\d here: /)
    await restart()
    const gateway = await restart()
    late.send('0.113.8 127.0.0.1 4712 8080\r\nlate\n')
    await ann.until(/: late\n/)
    half.send('thz HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await half.until('"status":"ok"')
    silent.send('hello\n')
    await ann.until(/: hello\n/)
    named.send(' well\n')
    await ann.until(/: GET \/ well\n/)
    const remotes = gateway.logged.flatMap(({ remote }) => remote ?? [])
    expect(remotes).toContain('203.0.113.9:4711')
    expect(remotes).toContain('203.0.113.8:4712')
    ann.send('still here\n')
    await silent.until('guest-1: still here\n')
  })

  it.skipIf(!openssl)(
    'hands on a client of a port with TLS that has sent nothing yet',
    async () => {
      const { cert, key } = openssl ? certificate() : { cert: '', key: '' }
      const { port, restart } = await restartable({ tlsCert: cert, tlsKey: key })
      const { client: ann } = await greeted(port)
      const silent = await rawClient(port)
      await restart()
      await silent.until('bye leaves.\n')
      await ann.until('* guest-2 joined (terminal)\n')
    },
  )

  it('asks a client outside for the code no second time', async () => {
    const { port, restart } = await restartable({ code: 'red apple' })
    const client = await rawClient(port)
    await client.until('Type it here.')
    const silent = await rawClient(port)
    silent.send('GET /')
    await restart()
    client.send('red apple\n')
    await client.until('Welcome to Oneroom.')
    expect(client.text.match(/Type it here/g)).toHaveLength(1)
    silent.send(' HTTP/1.1\r\n\r\n')
    await silent.until('400 Bad Request')
  })
})
