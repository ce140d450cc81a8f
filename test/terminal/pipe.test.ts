import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createConnection, createServer } from 'node:net'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { everything } from '../support/events.ts'
import { testFolder } from '../support/folder.ts'
import { serveInProcess } from '../support/gateway.ts'
import { pageClient } from '../support/page.ts'
import { fixedPort, oneroom, Program, type Served, serve } from '../support/program.ts'
import { main } from '../support/tmux.ts'

function connect({ tcpPort }: Served, ...args: string[]): Program {
  return oneroom('connect', `127.0.0.1:${tcpPort}`, ...args)
}

async function texts({ webUrl }: Served): Promise<string[]> {
  return (await everything(webUrl)).map(({ text }) => text)
}

describe('oneroom connect in a pipe', () => {
  it('sends each line unchanged, and ends after its input when every line is acknowledged', async () => {
    const served = await serveInProcess()
    const command = `seq 3000 | '${process.execPath}' '${main}' connect 127.0.0.1:${served.tcpPort} --name seq`
    const program = new Program('sh', ['-c', command])
    expect(await program.untilExit()).toBe(0)
    expect(await texts(served)).toEqual(Array.from({ length: 3000 }, (_, at) => `${at + 1}`))
    expect([program.stdout, program.stderr]).toEqual(['', ''])
  })

  it('obeys no command and loses no part of a long line', async () => {
    const served = await serveInProcess()
    const program = connect(served)
    program.child.stdin?.end(`/quit\nbye\n\n//x\r\n${'é'.repeat(5000)}\n{"type":"hello"}\nlast`)
    expect(await program.untilExit()).toBe(0)
    const said = await texts(served)
    expect(said.slice(0, 3)).toEqual(['/quit', 'bye', '//x'])
    expect(said.slice(3, -2).join('')).toBe('é'.repeat(5000))
    expect(said.slice(-2)).toEqual(['{"type":"hello"}', 'last'])
  })

  it('prints messages of others as text, or each event as a line of JSON', async () => {
    const served = await serveInProcess()
    const [text, json] = [connect(served), connect(served, '--json')]
    const bob = await pageClient(served.webUrl)
    const { members } = await bob.hello({ name: 'Bob' })
    // On a busy machine, a program may be a guest before its hello.
    const programs = () => {
      const joined = bob.messages.flatMap((one) => (one.type === 'presence' ? one.joined : []))
      const all = [...members, ...joined].filter(({ via }) => via === 'json')
      return new Set(all.map(({ id }) => id)).size
    }
    await expect.poll(programs).toBe(2)
    bob.send({ type: 'say', id: 'one', text: 'grüß dich' })
    expect(await text.until('\n')).toMatch(/^\[\d\d:\d\d\] Bob: grüß dich\n$/)
    expect(JSON.parse(await json.until('\n'))).toMatchObject({
      seq: 1,
      kind: 'message',
      from: { name: 'Bob', via: 'web' },
      text: 'grüß dich',
      id: 'one',
    })
  })

  it('reads and writes in the room of its address only', async () => {
    const served = await serveInProcess()
    const address = `127.0.0.1:${served.tcpPort}/Physics%20lab`
    const [text, json] = ['text', 'json'].map((name) =>
      oneroom('connect', address, '--name', name, ...(name === 'json' ? ['--json'] : [])),
    ) as [Program, Program]
    const [bob, carol] = [await pageClient(served.webUrl), await pageClient(served.webUrl)]
    await bob.hello({ name: 'Bob' })
    const { members } = await carol.hello({ name: 'Carol', room: 'physics lab' })
    if (members.length < 3) await carol.next('presence', ({ memberCount }) => memberCount === 3)
    bob.send({ type: 'say', text: 'in the lobby' })
    await bob.until('in the lobby')
    carol.send({ type: 'say', text: 'in the lab' })
    expect(await text.until('\n')).toMatch(/^\[\d\d:\d\d\] Carol: in the lab\n$/)
    expect(JSON.parse(await json.until('\n'))).toMatchObject({ seq: 1, text: 'in the lab' })
    text.child.stdin?.end('from the pipe\n')
    expect(await text.untilExit()).toBe(0)
    expect((await carol.until('from the pipe')).from.name).toBe('text')
    expect(await texts(served)).toEqual(['in the lobby'])
  })

  it('ends with 1 if it cannot enter the room', async () => {
    const served = await serveInProcess({ rooms: { type: 'listed', names: ['maths'] } })
    const program = oneroom('connect', `127.0.0.1:${served.tcpPort}/physics`)
    expect(await program.untilExit()).toBe(1)
    expect(program.stderr).toBe('oneroom: There is no such room.\n')
  })

  it('survives a restart of the server, and sends every message once', async () => {
    const data = testFolder()
    const ports = ['--tcp-port', `${await fixedPort()}`]
    const first = await serve('--data', data, '--flood', 'off', ...ports)
    const program = connect(first, '--name', 'tail')
    program.type('one\n')
    await expect.poll(() => texts(first)).toEqual(['one'])
    first.server.child.kill('SIGKILL')
    await expect.poll(() => program.stderr).toMatch(/^oneroom: .* Trying again\.\n/)
    program.type('two\nthree\n')
    program.child.stdin?.end()
    const second = await serve('--data', data, ...ports)
    expect(await program.untilExit()).toBe(0)
    expect(await texts(second)).toEqual(['one', 'two', 'three'])
  })

  it('reconnects with another name if its own is taken', async () => {
    const data = testFolder()
    const first = await serve('--data', data)
    let { tcpPort } = first
    const way = createServer((client) => {
      const server = createConnection(tcpPort, '127.0.0.1')
      for (const one of [client, server]) one.on('error', () => {})
      client.pipe(server).pipe(client)
      server.on('close', () => client.destroy())
    })
    onTestFinished(() => {
      way.close()
    })
    await new Promise<void>((resolve) => way.listen(0, '127.0.0.1', resolve))
    const { port } = way.address() as { port: number }
    const program = connect({ ...first, tcpPort: port }, '--name', 'tail')
    program.type('one\n')
    await expect.poll(() => texts(first)).toEqual(['one'])
    first.server.child.kill('SIGKILL')
    program.child.stdin?.end('two\n')
    const second = await serve('--data', data)
    await (await pageClient(second.webUrl)).hello({ name: 'tail' })
    tcpPort = second.tcpPort
    expect(await program.untilExit()).toBe(0)
    expect(program.stderr).toContain('You are tail-2 now.\n')
    expect((await everything(second.webUrl)).map(({ from, text }) => [from.name, text])).toEqual([
      ['tail', 'one'],
      ['tail-2', 'two'],
    ])
  })

  it('says under which name it joins, if the one it asked for is taken', async () => {
    const served = await serveInProcess()
    await (await pageClient(served.webUrl)).hello({ name: 'Ann' })
    const program = connect(served, '--name', 'Ann')
    program.child.stdin?.end('hi\n')
    expect(await program.untilExit()).toBe(0)
    expect(program.stderr).toBe(
      'oneroom: Ann is taken, or looks like a name that is; this client takes the name Ann-2.\n',
    )
    expect((await everything(served.webUrl)).map(({ from }) => from.name)).toEqual(['Ann-2'])
  })

  it('reads no further ahead than the room takes', async () => {
    const served = await serveInProcess({ flood: { perSecond: 50, burst: 10 } })
    const program = connect(served)
    const lines = `${'x'.repeat(99)}\n`
    let written = 0
    // A pipe buffers 64 kB; the client has read everything above that.
    const input = program.child.stdin
    const more = (): void => {
      while (input?.write(lines) && written < 200_000) written += 1
    }
    input?.on('drain', more)
    more()
    await expect.poll(async () => (await texts(served)).length).toBeGreaterThan(40)
    expect(written).toBeLessThan(5000)
    program.child.kill('SIGTERM')
    expect(await program.untilExit()).toBe(1)
    expect(program.stderr).toMatch(/lines were not acknowledged\.\n$/)
  })

  it('ends well when its reader has read enough', async () => {
    const served = await serveInProcess()
    const command = `sleep 600 | '${process.execPath}' '${main}' connect 127.0.0.1:${served.tcpPort} --json | head -n 1`
    const program = spawn('sh', ['-c', command], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => {
      process.kill(-(program.pid as number), 'SIGKILL')
    })
    const bob = await pageClient(served.webUrl)
    const { members } = await bob.hello({ name: 'Bob' })
    if (members.length < 2) await bob.next('presence', ({ memberCount }) => memberCount === 2)
    // The client notices a closed output only when it writes the next line.
    const hasLeft = (): boolean =>
      bob.messages.some((one) => one.type === 'presence' && one.left.length === 1)
    await expect
      .poll(() => {
        bob.send({ type: 'say', text: 'more' })
        return hasLeft()
      })
      .toBe(true)
  })

  it('ends at a signal, also if its output is not read', async () => {
    const served = await serveInProcess()
    const args = [main, 'connect', `127.0.0.1:${served.tcpPort}`, '--json']
    // The output is a pipe that this test does not read.
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'ignore'] })
    onTestFinished(() => {
      child.kill('SIGKILL')
    })
    const bob = await pageClient(served.webUrl)
    const { members } = await bob.hello({ name: 'Bob' })
    if (members.length < 2) await bob.next('presence', ({ memberCount }) => memberCount === 2)
    const texts = Array.from({ length: 500 }, (_, at) => `${at} ${'x'.repeat(4000)}`)
    for (const text of texts) bob.send({ type: 'say', text })
    await bob.until(texts.at(-1) as string)
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    expect(await exited).toEqual([0, null])
  })

  it('exits with 1 if no server listens there, or another kind of server', async () => {
    const refused = oneroom('connect', '127.0.0.1:1')
    expect(await refused.untilExit()).toBe(1)
    expect(refused.stderr).toBe(
      'oneroom: No server listens at 127.0.0.1:1: the connection was refused.\n',
    )
    const other = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
    onTestFinished(() => {
      other.close()
    })
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as { port: number }
    const wrong = oneroom('connect', `127.0.0.1:${port}`)
    expect(await wrong.untilExit()).toBe(1)
    expect(wrong.stderr).toMatch(/^oneroom: 127\.0\.0\.1:\d+ is not a Oneroom server\.\n$/)
    const { webUrl } = await serveInProcess()
    const page = oneroom('connect', new URL(webUrl).host)
    expect(await page.untilExit()).toBe(1)
    expect(page.stderr).toMatch(
      /^oneroom: 127\.0\.0\.1:\d+ speaks HTTP: it is the address of a page\./,
    )
  })

  it.each([[], ['--json'], ['--color', 'always']])(
    'prints no control characters, whatever the server sends, with %j %j',
    async (...args: string[]) => {
      const evil = { id: 'e', name: 'e\x1b[2Jvil', via: 'tcp' }
      const at = '2026-11-22T12:21:15.123Z'
      const text = 'a\x9bb\u202ec\x07\n\x1b]0;x'
      const unknown = { 'k\x9b2J': { '\x9d0;t\x9c': 1 } }
      const event = { seq: 1, at, kind: 'message', from: evil, text, ...unknown }
      const you = { id: 'y', name: 'you', via: 'json' }
      const resets = { head: 0, resumed: null, reset: null, events: [], limits }
      const members = { members: [you], memberCount: 1 }
      const welcome = {
        type: 'welcome',
        protocol: 1,
        you,
        token: 't',
        epoch: 'e',
        ...resets,
        ...members,
      }
      const other = createServer((socket) => {
        socket.on('error', () => {})
        for (const one of [welcome, { type: 'events', events: [event] }]) {
          socket.write(`${JSON.stringify(one)}\n`)
        }
      })
      onTestFinished(() => {
        other.close()
      })
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
      const { port } = other.address() as { port: number }
      const program = oneroom('connect', `127.0.0.1:${port}`, ...args)
      // The client itself adds colours only.
      const printed = stripVTControlCharacters(await program.until(/c\^G.*\n/))
      expect(printed).toContain('e^[[2Jvil')
      expect(printed).toMatch(/a\\+u009bb/)
      const [first = '', ...others] = printed.trimEnd().split('\n')
      for (const line of [first, ...others]) expect(line).not.toMatch(/\p{Cc}/u)
      for (const line of others) expect(line).toMatch(/^ {10}\| /)
      program.child.kill('SIGTERM')
    },
  )

  it.each([
    [['localhost/a:b'], /"a:b" is not a room\. A name cannot contain ":"\.\n$/],
    [['localhost/'], /"" is not a room\. A name needs at least one letter, digit or emoji\.\n$/],
    [['http://localhost:3000/'], /is the address of a page\. Use the address for nc\./],
    [['no port:at all'], /is not an address\. Example: 127\.0\.0\.1:8080\.\n$/],
    [['localhost', '--name', 'a@b'], /A name cannot contain "@"\.\n$/],
    [['--color', 'pink'], /oneroom: .*--color/],
    [['--nonsense'], /oneroom: unknown option/],
  ])('exits with 2 for the wrong arguments %j', async (args, sentence) => {
    const program = oneroom('connect', ...args)
    expect(await program.untilExit()).toBe(2)
    expect(program.stderr).toMatch(sentence)
  })
})
