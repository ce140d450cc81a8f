import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { reclaimMemory } from '../../../server/heap.ts'
import { testGateway } from '../../support/gateway.ts'
import { pageClient } from '../../support/page.ts'
import { greeted, rawClient } from '../../support/raw.ts'

const unreadable = () => Promise.reject(new Error('the disk is gone'))

/** A WebSocket on a plain socket, which never replies to a close. */
async function upgraded(webUrl: string): Promise<Socket> {
  const { host, port } = new URL(webUrl)
  const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true })
  onTestFinished(() => {
    socket.destroy()
  })
  socket.on('error', () => {})
  const head = [
    'GET /ws HTTP/1.1',
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol: oneroom.v1',
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  await once(socket, 'data')
  return socket
}

/** A short frame of a client, masked with zeros (RFC 6455, 5.2). */
function clientFrame(opcode: number, text: string): Buffer {
  return Buffer.from([0x80 | opcode, 0x80 | text.length, 0, 0, 0, 0, ...Buffer.from(text)])
}

describe('the JSON dialect over a WebSocket', () => {
  it('welcomes a client with its person, the members and the limits', async () => {
    const { webUrl, tcp } = await testGateway()
    await greeted(tcp.port)
    const page = await pageClient(webUrl)
    const welcome = await page.hello({ name: 'Ann' })
    expect(welcome.you).toMatchObject({ name: 'Ann', via: 'web' })
    expect(welcome.members.map(({ name }) => name)).toEqual(['guest-1', 'Ann'])
    expect(welcome).toMatchObject({ head: 0, resumed: null, reset: null, memberCount: 2 })
    expect(welcome.limits.textBytes).toBe(4096)
  })

  it('acknowledges a message with its event, which has its id', async () => {
    const { webUrl } = await testGateway()
    const page = await pageClient(webUrl)
    const { you } = await page.hello({ name: 'Ann' })
    page.send({ type: 'say', id: 'one', text: 'hello 🙂' })
    expect(await page.until('hello 🙂')).toMatchObject({
      seq: 1,
      kind: 'message',
      from: you,
      id: 'one',
    })
  })

  it('broadcasts an id of a person once, and replies to a repetition with the first event', async () => {
    const { webUrl } = await testGateway()
    const [ann, bob] = [await pageClient(webUrl), await pageClient(webUrl)]
    const { token } = await ann.hello({ name: 'Ann' })
    await bob.hello({ name: 'Bob' })
    ann.send({ type: 'say', id: 'one', text: 'first' })
    await ann.until('first')
    const again = await pageClient(webUrl)
    await again.hello({ token })
    again.send({ type: 'say', id: 'one', text: 'changed' })
    again.send({ type: 'say', id: 'two', text: 'second' })
    bob.send({ type: 'say', id: 'one', text: 'of bob' })
    await again.until('second')
    expect(await again.until('first')).toMatchObject({ seq: 1 })
    await bob.until('of bob')
    expect(bob.texts).toEqual(['first', 'second', 'of bob'])
  })

  it('sends the same messages in the same order as to a terminal', async () => {
    const { webUrl, tcp } = await testGateway()
    const page = await pageClient(webUrl)
    await page.hello({ name: 'Ann' })
    const { client } = await greeted(tcp.port)
    await page.next('presence', ({ joined }) => joined.some(({ name }) => name === 'guest-1'))
    for (let at = 0; at < 50; at += 1) {
      page.send({ type: 'say', text: `from the page ${at}` })
      client.send(`from the terminal ${at}\n`)
    }
    await client.until('from the page 49\n')
    await page.until('from the terminal 49')
    await page.until('from the page 49')
    const seen = page.events.filter(({ from }) => from.name === 'Ann').map(({ text }) => text)
    const heard = [...client.text.matchAll(/Ann: (.*)\n/g)].map(([, text]) => text)
    expect(heard).toEqual(seen)
    expect(page.events.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 100 }, (_, at) => at + 1),
    )
  })

  it.each([
    ['not JSON', '{', 'bad_json'],
    ['not an object', '[1]', 'bad_message'],
    ['of no known type', '{"type":"shout"}', 'unknown_type'],
    ['a say without text', '{"type":"say","id":"x"}', 'bad_message'],
    ['an empty text', '{"type":"say","id":"x","text":" "}', 'text_empty'],
    [
      'a text over 4096 bytes',
      JSON.stringify({ type: 'say', id: 'x', text: '€'.repeat(1366) }),
      'text_too_long',
    ],
    ['a second hello', '{"type":"hello","protocol":1}', 'hello_twice'],
  ])('replies to a message that is %s with an error, and stays open', async (_what, text, code) => {
    const { webUrl } = await testGateway()
    const page = await pageClient(webUrl)
    await page.hello()
    page.socket.send(text)
    const error = await page.next('error')
    expect(error.code).toBe(code)
    if (text.includes('"id"')) expect(error.id).toBe('x')
    page.send({ type: 'say', text: 'still here' })
    await page.until('still here')
  })

  it('requires a hello first, with a free name', async () => {
    const { webUrl } = await testGateway()
    const [ann, bob] = [await pageClient(webUrl), await pageClient(webUrl)]
    await ann.hello({ name: 'Ann' })
    bob.send({ type: 'say', text: 'too early' })
    expect((await bob.next('error')).code).toBe('hello_first')
    bob.send({ type: 'hello', protocol: 1, name: 'ANN ' })
    const taken = await bob.next('error', ({ code }) => code === 'name_taken')
    expect(taken.suggestion).toBe('ANN-2')
    expect((await bob.hello({ name: 'ANN-2' })).you.name).toBe('ANN-2')
  })

  it('broadcasts typing, renames and leaves', async () => {
    const { webUrl } = await testGateway()
    const [ann, bob] = [await pageClient(webUrl), await pageClient(webUrl)]
    await ann.hello({ name: 'Ann' })
    const { you } = await bob.hello({ name: 'Bob' })
    bob.send({ type: 'typing', on: true })
    expect(await ann.next('typing')).toMatchObject({ from: you, on: true })
    bob.send({ type: 'name', name: 'Robert' })
    const renamed = await ann.next('presence', (one) => one.renamed.length > 0)
    expect(renamed.renamed).toEqual([{ id: you.id, was: 'Bob', name: 'Robert' }])
    bob.send({ type: 'bye' })
    expect(await bob.untilClosed()).toBe(1000)
    const left = await ann.next('presence', (one) => one.left.length > 0)
    expect(left).toMatchObject({ left: [{ name: 'Robert' }], memberCount: 1 })
  })

  it('rejects binary frames with 1003 and frames over 16 KiB with 1009', async () => {
    const { webUrl } = await testGateway()
    const [binary, large] = [await pageClient(webUrl), await pageClient(webUrl)]
    await binary.hello()
    await large.hello()
    binary.socket.send(Buffer.from('{}'))
    large.socket.send('x'.repeat(16_385))
    expect(await binary.untilClosed()).toBe(1003)
    expect(await large.untilClosed()).toBe(1009)
  })

  it('keeps nothing that arrives after it has closed a connection', async () => {
    const { webUrl, rooms } = await testGateway()
    const frame = clientFrame(0x1, '{"type":"bye"}')
    const socket = await upgraded(webUrl)
    socket.write(clientFrame(0x2, ''))
    reclaimMemory()
    const before = process.memoryUsage().heapUsed
    const [frames, letters] = [50_000, 14]
    socket.write(Buffer.concat(Array<Buffer>(frames).fill(frame)))
    await expect.poll(() => rooms.tally.bytesIn).toBe(frames * letters)
    const kept = (): number => {
      reclaimMemory()
      return process.memoryUsage().heapUsed - before
    }
    await expect.poll(kept).toBeLessThan(2_000_000)
  })

  it('sends messages of every length, whose frames have headers of three kinds', async () => {
    const { webUrl, room } = await testGateway()
    const client = await pageClient(webUrl)
    await client.hello()
    const lengths = [0, 1, 40, 60, 200, 4000].map((extra) => 'x'.repeat(1 + extra))
    for (const text of lengths) client.send({ type: 'say', text })
    await client.until(lengths.at(-1) as string)
    expect(client.texts).toEqual(lengths)
    for (let at = 0; at < 20; at += 1)
      client.send({ type: 'say', text: `${at} ${'é'.repeat(2000)}` })
    await expect.poll(() => room.feed.seq).toBe(26)
    const other = await pageClient(webUrl)
    const welcome = await other.hello({ history: 20 })
    expect(Buffer.byteLength(JSON.stringify(welcome))).toBeGreaterThan(65_536)
    expect(welcome.events.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 20 }, (_, at) => at + 7),
    )
  })

  it('closes a connection that sends pings or pongs without end', async () => {
    const { webUrl, logged } = await testGateway()
    const client = await pageClient(webUrl)
    await client.hello()
    for (let count = 0; count < 600; count += 1) client.socket.pong()
    expect(await client.untilClosed()).toBe(1006)
    await expect.poll(() => logged.map(({ reason }) => reason)).toContain('too many pings or pongs')
  })

  it('closes a connection without a hello in time with 4000', async () => {
    const { webUrl } = await testGateway({}, { helloMs: 20 })
    const page = await pageClient(webUrl)
    expect((await page.next('error')).code).toBe('hello_timeout')
    expect(await page.untilClosed()).toBe(4000)
  })

  it('replies with an error if the log cannot be read, and stays open', async () => {
    const { webUrl, room } = await testGateway()
    const page = await pageClient(webUrl)
    await page.hello()
    room.log.before = unreadable
    page.send({ type: 'history' })
    expect((await page.next('error')).code).toBe('history_unavailable')
    page.send({ type: 'say', text: 'still here' })
    await page.until('still here')
  })
})

