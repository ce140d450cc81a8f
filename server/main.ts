#!/usr/bin/env node
/**
 * The command line: `oneroom serve`, `connect`, `export`, `move`, `code`, `doctor` and `host-key`. The
 * code of a command is loaded when it runs. Exit code 2: the command line is invalid, or the server could
 * not start.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Command, CommanderError, Option } from 'commander'
import type { CodeFlags } from './code.ts'
import {
  type Config,
  environmentName,
  flagName,
  hostKeyFault,
  optionNames,
  options,
  readConfig,
} from './config.ts'
import { isPostgresUrl } from './log/postgres/url.ts'
import type { ExportFormat } from './log/sqlite/export.ts'
import { faultOf } from './log/sqlite/fault.ts'
import { LogUnusable } from './log/unusable.ts'
import type { ConnectFlags } from './terminal/client/connect.ts'

const EXIT_FAULT = 2
const DATA_HELP = 'folder of the log, or the URL of its PostgreSQL database'

const root = new URL('../../', import.meta.url)
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))

const program = new Command('oneroom')
  .description('One room, any socket: a chat for browsers, nc, telnet and your own socket program.')
  .version(version)
  .exitOverride()
  .addHelpText('after', '\nFor the options of a command: oneroom help COMMAND')
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'oneroom: ')) })

const serveCommand = program
  .command('serve', { isDefault: true })
  .description('run the server (the default command)')
  // A misspelt command is an argument of the default command: serve() rejects it.
  .allowExcessArguments()
  .action(serve)
for (const name of optionNames) {
  const { flag, help, default: value } = options[name]
  const shown = value === '' ? 'none' : value
  const option = new Option(flag, help).env(environmentName(name)).default(value, shown)
  // The text of an option without a value.
  serveCommand.addOption(option.preset('on'))
}

program
  .command('export')
  .description('print what was said; a running server does not have to stop')
  .addOption(
    new Option('--data <folder>', 'folder of the log').env('ONEROOM_DATA').default('./data'),
  )
  .addOption(
    new Option('--format <format>', 'lines of text, or a JSON object for each event')
      .env('ONEROOM_FORMAT')
      .choices(['text', 'ndjson'])
      .default('text'),
  )
  .addOption(
    new Option('--room <name>', 'only this room; without it, all rooms').env('ONEROOM_ROOM'),
  )
  .addOption(
    new Option('--direct', 'also what people wrote to one person alone; any value turns it on').env(
      'ONEROOM_DIRECT',
    ),
  )
  .action(exportTo)

program
  .command('move')
  .description('copy a log, with all that belongs to it, to another folder or database')
  .addOption(new Option('--from <folder>', DATA_HELP).env('ONEROOM_FROM').makeOptionMandatory())
  .addOption(
    new Option('--to <folder>', 'the same, without a log in it')
      .env('ONEROOM_TO')
      .makeOptionMandatory(),
  )
  .action(moveLog)

program
  .command('code')
  .description('show the room code, or change it; a running server does not have to stop')
  .addOption(new Option('--data <folder>', DATA_HELP).env('ONEROOM_DATA').default('./data'))
  .addOption(new Option('--set <words>', 'use these words'))
  .addOption(new Option('--new', 'make a new code').conflicts('set'))
  .addOption(new Option('--for <time>', 'expire it after a time such as 90m, 2h or 7d'))
  .action(changeCode)

program
  .command('doctor')
  .description('show which clients can reach the server, and how to fix each weakness')
  .addOption(
    new Option('--data <folder>', 'folder of the log').env('ONEROOM_DATA').default('./data'),
  )
  .action(examine)

program
  .command('host-key')
  .description('set another key with which a person becomes a host, and print it')
  .addOption(new Option('--data <folder>', DATA_HELP).env('ONEROOM_DATA').default('./data'))
  .addOption(new Option('--set <key>', 'this key; without it, a new one').env('ONEROOM_HOST_KEY'))
  .action(hostKey)

program
  .command('connect')
  .description('join a room from this terminal or from a pipe')
  .argument('[address]', 'host, host:port or host:port/room, of the raw TCP port', '127.0.0.1:8080')
  .addOption(new Option('--name <name>', 'your name; without it, a guest name').env('ONEROOM_NAME'))
  .addOption(
    new Option('--code <words>', 'the code of the room, if it needs one').env('ONEROOM_CODE'),
  )
  .addOption(
    new Option('--json', 'print a JSON object for each event; any value turns it on').env(
      'ONEROOM_JSON',
    ),
  )
  .addOption(
    new Option('--color <when>', 'whether to show names in colour')
      .env('ONEROOM_COLOR')
      .choices(['auto', 'always', 'never'])
      .default('auto'),
  )
  .action(connectTo)

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? 0 : EXIT_FAULT
}

/** Calls an option as the user gave it: by its flag or by its environment variable. */
function givenName(name: keyof Config): string {
  return serveCommand.getOptionValueSource(name) === 'env' ? environmentName(name) : flagName(name)
}

