/**
 * The command line as data, read from the same commander program that prints `--help`. The man page
 * and the completion are made from it.
 */
import type { Argument, Command, Option } from 'commander'

export type Usage = {
  name: string
  version: string
  description: string
  commands: CommandUsage[]
  /** Those before a command: `--version` and `--help`. */
  options: OptionUsage[]
}

export type CommandUsage = {
  name: string
  /** Whether it runs if the command line names no command. */
  isDefault: boolean
  description: string
  /** `oneroom export [options]` */
  synopsis: string
  /** Of a command with commands of its own, their names are the only argument. */
  arguments: { term: string; description: string; value: Value }[]
  /** Of a command with commands of its own, all of theirs. */
  options: OptionUsage[]
  /** Its own commands, each with a `synopsis`: `oneroom hook add [options] <name>`. */
  commands: CommandUsage[]
}

export type OptionUsage = {
  /** `--help` */
  flag: string
  /** `-h`; undefined if there is none. */
  short: string | undefined
  /** `-h, --help`, or `--data <folder>` */
  term: string
  description: string
  /** The description with default, choices and environment variable. */
  help: string
  /** undefined: the option takes no value. */
  value: Value | undefined
}

/** What a shell can complete: a folder, some words, or nothing. */
export type Value = { type: 'folder' } | { type: 'words'; words: string[] } | { type: 'free' }

export function usageOf(program: Command, defaultCommand: string): Usage {
  const help = program.createHelp()
  const commands = help.visibleCommands(program)
  const names = commands.map((command) => command.name())
  const optionsOf = (command: Command): OptionUsage[] =>
    help.visibleOptions(command).map((option) => ({
      flag: option.long ?? option.flags,
      short: option.short,
      term: help.optionTerm(option),
      description: option.description,
      help: help.optionDescription(option),
      value: option.required ? valueFor(option) : undefined,
    }))
  return {
    name: program.name(),
    version: program.version() ?? '',
    description: program.description(),
    commands: commands.map((command) => commandUsage(command, program.name())),
    options: optionsOf(program),
  }

  /** `parent`: the words before its name. */
  function commandUsage(command: Command, parent: string): CommandUsage {
    const own = command.commands.map((one) => commandUsage(one, `${parent} ${command.name()}`))
    const usage = {
      name: command.name(),
      isDefault: command.name() === defaultCommand,
      description: help.subcommandDescription(command),
      synopsis: `${parent} ${help.subcommandTerm(command)}`,
      commands: own,
    }
    if (own.length > 0) {
      const words = own.map(({ name }) => name)
      const all = new Map(own.flatMap(({ options }) => options.map((one) => [one.flag, one])))
      return {
        ...usage,
        arguments: [{ term: 'command', description: '', value: { type: 'words', words } }],
        options: [...all.values()],
      }
    }
    return {
      ...usage,
      arguments: command.registeredArguments.map((argument) => ({
        term: help.argumentTerm(argument),
        description: help.argumentDescription(argument),
        value: command.name() === 'help' ? { type: 'words', words: names } : valueFor(argument),
      })),
      options: optionsOf(command),
    }
  }
}

function valueFor(given: Option | Argument): Value {
  if (given.argChoices !== undefined) return { type: 'words', words: [...given.argChoices] }
  const placeholder = 'flags' in given ? (/<(.*)>/.exec(given.flags)?.[1] ?? '') : given.name()
  if (placeholder === 'folder') return { type: 'folder' }
  // `--readonly-default <on|off>`
  const words = placeholder.split('|')
  return words.length > 1 ? { type: 'words', words } : { type: 'free' }
}
