/**
 * Programs of students in their languages, alone in the room: each ends its lines, and reads once
 * for each line that it sends.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { testFolder } from '../support/folder.ts'
import { type TestGateway, testGateway } from '../support/gateway.ts'
import { hasLuaSocket, need, which } from '../support/installed.ts'
import { long } from '../support/long.ts'
import { Program } from '../support/program.ts'
import { greeted } from '../support/raw.ts'
import { HANGING_MS } from '../support/waiting.ts'

const fixtures = join(import.meta.dirname, '../fixtures/students')
const env = { ...process.env, PYTHONIOENCODING: 'utf-8' }

/** Writes a program with the port of the gateway; compilers write beside it. */
function source(name: string, { tcp }: TestGateway): { path: string; folder: string } {
  const folder = testFolder()
  const path = join(folder, name)
  const text = readFileSync(join(fixtures, name), 'utf8')
  writeFileSync(path, text.replaceAll('8080', `${tcp.port}`))
  return { path, folder }
}

function compiled(compiler: string, args: string[]): void {
  const { status, stderr } = spawnSync(compiler, args, { encoding: 'utf8', env })
  expect(status, stderr).toBe(0)
}

/** Starts a program that is interpreted. */
const interpreted = (interpreter: string, name: string) => (gateway: TestGateway) =>
  new Program(interpreter, [source(name, gateway).path], { env })

function inC(gateway: TestGateway, ...args: string[]): Program {
  const { path, folder } = source('echo.c', gateway)
  compiled('gcc', ['-o', join(folder, 'echo'), path])
  return new Program(join(folder, 'echo'), args)
}

function inGo(gateway: TestGateway): Program {
  const { path, folder } = source('echo.go', gateway)
  compiled('go', ['build', '-o', join(folder, 'echo'), path])
  return new Program(join(folder, 'echo'), [])
}

function inJava(gateway: TestGateway, ...args: string[]): Program {
  const { path, folder } = source('Echo.java', gateway)
  compiled('javac', ['-d', folder, path])
  return new Program('java', [
    '-Xshare:auto',
    '-XX:TieredStopAtLevel=1',
    '-cp',
    folder,
    'Echo',
    ...args,
  ])
}

type Student = [language: string, isThere: boolean, start: (gateway: TestGateway) => Program]
const students: Student[] = [
  ['Ruby', need('ruby') !== undefined, interpreted('ruby', 'echo.rb')],
  ['PHP', need('php') !== undefined, interpreted('php', 'echo.php')],
  ['Lua', need('lua5.4') !== undefined && hasLuaSocket(), interpreted('lua5.4', 'echo.lua')],
  ['bash', need('bash') !== undefined, interpreted('bash', 'echo.sh')],
  ['Python', need('python3') !== undefined, interpreted('python3', 'echo.py')],
  // Compilers are large, so they are not installed for a test, and Go is slow to compile.
  ['C, if gcc is installed,', which('gcc') !== undefined, inC],
  ['Go, if it is installed and in the long form,', long && which('go') !== undefined, inGo],
  ['Java, if a JDK is installed,', which('javac') !== undefined, inJava],
]

/** Answers so far. */
const echoes = (program: Program): number => program.stdout.split('echo: ').length - 1

async function say(program: Program, text: string): Promise<string> {
  const before = echoes(program)
  program.type(`${text}\n`)
  await program.until(new RegExp(`(echo: .*){${before + 1}}\\n`, 's'))
  return program.stdout.split('echo: ').at(-1) as string
}

describe('a program that ends its lines and reads once for each', () => {
  for (const [language, isThere, start] of students) {
    it.skipIf(!isThere)(`in ${language} gets an answer to each, alone in the room`, async () => {
      const student = start(await testGateway({}, { greetMs: HANGING_MS }))
      // The greeting has four lines. A program that reads single lines gets them first.
      for (let line = 1; line <= 7; line += 1) await say(student, `line ${line}`)
      expect(await say(student, 'the eighth')).toMatch(/guest-1: (line [45]|the eighth)\n/)
    })
  }
})

it.skipIf(which('gcc') === undefined)(
  'a program in C, if gcc is installed, says only what was typed from its one buffer',
  async () => {
    const gateway = await testGateway()
    const { client: ann } = await greeted(gateway.tcp.port)
    const student = inC(gateway, 'whole')
    await student.until('greeted')
    ann.send('a line that is longer than all that the program says\n')
    await ann.until('* guest-2 joined')
    await say(student, 'hello')
    ann.send('and another\n')
    await say(student, 'hi')
    ann.send('over\n')
    await say(student, 'bye')
    await ann.until('* guest-2 left\n')
    const heard = [...ann.text.matchAll(/guest-2: (.*)\n/g)].map(([, text]) => text)
    expect(heard).toEqual(['hello', 'hi'])
  },
)

it.skipIf(which('javac') === undefined)(
  'a program in Java, if a JDK is installed, reads strings with readUTF after it has sent one with writeUTF',
  async () => {
    // The server greets in text a client that is silent for some time.
    const student = inJava(await testGateway({}, { greetMs: HANGING_MS }), 'utf')
    expect(await say(student, 'hello')).toMatch(/^Welcome to Oneroom.*bye leaves\.\n/s)
    for (const text of ['Grüße', 'नमस्ते 🙂', 'again']) {
      expect(await say(student, text)).toContain(`guest-1: ${text}\n`)
    }
  },
)

const framing = [
  ["struct.pack('<I', n)", "struct.pack('<I', len(text)) + text"],
  ["struct.pack('<H', n)", "struct.pack('<H', len(text)) + text"],
  ['a header of 10 characters', "f'{len(text):<10}'.encode() + text"],
  ['a header of 64 characters', 'str(len(text)).encode().ljust(64) + text'],
  ["encode('utf-16')", "(text.decode() + '\\n').encode('utf-16')"],
  ["encode('utf-8-sig')", "(text.decode() + '\\n').encode('utf-8-sig')"],
]

it.skipIf(need('python3') === undefined)(
  'programs in Python that send lengths or byte order marks are understood',
  async () => {
    const gateway = await testGateway()
    const { client: ann } = await greeted(gateway.tcp.port)
    const path = join(testFolder(), 'framed.py')
    const sends = framing.map(
      ([name, bytes]) => `  ${JSON.stringify(name)}: lambda text: ${bytes},`,
    )
    writeFileSync(
      path,
      `import socket, struct
formats = {
${sends.join('\n')}
}
for pack in formats.values():
    room = socket.create_connection(('127.0.0.1', ${gateway.tcp.port}))
    room.recv(1024)
    for text in ['hello, नमस्ते', 'again']:
        room.sendall(pack(text.encode()))
        room.recv(1024)
    room.close()
`,
    )
    const program = new Program('python3', [path], { env })
    for (let guest = 2; guest < 2 + framing.length; guest += 1) {
      for (const text of ['hello, नमस्ते', 'again']) {
        await ann.until(`guest-${guest}: ${text}\n`)
        ann.send('I see\n')
      }
    }
    expect(await program.untilExit(), program.stderr).toBe(0)
    // Ann sees her own lines while she is alone.
    const heard = ann.text.match(/guest-[2-9]: .*/g)
    expect(heard, ann.text).toHaveLength(2 * framing.length)
  },
)