describe('a client that reconnects', () => {
  it('is the same person, without a leave or a join', async () => {
    const gateway = await testGateway()
    const [ann, bob] = [await pageClient(gateway.webUrl), await pageClient(gateway.webUrl)]
    const first = await ann.hello({ name: 'Ann' })
    await bob.hello({ name: 'Bob' })
    ann.socket.terminate()
    await ann.untilClosed()
    bob.send({ type: 'say', text: 'while Ann is away' })
    await bob.until('while Ann is away')
    const back = await pageClient(gateway.webUrl)
    const { epoch, head, token } = first
    const welcome = await back.hello({ token, epoch, seq: head })
    expect(welcome.you).toEqual(first.you)
    expect(welcome.resumed).toEqual({ from: 1, to: 1 })
    await back.until('while Ann is away')
    const presence = bob.messages.filter(({ type }) => type === 'presence')
    expect(JSON.stringify(presence)).not.toContain('"left":[{')
    expect(gateway.room.counts).toEqual({ readers: 2, present: 2, held: 0 })
  })

  it('leaves when its place is no longer held', async () => {
    const gateway = await testGateway({}, { absenceMs: 30 })
    const [ann, bob] = [await pageClient(gateway.webUrl), await pageClient(gateway.webUrl)]
    await ann.hello({ name: 'Ann' })
    await bob.hello({ name: 'Bob' })
    ann.socket.terminate()
    await bob.next('presence', ({ left }) => left.some(({ name }) => name === 'Ann'))
    expect(gateway.room.counts).toEqual({ readers: 1, present: 1, held: 0 })
  })

  it('replaces the earlier connection of the same person', async () => {
    const { webUrl } = await testGateway()
    const [one, two] = [await pageClient(webUrl), await pageClient(webUrl)]
    const { token, you } = await one.hello({ name: 'Ann' })
    expect((await two.hello({ token })).you).toEqual(you)
    expect(await one.untilClosed()).toBe(4001)
    two.send({ type: 'say', text: 'here now' })
    await two.until('here now')
  })

  it('is broadcast as moved if it uses another transport', async () => {
    const { webUrl, tcp, rooms } = await testGateway()
    const [ann, bob] = [await pageClient(webUrl), await pageClient(webUrl)]
    const { client: reader } = await greeted(tcp.port)
    const { token, you } = await ann.hello({ name: 'Ann' })
    await bob.hello({ name: 'Bob' })
    const program = await rawClient(tcp.port)
    program.send(`${JSON.stringify({ type: 'hello', protocol: 1, token })}\n`)
    const { moved } = await bob.next('presence', (one) => one.moved !== undefined)
    expect(moved).toEqual([{ ...you, via: 'json' }])
    await reader.until('* Ann continues (program)\n')
    expect(rooms.people.names.get(you.id)?.via).toBe('json')
  })

  it('receives every event once when it resumes under load', async () => {
    const { webUrl } = await testGateway()
    const [ann, bob] = [await pageClient(webUrl), await pageClient(webUrl)]
    const { token, epoch } = await ann.hello({ name: 'Ann' })
    await bob.hello({ name: 'Bob' })
    for (let at = 1; at <= 2000; at += 1) bob.send({ type: 'say', text: `${at}` })
    await ann.until('300')
    ann.socket.terminate()
    const seq = ann.events.at(-1)?.seq ?? 0
    const back = await pageClient(webUrl)
    await back.hello({ token, epoch, seq })
    await back.until('2000')
    expect([...ann.texts, ...back.texts]).toEqual(
      Array.from({ length: 2000 }, (_, at) => `${at + 1}`),
    )
  })

  it('is closed with 4004 while the missed events cannot be read, and may retry', async () => {
    const { webUrl, room } = await testGateway()
    const [ann, back] = [await pageClient(webUrl), await pageClient(webUrl)]
    const { epoch, head, token } = await ann.hello({ name: 'Ann' })
    ann.send({ type: 'say', text: 'missed' })
    await ann.until('missed')
    const { read } = room.log
    room.log.read = unreadable
    await back.hello({ token, epoch, seq: head })
    expect((await back.next('error')).code).toBe('catch_up_failed')
    expect(await back.untilClosed()).toBe(4004)
    room.log.read = read
    const again = await pageClient(webUrl)
    await again.hello({ token, epoch, seq: head })
    await again.until('missed')
  })

  it('is reset if its epoch is another, or its seq is above the head', async () => {
    const { webUrl } = await testGateway()
    const [ann, bob] = [await pageClient(webUrl), await pageClient(webUrl)]
    const { epoch } = await ann.hello({ epoch: 'another', seq: 3, history: 10 })
    expect((await ann.next('welcome')).reset).toBe('epoch')
    expect((await bob.hello({ epoch, seq: 99 })).reset).toBe('too_far')
  })

  it('receives every event, also from a very small feed', async () => {
    const { webUrl, tcp } = await testGateway({}, { feedBytes: 4000 })
    const page = await pageClient(webUrl)
    await page.hello()
    const { client } = await greeted(tcp.port)
    // Not read for a while: the missed events have left the feed when it reads again.
    page.socket.pause()
    const lines = Array.from({ length: 3000 }, (_, at) => `${at} ${'x'.repeat(1000)}`)
    client.send(`${lines.join('\n')}\n`)
    const { client: other } = await greeted(tcp.port)
    client.send('done\n')
    await other.until('done\n')
    page.socket.resume()
    await page.until('done')
    expect(page.texts).toEqual([...lines, 'done'])
  })
})

