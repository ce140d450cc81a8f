import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { oneReadChunks } from '../../../../server/net/raw/lockstep.ts'
import { testGateway } from '../../../support/gateway.ts'
import { pageClient } from '../../../support/page.ts'
import { greeted, rawClient } from '../../../support/raw.ts'

describe('the raw port', () => {
  it('greets a client that sends nothing, and gives it a name', async () => {
    const { tcp } = await testGateway()
    const { client, name } = await greeted(tcp.port)
    expect(name).toBe('guest-1')
    expect(client.text).toContain('Nobody else is here yet. Times are UTC')
  })

  it('broadcasts a message, without an echo to a sender that ends its lines', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const { client: bob } = await greeted(tcp.port)
    ann.send('hello\n')
    await bob.until(/\[\d\d:\d\d\] guest-1: hello\n/)
    bob.send('hi ann\r\n')
    await ann.until('guest-2: hi ann\n')
    expect(ann.text).not.toContain('hello')
  })

  it('broadcasts lines in the order in which they were sent, wherever they are cut', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const { client: bob } = await greeted(tcp.port)
    const lines = Array.from({ length: 500 }, (_, at) => `line ${at} äöü 🙂`)
    const bytes = Buffer.from(`${lines.join('\n')}\n`)
    for (let at = 0; at < bytes.length; at += 777) ann.send(bytes.subarray(at, at + 777))
    await bob.until('line 499 ')
    const heard = [...bob.text.matchAll(/guest-1: (.*)\n/g)].map(([, text]) => text)
    expect(heard).toEqual(lines)
  })

  it('ends a message at a pause for a client without line ends, and sends it a receipt', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const program = await rawClient(tcp.port)
    program.send('This is from Client')
    await program.until('Welcome to Oneroom.')
    await ann.until('guest-2: This is from Client\n')
    program.send('again')
    await program.until('guest-2: again\n')
    program.send('bye')
    expect(await program.untilEnded()).toContain('Goodbye, guest-2.\n')
    await ann.until('* guest-2 left\n')
  })

  it('ends it also if it could be the beginning of an HTTP request', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const [first, second] = [await rawClient(tcp.port), await greeted(tcp.port)]
    first.send('HELLO')
    second.client.send('GET lost')
    await ann.until('HELLO\n')
    await ann.until(`${second.name}: GET lost\n`)
  })

  it('sends such a client at most 1024 bytes in one write, without cutting a message or character', () => {
    const texts = ['one', '€'.repeat(340), `a${'🙂'.repeat(900)}`]
    const bytes = Buffer.from(
      texts
        .map(
          (text) => `${text}
`,
        )
        .join(''),
    )
    const writes = oneReadChunks(bytes)
    const utf8 = new TextDecoder('utf-8', { fatal: true })
    expect(writes.map((write) => utf8.decode(write)).join('')).toBe(`${texts.join('\n')}\n`)
    expect(String(writes[0])).toBe('one\n')
    expect(String(writes[1])).toBe(`${texts[1]}\n`)
    expect(Math.max(...writes.map(({ length }) => length))).toBeLessThanOrEqual(1024)
  })

  it('changes a name, or rejects a taken one with a suggestion', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const { client: bob } = await greeted(tcp.port)
    await ann.until('* guest-2 joined (terminal)\n')
    ann.send('/name Ann\n')
    await bob.until('* guest-1 is now Ann\n')
    await ann.until('You are Ann now.\n')
    bob.send('/name ann\n')
    await bob.until('! That name is taken. Try /name ann-2\n')
    bob.send('/name \u0430nn\n')
    await bob.until(/! \S+ looks like Ann, who is here\. Try \/name /)
    bob.send('/name\n')
    await bob.until('! Usage: /name NAME\n')
  })

  it('replies to /who, /help and an unknown command, to that client only', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const { client: bob } = await greeted(tcp.port)
    ann.send('/who\n/help\n/nonsense\n//slash\n/me waves\n')
    await ann.until('2 here: guest-1 (terminal), guest-2 (terminal)\n')
    await ann.until('  /name NAME')
    await ann.until('! There is no command /nonsense.')
    await bob.until('guest-1: /slash\n')
    await bob.until(/\] guest-1 \* waves\n/)
    expect(bob.text).not.toMatch(/nonsense|here: guest-1 \(terminal\), guest-2/)
  })

  it('sends each client lines in its own style', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const { client: bob } = await greeted(tcp.port)
    const { client: eve } = await greeted(tcp.port)
    bob.send('/time +05:45\n/ascii on\n')
    await bob.until('Times are UTC+05:45 now.\n/ascii is on now.\n')
    eve.send('/stamps off\n/color on\n')
    await eve.until('/stamps is off now.\n/color is on now.\n')
    ann.send('नमस्ते 🎉\n')
    const hour = (ms: number) =>
      new Date(Date.now() + 345 * 60_000 + ms).toISOString().slice(11, 14)
    const hours = `${hour(0)}|${hour(60_000)}`
    await bob.until(new RegExp(`\\[(${hours})\\d\\d\\] guest-1: [ -~]+\\n`))
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequence is the point
    await eve.until(/\n\u001b\[38;5;\d+mguest-1\u001b\[39m: नमस्ते 🎉\n/)
    bob.send('so?\n')
    await ann.until(/\] guest-2: so\?\n/)
  })

  it('sends a terminal nothing that could move its cursor or forge a line', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const { client: bob } = await greeted(tcp.port)
    ann.send('\u001b]0;pwned\u0007\u001b[2J\u202eevil\u0085[12:00] admin: hi\n')
    await bob.until('admin: hi\n')
    expect(bob.text).toContain('guest-1: ^[]0;pwned^G^[[2J\\u202eevil\\u0085[12:00] admin: hi\n')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is the point
    expect(bob.text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
  })

  it('cuts a line over 4096 bytes, sends its sender one error, and continues', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const { client: bob } = await greeted(tcp.port)
    ann.send('x'.repeat(100_000)).send('\nnext\n')
    await bob.until('guest-1: next\n')
    expect(/guest-1: (x+)\n/.exec(bob.text)?.[1]).toHaveLength(4096)
    await ann.until('! A line is at most 4096 bytes')
    expect(ann.text.match(/at most 4096 bytes/g)).toHaveLength(1)
  })

  it('processes everything of a client that closed its side, replies, and then ends', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const client = await rawClient(tcp.port)
    client.socket.end('/who\nlast words without an end')
    const text = await client.untilEnded()
    expect(text).toContain('2 here: ')
    await ann.until('guest-2: last words without an end\n')
    await ann.until('* guest-2 left\n')
    expect(ann.text.match(/guest-2 left/g)).toHaveLength(1)
  })

  it('broadcasts a leave when a connection is reset', async () => {
    const gateway = await testGateway()
    const { client: ann } = await greeted(gateway.tcp.port)
    const { client: bob } = await greeted(gateway.tcp.port)
    await ann.until('* guest-2 joined (terminal)\n')
    bob.socket.resetAndDestroy()
    await ann.until('* guest-2 left\n')
    expect(gateway.room.members.size).toBe(1)
  })

  it('reads a client that is over its rate more slowly, and does not disconnect it', async () => {
    const { tcp } = await testGateway({ flood: { perSecond: 50, burst: 5 } })
    const { client: ann } = await greeted(tcp.port)
    const client = await rawClient(tcp.port)
    const lines = Array.from({ length: 30 }, (_, at) => `line ${at}`)
    const began = performance.now()
    client.send(`${lines.join('\n')}\n`)
    await ann.until('line 29\n')
    // 30 lines and the greeting, 5 of them at once, the others 20 ms apart.
    expect(performance.now() - began).toBeGreaterThan(400)
    const heard = [...ann.text.matchAll(/guest-2: (.*)\n/g)].map(([, text]) => text)
    expect(heard).toEqual(lines)
  })
})

