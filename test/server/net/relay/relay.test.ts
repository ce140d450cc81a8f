/** The relay, connected to other servers: the course server, and one that uses lines. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Echoes } from '../../../../server/net/relay/echoes.ts'
import { relayDialect } from '../../../../shared/dialect/relay.ts'
import type { RoomEvent } from '../../../../shared/protocol.ts'
import { everything } from '../../../support/events.ts'
import { type TestGateway, testGateway } from '../../../support/gateway.ts'
import { need } from '../../../support/installed.ts'
import { type PageClient, pageClient } from '../../../support/page.ts'
import { fixedPort, Program } from '../../../support/program.ts'
import { watchTimers } from '../../../support/timers.ts'
import { Waiting } from '../../../support/waiting.ts'

const python = need('python3')
const host = '127.0.0.1'

/** A chat server that sends each line to all its clients, the sender included. */
class LineServer {
  readonly server: Server
  readonly clients = new Set<Socket>()
  received = ''
  readonly #waiting = new Waiting()

  constructor(prefix = '') {
    this.server = createServer((socket) => {
      this.clients.add(socket)
      socket.setEncoding('utf8').on('error', () => {})
      socket.on('data', (text: string) => {
        this.received += text
        this.#waiting.changed()
        for (const line of text.split('\n').slice(0, -1)) this.say(`${prefix}${line}`)
      })
      socket.on('close', () => this.clients.delete(socket))
    })
    onTestFinished(() => this.stop())
  }

  async listen(port = 0): Promise<number> {
    this.server.listen(port, host)
    await once(this.server, 'listening')
    return (this.server.address() as AddressInfo).port
  }

  stop(): void {
    this.server.close()
    for (const socket of this.clients) socket.destroy()
  }

  say(line: string): void {
    for (const socket of this.clients) socket.write(`${line}\n`)
  }

  async until(text: string): Promise<void> {
    await this.#waiting.until(
      () => this.received.includes(text),
      () => `${JSON.stringify(text)} in ${JSON.stringify(this.received)}`,
    )
  }
}

async function room(port: number, relayFormat = '{name}: {text}'): Promise<PageClient> {
  return joined(
    await testGateway({ relay: { address: { host, port }, room: undefined }, relayFormat }),
  )
}

async function joined({ webUrl }: TestGateway): Promise<PageClient> {
  const ann = await pageClient(webUrl)
  const { members } = await ann.hello({ name: 'Ann' })
  const isRelay = ({ via }: { via: string }) => via === 'relay'
  if (!members.some(isRelay)) await ann.next('presence', ({ joined }) => joined.some(isRelay))
  return ann
}

let said = 0
function say(page: PageClient, text: string): void {
  said += 1
  page.send({ type: 'say', id: `${said}`, text })
}

describe.skipIf(python === undefined)('a room and the course server', () => {
  it('take turns with one line each', async () => {
    const placeholder = new LineServer()
    const port = await placeholder.listen(await fixedPort())
    placeholder.stop()
    const source = readFileSync(join(import.meta.dirname, '../../../fixtures/server.py'), 'utf8')
    const code = source.replace('PORT = 8080', `PORT = ${port}`)
    const server = new Program(python as string, ['-u', '-c', code])
    await server.until('Waiting for client request..')
    const ann = await room(port)
    say(ann, 'This is from Ann')
    await server.until('From Client :  Ann: This is from Ann\n')
    server.type('hello Ann, grüß dich\n')
    expect((await ann.until('hello Ann, grüß dich')).from).toMatchObject({
      name: 'relay 127.0.0.1',
      via: 'relay',
    })
    say(ann, 'and again')
    await server.until('From Client :  Ann: and again\n')
    server.type('bye\n')
    await ann.until('bye')
    // Its own messages were not sent back to it.
    expect(server.stdout.match(/From Client/g)).toHaveLength(2)
    server.child.kill()
  })
})

