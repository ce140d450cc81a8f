/**
 * `oneroom serve`: the gateway as a process. The ready lines go to standard output, the log
 * to standard error. At a terminal, the operator's console shows both.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { type DestinationStream, type Logger, pino } from 'pino'
import type { Config } from './config.ts'
import { type Gateway, StartError, startGateway } from './gateway.ts'
import type { Console } from './terminal/console/console.ts'

/** Pause between two attempts to start again, in ms. */
const RESTART_MS = 1000
/** Longest time for an orderly stop, in ms. */
const STOP_MS = 4500

/** `webRoot`: folder of the built page. Returns the reason if the server cannot start. */
export async function serve(config: Config, webRoot: string): Promise<string | undefined> {
  const terminal = await operatorConsole()
  const file = pino.destination({ dest: 2, sync: false })
  const log = pino({ level: config.logLevel }, terminal ? besides(terminal, file, config) : file)
  let isStopping = false
  /** The gateway, or the next one while the store was lost; undefined if it did not start again. */
  let current: Promise<Gateway | undefined>
  const start = async (configured: Config): Promise<Gateway> => {
    const gateway = await startGateway(configured, log, webRoot, {}, () => {
      current = current.then((lost) => lost && restart(lost))
    })
    terminal?.open(gateway.operate(terminal))
    return gateway
  }
  /** The database may be away for long, so it tries again until the process is stopped. */
  const restart = async (lost: Gateway): Promise<Gateway | undefined> => {
    await lost.close().catch((err) => log.error({ err }, 'the server did not stop in order'))
    // On the same ports, also if the system has chosen them.
    const again = { ...config, webPort: lost.webPort, tcpPort: lost.tcp.port }
    while (!isStopping) {
      try {
        return await start(again)
      } catch (error) {
        log.error((error as Error).message)
        await pause(RESTART_MS)
      }
    }
    return undefined
  }
  try {
    const first = start(config)
    current = first
    process.stdout.write(readyLines(await first))
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    return error.message
  }
  const stop = async (): Promise<void> => {
    isStopping = true
    await (await current)?.close()
  }
  onStop(stop, log, () => file.flushSync())
  return undefined
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