describe('the guard', () => {
  it('replies to HTTP with 400 and the address of the page, and sends none of it to the room', async () => {
    const gateway = await testGateway()
    const { client: ann } = await greeted(gateway.tcp.port)
    const response = await fetch(`http://127.0.0.1:${gateway.tcp.port}/chat`, {
      method: 'POST',
      body: 'hello room\nbye\n',
    })
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(await response.text()).toContain(gateway.webUrl)
    ann.send('/who\n')
    await ann.until('1 here: ')
    expect(ann.text).not.toMatch(/joined|hello room|POST/)
    expect(gateway.logged.some(({ reason }) => reason === 'refused: http')).toBe(true)
  })

  it('recognises an HTTP request that arrives late and in pieces', async () => {
    const gateway = await testGateway()
    const { client: ann } = await greeted(gateway.tcp.port)
    const { client: late } = await greeted(gateway.tcp.port)
    for (const byte of 'GET / HTTP/1.1\r\n') late.send(byte)
    late.send('Host: x\r\n\r\nhello room\n')
    await late.untilEnded()
    expect(late.text).toContain('HTTP/1.1 400 Bad Request')
    await ann.until('* guest-2 left\n')
    expect(ann.text).not.toMatch(/hello room|GET/)
  })

  it('recognises it also after a pause in its first line', async () => {
    const gateway = await testGateway()
    const { client: ann } = await greeted(gateway.tcp.port)
    const client = await rawClient(gateway.tcp.port)
    client.send(`POST /${'a'.repeat(100)}`)
    // Longer than the pause that ends a message; nothing happens that could be awaited.
    await new Promise((resolve) => setTimeout(resolve, 400))
    client.send(' HTTP/1.1\r\nHost: x\r\n\r\nhello room\n')
    await client.untilEnded()
    expect(client.text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    ann.send('/who\n')
    await ann.until('1 here: ')
    expect(ann.text).not.toMatch(/hello room|POST|aaa|joined/)
  })

  it.each([
    ['a TLS hello', Buffer.from('16030100f8010000f40303', 'hex'), 'refused: tls'],
    ['the HTTP/2 preface', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), 'refused: http'],
    [
      'a STUN request',
      Buffer.from('000100002112a442000000000000000000000000', 'hex'),
      'refused: stun',
    ],
  ])('closes on %s before it is a member', async (_name, bytes, reason) => {
    const gateway = await testGateway()
    const client = await rawClient(gateway.tcp.port)
    client.send(bytes)
    await client.untilEnded()
    expect(gateway.logged.some((line) => line.reason === reason)).toBe(true)
    expect(gateway.room.members.size).toBe(0)
  })

  it('accepts "GET lost" as a message', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const client = await rawClient(tcp.port)
    client.send('GET lost\n')
    await ann.until('guest-2: GET lost\n')
  })

  it('does not announce a port scan', async () => {
    const gateway = await testGateway()
    const { client: ann } = await greeted(gateway.tcp.port)
    const scan = await rawClient(gateway.tcp.port)
    scan.socket.end()
    await scan.untilEnded()
    ann.send('/who\n')
    await ann.until('1 here: ')
    expect(ann.text).not.toContain('joined')
  })
})

