/** Programs as people write them, and as the README has them. */
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
const jq = need('jq')
const curl = need('curl')
const utf8 = { env: { ...process.env, PYTHONIOENCODING: 'utf-8', PYTHONUNBUFFERED: '1' } }
const root = join(import.meta.dirname, '../..')

/** Runs a program that names the usual ports, with those that are free here. */
function run(command: string, source: string, { tcp = 0, web = 0 }): Program {
  const path = join(testFolder(), 'program')
  writeFileSync(path, source.replaceAll('8080', `${tcp}`).replaceAll('3000', `${web}`))
  return new Program(command, [path], utf8)
}

/** The block of the README in this language that has `word` in it. */
function example(language: string, word: string): string {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const blocks = [...readme.matchAll(/```(\w+)\n(.*?)```/gs)]
  const found = blocks.find(([, its, text]) => its === language && text?.includes(word))
  return found?.[2] as string
}

describe('a program that sends and reads by turns', () => {
  const turns: [string, string, string][] = [
    ['the report’s', readFileSync(join(root, 'test/fixtures/client.py'), 'utf8'), ''],
    ['the README’s', example('python', 'a pause ends the message'), 'hello\n'],
  ]

  it.skipIf(!python).each(turns)(
    '%s, talks and hears what others said',
    async (_whose, source, first) => {
      const { tcp } = await testGateway()
      const { client: ann } = await greeted(tcp.port)
      const student = run(python as string, source, { tcp: tcp.port })
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

  it.skipIf(!python)('is not broken by a backlog when it asks for turns', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const source = example('python', 'a pause ends the message')
    const student = run(python as string, source, { tcp: tcp.port })
    await student.until('Welcome to Oneroom.')
    student.type('/turn\n')
    await student.until('/turn is on now.')
    const lines = Array.from({ length: 40 }, (_, at) => `${at} ${'€'.repeat(60)}`)
    ann.send(`${lines.join('\n')}\n/who\n`)
    await ann.until('2 here')
    // Three bytes a character, and reads of 1024: without turns one would be cut in two.
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
  it.skipIf(!bash)('talks through /dev/tcp', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const source =
      'exec 3<>/dev/tcp/127.0.0.1/8080\ncat <&3 &\nwhile read -r line; do echo "$line" >&3; done'
    const shell = run(bash as string, source, { tcp: tcp.port })
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

describe('the README’s program', () => {
  it.skipIf(!python)('in Python, which speaks JSON, tells the time', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const clock = run(python as string, example('python', '"type": "hello"'), { tcp: tcp.port })
    await ann.until('* clock joined (json)\n')
    ann.send('what time is it?\n')
    await ann.until(/clock: It is \d\d:\d\d\.\n/)
    expect(clock.stderr).toBe('')
  })

  it.skipIf(!bash || !jq)(
    'in bash, which speaks JSON through jq, says the load and prints what is said',
    async () => {
      const { tcp, close } = await testGateway()
      const { client: ann } = await greeted(tcp.port)
      const watch = run(bash as string, example('bash', 'jq'), { tcp: tcp.port })
      await ann.until('* watch joined (json)\n')
      await ann.until(/watch: load \d/)
      ann.send('Grüße "quoted" 🙂\n')
      await watch.until('guest-1: Grüße "quoted" 🙂\n')
      ann.socket.destroy()
      await close()
      await watch.untilExit()
    },
  )

  it.skipIf(!bash || !curl)('of curl says what it is given, and reads it again', async () => {
    const { tcp, webUrl } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const web = Number(new URL(webUrl).port)
    const script = run(bash as string, example('sh', '/api/say'), { web })
    expect(await script.untilExit()).toBe(0)
    await ann.until(/ci: deployed\n.*ci: deployed\n/s)
    expect(script.stdout.match(/"text":"deployed"/g)).toHaveLength(4)
  })
})
