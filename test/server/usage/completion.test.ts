/** The scripts of `oneroom completion`, in the shells that they are for. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { testFolder } from '../../support/folder.ts'
import { need } from '../../support/installed.ts'
import { main, Screen, tmux } from '../../support/tmux.ts'

/** Words of a command line up to the cursor → the words that a shell offers in their place. */
const offered: [words: string[], offers: string[]][] = [
  [['exp'], ['export']],
  [
    ['--re'],
    [
      '--retain',
      '--retain-days',
      '--reserve',
      '--readonly-default',
      '--relay',
      '--relay-code',
      '--relay-format',
    ],
  ],
  [
    ['--readonly-default', ''],
    ['on', 'off'],
  ],
  [
    ['serve', '--readonly-default', ''],
    ['on', 'off'],
  ],
  [['--tcp-port', ''], []],
  [
    ['export', '--f'],
    ['--format', '--from'],
  ],
  [
    ['export', '--format', ''],
    ['text', 'markdown', 'ndjson'],
  ],
  [
    ['export', '--data', ''],
    ['a b', 'c'],
  ],
  [['move', '--to', 'a'], ['a b']],
  [['export', '--direct', '--r'], ['--room']],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [['help', 'hos'], ['host-key']],
  [
    ['hook', ''],
    ['add', 'list', 'remove'],
  ],
  [['hook', 'add', 'ci', '--d'], ['--data']],
  [['hook', 'list', '--data', 'a'], ['a b']],
]

/** A folder with two folders and a file, and the script of a shell outside of it. */
function workspace(shell: string): { cwd: string; script: string } {
  const { stdout } = spawnSync(process.execPath, [main, 'completion', shell], { encoding: 'utf8' })
  const folder = testFolder()
  const cwd = join(folder, 'cwd')
  mkdirSync(join(cwd, 'a b'), { recursive: true })
  mkdirSync(join(cwd, 'c'))
  writeFileSync(join(cwd, 'file'), '')
  const script = join(folder, 'script')
  writeFileSync(script, stdout)
  return { cwd, script }
}

/** Runs one shell for all cases; it prints a line with a point before each case, and one for each offer. */
function offersOf(shell: string, cwd: string, command: string): string[][] {
  const run = spawnSync(shell, ['-c', command], { cwd, encoding: 'utf8' })
  expect(run.stderr).toBe('')
  const parts = run.stdout.split(/^\.$/m).slice(1)
  return parts.map((part) => part.split('\n').flatMap((line) => line.split('\t')[0] || []))
}

const quoted = (word: string): string => `'${word}'`
const sorted = (lists: string[][]): string[][] => lists.map((list) => [...list].sort())
const expected = offered.map(([, offers]) => offers)

const bash = need('bash')
it.skipIf(bash === undefined)('bash completes commands, options and their values', () => {
  const { cwd, script } = workspace('bash')
  const cases = offered.map(([words]) => {
    const line = `COMP_WORDS=(oneroom ${words.map(quoted).join(' ')}); COMP_CWORD=${words.length}`
    return `${line}; _oneroom; printf '%s\\n' . "\${COMPREPLY[@]}"`
  })
  // bash gives `--format=nd` as three words.
  const equals = `COMP_WORDS=(oneroom export --format = nd); COMP_CWORD=4; _oneroom; echo .; echo "$COMPREPLY"`
  const command = [`source '${script}'`, ...cases, equals].join('\n')
  expect(sorted(offersOf(bash as string, cwd, command))).toEqual(sorted([...expected, ['ndjson']]))
})

const fish = need('fish')
it.skipIf(fish === undefined)('fish completes commands, options and their values', () => {
  const { cwd, script } = workspace('fish')
  const cases = offered.map(
    ([words]) => `echo .; complete -C ${quoted(['oneroom', ...words].join(' '))}`,
  )
  const command = [`source '${script}'`, ...cases].join('\n')
  const offers = offersOf(fish as string, cwd, command)
  const plain = offers.map((list) => list.map((offer) => offer.replace(/\/$/, '')))
  expect(sorted(plain)).toEqual(sorted(expected))
})

const zsh = need('zsh')
it.skipIf(zsh === undefined || tmux === undefined)(
  'zsh completes commands, options and their values',
  async () => {
    const { cwd, script } = workspace('zsh')
    const screen = new Screen(['-f'], 80, false, [zsh as string])
    screen.type(`PS1='> '; cd ${cwd}; autoload -U compinit; compinit -u -D; . ${script}; clear\r`)
    await screen.until(/^>$/)
    for (const [typed, shown] of [
      ['oneroom exp', 'oneroom export'],
      ['oneroom export --form', 'oneroom export --format='],
      ['nd', 'oneroom export --format=ndjson'],
      ['--da', 'oneroom export --format=ndjson --data='],
      ['a', 'oneroom export --format=ndjson --data=a\\ b/'],
      ['oneroom --relay-f', 'oneroom --relay-format='],
    ] as const) {
      if (typed.startsWith('oneroom')) screen.press('C-u')
      screen.type(typed).press('Tab')
      await screen.until(`> ${shown}`)
    }
  },
)