describe('the subprotocol oneroom.text', () => {
  it('uses the line dialect, with one line in each frame', async () => {
    const { webUrl, tcp } = await testGateway()
    const { client } = await greeted(tcp.port)
    const socket = new WebSocket(`${webUrl.replace('http', 'ws')}/ws`, 'oneroom.text')
    const frames: string[] = []
    const heard = new Promise<void>((resolve) => {
      socket.on('message', (data) => {
        frames.push(String(data))
        if (String(data).endsWith('hello')) resolve()
      })
    })
    await client.until('* guest-2 joined (web)\n')
    socket.send('from a frame')
    await client.until('guest-2: from a frame\n')
    client.send('hello\n')
    await heard
    expect(frames[0]).toBe('Welcome to Oneroom. You are guest-2; /name NAME changes that.')
    expect(frames.at(-1)).toMatch(/^\[\d\d:\d\d\] guest-1: hello$/)
    socket.terminate()
    await client.until('* guest-2 left\n')
  })
})

describe('a connection that is refused', () => {
  it('is terminated if it does not close, and does not delay a stop', async () => {
    const { webUrl, close } = await testGateway({}, { maxConnections: 0 })
    const socket = await upgraded(webUrl)
    const cut = once(socket, 'end')
    const began = performance.now()
    await close()
    // `ws` itself would wait 30 s.
    expect(performance.now() - began).toBeLessThan(20_000)
    await cut
  })
})

