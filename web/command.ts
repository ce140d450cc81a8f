/**
 * What a line that begins with a slash means in the page: a chunk of its own with the
 * command table, fetched as soon as somebody types a slash.
 */
import { type Command, type CommandName, commands, parseTyped } from '../shared/commands.ts'
import type { Spoken } from './draft.ts'

/** The last three do nothing, and say why. */
export type Order =
  | { type: 'say'; message: Spoken }
  | { type: 'obey'; name: 'name' | 'search' | 'who' | 'help' | 'quit'; argument: string }
  | { type: 'usage'; usage: string }
  /** It means something to readers of lines only, or is done in the page by scrolling. */
  | { type: 'elsewhere'; name: CommandName }
  | { type: 'unknown'; word: string }

export function orderOf(line: string): Order {
  const typed = parseTyped(line)
  if (typed.type !== 'command') {
    return { type: 'unknown', word: typed.type === 'unknown' ? typed.word : '' }
  }
  const { name, argument } = typed
  switch (name) {
    case 'me':
      if (argument === '') break
      return { type: 'say', message: { text: argument, action: true } }
    case 'name':
      if (argument === '') break
      return { type: 'obey', name, argument }
    case 'search':
    case 'who':
    case 'help':
    case 'quit':
      return { type: 'obey', name, argument }
    default:
      return { type: 'elsewhere', name }
  }
  return { type: 'usage', usage: commandOf(name).usage }
}

/** What the palette offers: that which means something here. */
export const offered: readonly Command[] = commands.filter(
  ({ name, where }) => where === 'everywhere' && name !== 'history',
)

function commandOf(name: CommandName): Command {
  return commands.find((command) => command.name === name) as Command
}
