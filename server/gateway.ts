/**
 * The gateway: the whole machine, put together. One room; two listeners that lead
 * into it; a way to stop that loses nothing.
 *
 *   nc, telnet, your program ── net/tcp ──────┐              ┌── log
 *                                             ├─ session ─ room
 *   the page, bots ──────────── net/websocket ┘              └── feed → every outbox
 */
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { AddressInfo, Server } from 'node:net'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { addressText } from '../shared/address.ts'
import { lineDialect } from '../shared/dialect/line.ts'
import type { Config } from './config.ts'
import { reclaimMemory } from './heap.ts'
import { memoryLog } from './log/memory.ts'
import { LogUnusable, sqliteLog } from './log/sqlite/log.ts'
import { isWildcard, leadsTo, reachedAt } from './net/addresses.ts'
import { Edges } from './net/connection/connections.ts'
import { apiRoutes } from './net/http/api.ts'
import { metricsRoute } from './net/http/metrics.ts'
import { sayRoute } from './net/http/say.ts'
import { httpServer, pageRoutes } from './net/http/server.ts'
import { tcpServer } from './net/raw/tcp.ts'
import { Relay } from './net/relay/relay.ts'
import { websocketRoute } from './net/websocket.ts'
import { type Clock, systemClock } from './room/clock.ts'
import type { RoomLog } from './room/log.ts'
import { Room } from './room/room.ts'
import { Operator, type OperatorTerminal } from './terminal/console/operator.ts'

/** What a test may set otherwise; nobody has needed a flag for these. */
export type Tuning = {
  /** How long, in ms, the place of a lost page is held. */
  absenceMs: number
  /** Bytes of recent messages that all readers share. */
  feedBytes: number
  /** Open connections of both kinds together. */
  maxConnections: number
  /** How long, in ms, a reader may take nothing before it is closed. */
  stalledMs: number
  /** How long, in ms, a program may take to say hello. */
  helloMs: number
  /** The built thread of the log, where the gateway does not run from the build. */
  logWorker?: URL
}

const DEFAULT_TUNING: Tuning = {
  absenceMs: 30_000,
  feedBytes: 8 * 1024 * 1024,
  maxConnections: 20_000,
  stalledMs: 30_000,
  helloMs: 10_000,
}

/** How often a fault of the log is logged while it lasts, in ms. */
const LOG_FAULT_MS = 10_000
/** The same for connections that cannot be accepted. */
const ACCEPT_FAULT_MS = 10_000

export type Gateway = {
  webUrl: string
  /** Where raw clients connect. */
  tcp: { host: string; port: number }
  room: Room
  /** Lets whoever runs the server speak in the room. */
  operate(terminal: OperatorTerminal): Operator
  /** Stops accepting, commits what is in flight, says goodbye; answers when all is closed. */
  close(): Promise<void>
}

/** A start that cannot go on; the message is one sentence for the person who started it. */
export class StartError extends Error {}

