/**
 * `oneroom serve`: the gateway as a process. The ready lines go to standard output, the log
 * to standard error. At a terminal, the operator's console shows both.
 */
import { type DestinationStream, type Logger, pino } from 'pino'
import type { Config } from './config.ts'
import { type Gateway, StartError, startGateway } from './gateway.ts'
import type { Console } from './terminal/console/console.ts'

/** Longest time for an orderly stop, in ms. */
const STOP_MS = 4500

/** `webRoot`: folder of the built page. Returns the reason if the server cannot start. */
export async function serve(config: Config, webRoot: string): Promise<string | undefined> {
  const terminal = await operatorConsole()
  const file = pino.destination({ dest: 2, sync: false })
  const log = pino({ level: config.logLevel }, terminal ? besides(terminal, file, config) : file)
  try {
    const gateway = await startGateway(config, log, webRoot)
    onStop(gateway.close, log, () => file.flushSync())
    process.stdout.write(readyLines(gateway))
    terminal?.open(gateway.operate(terminal))
    return undefined
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    return error.message
  }
}

/** With a code, the link brings it along: a browser does not send what follows the `#`. */
function readyLines({ tcp, webUrl, rooms, hostKey }: Gateway): string {
  const { words } = rooms.doors
  const [fragment, code] = words === undefined ? ['', ''] : [`/#code=${words}`, `  code ${words}\n`]
  const key =
    hostKey === undefined ? '' : `  host ${hostKey} is the key of the hosts, shown only now\n`
  return `Server started\n  web  ${webUrl}${fragment}\n  tcp  nc ${tcp.host} ${tcp.port}\n${code}${key}Waiting for client request..\n`
}

/** Returns undefined if the process is not in the foreground of a terminal with a keyboard. */
async function operatorConsole(): Promise<Console | undefined> {
  const { stdin: input, stdout: output } = process
  if (!input.isTTY || !output.isTTY || process.env.TERM === 'dumb') return undefined
  const { Console, isForeground } = await import('./terminal/console/console.ts')
  if (!isForeground()) return undefined
  return new Console({ input, output, quit: () => process.kill(process.pid, 'SIGINT') })
}

/** Writes the log as sentences to the terminal, and as JSON to standard error if redirected. */
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

/** Stops in order at the first signal (exit code 0), and at once at the second (exit code 1). */
function onStop(close: () => Promise<void>, log: Logger, flush: () => void): void {
  let stopping = false
  const exit = (code: number): void => {
    flush()
    process.exit(code)
  }
  const fail = (error: unknown): void => {
    log.error({ err: error }, 'the server did not stop in order')
    exit(1)
  }
  const onSignal = (): void => {
    if (stopping) process.exit(1)
    stopping = true
    setTimeout(() => fail(new Error(`not finished within ${STOP_MS} ms`)), STOP_MS).unref()
    close().then(() => exit(0), fail)
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
}
