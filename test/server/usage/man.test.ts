/** The man page: troff accepts it, and it has the commands and options of `--help`. */
import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { exitCodes } from '../../../server/usage/man.ts'
import { tableAfter } from '../../docs/pages.ts'
import { need } from '../../support/installed.ts'
import { main } from '../../support/tmux.ts'

function oneroom(...args: string[]): string {
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' }).stdout
}

const groff = need('groff')

describe.skipIf(groff === undefined)('the man page', () => {
  const page = oneroom('man')
  const { stdout, stderr } = spawnSync(groff as string, ['-man', '-ww', '-Tutf8', '-P-cbou'], {
    input: page,
    encoding: 'utf8',
  })

  it('is set without a warning', () => {
    expect(stderr).toBe('')
    expect(stdout).toContain('oneroom - one room, any socket')
  })

  const commands = [...oneroom('--help').matchAll(/^ {2}([a-z-]+) /gm)].map(([, name]) => name)

  it('has every command', () => {
    expect(commands.length).toBeGreaterThan(8)
    const sections = [...stdout.matchAll(/^ {3}oneroom ([a-z-]+)/gm)].map(([, name]) => name)
    expect([...new Set(sections)]).toEqual(commands)
  })

  it.each(['serve', 'export', 'hook add', 'connect'])(
    'has the options in the help of %s',
    (name) => {
      const section = stdout.split(RegExp(`^ {3}oneroom ${name}\\b.*\\n`, 'm'))[1] ?? ''
      const [own = ''] = section.split(/^ {0,3}(?=\S)/m)
      const inPage = [...own.matchAll(/^ {7}(--[\w-]+(?: <.*?>)?)/gm)].map(([, term]) => term)
      const help = oneroom(...name.split(' '), '--help').split('Options:\n')[1] ?? ''
      const terms = [...help.matchAll(/^ {2}(--[\w-]+(?: <.*?>)?)/gm)].map(([, term]) => term)
      expect(inPage).toEqual(terms)
    },
  )
})

it('the man page has the exit codes of the page of options', () => {
  const rows = tableAfter('docs/options.md', 'exit codes')
  expect(rows.map(([code]) => Number(code))).toEqual(exitCodes.map(([code]) => code))
})
