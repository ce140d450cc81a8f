#!/usr/bin/env node
/**
 * The command line: `oneroom serve`, `connect` and `export`. Standard output has the ready lines, standard
 * error the log; exit code 2 is a start that could not be.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Command, CommanderError, Option } from 'commander'
import { type DestinationStream, pino } from 'pino'
import { type Config, environmentName, optionNames, options, readConfig } from './config.ts'
import { StartError, startGateway } from './gateway.ts'
import type { ExportFormat } from './log/export.ts'
import { faultOf } from './log/fault.ts'
import type { ConnectFlags } from './terminal/connect.ts'
import type { Console } from './terminal/console.ts'

/** From the first signal to the last connection, in ms. */
const STOP_MS = 4500
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
  .option('--name <name>', 'who to be; without it, a guest')
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
  const { config } = read
  const terminal = await operatorConsole()
  const file = pino.destination({ dest: 2, sync: false })
  const log = pino({ level: config.logLevel }, terminal ? besides(terminal, file, config) : file)
  const webRoot = fileURLToPath(new URL('dist/web', root))
  try {
    const gateway = await startGateway(config, log, webRoot)
    onStop(gateway.close, () => file.flushSync())
    const { tcp, webUrl } = gateway
    process.stdout.write(
      `Server started\n  web  ${webUrl}\n  tcp  nc ${tcp.host} ${tcp.port}\nWaiting for client request..\n`,
    )
    terminal?.open(gateway.operate(terminal))
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    refuse([error.message])
  }
}

async function exportTo({ data, format }: { data: string; format: ExportFormat }): Promise<void> {
  // Not needed to serve, which is to begin quickly: it brings the database's binary.
  const { exportLog } = await import('./log/export.ts')
  try {
    await exportLog(data, format, process.stdout)
  } catch (error) {
    // Whoever reads may have read enough: `oneroom export | head`.
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return
    refuse([`The data folder ${data} ${faultOf(error)}.`])
  }
}

async function connectTo(address: string, flags: ConnectFlags): Promise<void> {
  const { connect } = await import('./terminal/connect.ts')
  process.exitCode = await connect(address, flags, (sentence) => {
    process.stderr.write(`oneroom: ${sentence}\n`)
  })
}

function refuse(faults: string[]): void {
  process.stderr.write(faults.map((fault) => `oneroom: ${fault}\n`).join(''))
  process.exitCode = EXIT_FAULT
}

/** Undefined where nobody sits at a terminal that can be typed at. */
async function operatorConsole(): Promise<Console | undefined> {
  const { stdin: input, stdout: output } = process
  if (!input.isTTY || !output.isTTY || process.env.TERM === 'dumb') return undefined
  const { Console } = await import('./terminal/console.ts')
  return new Console({ input, output, quit: () => process.kill(process.pid, 'SIGINT') })
}

/** The log at a terminal: sentences there, and JSON where standard error leads elsewhere. */
function besides(
  terminal: Console,
  file: DestinationStream,
  { logLevel }: Config,
): DestinationStream {
  const all = ['trace', 'debug'].includes(logLevel)
  return {
    write(record) {
      terminal.record(record, all)
      if (!process.stderr.isTTY) file.write(record)
    },
  }
}

/** The first signal stops in order; a second one leaves at once. */
function onStop(close: () => Promise<void>, flush: () => void): void {
  let stopping = false
  const onSignal = (): void => {
    if (stopping) process.exit(1)
    stopping = true
    setTimeout(() => process.exit(0), STOP_MS).unref()
    void close().then(() => {
      flush()
      process.exit(0)
    })
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
}
