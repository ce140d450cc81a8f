#!/usr/bin/env node
/**
 * The command line: `oneroom serve`, `connect`, `export`, `move`, `code`, `hook`, `doctor`, `restart`,
 * `host-key`, `wire`, `completion` and `man`. The code of a command is loaded when it runs. Exit code 2: the
 * command line is invalid, or the server could
 * not start.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Argument, Command, CommanderError, Option } from 'commander'
import { FORMATS } from '../shared/transcript/format.ts'
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
import type { ExportFlags } from './export.ts'
import type { HookOutcome } from './hook.ts'
import { isPostgresUrl } from './log/postgres/url.ts'
import { faultOf } from './log/sqlite/fault.ts'
import { LogUnusable } from './log/unusable.ts'
import type { ConnectFlags } from './terminal/client/connect.ts'
import type { WireFlags } from './terminal/client/wire.ts'
import type { Shell } from './usage/completion.ts'

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
  .addOption(new Option('--data <folder>', DATA_HELP).env('ONEROOM_DATA').default('./data'))
  .addOption(
    new Option('--format <format>', 'lines of text, Markdown, or a JSON object for each event')
      .env('ONEROOM_FORMAT')
      .choices(FORMATS)
      .default('text'),
  )
  .addOption(
    new Option('--room <name>', 'only this room; without it, all rooms').env('ONEROOM_ROOM'),
  )
  .addOption(
    new Option(
      '--from <time>',
      'only from this time on: 2026-11-22, 2026-11-22T10:00, 10:00, today or 2h, which is 2 hours ago',
    ).env('ONEROOM_FROM'),
  )
  .addOption(
    new Option('--to <time>', 'only before this time, or up to the end of this day').env(
      'ONEROOM_TO',
    ),
  )
  .addOption(
    new Option('--time <words>', 'an offset from UTC, such as -3 or utc, and seconds').env(
      'ONEROOM_TIME',
    ),
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

const hookCommand = program
  .command('hook')
  .description('give programs tokens with which they may say something over HTTP')
const hookData = () =>
  new Option('--data <folder>', DATA_HELP).env('ONEROOM_DATA').default('./data')
hookCommand
  .command('add')
  .description('make a hook, and print its token; a running server does not have to stop')
  .argument('<name>', 'name under which the program speaks')
  .addOption(hookData())
  .action((name: string, { data }: DataFlag) => {
    return changeHooks(data, ({ addHook }) => addHook(data, name, Date.now()))
  })
hookCommand
  .command('list')
  .description('show the hooks, without their tokens')
  .addOption(hookData())
  .action(({ data }: DataFlag) => changeHooks(data, ({ listHooks }) => listHooks(data)))
hookCommand
  .command('remove')
  .description('make the token of a hook invalid')
  .argument('<name>', 'name of the hook')
  .addOption(hookData())
  .action((name: string, { data }: DataFlag) => {
    return changeHooks(data, ({ removeHook }) => removeHook(data, name))
  })

program
  .command('doctor')
  .description('show which clients can reach the server, and how to fix each weakness')
  .addOption(new Option('--data <folder>', DATA_HELP).env('ONEROOM_DATA').default('./data'))
  .action(examine)

program
  .command('restart')
  .description('start the program of a running server again; nobody at nc is cut off')
  .addOption(
    new Option('--data <folder>', 'folder of the log').env('ONEROOM_DATA').default('./data'),
  )
  .action(restart)

program
  .command('host-key')
  .description('set another key with which a person becomes a host, and print it')
  .addOption(new Option('--data <folder>', DATA_HELP).env('ONEROOM_DATA').default('./data'))
  .addOption(new Option('--set <key>', 'this key; without it, a new one').env('ONEROOM_HOST_KEY'))
  .action(hostKey)

program
  .command('wire')
  .description(
    'show what a connection reads and writes, live; without a name, list the connections',
  )
  .argument('[name]', 'name of a person, or number of a connection')
  .addOption(
    new Option('--url <url>', 'address of the page')
      .env('ONEROOM_URL')
      .default('http://127.0.0.1:3000/'),
  )
  .addOption(new Option('--key <key>', 'the key of the hosts').env('ONEROOM_HOST_KEY'))
  .action(showWire)

program
  .command('connect')
  .description('join a room from this terminal or from a pipe')
  .argument('[address]', 'host, host:port or host:port/room, of the raw TCP port', '127.0.0.1:8080')
  .addOption(new Option('--name <name>', 'your name; without it, a guest name').env('ONEROOM_NAME'))
  .addOption(
    new Option('--code <words>', 'the code of the room, if it needs one').env('ONEROOM_CODE'),
  )
  .addOption(
    new Option('--tls', 'speak TLS with the server; any value turns it on').env('ONEROOM_TLS'),
  )
  .addOption(
    new Option('--ca <file>', 'speak TLS, and trust the certificates in this file (PEM)').env(
      'ONEROOM_CA',
    ),
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

program
  .command('completion')
  .description('print a script that completes the command line in a shell')
  .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
  .action(printCompletion)

program.command('man').description('print the man page, for troff').action(printMan)

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

async function exportTo(flags: ExportFlags): Promise<void> {
  const { exportCommand } = await import('./export.ts')
  try {
    const fault = await exportCommand(flags, Date.now(), process.stdout)
    if (fault !== undefined) refuse([fault])
  } catch (error) {
    // The reader has closed the pipe, as in `oneroom export | head`.
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return
    refuse([logFault(flags.data, error)])
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

type DataFlag = { data: string }

async function changeHooks(
  data: string,
  run: (commands: typeof import('./hook.ts')) => Promise<HookOutcome>,
): Promise<void> {
  try {
    const outcome = await run(await import('./hook.ts'))
    if ('fault' in outcome) refuse([outcome.fault])
    else process.stdout.write(outcome.lines.map((line) => `${line}\n`).join(''))
  } catch (error) {
    refuse([logFault(data, error)])
  }
}

async function examine({ data }: { data: string }): Promise<void> {
  try {
    const findings = isPostgresUrl(data)
      ? await (await import('./databasedoctor.ts')).diagnoseDatabase(data, Date.now())
      : await (await import('./doctor.ts')).diagnoseFolder(data, Date.now())
    if (findings === undefined) return refuse([`No server of this version has used ${data} yet.`])
    const lines = findings.map(({ weak, text }) => `${weak ? '!' : ' '} ${text}\n`)
    process.stdout.write(lines.join(''))
  } catch (error) {
    refuse([logFault(data, error)])
  }
}

const NO_DATABASE_RESTART =
  'Servers with a database restart one after the other: stop and start each. Their clients reconnect to another one.'

async function restart({ data }: { data: string }): Promise<void> {
  if (isPostgresUrl(data)) return refuse([NO_DATABASE_RESTART])
  const { restartServer } = await import('./restart/command.ts')
  try {
    const outcome = await restartServer(data)
    if ('fault' in outcome) refuse([outcome.fault])
    else process.stdout.write(`The server has restarted as process ${outcome.pid}.\n`)
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

async function showWire(who: string | undefined, flags: WireFlags): Promise<void> {
  const wire = await import('./terminal/client/wire.ts')
  const fault = await wire.showWire(who, flags, process.stdout)
  if (fault !== undefined) refuse([fault])
}

async function printCompletion(shell: Shell): Promise<void> {
  const { completion } = await import('./usage/completion.ts')
  const { usageOf } = await import('./usage/usage.ts')
  process.stdout.write(completion(shell, usageOf(program, serveCommand.name())))
}

async function printMan(): Promise<void> {
  const { manPage } = await import('./usage/man.ts')
  const { usageOf } = await import('./usage/usage.ts')
  process.stdout.write(manPage(usageOf(program, serveCommand.name())))
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

function refuse(faults: string[]): void {
  process.stderr.write(faults.map((fault) => `oneroom: ${fault}\n`).join(''))
  process.exitCode = EXIT_FAULT
}
