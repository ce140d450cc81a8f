/**
 * The command table of the line dialect: one definition that feeds the parser,
 * `/help` and the page's palette.
 */

/** `usage` as typed; `summary` is one plain sentence. */
export type Command = { name: string; usage: string; summary: string }

export const commands = [
  { name: 'name', usage: '/name NAME', summary: 'Change your name.' },
  { name: 'who', usage: '/who', summary: 'List who is here, and how they came.' },
  { name: 'me', usage: '/me TEXT', summary: 'Say what you do, as in "* alice waves".' },
  { name: 'history', usage: '/history [N]', summary: 'Show the last 20 messages, or N of them.' },
  { name: 'search', usage: '/search WORDS', summary: 'Show the latest messages with these words.' },
  {
    name: 'resume',
    usage: '/resume CODE',
    summary: 'Be who you were, and get what you missed.',
  },
  { name: 'help', usage: '/help', summary: 'Show this list.' },
  { name: 'quit', usage: '/quit or bye', summary: 'Leave the room.' },
] as const satisfies readonly Command[]

export type CommandName = (typeof commands)[number]['name']

/** What a typed line means. `unknown` carries the word as it was typed. */
export type Typed =
  | { type: 'nothing' }
  | { type: 'text'; text: string }
  | { type: 'command'; name: CommandName; argument: string }
  | { type: 'unknown'; word: string }

const SLASHED = /^\/(\S*)\s*(.*)$/su

/** Reads one line. `//x` is the text `/x`; `bye` alone leaves, as the first clients did. */
export function parseTyped(line: string): Typed {
  const trimmed = line.trim()
  if (trimmed === '') return { type: 'nothing' }
  if (trimmed === 'bye') return { type: 'command', name: 'quit', argument: '' }
  if (!line.startsWith('/')) return { type: 'text', text: line }
  if (line.startsWith('//')) return { type: 'text', text: line.slice(1) }
  const [, word = '', argument = ''] = SLASHED.exec(trimmed) ?? []
  const command = commands.find(({ name }) => name === word.toLowerCase())
  if (command === undefined) return { type: 'unknown', word }
  return { type: 'command', name: command.name, argument }
}

/** The rows of `/help`, commands in one column and summaries in the next. */
export function helpLines(): string[] {
  const width = Math.max(...commands.map(({ usage }) => usage.length))
  return commands.map(({ usage, summary }) => `  ${usage.padEnd(width)}  ${summary}`)
}
