/** Tests how typed lines are parsed, and the command table. */
import { describe, expect, test } from 'vitest'
import { commands, commandsFor, nearestCommand } from '../../shared/commands.ts'
import { helpAbout, helpLines } from '../../shared/help.ts'
import { parseTyped, type Typed } from '../../shared/typed.ts'
import { cpuMs } from '../support/cpu.ts'

const text = (text: string): Typed => ({ type: 'text', text })
const command = (name: (typeof commands)[number]['name'], argument = ''): Typed => ({
  type: 'command',
  name,
  argument,
})
const unknown = (word: string): Typed => ({ type: 'unknown', word })

describe('a typed line', () => {
  test.each<[string, Typed]>([
    ['', { type: 'nothing' }],
    [' \t ', { type: 'nothing' }],
    ['hello', text('hello')],
    ['  two  spaces  ', text('  two  spaces  ')],
    ['either/or', text('either/or')],
    [' /quit', text(' /quit')],
    [' /resume one.two', command('resume', 'one.two')],
    ['\t /Resume one.two ', command('resume', 'one.two')],
    [' /resumes', text(' /resumes')],
    ['//quit', text('/quit')],
    ['///', text('//')],
    ['//', text('/')],
    ['/quit', command('quit')],
    ['/QUIT', command('quit')],
    ['/quit now', command('quit', 'now')],
    ['bye', command('quit')],
    [' bye ', command('quit')],
    ['Bye', text('Bye')],
    [' /host k7m-q2x', command('host', 'k7m-q2x')],
    ['bye all', text('bye all')],
    ['/bye', unknown('bye')],
    ['/name  Ada   Lovelace ', command('name', 'Ada   Lovelace')],
    ['/name', command('name')],
    ['/me\twaves', command('me', 'waves')],
    ['/me waves\nand more', command('me', 'waves\nand more')],
    ['/me /who', command('me', '/who')],
    ['/mewaves', unknown('mewaves')],
    ['/', unknown('')],
    ['/ who', unknown('')],
    ['/usr/bin/env node', unknown('usr/bin/env')],
    ['/Who?', unknown('Who?')],
    ['/😀 x', unknown('😀')],
    ['/constructor', unknown('constructor')],
    ['/__proto__', unknown('__proto__')],
  ])('%j means %j', (line, typed) => {
    expect(parseTyped(line)).toEqual(typed)
  })

  test('is read in time that grows with its length only', async () => {
    const gap = ' '.repeat(100_000)
    const used = await cpuMs(() => {
      expect(parseTyped(`/me a${gap}b${gap}`)).toEqual(command('me', `a${gap}b`))
      expect(parseTyped(`/${gap}`)).toEqual(unknown(''))
    })
    expect(used).toBeLessThan(1000)
  })
})

describe('the command table', () => {
  test.each(commands)('$usage is understood as it is written', ({ name, usage }) => {
    const [typed = '', argument = ''] = usage.split(' ')
    expect(typed).toBe(`/${name}`)
    expect(parseTyped(`${typed} ${argument}`)).toEqual(command(name, argument))
  })

  test('is shown by /help: rows with summaries in one column, and names of special commands', () => {
    const rows = helpLines(Infinity)
    const columns = commandsFor(false)
      .filter(({ daily }) => daily)
      .map(({ usage, summary }) =>
        rows.find((row) => row.startsWith(`  ${usage} `))?.indexOf(summary),
      )
    expect(new Set(columns)).toEqual(new Set([columns[0]]))
    expect(columns[0]).toBeGreaterThan(0)
    expect(rows.find((row) => row.startsWith('  /who '))).toMatch(
      /^ {2}\/who {2,}List the people here/,
    )
    const special = commandsFor(false).filter(({ daily }) => !daily)
    const words = rows.slice(rows.indexOf('Special:')).join(' ').split(/ +/)
    expect(words).toEqual(expect.arrayContaining(special.map(({ name }) => `/${name}`)))
    expect(rows.join()).not.toContain('/mute')
    expect(helpLines(Infinity, commandsFor(true)).join()).toContain('/mute NAME|all')
  })

  test('has the commands of every day first, then special ones, and those of hosts for hosts', () => {
    const titles = (isHost: boolean) =>
      helpLines(Infinity, commandsFor(isHost)).filter((row) => row.endsWith(':'))
    expect(titles(false)).toEqual(['Daily:', 'Special:'])
    expect(titles(true)).toEqual(['Daily:', 'Special:', 'For hosts:'])
    const rows = helpLines(Infinity, commandsFor(true)).join('\n')
    const inOrder = ['/name', '/quit', 'Special', '/turn', 'For hosts', '/mute']
    const places = inOrder.map((word) => rows.indexOf(word))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })

  test('fits into one read of 1024 bytes and a terminal of 80 columns', () => {
    expect(helpLines(Infinity).join('\n').length).toBeLessThan(1024)
    const all = [
      ...helpLines(Infinity, commandsFor(true)),
      ...commands.flatMap(({ name }) => helpAbout(name, Infinity)),
    ]
    expect(all.filter((line) => line.length > 80)).toEqual([])
  })

  test.each([20, 40, 60])('is laid out for a terminal of %i columns', (columns) => {
    const rows = helpLines(columns)
    expect(rows.filter((row) => row.length > columns)).toEqual([])
    const words = (lines: string[]): string[] => lines.join(' ').trim().split(/ +/)
    expect(words(rows)).toEqual(words(helpLines(Infinity)))
  })

  test.each(commands)('has more to tell about $usage than the list does', ({ name, usage }) => {
    const [first, ...rest] = helpAbout(name, Infinity)
    expect(first).toBe(usage)
    expect(rest.length).toBeGreaterThan(1)
  })

  test('names no word twice', () => {
    const words = commands.flatMap(({ name, akin }) => [name, ...akin])
    expect(new Set(words).size).toBe(words.length)
  })
})

describe('a command that there is not', () => {
  test.each([
    ['hepl', 'help'],
    ['WHOO', 'who'],
    ['wo', 'who'],
    ['hist', 'history'],
    ['colour', 'color'],
    ['serach', 'search'],
    ['resmue', 'resume'],
    ['nick', 'name'],
    ['exit', 'quit'],
    ['users', 'who'],
    ['x', undefined],
    ['', undefined],
    ['yodel', undefined],
    ['op', 'host'],
    ['constructor', undefined],
    ['usr/bin/env', undefined],
  ])('/%s may mean /%s', (word, name) => {
    expect(nearestCommand(word)).toBe(name)
  })
})
