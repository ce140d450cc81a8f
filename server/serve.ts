/**
 * `oneroom serve`: the gateway as a process. The ready lines go to standard output, the log
 * to standard error. At a terminal, the operator's console shows both.
 */
import { closeSync, openSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { type DestinationStream, type Logger, pino } from 'pino'
import type { Config } from './config.ts'
import { type Gateway, startGateway } from './gateway.ts'
import { reclaimMemory } from './heap.ts'
import { isPostgresUrl } from './log/postgres/url.ts'
import { type Inherited, inheritedFrom } from './net/handover.ts'
import { socketsFault, socketsOfSystemd } from './net/systemd.ts'
import { readFiles, StartError } from './opening.ts'
import { entryLines, invitation, readyLines } from './ready.ts'
import { keep, Leash } from './restart/leash.ts'
import { predecessorOf } from './restart/predecessor.ts'
import { Successor } from './restart/successor.ts'
import type { Console } from './terminal/console/console.ts'

/** Pause between two attempts to start again, in ms. */
const RESTART_MS = 1000
/** Longest time for an orderly stop, in ms. */
const STOP_MS = 4500
/** Steps in which STOP_MS is counted, in ms: a suspension of the process counts as one step, however long it is. */
const STOP_STEP_MS = 500

/** `webRoot`: folder of the built page. Returns the reason if the server cannot start. */
export async function serve(config: Config, webRoot: string): Promise<string | undefined> {
  const predecessor = predecessorOf(process.env)
  const given = socketsOfSystemd(process.env, process.pid)
  const unusable =
    typeof given === 'string' ? given : socketsFault(given, config.port !== undefined)
  if (typeof given === 'string' || unusable !== undefined) return unusable
  if (predecessor !== undefined) {
    const fault = await startFault(config, webRoot)
    if (fault !== undefined) {
      await predecessor.failed(fault)
      return fault
    }
    if (!(await predecessor.prepared())) return 'The server has gone.'
  }
  const terminal = await operatorConsole()
  const file = pino.destination({ dest: 2, sync: false })
  const log = pino({ level: config.logLevel }, terminal ? besides(terminal, file, config) : file)
  const stopped = new AbortController()
  /** The gateway, or the next one while the store was lost; undefined if it did not start again. */
  let current: Promise<Gateway | undefined>
  const start = async (configured: Config, inherited?: Inherited): Promise<Gateway> => {
    const onLost = (): void => {
      current = current.then((lost) => lost && startAgain(lost))
    }
    const gateway = await startGateway(configured, log, webRoot, {}, onLost, inherited)
    terminal?.open(gateway.operate(terminal))
    return gateway
  }
  /** The database may be away for long, so it tries again until the process is stopped. */
  const startAgain = async (lost: Gateway): Promise<Gateway | undefined> => {
    await lost.close().catch((err) => log.error({ err }, 'the server did not stop in order'))
    // On the same ports, also if the system has chosen them.
    const port = config.port === undefined ? undefined : lost.webPort
    const { webPort, tcp, udpPort } = lost
    const again = { ...config, port, webPort, tcpPort: tcp.port, udpPort }
    while (!stopped.signal.aborted) {
      try {
        return await start(again)
      } catch (error) {
        log.error((error as Error).message)
        await pause(RESTART_MS)
      }
    }
    return undefined
  }
  let gateway: Gateway
  try {
    const first = start(config, predecessor?.inherited ?? { listening: given })
    current = first
    gateway = await first
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    await predecessor?.failed(error.message)
    return error.message
  }
  /** Resolves when the restart that is under way is over; undefined if there is none. */
  let restarting: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    stopped.abort()
    await restarting
    await (await current)?.close()
  }
  const reload = (): void => {
    current
      .then((gateway) => gateway?.reloadCertificate())
      .catch((err) => log.error({ err }, 'the certificate could not be reloaded'))
  }
  const flush = (): void => file.flushSync()
  const signals = onStop(stop, log, (code) => {
    flush()
    leash?.exit(code)
    process.exit(code)
  })
  const leash =
    predecessor &&
    new Leash(predecessor.leash, (order) => {
      if (order === 'restart') restartSoon()
      else if (order === 'reload') reload()
      else signals[order]()
    })

  /** Starts the program again, and hands everything over. Does not return if that succeeds. */
  const restart = async (): Promise<void> => {
    const gateway = await current
    if (gateway === undefined || stopped.signal.aborted) return
    const fail = (gateway: Gateway, fault: string): void => {
      log.error(`the server has not restarted: ${fault}`)
      gateway.noteRestartFault(fault)
    }
    if (config.data === ':memory:' || isPostgresUrl(config.data)) {
      return fail(gateway, 'Only a server with a data folder can restart without a break.')
    }
    let successor: Successor
    try {
      successor = await Successor.start(gateway, leash?.fd, stopped.signal)
    } catch (error) {
      return fail(gateway, (error as Error).message)
    }
    const handover = await gateway.handOver()
    try {
      await successor.open()
    } catch (error) {
      await successor.kill()
      current = start(config, inheritedFrom(handover))
      return fail((await current) as Gateway, (error as Error).message)
    }
    terminal?.close()
    await successor.take(handover, () => {
      leash?.release()
      return stopped.signal.aborted
    })
    log.info('the server has restarted as another process')
    flush()
    if (leash !== undefined) process.exit(0)
    keep(successor.leash)
    reclaimMemory()
  }
  /** While a restart is under way, another one is the same. */
  const restartSoon = (): void => {
    restarting ??= restart()
      .catch((err) => {
        log.fatal({ err }, 'the restart failed')
        flush()
        process.exit(1)
      })
      .finally(() => {
        restarting = undefined
      })
  }
  if (config.tlsCert !== undefined) {
    // A server without a console may outlive the terminal that started it.
    process.on('SIGHUP', () => (terminal && hasLostTerminal() ? signals.stop() : reload()))
  }
  // Windows has no such signal.
  if (process.platform !== 'win32') process.on('SIGUSR2', restartSoon)
  // After the handlers: a signal may follow as soon as the lines are read.
  if (predecessor === undefined) {
    process.stdout.write(
      readyLines(gateway, config)
        .map((line) => `${line}\n`)
        .join(''),
    )
    terminal?.invite(invitation(gateway, config), entryLines(gateway, config))
  }
  predecessor?.serving()
  if (predecessor?.stops) signals.stop()
  return undefined
}

