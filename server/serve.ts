/**
 * `oneroom serve`: the gateway as a process. Standard output has the ready lines, standard
 * error the log; where somebody sits at a terminal, both are at the operator's console.
 */
import { type DestinationStream, type Logger, pino } from 'pino'
import type { Config } from './config.ts'
import { StartError, startGateway } from './gateway.ts'
import type { Console } from './terminal/console/console.ts'

/** From the first signal to the last connection, in ms. */
const STOP_MS = 4500

/** `webRoot`: folder of the built page. Answers why it could not start; undefined when it runs. */
export async function serve(config: Config, webRoot: string): Promise<string | undefined> {
  const terminal = await operatorConsole()
  const file = pino.destination({ dest: 2, sync: false })
  const log = pino({ level: config.logLevel }, terminal ? besides(terminal, file, config) : file)
  try {
    const gateway = await startGateway(config, log, webRoot)
    onStop(gateway.close, log, () => file.flushSync())
    const { tcp, webUrl } = gateway
    process.stdout.write(
      `Server started\n  web  ${webUrl}\n  tcp  nc ${tcp.host} ${tcp.port}\nWaiting for client request..\n`,
    )
    terminal?.open(gateway.operate(terminal))
    return undefined
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    return error.message
  }
}

/** Undefined where nobody sits at a terminal that can be typed at. */
async function operatorConsole(): Promise<Console | undefined> {
  const { stdin: input, stdout: output } = process
  if (!input.isTTY || !output.isTTY || process.env.TERM === 'dumb') return undefined
  const { Console, isForeground } = await import('./terminal/console/console.ts')
  if (!isForeground()) return undefined
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

/** The first signal stops in order; a second one leaves at once. Exit code 0: all is in order. */
function onStop(close: () => Promise<void>, log: Logger, flush: () => void): void {
  let stopping = false
  const exit = (code: number): void => {
    flush()
    process.exit(code)
  }
  const fail = (error: unknown): void => {
    log.error({ err: error }, 'the stop was not in order')
    exit(1)
  }
  const onSignal = (): void => {
    if (stopping) process.exit(1)
    stopping = true
    setTimeout(() => fail(new Error(`not done in ${STOP_MS} ms`)), STOP_MS).unref()
    close().then(() => exit(0), fail)
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
}