/** `webRoot`: folder of the built page. Rejects with a StartError, nothing half started. */
export async function startGateway(
  config: Config,
  log: Logger,
  webRoot: string,
  tuning: Partial<Tuning> = {},
): Promise<Gateway> {
  const { absenceMs, feedBytes, maxConnections, stalledMs, helloMs, logWorker } = {
    ...DEFAULT_TUNING,
    ...tuning,
  }
  if (!existsSync(join(webRoot, 'index.html'))) {
    throw new StartError(`The page is not built: ${webRoot} has no index.html. Run npm run build.`)
  }
  const clock = systemClock
  let lost = false
  const roomLog = await openLog(config, logWorker, (err) => {
    lost = true
    log.fatal({ err }, 'the log is gone; start the server again')
  })
  const room = new Room({
    log: roomLog,
    clock,
    absenceMs,
    feedBytes,
    onLogFault: atMostEvery(LOG_FAULT_MS, clock, (err) => {
      log.error({ err }, 'the log cannot be written; senders are told to try again')
    }),
  })
  const edges = new Edges({
    log,
    clock,
    max: maxConnections,
    stalledMs,
    helloMs,
    onCrowdGone: reclaimMemory,
  })
  const { flood, host } = config
  const dialect = lineDialect(-new Date().getTimezoneOffset())
  /** Bound to every address, the server is where it was reached. */
  const hostAt = (reached: string): string => (isWildcard(boundTo(tcp)) ? reached : host)
  const webUrl = (at: string): string => `http://${urlHost(at)}:${portOf(app.server)}`
  const tcp = tcpServer({
    room,
    edges,
    flood,
    dialect,
    webUrl: (socket) => webUrl(hostAt(reachedAt(socket))),
  })
  const app = httpServer(log)
  await websocketRoute(app, { room, edges, flood, lineDialect: dialect })
  await pageRoutes(app, {
    webRoot,
    allowHosts: [host, ...config.allowHost],
    isHealthy: () => !lost,
  })
  await app.register(metricsRoute, { room, edges })
  await app.register(sayRoute, { room, flood })
  await app.register(apiRoutes, {
    room,
    flood,
    tcpAddress: (reached) => ({ host: hostAt(reached), port: portOf(tcp) }),
  })

  async function close(): Promise<void> {
    relay?.close()
    const closed = tcp.listening ? once(tcp, 'close') : undefined
    if (tcp.listening) tcp.close()
    await edges.closeAll('shutdown')
    await app.close()
    await closed
    await room.close()
    await roomLog.close()
  }

  let relay: Relay | undefined
  try {
    await listenTcp(tcp, config.tcpPort, host)
    await app.listen({ port: config.webPort, host })
  } catch (error) {
    await close()
    throw new StartError(listenFault(error as NodeJS.ErrnoException, config))
  }
  if (config.relay !== undefined) {
    for (const server of [tcp, app.server]) {
      if (!(await leadsTo(config.relay, server))) continue
      await close()
      throw new StartError(`--relay ${addressText(config.relay)} is this server itself.`)
    }
    relay = new Relay({ room, edges, flood, address: config.relay, format: config.relayFormat })
  }
  // One newcomer who cannot be let in is no end of the room.
  const serverOnError = atMostEvery(ACCEPT_FAULT_MS, clock, (err: Error) => {
    log.error({ err }, 'a connection could not be accepted')
  })
  for (const server of [tcp, app.server]) server.on('error', serverOnError)
  // Whoever comes first is not to wait for the thread that reads.
  roomLog.read(1, 1).catch(() => {})
  return {
    webUrl: webUrl(host),
    tcp: { host, port: portOf(tcp) },
    room,
    operate: (terminal) => new Operator({ room, edges, dialect, terminal }),
    close,
  }
}

/** Calls through at most once in `ms`: a fault that lasts must not fill the log of faults. */
function atMostEvery<T>(ms: number, clock: Clock, call: (value: T) => void): (value: T) => void {
  let last = -Infinity
  return (value) => {
    if (clock.monotonic() - last < ms) return
    last = clock.monotonic()
    call(value)
  }
}

async function openLog(
  config: Config,
  worker: URL | undefined,
  onLost: (error: Error) => void,
): Promise<RoomLog> {
  const { data, retain, retainDays } = config
  if (data === ':memory:') return memoryLog(retain)
  try {
    return await sqliteLog({ folder: data, retain, retainDays }, onLost, worker)
  } catch (error) {
    throw error instanceof LogUnusable ? new StartError(error.message) : error
  }
}

async function listenTcp(server: Server, port: number, host: string): Promise<void> {
  const listening = once(server, 'listening')
  server.listen(port, host)
  await listening
}

function listenFault(error: NodeJS.ErrnoException & { port?: number }, config: Config): string {
  const port = error.port ?? 0
  const flag = port === config.tcpPort ? '--tcp-port' : '--web-port'
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use; choose another with ${flag}.`
    case 'EACCES':
      return `Port ${port} may not be opened by this user; choose one above 1023 with ${flag}.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `--host ${config.host} is not an address of this machine.`
    default:
      return `The server could not listen: ${error.message}.`
  }
}

/** 0 while the server does not listen. */
function portOf(server: Server): number {
  return (server.address() as AddressInfo | null)?.port ?? 0
}

/** '' while the server does not listen. */
function boundTo(server: Server): string {
  return (server.address() as AddressInfo | null)?.address ?? ''
}

function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
