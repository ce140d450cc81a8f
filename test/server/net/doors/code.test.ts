/** The room code: who comes in, over each kind of connection. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { codeCommand } from '../../../../server/code.ts'
import { testFolder } from '../../../support/folder.ts'
import { type TestGateway, testGateway } from '../../../support/gateway.ts'
import { pageClient } from '../../../support/page.ts'
import { oneroom } from '../../../support/program.ts'
import { greeted, rawClient } from '../../../support/raw.ts'

const CODE = 'amber-fox-lamp'
const guarded = (): Promise<TestGateway> => testGateway({ code: CODE })
const HELLO = '{"type":"hello","protocol":1'

describe('at nc', () => {
  it('is asked for, and is not said', async () => {
    const { tcp, room } = await guarded()
    const client = await rawClient(tcp.port)
    await client.until('! This room needs a code. Type it here.\n')
    client.send('hello\n')
    await client.until('! That is not the code. Type it again, or wait until a host lets you in.\n')
    client.send('/who\n/help\n')
    await client.until('! This room needs a code.')
    await client.until('/quit')
    client.send('Amber  FOX, lamp\n')
    await client.until(/bye leaves\.\n/)
    client.send('I am in\n')
    await expect.poll(() => room.log.head()).toBe(1)
    expect((await room.log.read(1, 10)).map(({ text }) => text)).toEqual(['I am in'])
  })

  it('can be the first line, before the server speaks', async () => {
    const { tcp, room } = await guarded()
    const client = await rawClient(tcp.port)
    client.send(`${CODE}\nhello\n`)
    await client.until(/bye leaves\.\n/)
    await expect.poll(() => room.log.head()).toBe(1)
  })

  it('is in no log line, whether right or wrong', async () => {
    const { tcp, logged } = await guarded()
    const client = await rawClient(tcp.port)
    client.send(`wrong-code-words\n${CODE}\n`)
    await client.until(/bye leaves\.\n/)
    client.socket.destroy()
    await expect.poll(() => logged.some(({ msg }) => msg === 'left')).toBe(true)
    expect(JSON.stringify(logged)).not.toMatch(/amber|wrong-code/)
  })
})

describe('in JSON', () => {
  it('is a field of the hello, which may be sent again', async () => {
    const { webUrl } = await guarded()
    const client = await pageClient(webUrl)
    client.send({ type: 'hello', protocol: 1 })
    await client.next('error', ({ code }) => code === 'code_needed')
    client.send({ type: 'say', text: 'hello' })
    await client.next('error', ({ code }) => code === 'hello_first')
    client.send({ type: 'hello', protocol: 1, code: 'amber-fox' })
    await client.next('error', ({ code }) => code === 'code_wrong')
    const welcome = await client.hello({ code: 'AMBER FOX LAMP' })
    expect(welcome.code).toBe(CODE)
  })

  it('over raw TCP after the server has asked for the code', async () => {
    const { tcp } = await guarded()
    const client = await rawClient(tcp.port)
    await client.until('Type it here.\n')
    client.send(`${HELLO}}\n`)
    await client.until('"code":"code_needed"')
    client.send(`${HELLO},"code":"${CODE}"}\n`)
    await client.until('"type":"welcome"')
  })

  it('is not needed by a person who returns with their token', async () => {
    const { webUrl } = await guarded()
    const client = await pageClient(webUrl)
    const { token, you } = await client.hello({ name: 'Ann', code: CODE })
    const again = await pageClient(webUrl)
    expect((await again.hello({ token })).you).toEqual(you)
  })
})

describe('over HTTP', () => {
  it('is a bearer token of what concerns the rooms', async () => {
    const { webUrl } = await guarded()
    const status = async (path: string, headers: Record<string, string>, body?: string) => {
      const method = body === undefined ? 'GET' : 'POST'
      const response = await fetch(webUrl + path, { method, headers, body: body ?? null })
      return response.status
    }
    const right = { authorization: `Bearer ${CODE}` }
    for (const path of ['/api/events', '/api/rooms', '/metrics']) {
      expect(await status(path, {})).toBe(401)
      expect(await status(path, { authorization: 'Bearer fox' })).toBe(401)
      expect(await status(path, right)).toBe(200)
    }
    expect(await status('/api/say', {}, 'hello')).toBe(401)
    expect(await status('/api/say', right, 'hello')).toBe(201)
    for (const path of ['/', '/healthz', '/api/address']) expect(await status(path, {})).toBe(200)
  })
})

describe('a server', () => {
  it('needs no code if its operator opens it, or trusts the address', async () => {
    const open = await testGateway({ host: '0.0.0.0', open: true })
    await greeted(open.tcp.port)
    const trusting = await testGateway({
      code: CODE,
      trust: { networks: ['127.0.0.0/8'], limitsLocal: false },
    })
    await greeted(trusting.tcp.port)
  })

  it('that other machines can reach makes a code, and keeps it', async () => {
    const data = testFolder()
    const first = await testGateway({ host: '0.0.0.0', data })
    const { words = '' } = first.rooms.doors
    expect(words).toMatch(/^[a-z]+-[a-z]+-[a-z]+$/)
    await first.close()
    const second = await testGateway({ host: '0.0.0.0', data })
    expect(second.rooms.doors.words).toBe(words)
    const client = await rawClient(second.tcp.port)
    client.send(`${words}\n`)
    await client.until(/bye leaves\.\n/)
  })

  it('prints the code with the lines to join', async () => {
    const server = oneroom(
      '--host',
      '0.0.0.0',
      '--web-port',
      '0',
      '--tcp-port',
      '0',
      '--data',
      ':memory:',
    )
    const text = await server.until('Waiting for client request..\n')
    const [, code] = /\n {2}code (\S+)\n/.exec(text) ?? []
    expect(text).toMatch(new RegExp(`web {2}http://[\\d.]+:\\d+/#code=${code}\n`))
    onTestFinished(() => {
      server.child.kill()
    })
  })
})

describe('oneroom code', () => {
  const NOW = Date.parse('2030-01-01T00:00:00Z')

  it('shows, changes and expires the code of a server that runs', async () => {
    const data = testFolder()
    const { tcp } = await testGateway({ code: CODE, data })
    expect(await codeCommand(data, {}, NOW)).toEqual({ line: CODE })
    const client = await rawClient(tcp.port)
    await client.until('Type it here.\n')
    const changed = await codeCommand(data, { new: true }, NOW)
    const words = 'line' in changed ? changed.line : ''
    client.send(`${CODE}\n`)
    await client.until('That is not the code.')
    client.send(`${words}\n`)
    await client.until(/bye leaves\.\n/)
    expect(await codeCommand(data, { for: '2h' }, NOW)).toEqual({
      line: `${words} (until 2030-01-01T02:00:00.000Z)`,
    })
    await codeCommand(data, { for: '1m' }, Date.now() - 60_001)
    expect(await codeCommand(data, {}, Date.now())).toEqual({
      line: expect.stringContaining('expired'),
    })
    const late = await rawClient(tcp.port)
    late.send(`${words}\n`)
    await late.until('That is not the code.')
  })

  it('names what is wrong', async () => {
    const data = testFolder()
    await (await testGateway({ data })).close()
    expect(await codeCommand(data, {}, NOW)).toEqual({
      fault: 'There is no room code yet. Make one with --new.',
    })
    expect(await codeCommand(data, { set: 'a b' }, NOW)).toEqual({
      fault: '--set "a b" must have 4 to 64 letters and digits.',
    })
    expect(await codeCommand(data, { new: true, for: 'soon' }, NOW)).toEqual({
      fault: '--for "soon" is not a time such as 90m, 2h or 7d.',
    })
    const missing = oneroom('code', '--data', testFolder())
    expect(await missing.untilExit()).toBe(2)
    expect(missing.stderr).toMatch(/^oneroom: The data folder \S+ has no log\.\n$/)
  })
})

describe('oneroom connect', () => {
  it('gives the code, or says that it needs one', async () => {
    const { tcp, room } = await guarded()
    const address = `127.0.0.1:${tcp.port}`
    const right = oneroom('connect', address, '--code', CODE)
    right.child.stdin?.end('hello\n')
    expect(await right.untilExit()).toBe(0)
    expect(room.log.head()).toBe(1)
    const missing = oneroom('connect', address)
    missing.child.stdin?.end('hello\n')
    expect(await missing.untilExit()).toBe(1)
    expect(missing.stderr).toContain('Give the code of the room with --code.')
    expect(room.log.head()).toBe(1)
  })
})