describe('a WebSocket is accepted from', () => {
  const refusal = (url: string, headers: Record<string, string>, protocol = 'oneroom.v1') =>
    pageClient(url, protocol, headers).then(
      () => 'open',
      (error: Error) => error.message,
    )

  it('a page of this server and a program without an Origin, not from another page', async () => {
    const { webUrl } = await testGateway()
    expect(await refusal(webUrl, { origin: webUrl })).toBe('open')
    expect(await refusal(webUrl, {})).toBe('open')
    expect(await refusal(webUrl, { origin: 'http://evil.example' })).toMatch('403')
    expect(await refusal(webUrl, { origin: 'null' })).toMatch('403')
    expect(await refusal(webUrl, { origin: 'http://127.0.0.1:1' })).toMatch('403')
    expect(await refusal(webUrl, { origin: webUrl }, 'mqtt')).toMatch('400')
  })

  it('no client that uses a foreign host name, even with a matching Origin', async () => {
    const { webUrl } = await testGateway({ allowHost: ['chat.example'] })
    const port = new URL(webUrl).port
    const as = (name: string) =>
      refusal(webUrl, { host: `${name}:${port}`, origin: `http://${name}:${port}` })
    expect(await as('rebound.example')).toMatch('421')
    expect(await as('chat.example')).toBe('open')
    expect(await as('localhost')).toBe('open')
  })
})
