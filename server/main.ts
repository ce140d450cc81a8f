#!/usr/bin/env node
/**
 * The command line: `oneroom serve`, `connect` and `export`, each loaded when it is asked for.
 * Exit code 2 is a start that could not be.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Command, CommanderError, Option } from 'commander'
import { type Config, environmentName, optionNames, options, readConfig } from './config.ts'
import type { ExportFormat } from './log/sqlite/export.ts'
import { faultOf } from './log/sqlite/fault.ts'
import type { ConnectFlags } from './terminal/client/connect.ts'

const EXIT_FAULT = 2

const root = new URL('../../', import.meta.url)
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))

const program = new Command('oneroom')
  .description('One room, any socket: a chat for browsers, nc, telnet and your own socket program.')
  .version(version)
  .exitOverride()
  .addHelpText('after', '\noneroom serve --help lists the options of the server.')
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'oneroom: ')) })

const serveCommand = program
  .command('serve', { isDefault: true })
  .description('run the server (what happens when no command is given)')
  .action(serve)
for (const name of optionNames) {
  const { flag, help, default: value } = options[name]
  const shown = value === '' ? 'none' : value
  serveCommand.addOption(
    new Option(flag, `${help} (default: ${shown}; or set ${environmentName(name)})`),
  )
}

program
  .command('export')
  .description('print everything that the log keeps, also while a server runs')
  .addOption(
    new Option('--data <folder>', 'where the log is').env('ONEROOM_DATA').default('./data'),
  )
  .addOption(
    new Option('--format <format>', 'a line for each message, or JSON')
      .choices(['text', 'ndjson'])
      .default('text'),
  )
  .action(exportTo)

program
  .command('connect')
  .description('join a room from this terminal, or from a pipe')
  .argument('[address]', 'host, or host:port of its raw TCP', '127.0.0.1:8080')
  .addOption(new Option('--name <name>', 'who to be; without it, a guest').env('ONEROOM_NAME'))
  .option('--json', 'print one JSON object for each event')
  .addOption(
    new Option('--color <when>', 'colours for names')
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

async function serve(flags: Partial<Record<keyof Config, string>>): Promise<void> {
  const read = readConfig(flags, process.env)
  if (!read.ok) return refuse(read.faults)
  const { serve } = await import('./serve.ts')
  const fault = await serve(read.config, fileURLToPath(new URL('dist/web', root)))
  if (fault !== undefined) refuse([fault])
}

async function exportTo({ data, format }: { data: string; format: ExportFormat }): Promise<void> {
  const { exportLog } = await import('./log/sqlite/export.ts')
  try {
    await exportLog(data, format, process.stdout)
  } catch (error) {
    // Whoever reads may have read enough: `oneroom export | head`.
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return
    refuse([`The data folder ${data} ${faultOf(error)}.`])
  }
}

async function connectTo(address: string, flags: ConnectFlags): Promise<void> {
  const { connect } = await import('./terminal/client/connect.ts')
  process.exitCode = await connect(address, flags, (sentence) => {
    process.stderr.write(`oneroom: ${sentence}\n`)
  })
}

function refuse(faults: string[]): void {
  process.stderr.write(faults.map((fault) => `oneroom: ${fault}\n`).join(''))
  process.exitCode = EXIT_FAULT
}
