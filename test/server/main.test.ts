/** Tests the command line: each option of each command can be set in the environment. */
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Program } from '../support/program.ts'

const main = resolve(import.meta.dirname, '../../dist/server/main.js')

function oneroom(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Program {
  return new Program(process.execPath, [main, ...args], {
    env: { ...process.env, ...environment },
  })
}

/** The flags in a command's help, each with the environment variable that it names. */
async function documented(command: string): Promise<Map<string, string | undefined>> {
  const help = oneroom([command, '--help'])
  expect(await help.untilExit()).toBe(0)
  const rows = help.stdout.split(/^ {2}(?=-)/m).filter((row) => row.startsWith('--'))
  return new Map(
    rows.map((row) => [row.split(' ', 1)[0] ?? '', /env:\s+(\w+)/.exec(row)?.[1]] as const),
  )
}

describe('the help', () => {
  it.each(['serve', 'connect', 'export', 'move'])(
    'of %s names an environment variable for every option',
    async (command) => {
      const flags = await documented(command)
      expect(flags.size).toBeGreaterThan(1)
      for (const [flag, variable] of flags) {
        const name = flag.slice(2).replaceAll('-', '_').toUpperCase()
        expect(variable, flag).toBe(`ONEROOM_${name}`)
      }
    },
  )
})

describe('a word that is no command', () => {
  it.each([
    [['bogus'], 'There is no command bogus. --help lists the commands.'],
    [['--tcp-port', '0', 'connect'], 'Write the command before its options: oneroom connect …'],
    [
      ['--log-level', 'warn', 'bogus', 'x'],
      'There is no command bogus. --help lists the commands.',
    ],
    [['serve', 'bogus'], 'serve takes no arguments; --help lists its options.'],
  ])('is reported in one sentence: %j', async (args, sentence) => {
    const program = oneroom(args)
    expect(await program.untilExit()).toBe(2)
    expect([program.stdout, program.stderr]).toEqual(['', `oneroom: ${sentence}\n`])
  })
})

describe('a bad value in the environment', () => {
  it.each([
    [[], { ONEROOM_TCP_PORT: 'eighty' }, 'ONEROOM_TCP_PORT "eighty" is not a port number'],
    [['serve'], { ONEROOM_FLOOD: '' }, 'ONEROOM_FLOOD "" is neither a rate'],
    [['connect'], { ONEROOM_COLOR: 'pink' }, "value 'pink' from env 'ONEROOM_COLOR' is invalid"],
    [['connect'], { ONEROOM_NAME: 'a@b' }, 'A name cannot contain "@".'],
    [['export'], { ONEROOM_FORMAT: 'xml' }, "value 'xml' from env 'ONEROOM_FORMAT' is invalid"],
  ])('of %j is reported in one sentence that names it: %j', async (args, environment, sentence) => {
    const program = oneroom(args, environment)
    expect(await program.untilExit()).toBe(2)
    expect(program.stdout).toBe('')
    expect(program.stderr).toContain(sentence)
    expect(program.stderr.trim().split('\n')).toHaveLength(1)
    expect(program.stderr.startsWith('oneroom: ')).toBe(true)
  })

  it('is not read if the flag is given', async () => {
    const program = oneroom(['serve', '--tcp-port', 'x'], { ONEROOM_TCP_PORT: 'y' })
    expect(await program.untilExit()).toBe(2)
    expect(program.stderr).toContain('--tcp-port "x" is not a port number')
  })
})
