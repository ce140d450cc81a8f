/** Members by UDP, with real sockets on loopback, which loses nothing as long as it is read. */
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Config } from '../../../../server/config.ts'
import type { Tuning } from '../../../../server/gateway.ts'
import { type TestGateway, testGateway } from '../../../support/gateway.ts'
import { greeted } from '../../../support/raw.ts'
import { type UdpClient, udpClient } from '../../../support/udp.ts'

type Udp = TestGateway & { udpPort: number }

async function udpGateway(
  config: Partial<Config> = {},
  tuning: Partial<Tuning> = {},
): Promise<Udp> {
  const gateway = await testGateway({ udpPort: 0, ...config }, tuning)
  return { ...gateway, udpPort: gateway.udpPort as number }
}

/** A client that has said something, and has read the greeting. */
async function member(port: number, said = 'hello'): Promise<UdpClient> {
  const client = await udpClient(port)
  client.send(said)
  await client.until('Welcome to Oneroom.')
  return client
}

describe('a member by UDP', () => {
  it('is greeted in one datagram, then gets one answer to each datagram, its own line', async () => {
    const { tcp, udpPort } = await udpGateway()
    const { client: ann } = await greeted(tcp.port)
    const bob = await udpClient(udpPort)
    bob.send('hello')
    expect(await bob.untilCount(1)).toMatch(/^Welcome to Oneroom\.[\s\S]*bye leaves\.\n$/)
    await ann.until(/\* guest-2 joined \(udp\)\n.*guest-2: hello\n/)
    for (const [at, text] of ['one', 'नमस्ते 🙂', 'three'].entries()) {
      bob.send(text)
      expect(await bob.untilCount(2 + at)).toMatch(new RegExp(`^\\[..:..\\] guest-2: ${text}\n$`))
    }
    bob.send('/name bob')
    expect(await bob.untilCount(5)).toBe('You are bob now.\n')
    ann.send('hi bob\n')
    expect(await bob.untilCount(6)).toMatch(/guest-1: hi bob\n$/)
    bob.send('bye\n')
    expect(await bob.untilCount(7)).toBe('Goodbye, bob.\n')
    await ann.until('* bob left\n')
    expect(ann.text.match(/guest-2: .*/g)).toHaveLength(4)
  })

  it('may send several lines, ends of lines, and NULs in a datagram', async () => {
    const { tcp, udpPort } = await udpGateway()
    const { client: ann } = await greeted(tcp.port)
    const bob = await member(udpPort, 'one\r\ntwo\n\n')
    const buffer = Buffer.alloc(1024)
    buffer.write('in a buffer of C\n')
    bob.send(buffer).send('a string\0').send('').send(Buffer.from('wide', 'utf16le'))
    bob.send('the beginning, ').send('and not its rest')
    await ann.until('and not its rest\n')
    expect(ann.text.match(/(?<=guest-2: ).*/g)).toEqual([
      'one',
      'two',
      'in a buffer of C',
      'a string',
      'wide',
      'the beginning, ',
      'and not its rest',
    ])
    expect(ann.text).not.toContain('!')
  })

  it('receives each message in one datagram of at most 1024 bytes, cut between characters', async () => {
    const { tcp, udpPort } = await udpGateway()
    const { client: ann } = await greeted(tcp.port)
    const bob = await member(udpPort)
    ann.send(`${'x'.repeat(995)}${'🙂'.repeat(500)}\n`)
    const cut = await bob.until('xxx')
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(1024)
    expect(cut).toMatch(/^\[..:..\] guest-1: x{995}🙂🙂…\n$/u)
    ann.send('/paste\nfirst\nsecond\n.\n')
    expect(await bob.until('first')).toMatch(/: first\n.*\| second\n$/)
    bob.send('/help')
    await bob.until('/quit')
    for (const one of bob.received) expect(Buffer.byteLength(one)).toBeLessThanOrEqual(1024)
    expect(bob.received.filter((one) => one.includes('/search'))).toHaveLength(1)
  })

  it('has left when nothing came from its address for a while', async () => {
    const { tcp, udpPort } = await udpGateway({}, { udpSilentMs: 50, stalledMs: 60 })
    const { client: ann } = await greeted(tcp.port)
    const bob = await member(udpPort)
    await bob.until('! You have left: nothing came from you for 3 minutes.')
    await ann.until('* guest-2 left\n')
    bob.send('again')
    await ann.until(': again\n')
  })

  it('that is too fast loses what it sends, and gets one error', async () => {
    const { tcp, udpPort } = await udpGateway({ flood: { perSecond: 0.001, burst: 3 } })
    const { client: ann } = await greeted(tcp.port)
    const bob = await member(udpPort, 'one')
    const began = performance.now()
    bob.send('two\nthree\nfour')
    for (let more = 0; more < 20; more += 1) bob.send('five')
    await bob.until(': three\n')
    const carol = await member(udpPort, 'carol is here')
    await ann.until('carol is here\n')
    expect(ann.text.match(/(?<=guest-2: ).*/g)).toEqual(['one', 'two', 'three'])
    carol.send('/who')
    const errors = bob.text.match(/! Too fast/g)?.length ?? 0
    expect(errors).toBeGreaterThan(0)
    // At most one in each second.
    expect(errors).toBeLessThanOrEqual(1 + Math.floor((performance.now() - began) / 1000))
  })

  it('is asked for the room code in the same way as at nc', async () => {
    const { udpPort, room } = await udpGateway({ code: 'amber-fox-lamp' })
    const bob = await udpClient(udpPort)
    bob.send('hello')
    await bob.until('! This room needs a code. Type it here.')
    expect(room.members.size).toBe(0)
    bob.send('amber-fox-lamp')
    await bob.until('Welcome to Oneroom.')
  })

  it('gets one datagram for each that it sends after /turn on', async () => {
    const { tcp, udpPort } = await udpGateway()
    const { client: ann } = await greeted(tcp.port)
    const bob = await member(udpPort, '/turn on')
    await bob.untilCount(2)
    ann.send('one\ntwo\nthree\n/who\n')
    await ann.until('2 here')
    bob.send('mine')
    expect(await bob.untilCount(3)).toMatch(/: one\n.*: two\n.*: three\n$/)
    bob.send('more')
    expect(await bob.untilCount(4)).toMatch(/^\[..:..\] guest-2: mine\n/)
  })

  it('that turns /turn off gets what has waited in datagrams of at most 1024 bytes', async () => {
    const { tcp, udpPort } = await udpGateway({ flood: { perSecond: 1000, burst: 1000 } })
    const { client: ann } = await greeted(tcp.port)
    const bob = await member(udpPort, '/turn on')
    await bob.untilCount(2)
    const lines = Array.from({ length: 5 }, (_, at) => `${at} ${'y'.repeat(900)}`)
    ann.send(`${lines.join('\n')}\n/who\n`)
    await ann.until('2 here')
    bob.send('/turn off')
    await bob.until(lines[4] as string)
    for (const one of bob.received) expect(Buffer.byteLength(one)).toBeLessThanOrEqual(1024)
    expect(bob.received.filter((one) => one.includes('yyy'))).toHaveLength(5)
  })

  it('is told when the server stops', async () => {
    const { udpPort, close } = await udpGateway()
    const bob = await member(udpPort)
    await close()
    await bob.until('* The server is stopping.')
  })
})