describe('a room that is full', () => {
  it('rejects new connections with one sentence, on both ports', async () => {
    const { tcp, webUrl } = await testGateway({}, { maxConnections: 1 })
    await greeted(tcp.port)
    const second = await rawClient(tcp.port)
    expect(await second.untilEnded()).toBe('! The server is full. Try again later.\n')
    const page = await pageClient(webUrl)
    expect(await page.untilClosed()).toBe(4003)
    expect((await page.next('error')).code).toBe('room_full')
  })

  it('reads the input of a rejected client, so that no reset discards the sentence', async () => {
    const { tcp } = await testGateway({}, { maxConnections: 0 })
    const { socket } = await rawClient(tcp.port)
    // More than the kernel buffers of both sides hold.
    socket.end(Buffer.alloc(16_000_000, 'x\n'))
    expect(await once(socket, 'close')).toEqual([false])
  })
})

describe('a connection that is reset', () => {
  it('has its last line kept, although it has no end', async () => {
    const { tcp, room, rooms } = await testGateway()
    const { client } = await greeted(tcp.port)
    client.send('one\ntwo')
    await expect.poll(() => rooms.tally.bytesIn).toBe(7)
    client.socket.resetAndDestroy()
    await expect.poll(() => room.members.size).toBe(0)
    expect((await room.log.read(1, 9)).map(({ text }) => text)).toEqual(['one', 'two'])
  })

  it('has everything kept that Node.js had read, also while its socket was paused', async () => {
    const { tcp, room, rooms, logged, close } = await testGateway({
      flood: { perSecond: 1, burst: 2 },
    })
    const { client } = await greeted(tcp.port)
    const { client: other } = await greeted(tcp.port)
    const line = `${'x'.repeat(99)}\n`
    client.socket.write(line.repeat(3000))
    await expect.poll(() => rooms.tally.bytesIn).toBeGreaterThan(10_000)
    client.socket.resetAndDestroy()
    // The server notices the reset when it writes.
    while (!logged.some(({ msg }) => msg === 'left')) {
      await new Promise(setImmediate)
      rooms.post(
        room,
        { kind: 'notice', from: { id: 'x', name: 'x', via: 'server' }, text: 'x' },
        () => {},
      )
    }
    other.socket.destroy()
    await close()
    const kept = (await room.log.read(1, 100_000)).filter(({ kind }) => kind === 'message')
    // The last line was not read whole.
    expect(Math.abs(kept.length * line.length - rooms.tally.bytesIn)).toBeLessThan(line.length)
    expect(rooms.tally.bytesIn).toBeGreaterThan(65_536)
  })
})