/** What keeps a server from starting, as far as it shows while another one still runs. */
async function startFault(config: Config, webRoot: string): Promise<string | undefined> {
  try {
    await readFiles(config, webRoot)
    return undefined
  } catch (error) {
    if (error instanceof StartError) return error.message
    throw error
  }
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

/** Whether the terminal of this process was closed. */
function hasLostTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return false
  } catch (error) {
    return ['ENXIO', 'EIO'].includes((error as NodeJS.ErrnoException).code ?? '')
  }
}

/**
 * Stops in order at the first signal (exit code 0), and at once at the second (exit code 1). Returns
 * the same as functions; a second `stop` changes nothing.
 */

function onStop(
  close: () => Promise<void>,
  log: Logger,
  exit: (code: number) => void,
): { stop: () => void; kill: () => void } {
  let stopping = false
  const fail = (error: unknown): void => {
    log.error({ err: error }, 'the server did not stop in order')
    exit(1)
  }
  const kill = (): void => exit(1)
  const stop = (): void => {
    if (stopping) return
    stopping = true
    let left = STOP_MS / STOP_STEP_MS
    setInterval(() => {
      left -= 1
      if (left === 0) fail(new Error(`not finished within ${STOP_MS} ms`))
    }, STOP_STEP_MS).unref()
    close().then(() => exit(0), fail)
  }
  const onSignal = (): void => (stopping ? kill() : stop())
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  return { stop, kill }
}
