/** Programs as users write them, and the example of the README. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { testFolder } from '../support/folder.ts'
import { testGateway } from '../support/gateway.ts'
import { need } from '../support/installed.ts'
import { Program } from '../support/program.ts'
import { greeted } from '../support/raw.ts'

const python = need('python3')
const bash = need('bash')
const utf8 = { env: { ...process.env, PYTHONIOENCODING: 'utf-8', PYTHONUNBUFFERED: '1' } }
const root = join(import.meta.dirname, '../..')

/** Runs a program with its default port replaced by the given one. */
function run(command: string, source: string, port: number): Program {
  const path = join(testFolder(), 'program')
  writeFileSync(path, source.replaceAll('8080', `${port}`))
  return new Program(command, [path], utf8)
}

const lockstep = readFileSync(join(root, 'docs/examples/lockstep.py'), 'utf8')

describe('a program that sends once and reads once in a loop', () => {
  const turns: [string, string, string][] = [
    ['a reported program', readFileSync(join(root, 'test/fixtures/client.py'), 'utf8'), ''],
    ['the program of the README', lockstep, 'hello\n'],
  ]

  it.skipIf(!python).each(turns)(
    '%s, sends and receives messages',
    async (_whose, source, first) => {
      const { tcp } = await testGateway()
      const { client: ann } = await greeted(tcp.port)
      const student = run(python as string, source, tcp.port)
      await student.until('Welcome to Oneroom. You are guest-2;')
      student.type(first)
      await ann.until(/guest-2: (This is from Client|hello)\n/)
      ann.send('You have been connected. 🎉\n')
      ann.send('/who\n')
      await ann.until('2 here')
      student.type('Thank you, सर.\n')
      await ann.until('guest-2: Thank you, सर.\n')
      await student.until('guest-1: You have been connected. 🎉')
      student.type('bye\n')
      expect(await student.untilExit()).toBe(0)
      await ann.until('* guest-2 left\n')
      expect(student.stderr).toBe('')
    },
  )

  it.skipIf(!python)('can read a backlog after /turn', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const student = run(python as string, lockstep, tcp.port)
    await student.until('Welcome to Oneroom.')
    student.type('/turn on\n')
    await student.until('/turn is on now.')
    const lines = Array.from({ length: 40 }, (_, at) => `${at} ${'€'.repeat(60)}`)
    ann.send(`${lines.join('\n')}\n/who\n`)
    await ann.until('2 here')
    // Characters of three bytes and reads of 1024: without /turn a read would cut one in two.
    for (let turn = 0; !student.stdout.includes('39 €') && turn < 30; turn += 1) {
      student.type(`turn ${turn}\n`)
      await ann.until(`guest-2: turn ${turn}\n`)
    }
    await student.until(`39 ${'€'.repeat(60)}`)
    expect(student.stderr).toBe('')
    expect(student.exitCode).toBeUndefined()
  })
})

describe('bash, with nothing installed', () => {
  it.skipIf(!bash)('sends and receives through /dev/tcp', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const source =
      'exec 3<>/dev/tcp/127.0.0.1/8080\ncat <&3 &\nwhile read -r line; do echo "$line" >&3; done'
    const shell = run(bash as string, source, tcp.port)
    await shell.until('bye leaves.')
    shell.type('Grüße 🙂\n')
    await ann.until('guest-2: Grüße 🙂\n')
    ann.send('नमस्ते\n')
    await shell.until('guest-1: नमस्ते\n')
    shell.type('bye\n')
    await shell.until('Goodbye, guest-2.')
    await ann.until('* guest-2 left\n')
  })
})