async function serve(given: Record<keyof Config, string>, { args }: Command): Promise<void> {
  if (args.length > 0) {
    return refuse([unexpected(args[0] ?? '')])
  }
  const read = readConfig(given, givenName)
  if (!read.ok) return refuse(read.faults)
  const { serve } = await import('./serve.ts')
  const fault = await serve(read.config, fileURLToPath(new URL('dist/web', root)))
  if (fault !== undefined) refuse([fault])
}

type ExportFlags = { data: string; format: ExportFormat; room?: string; direct?: boolean }

async function exportTo({ data, format, room, direct = false }: ExportFlags): Promise<void> {
  if (isPostgresUrl(data)) return refuse([onlyFolders('export')])
  const { exportLogs } = await import('./log/sqlite/export.ts')
  try {
    await exportLogs(data, { format, room, direct }, process.stdout)
  } catch (error) {
    // The reader has closed the pipe, as in `oneroom export | head`.
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return
    refuse([logFault(data, error)])
  }
}

async function moveLog({ from, to }: { from: string; to: string }): Promise<void> {
  const { move } = await import('./log/move.ts')
  try {
    const { rooms, conversations, events, people } = await move(from, to, (count) => {
      process.stdout.write(`${count} events\n`)
    })
    process.stdout.write(
      `Moved: rooms ${rooms}, conversations ${conversations}, events ${events}, people ${people}.\n`,
    )
  } catch (error) {
    if (!(error instanceof LogUnusable)) throw error
    refuse([error.message])
  }
}

async function changeCode({ data, ...flags }: CodeFlags & { data: string }): Promise<void> {
  const { codeCommand } = await import('./code.ts')
  try {
    const outcome = await codeCommand(data, flags, Date.now())
    if ('fault' in outcome) refuse([outcome.fault])
    else process.stdout.write(`${outcome.line}\n`)
  } catch (error) {
    refuse([logFault(data, error)])
  }
}

async function examine({ data }: { data: string }): Promise<void> {
  if (isPostgresUrl(data)) return refuse([onlyFolders('doctor')])
  const { diagnose, factsOf } = await import('./doctor.ts')
  try {
    const facts = await factsOf(data, Date.now())
    if (facts === undefined) return refuse([`No server of this version has used ${data} yet.`])
    const lines = diagnose(facts).map(({ weak, text }) => `${weak ? '!' : ' '} ${text}\n`)
    process.stdout.write(lines.join(''))
  } catch (error) {
    refuse([logFault(data, error)])
  }
}

async function hostKey({ data, set }: { data: string; set?: string }): Promise<void> {
  const fault = set === undefined ? undefined : hostKeyFault(set)
  if (fault !== undefined) return refuse([`--set ${fault}.`])
  const { setHostKey } = await import('./log/hostkey.ts')
  try {
    const key = await setHostKey(data, set)
    process.stdout.write(`The key of the hosts is ${key}. /host ${key} makes a person a host.\n`)
  } catch (error) {
    refuse([logFault(data, error)])
  }
}

async function connectTo(address: string, flags: ConnectFlags): Promise<void> {
  const { connect } = await import('./terminal/client/connect.ts')
  process.exitCode = await connect(address, flags, (sentence) => {
    process.stderr.write(`oneroom: ${sentence}\n`)
  })
}

/** Why `word` cannot be an argument of serve, which is also the default command. */
function unexpected(word: string): string {
  if (program.args[0] === serveCommand.name()) {
    return 'serve takes no arguments; --help lists its options.'
  }
  if (program.commands.some((command) => command.name() === word)) {
    return `Write the command before its options: oneroom ${word} …`
  }
  return `There is no command ${word}. --help lists the commands.`
}

/** MUST NOT show a URL, which may have a password. */
function logFault(data: string, error: unknown): string {
  if (error instanceof LogUnusable) return error.message
  return `The data folder ${data} ${faultOf(error)}.`
}

function onlyFolders(command: string): string {
  return `oneroom ${command} reads a data folder only, not a PostgreSQL database.`
}

function refuse(faults: string[]): void {
  process.stderr.write(faults.map((fault) => `oneroom: ${fault}\n`).join(''))
  process.exitCode = EXIT_FAULT
}
