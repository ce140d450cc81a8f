/** The man page of `oneroom`, as text for troff with the macros of man(7). */
import type { CommandUsage, OptionUsage, Usage } from './usage.ts'

/** Exit codes of every command except connect; docs/options.md explains them. */
export const exitCodes: readonly [code: number, meaning: string][] = [
  [0, 'The command did its work. A server stopped in order.'],
  [1, 'A server did not stop in order, or in time.'],
  [
    2,
    'The command line is invalid, or the command could not run. The reason is on standard error.',
  ],
]

export function manPage({ name, version, description, options, ...usage }: Usage): string {
  const commands = usage.commands.flatMap((one) => (one.commands.length > 0 ? one.commands : [one]))
  return [
    `.TH ${name.toUpperCase()} 1 "" "${name} ${version}" "User Commands"`,
    // No word is broken: a broken name of an option cannot be copied or searched for.
    '.nh',
    '.ad l',
    '.SH NAME',
    `${name} \\- ${roff(lowerFirst(description).replace(/\.$/, ''))}`,
    '.SH SYNOPSIS',
    commands.map(({ synopsis }) => `.B ${roff(synopsis)}`).join('\n.br\n'),
    '.SH DESCRIPTION',
    roff(description),
    '.SH OPTIONS',
    ...options.map(optionItem),
    '.SH COMMANDS',
    ...commands.flatMap((command) => commandSection(command, options)),
    '.SH ENVIRONMENT',
    roff('An option on the command line wins over its environment variable.'),
    '.SH EXIT STATUS',
    ...exitCodes.map(([code, meaning]) => item(`${code}`, meaning)),
    '.SH SEE ALSO',
    '.BR nc (1),\n.BR telnet (1)',
    '',
  ].join('\n')
}

/** Without the options in `general`, which every command has. */
function commandSection(command: CommandUsage, general: OptionUsage[]): string[] {
  const flags = general.map(({ flag }) => flag)
  return [
    `.SS ${roff(command.synopsis)}`,
    roff(`${command.description[0]?.toUpperCase()}${command.description.slice(1)}.`),
    ...command.arguments
      .filter(({ description }) => description !== '')
      .map(({ term, description }) => item(term, description)),
    ...command.options.filter(({ flag }) => !flags.includes(flag)).map(optionItem),
  ]
}

function optionItem({ term, help }: OptionUsage): string {
  return item(term, help)
}

function item(term: string, text: string): string {
  return `.TP\n.B ${roff(term)}\n${roff(text)}`
}

function lowerFirst(text: string): string {
  return `${text[0]?.toLowerCase()}${text.slice(1)}`
}

const ESCAPES: Record<string, string> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '"': '\\(dq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
}

/** Text as troff prints it unchanged: a line that begins with `.` would be a request. */
function roff(text: string): string {
  return text
    .replaceAll(/[\\'"`^~-]/g, (character) => ESCAPES[character] as string)
    .replaceAll(/[^\n -~]/gu, unicode)
    .replaceAll(/^\./gm, '\\&.')
}

/** `…` → `\[u2026]` */
function unicode(character: string): string {
  const point = character.codePointAt(0) as number
  return `\\[u${point.toString(16).toUpperCase().padStart(4, '0')}]`
}