describe('a room and a server of lines', () => {
  it.each(['', '<oneroom> '])(
    'receive no echo from a server that sends each line to all clients with the prefix %j',
    async (prefix) => {
      const server = new LineServer(prefix)
      const ann = await room(await server.listen())
      for (const text of ['one', 'two', 'two']) say(ann, text)
      await server.until('Ann: one\nAnn: two\nAnn: two\n')
      server.say('bob: one')
      server.say('/quit')
      server.say('bye')
      server.say('Ann: not by her')
      await ann.until('Ann: not by her')
      expect(ann.texts).toEqual([
        'one',
        'two',
        'two',
        'bob: one',
        '/quit',
        'bye',
        'Ann: not by her',
      ])
    },
  )

  it('relay messages in the given pattern, and actions', async () => {
    const server = new LineServer()
    const ann = await room(await server.listen(), '<{name}> {text}')
    say(ann, 'braces: {name}')
    ann.send({ type: 'say', id: 'act', text: 'waves', action: true })
    await server.until('<Ann> braces: {name}\n* Ann waves\n')
  })

  it('continue from the same position after an outage, without a leave', async () => {
    const first = new LineServer()
    const port = await first.listen(await fixedPort())
    const gateway = await testGateway({ relay: { address: { host, port }, room: undefined } })
    const ann = await joined(gateway)
    const { tally } = gateway.rooms
    const read = tally.bytesIn
    first.say('grüß dich')
    await ann.until('grüß dich')
    expect(tally.bytesIn - read).toBe(Buffer.byteLength('grüß dich\n'))
    const written = tally.bytesOut
    say(ann, 'before')
    const event = await ann.until('before')
    await first.until('Ann: before\n')
    const told = Buffer.from(JSON.stringify({ type: 'events', events: [event] }))
    // The frame of a WebSocket message of this length has a header of 4 bytes.
    const bytes = 4 + told.length + 'Ann: before\n'.length
    expect(tally.bytesOut - written).toBe(bytes)
    first.stop()
    const isAway = ({ msg }: { msg: string }) => msg === 'the relay is not connected'
    await expect.poll(() => gateway.logged.some(isAway)).toBe(true)
    for (const text of ['while', 'away']) say(ann, text)
    await ann.until('away')
    const second = new LineServer()
    await second.listen(port)
    await second.until('Ann: while\nAnn: away\n')
    say(ann, 'after')
    await second.until('Ann: after\n')
    expect(second.received).toBe('Ann: while\nAnn: away\nAnn: after\n')
    const left = ann.messages.flatMap((one) => (one.type === 'presence' ? one.left : []))
    expect(left).toEqual([])
  })

  it('do not broadcast the /resume code in the greeting of another Oneroom server', async () => {
    const other = await testGateway()
    const relay = { address: { host, port: other.tcp.port }, room: undefined }
    const { webUrl } = await testGateway({ relay })
    // The log, since the greeting may arrive before anybody could join.
    const texts = async () => (await everything(webUrl)).map(({ text }) => text)
    await expect.poll(texts).toContain('Type to talk. /help lists the commands, bye leaves.')
    expect(await texts()).toHaveLength(4)
    expect((await texts()).join()).not.toMatch(/\/resume \S+\./)
  })

  it('give the code that another Oneroom server asks for, and do not broadcast it', async () => {
    const other = await testGateway({ code: 'amber-fox-lamp' })
    const eve = await pageClient(other.webUrl)
    await eve.hello({ name: 'Eve', code: 'amber-fox-lamp' })
    const relay = { address: { host, port: other.tcp.port }, room: undefined }
    const gateway = await testGateway({ relay, relayCode: 'Amber fox lamp' })
    const ann = await joined(gateway)
    say(ann, 'from here')
    await eve.until('Ann: from here')
    eve.send({ type: 'say', text: 'from there' })
    // The relay passes on lines.
    const texts = () => ann.texts.join('\n')
    await expect.poll(texts).toContain('Eve: from there')
    expect(eve.texts).toEqual(['Ann: from here', 'from there'])
    const all = (await everything(gateway.webUrl)).map(({ text }) => text).join()
    expect(all).not.toMatch(/lamp|\/resume [\w-]{10}|needs a code/)
    expect(JSON.stringify(gateway.logged)).not.toMatch(/lamp/i)
  })

  it('do not say the code to a server that does not ask, and say that it is wrong', async () => {
    const open = new LineServer()
    const relay = { address: { host, port: await open.listen() }, room: undefined }
    const { webUrl } = await testGateway({ relay, relayCode: 'red panda' })
    await expect.poll(() => open.clients.size).toBe(1)
    open.say('welcome')
    const ann = await joined({ webUrl } as TestGateway)
    say(ann, 'hello')
    await open.until('Ann: hello\n')
    expect(open.received).toBe('Ann: hello\n')
    expect((await everything(webUrl)).map(({ text }) => text)).toEqual(['welcome', 'hello'])
    const other = await testGateway({ code: 'amber-fox-lamp' })
    const wrong = await testGateway({
      relay: { address: { host, port: other.tcp.port }, room: undefined },
      relayCode: 'red panda',
    })
    await expect
      .poll(() => wrong.logged.find(({ msg }) => msg === 'the relay is not connected'))
      .toMatchObject({ reason: '--relay-code is wrong' })
    expect(await everything(wrong.webUrl)).toEqual([])
  })

  it.each(['127.0.0.1', '0.0.0.0'])('cannot be the same server, bound to %s', async (bound) => {
    const placeholder = new LineServer()
    const port = await placeholder.listen(await fixedPort())
    placeholder.stop()
    const relay = { address: { host: 'localhost', port }, room: undefined }
    const fault = `--relay localhost:${port} is this server itself.`
    await expect(testGateway({ host: bound, tcpPort: port, relay })).rejects.toThrow(fault)
    await expect(testGateway({ host: bound, webPort: port, relay })).rejects.toThrow(fault)
  })

  it('let the server start and stop while the other server is away', async () => {
    const timers = watchTimers()
    const server = new LineServer()
    const port = await server.listen(await fixedPort())
    server.stop()
    const gateway = await testGateway({ relay: { address: { host, port }, room: undefined } })
    await expect
      .poll(() => gateway.logged.find(({ msg }) => msg === 'the relay is not connected'))
      .toMatchObject({ relay: `${host}:${port}`, reason: 'ECONNREFUSED' })
    await gateway.close()
    expect(timers()).toEqual([])
  })
})

