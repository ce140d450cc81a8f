/** The programs that people begin with, as the page gives them away: with an address and a code. */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filled } from '../../web/filled.ts'
import { testFolder } from '../support/folder.ts'
import { testGateway } from '../support/gateway.ts'
import { need, which } from '../support/installed.ts'
import { pageClient } from '../support/page.ts'
import { Program } from '../support/program.ts'
import { root } from './pages.ts'

const CODE = 'rice-fish-jar'
// No compiler is installed for this test, since that of Java is large.
const cc = which('cc')
const java = which('javac') && which('java')

/** Each makes a command of the program's path. */
const programs: [name: string, make: ((path: string) => string[]) | undefined][] = [
  ['starter.py', inCase(need('python3'))],
  ['starter.mjs', inCase(process.execPath)],
  ['Starter.java', inCase(java)],
  ['starter.c', cc === undefined ? undefined : compiled],
]

function inCase(interpreter: string | undefined): ((path: string) => string[]) | undefined {
  return interpreter === undefined ? undefined : (path) => [interpreter, path]
}

function compiled(path: string): string[] {
  const output = path.replace(/\.c$/, '')
  const { status, stderr } = spawnSync(cc as string, ['-Wall', '-Wextra', path, '-o', output], {
    encoding: 'utf8',
  })
  expect([status, stderr]).toEqual([0, ''])
  return [output]
}

describe('a starter program', () => {
  it.each(programs)(
    '%s gives the code, says what is typed, and prints the room',
    async (name, make) => {
      if (make === undefined) return
      const { tcp, webUrl } = await testGateway({ code: CODE })
      const path = join(testFolder(), name)
      const source = readFileSync(join(root, 'docs/examples', name), 'utf8')
      writeFileSync(path, filled(source, 'localhost', tcp.port, CODE))
      const [command = '', ...args] = make(path)
      const program = new Program(command, args)
      await program.until('bye leaves.')
      const ann = await pageClient(webUrl)
      await ann.hello({ name: 'Ann', code: CODE })
      program.type('hello\n')
      await ann.until('hello')
      ann.send({ type: 'say', text: 'hello to you' })
      await program.until('Ann: hello to you')
      program.child.stdin?.end('the end\n')
      expect(await program.untilExit()).toBe(0)
      await ann.until('the end')
      await ann.next('presence', ({ left }) => left.length === 1)
      expect(program.stderr).toBe('')
    },
  )
})

it('what is put into a program stays inside of its string', () => {
  const source = 'HOST, PORT = "127.0.0.1", 8080\nCODE = ""'
  expect(filled(source, 'x"; y', 1, "a'$&\\")).toBe(
    'HOST, PORT = "x\\"; y", 1\nCODE = "a\\\'$&\\\\"',
  )
})