describe('a program that sends JSON by UDP', () => {
  const objects = (client: UdpClient): Record<string, unknown>[] =>
    client.received.map((one) => JSON.parse(one))

  it('needs no hello, and says a message with an id once', async () => {
    const { tcp, udpPort } = await udpGateway()
    const { client: ann } = await greeted(tcp.port)
    const bob = await udpClient(udpPort)
    const say = '{"type":"say","id":"a1","text":"20.5 °C"}'
    bob.send(say).send(say).send(say)
    await bob.untilCount(3, '"events"')
    expect(objects(bob)[0]).toMatchObject({ type: 'welcome', you: { via: 'udp' } })
    for (const one of objects(bob).filter(({ type }) => type === 'events'))
      expect(one).toMatchObject({ events: [{ seq: 1, id: 'a1' }] })
    await ann.until('20.5 °C\n')
    expect(ann.text.match(/20\.5/g)).toHaveLength(1)
  })

  it('gets its welcome again for another hello, also as the same person elsewhere', async () => {
    const { udpPort, room } = await udpGateway()
    const [bob, later] = [await udpClient(udpPort), await udpClient(udpPort)]
    const hello = { type: 'hello', protocol: 1, name: 'bob' }
    bob.send(JSON.stringify(hello)).send(JSON.stringify(hello))
    await bob.untilCount(2, '"welcome"')
    const [first, second] = objects(bob).filter(({ type }) => type === 'welcome')
    expect(second).toEqual(first)
    bob.send('{"type":"say","id":"a1","text":"once"}')
    await bob.until('"a1"')
    const { token } = first as { token: string }
    later.send(`${JSON.stringify({ ...hello, token })}\n{"type":"say","id":"a1","text":"once"}\n`)
    await later.until('"a1"')
    expect(room.feed.seq).toBe(1)
  })

  it('receives whole objects in datagrams, each with at most one event', async () => {
    const { tcp, udpPort } = await udpGateway()
    const { client: ann } = await greeted(tcp.port)
    for (let guests = 0; guests < 20; guests += 1) await greeted(tcp.port)
    const bob = await udpClient(udpPort)
    bob.send('{"type":"hello","protocol":1}')
    await bob.untilCount(1)
    ann.send(`${'"🙂'.repeat(700)}\nshort\n`)
    await bob.until('short')
    bob.send('{"type":"history","limit":2}')
    await bob.until(/"history".*short/)
    const [welcome, ...others] = objects(bob)
    expect(welcome).toMatchObject({ type: 'welcome', memberCount: 22, cut: true })
    const events = others.flatMap((one) => (one.events ?? []) as { text: string }[])
    expect(events.map(({ text }) => text.replace(/("🙂)+"?/gu, '…'))).toEqual([
      '……',
      'short',
      '……',
      'short',
    ])
    expect(events[0]?.text.length).toBeGreaterThan(300)
    for (const one of bob.received) expect(Buffer.byteLength(one)).toBeLessThanOrEqual(1024)
  })
})

describe('the UDP port', () => {
  it('does not answer what says nothing, and makes nobody a member by it', async () => {
    const { udpPort, room } = await udpGateway()
    const nobody = await udpClient(udpPort)
    const silent = [
      ...['X', 'X', '', '\n', '\0\0\0', 'bye', '/quit\n', '{"type":"bye"}'],
      ...['* guest-1 left', '! Too fast', '[12:21] ann: hello', 'Welcome to Oneroom. You are x'],
      ...['{"type":"error","code":"bad_json","message":"x"}', '{"type":"welcome","protocol":1}'],
      ...['GET / HTTP/1.1\r\n\r\n', 'OPTIONS sip:x SIP/2.0\r\n'],
      // DNS, STUN and TLS.
      Buffer.from('abcd010000010000000000000377777707657861', 'hex'),
      Buffer.from('000100002112a4420102030405060708090a0b0c', 'hex'),
      Buffer.from('16feff0000000000000000002a010000', 'hex'),
    ]
    for (const datagram of silent) nobody.send(datagram)
    const bob = await member(udpPort)
    bob.send('/who')
    await bob.until('1 here: guest-1 (udp)\n')
    expect(nobody.received).toEqual([])
    expect(room.feed.seq).toBe(1)
  })

  it('does not answer an echo service, to which a forged datagram has led it', async () => {
    const { tcp, udpPort } = await udpGateway()
    const { client: ann } = await greeted(tcp.port)
    const echo = await udpClient(udpPort)
    echo.socket.on('message', (datagram) => echo.send(datagram))
    echo.send('forged')
    await ann.until(': forged\n')
    ann.send('hello\n')
    await echo.until(': hello\n')
    echo.send('/name echo')
    await echo.until('You are echo now.')
    // After all that comes back.
    const bob = await member(udpPort)
    bob.send('the last')
    await ann.until(': the last\n')
    expect(ann.text.match(/(guest-2|echo): .*/g)).toEqual(['guest-2: forged'])
  })

  it('does not answer its own port, or ports of the system', async () => {
    const { udpPort, room } = await udpGateway()
    // An address that no other test uses.
    const host = `127.9.${(process.pid >> 8) & 255}.${process.pid & 255 || 1}`
    const own = await udpClient(udpPort, host, udpPort)
    own.send('hello')
    const isRoot = process.getuid?.() === 0
    const low = isRoot ? await udpClient(udpPort, host, 7) : undefined
    low?.send('hello')
    await member(udpPort)
    expect([...own.received, ...(low?.received ?? [])]).toEqual([])
    expect(room.members.size).toBe(1)
  })

  it('is in use by another server', async () => {
    const { udpPort } = await udpGateway()
    const fault = `Port ${udpPort} is in use; choose another with --udp-port.`
    await expect(testGateway({ udpPort })).rejects.toThrow(fault)
  })
})

describe('an address that has not proved that it receives', () => {
  const limited = { trust: { networks: ['127.0.0.3'], limitsLocal: true } }

  it('gets at most three times the bytes that came from it, and nothing of the room', async () => {
    const { tcp, udpPort, room } = await udpGateway(limited)
    const { client: ann } = await greeted(tcp.port)
    const victims: UdpClient[] = []
    // One for each address, since an address gets one answer a second.
    for (let bytes = 1; bytes <= 40; bytes += 1) {
      const victim = await udpClient(udpPort, `127.0.1.${bytes}`)
      victims.push(victim.send('x'.repeat(bytes)).send('y'))
      ann.send(`said to the room ${bytes}\n`)
    }
    const trusted = await udpClient(udpPort, '127.0.0.3')
    trusted.send('hello')
    await trusted.until('Welcome to Oneroom.')
    trusted.send('/who')
    await trusted.until('2 here')
    // An address of at least 3 bytes learns its cookie.
    for (const victim of victims.slice(2)) await victim.until(/[a-z2-9]{7}/)
    for (const victim of victims) {
      expect(victim.receivedBytes).toBeLessThanOrEqual(3 * victim.sentBytes)
      expect(victim.received.length).toBeLessThanOrEqual(1)
      expect(victim.text).not.toContain('room')
    }
    expect(room.members.size).toBe(2)
  })

  it('becomes a member with its cookie, which is of no use to another address', async () => {
    const { tcp, udpPort } = await udpGateway({ ...limited, addressConnections: 2 })
    const { client: ann } = await greeted(tcp.port)
    const [bob, mallory] = [await udpClient(udpPort, '127.0.0.2'), await udpClient(udpPort)]
    bob.send('hello, is anybody here?')
    const [cookie = ''] = /[a-z2-9]{7}/.exec(await bob.untilCount(1)) ?? []
    mallory.send(cookie)
    await mallory.until(/^! Send [a-z2-9]{7} first\n$/)
    bob.send(`${cookie}\nhello again`)
    await bob.until('Welcome to Oneroom.')
    bob.send(cookie)
    bob.send('a line')
    await ann.until(': a line\n')
    expect(ann.text.match(/(?<=guest-2: ).*/g)).toEqual(['hello again', 'a line'])
  })

  it('counts against the limits of its address when it comes in', async () => {
    const { udpPort, room } = await udpGateway({ ...limited, addressConnections: 1 })
    const bob = await udpClient(udpPort)
    bob.send('hello')
    const [cookie] = /[a-z2-9]{7}/.exec(await bob.untilCount(1)) ?? []
    bob.send(`${cookie}`)
    await bob.until('Welcome to Oneroom.')
    const carol = await udpClient(udpPort)
    // One answer a second for each address, so the first may be dropped.
    const again = setInterval(() => carol.send('hello'), 100)
    onTestFinished(() => clearInterval(again))
    const [other] = /[a-z2-9]{7}/.exec(await carol.untilCount(1)) ?? []
    clearInterval(again)
    const enter = setInterval(() => carol.send(`${other}`), 100)
    onTestFinished(() => clearInterval(enter))
    await carol.until('! Your address has too many connections')
    expect(room.members.size).toBe(1)
  })

  it('that sends JSON gets its cookie as JSON', async () => {
    const { udpPort } = await udpGateway(limited)
    const bob = await udpClient(udpPort)
    bob.send('{"type":"hello","protocol":1}')
    const { code, cookie } = JSON.parse(await bob.untilCount(1))
    expect(code).toBe('cookie_needed')
    bob.send(cookie).send('{"type":"hello","protocol":1,"name":"bob"}')
    expect(JSON.parse(await bob.untilCount(2))).toMatchObject({ you: { name: 'bob' } })
  })
})