it('the relay dialect encodes events only, and decodes every line as a message', () => {
  const dialect = relayDialect('{name}: {text}').open()
  const presence = { joined: [], left: [], renamed: [], memberCount: 1 }
  expect(dialect.encode({ type: 'presence', ...presence })).toEqual([])
  const from = { id: 'a', name: 'Ann', via: 'web' } as const
  const events: RoomEvent[] = [{ seq: 1, at: '', kind: 'notice', from, text: 'moved' }]
  expect(dialect.encode({ type: 'events', events })).toEqual([{ text: '* moved', own: 'a' }])
  expect(dialect.decode('  ')).toEqual({ type: 'nothing' })
  const words = 'type /resume CODE'
  expect(dialect.decode(words)).toEqual({ type: 'request', request: { type: 'say', text: words } })
})

describe('an echo', () => {
  it('matches each sent line once, and for 10 s', () => {
    const echoes = new Echoes(false)
    echoes.sent('one', 0)
    echoes.sent('one', 0)
    expect([echoes.take('one\r', 1), echoes.take('one', 1), echoes.take('one', 1)]).toEqual([
      true,
      true,
      false,
    ])
    echoes.sent('late', 0)
    expect(echoes.take('late', 10_001)).toBe(false)
  })

  it('may have a prefix only if the sent line contains a name', () => {
    const [named, bare] = [new Echoes(true), new Echoes(false)]
    named.sent('Ann: ok', 0)
    bare.sent('ok', 0)
    expect(named.take('<x> Ann: ok', 1)).toBe(true)
    expect(bare.take('bob: ok', 1)).toBe(false)
  })
})
