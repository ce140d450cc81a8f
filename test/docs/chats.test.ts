/** The small clients in `docs/examples`, in each language, and the two programs of the report. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startersFor } from '../../web/starters.ts'
import { testFolder } from '../support/folder.ts'
import { testGateway } from '../support/gateway.ts'
import { need, which } from '../support/installed.ts'
import { long } from '../support/long.ts'
import { fixedPort, Program } from '../support/program.ts'
import { greeted } from '../support/raw.ts'
import { root } from './pages.ts'

const examples = join(root, 'docs/examples')
const env = { ...process.env, PYTHONIOENCODING: 'utf-8', PYTHONUNBUFFERED: '1' }

/** Writes an example with the port; compilers write beside it. */
function source(name: string, port: number): { path: string; folder: string } {
  const folder = testFolder()
  const path = join(folder, name)
  const text = readFileSync(join(examples, name), 'utf8')
  writeFileSync(path, text.replaceAll('8080', `${port}`))
  return { path, folder }
}

/** Prepares a program; the result starts it. */
type Prepare = (name: string, port: number) => () => Program

const interpreted =
  (interpreter: string, ...options: string[]): Prepare =>
  (name, port) => {
    const { path } = source(name, port)
    return () => new Program(interpreter, [...options, path], { env })
  }

/** `made`: the arguments of the compiler. `runner`: runs what it has made. */
const compiled =
  (compiler: string, made: (path: string, to: string) => string[], ...runner: string[]): Prepare =>
  (name, port) => {
    const { path, folder } = source(name, port)
    const to = join(folder, 'chat.exe')
    const { status, stderr } = spawnSync(compiler, made(path, to), { encoding: 'utf8', env })
    expect(status, stderr).toBe(0)
    const [command = '', ...args] = [...runner, to]
    return () => new Program(command, args, { env })
  }

const isThere = (...programs: string[]): boolean => programs.every((one) => which(one))
/** Compilers are large, so they are not installed for a test. */
const chats: [name: string, isThere: boolean, prepare: Prepare][] = [
  ['chat_select.py', need('python3') !== undefined, interpreted('python3')],
  ['chat_asyncio.py', need('python3') !== undefined, interpreted('python3')],
  ['chat.sh', need('bash') !== undefined, interpreted('bash')],
  ['chat.php', need('php') !== undefined, interpreted('php')],
  ['chat.rb', need('ruby') !== undefined, interpreted('ruby')],
  ['Chat.cs', isThere('mcs', 'mono'), compiled('mcs', (path, to) => [`-out:${to}`, path], 'mono')],
  // Go is slow to compile.
  ['chat.go', long && isThere('go'), compiled('go', (path, to) => ['build', '-o', to, path])],
]

describe('the small client', () => {
  for (const [name, isInstalled, prepare] of chats) {
    it.skipIf(!isInstalled)(`${name} reads and writes at the same time, and leaves`, async () => {
      const { tcp } = await testGateway()
      const { client: ann } = await greeted(tcp.port)
      const start = prepare(name, tcp.port)
      const piped = start()
      piped.type('one\ntwo\n').child.stdin?.end()
      await ann.until(/: one\n.*: two\n\* guest-2 left\n/)
      expect(await piped.untilExit(), piped.stderr).toBe(0)
      ann.forget()
      const chat = start()
      await chat.until('You are guest-')
      ann.send('Grüße 🙂\n')
      await chat.until('guest-1: Grüße 🙂\n')
      chat.type('नमस्ते\nand another line\n')
      await ann.until(/: नमस्ते\n.*: and another line\n/)
      chat.type('bye\n')
      expect(await chat.untilExit(), chat.stderr).toBe(0)
      await ann.until(/\* guest-\d left\n/)
      expect(chat.stdout).toMatch(/Goodbye, guest-\d\.\n$/)
      expect(chat.stderr + piped.stderr).not.toMatch(/rror|xception|Traceback/)
    })
  }
})

describe('the programs of the report', () => {
  const python = need('python3')
  const report = interpreted('python3')

  it.skipIf(!python)('client.py reads once for each text that it sends', async () => {
    // On a busy machine, the server would greet first, and the program would be one answer behind.
    const { tcp } = await testGateway({}, { greetMs: 2000 })
    const { client: ann } = await greeted(tcp.port)
    const student = report('client.py', tcp.port)()
    await student.until('You are guest-2;')
    await ann.until('This is from Client\n')
    student.type('Thank you.\n')
    await student.until('guest-2: Thank you.')
    student.type('bye\n')
    expect(await student.untilExit(), student.stderr).toBe(0)
    await ann.until(/This is from Client\n.*Thank you\.\n\* guest-2 left\n/)
  })

  it.skipIf(!python)('server.py talks with client.py', async () => {
    const port = await fixedPort()
    const server = report('server.py', port)()
    await server.until('Waiting for client request..')
    const client = report('client.py', port)()
    await server.until('From Client :  This is from Client')
    server.type('You have been connected.\n')
    await client.until('From Server :  You have been connected.')
    client.type('bye\n')
    expect(await client.untilExit(), client.stderr).toBe(0)
    expect(await server.untilExit(), server.stderr).toBe(0)
  })
})

it('each of them is in the page, with the address of the server in it', () => {
  const tcp = { host: 'chat.example', port: 4711, tls: 'off' } as const
  const address = { tcp, udp: 4712, flood: { perSecond: 4, burst: 12 } }
  const starters = startersFor(address, null)
  const names = readdirSync(examples).filter((name) => /^(chat|client|server|udp)/i.test(name))
  expect(starters.map(({ file }) => file)).toEqual(expect.arrayContaining(names))
  for (const { file, source } of starters) {
    if (file === 'server.py') continue
    expect(source, file).toContain('chat.example')
    expect(source, file).toContain(file.startsWith('udp') ? '4712' : '4711')
    expect(source, file).not.toMatch(/127\.0\.0\.1|8080/)
  }
  const files = startersFor({ ...address, udp: undefined }, null).map(({ file }) => file)
  expect(files.filter((file) => file.startsWith('udp'))).toEqual([])
})
