/**
 * The gateway: the rooms, the raw TCP port and the HTTP server that lead into them, and a stop
 * that loses nothing.
 *
 *   nc, telnet, programs ── net/raw ──────┐                                    ┌── log
 *                                         ├─ connection ─ session ─ rooms ─ room
 *   the page, bots ──────── net/websocket ┘                                    └── feed → outboxes
 */
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { type AddressInfo, BlockList, type Server } from 'node:net'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { addressText } from '../shared/address.ts'
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { reclaimMemory } from './heap.ts'
import { memoryStore } from './log/memory.ts'
import { isPostgresUrl } from './log/postgres/url.ts'
import { sqliteStore } from './log/sqlite/store.ts'
import { LogUnusable } from './log/unusable.ts'
import { isWildcard, leadsTo, reachableAt, reachedAt } from './net/addresses.ts'
import { capacity, MAX_REFUSING } from './net/capacity.ts'
import { Connections } from './net/connection/connections.ts'
import { apiRoutes } from './net/http/api.ts'
import { metricsRoute } from './net/http/metrics.ts'
import { sayRoute } from './net/http/say.ts'
import { httpServer, pageRoutes } from './net/http/server.ts'
import { tcpServer } from './net/raw/tcp.ts'
import { Relay } from './net/relay/relay.ts'
import { isLoopback, originIn, readNetworks } from './net/trust.ts'
import { websocketRoute } from './net/websocket.ts'
import type { Clock } from './room/clock.ts'
import { Doors } from './room/doors/doors.ts'
import { Networks } from './room/doors/networks.ts'
import type { Store } from './room/log.ts'
import { LobbyTaken, Rooms, type RoomsOptions } from './room/rooms.ts'
import { SERVING_RULE, type Serving } from './serving.ts'
import { Operator, type OperatorTerminal } from './terminal/console/operator.ts'

/** Limits without a command-line option. Tests set them. */
export type Tuning = {
  /** Time, in ms, that the place of a client that reconnects is held. */
  absenceMs: number
  /** Bytes of recent broadcasts in memory, shared by all rooms and readers. */
  feedBytes: number
  /** Open connections, of all transports together. */
  maxConnections: number
  /** Time, in ms, after which a reader that takes nothing is closed. */
  stalledMs: number
  /** Time, in ms, after which a connection without a successful hello is closed. */
  helloMs: number
  /** The built worker of the log, if the gateway does not run from the build. */
  logWorker?: URL
}

const DEFAULT_TUNING: Tuning = {
  absenceMs: 30_000,
  feedBytes: 8 * 1024 * 1024,
  maxConnections: capacity().chat,
  stalledMs: 30_000,
  helloMs: 10_000,
}

/** Joins and leaves of one address, each of which is a line for everybody; more are counted. */
const PRESENCE_RATE = { perSecond: 0.5, burst: 40 }

/** Shortest time, in ms, between two log lines about the same lasting fault. */
const FAULT_LOG_MS = 10_000

export type Gateway = {
  webUrl: string
  webPort: number
  /** Address of the raw TCP port. */
  tcp: { host: string; port: number }
  rooms: Rooms
  /** The key of the hosts, if it was made now. */
  hostKey: string | undefined
  /** Adds the operator to the lobby, at this terminal. */
  operate(terminal: OperatorTerminal): Operator
  /** Stops accepting, processes and commits everything received, and closes every connection. */
  close(): Promise<void>
}

/** The server cannot start. The message is one sentence for the operator. */
export class StartError extends Error {}

/**
 * `webRoot`: folder of the built page. `onLost`: called once, if the store cannot be used any more and
 * another gateway with the same store can. Rejects with a StartError, and leaves nothing started.
 */
export async function startGateway(
  config: Config,
  log: Logger,
  webRoot: string,
  tuning: Partial<Tuning> = {},
  onLost: () => void = () => {},
): Promise<Gateway> {
  const { absenceMs, feedBytes, maxConnections, stalledMs, helloMs, logWorker } = {
    ...DEFAULT_TUNING,
    ...tuning,
  }
  if (!existsSync(join(webRoot, 'index.html'))) {
    throw new StartError(`The page is not built: ${webRoot} has no index.html. Run npm run build.`)
  }
  const clock = systemClock
  const store = await openStore(config, log, logWorker, onLost)
  const rooms = await openRooms(config, {
    store,
    clock,
    doors: await openDoors(config, store, clock, maxConnections),
    absenceMs,
    feedBytes,
    readonlyDefault: config.readonlyDefault,
    onLogFault: atMostEvery(FAULT_LOG_MS, clock, (err) => {
      log.error({ err }, 'the log cannot be written; senders receive log_unavailable')
    }),
    onBug: (err) => log.error({ err }, 'a room failed to process an event'),
  })
  const connections = new Connections({
    log,
    clock,
    max: maxConnections,
    stalledMs,
    helloMs,
    onCrowdGone: reclaimMemory,
  })
  const { flood, host } = config
  const shared = { rooms, connections, flood }
  /** A server that is bound to all addresses is at the address that the client has reached. */
  const hostAt = (reached: string): string => (isWildcard(boundTo(tcp)) ? reached : host)
  const webUrl = (at: string): string => `http://${urlHost(at)}:${portOf(app.server)}`
  const tcp = tcpServer({
    ...shared,
    webUrl: (socket) => webUrl(hostAt(reachedAt(socket))),
  })
  tcp.maxConnections = maxConnections + MAX_REFUSING
  const { app, upgrades } = httpServer(log)
  await websocketRoute(app, upgrades, shared)
  await pageRoutes(app, {
    webRoot,
    allowHosts: [host, ...config.allowHost],
    health: () => store.health(),
  })
  await app.register(metricsRoute, { rooms, connections })
  await app.register(sayRoute, { rooms, flood })
  await app.register(apiRoutes, {
    rooms,
    flood,
    tcpAddress: (reached) => ({ host: hostAt(reached), port: portOf(tcp) }),
  })

  async function close(): Promise<void> {
    relay?.close()
    const closed = tcp.listening ? once(tcp, 'close') : undefined
    if (tcp.listening) tcp.close()
    await connections.closeAll('shutdown')
    await app.close()
    await closed
    await rooms.close()
    await store.close()
  }

  let relay: Relay | undefined
  const hostKey = await rooms.hosts.prepareKey(config.hostKey).catch(async (error: Error) => {
    await close()
    throw new StartError(`The key of the hosts cannot be stored: ${error.message}.`)
  })
  try {
    await listenTcp(tcp, config.tcpPort, host)
    await app.listen({ port: config.webPort, host })
  } catch (error) {
    await close()
    throw new StartError(listenFault(error as NodeJS.ErrnoException, config))
  }
  if (config.relay !== undefined) {
    const { address, room } = config.relay
    for (const server of [tcp, app.server]) {
      if (!(await leadsTo(address, server))) continue
      await close()
      throw new StartError(`--relay ${addressText(address)} is this server itself.`)
    }
    const { relayCode: code, relayFormat: format } = config
    relay = new Relay({ ...shared, address, room, code, format })
  }
  // A connection that cannot be accepted MUST NOT stop the server.
  const serverOnError = atMostEvery(FAULT_LOG_MS, clock, (err: Error) => {
    log.error({ err }, 'a connection could not be accepted')
  })
  for (const server of [tcp, app.server]) server.on('error', serverOnError)
  const serving: Serving = {
    startedAt: new Date(clock.now()).toISOString(),
    host,
    isLoopback: isLoopback(host),
    webPort: portOf(app.server),
    tcpPort: portOf(tcp),
    needsCode: rooms.doors.needsCode,
    trust: config.trust,
    addressConnections: Number.isFinite(config.addressConnections)
      ? config.addressConnections
      : null,
    reserve: config.reserve,
    relay: config.relay === undefined ? null : addressText(config.relay.address),
  }
  // Only `oneroom doctor` needs it: a disk that is full keeps no server from starting.
  store.keepRule({ key: SERVING_RULE, value: serving }).catch(() => {})
  // Not awaited, since it starts a thread. Clients that join meanwhile wait for it.
  void rooms.lobby.prepare()
  return {
    webUrl: webUrl(reachableAt(host)),
    webPort: portOf(app.server),
    tcp: { host: reachableAt(host), port: portOf(tcp) },
    rooms,
    hostKey,
    operate: (terminal) => new Operator({ rooms, connections, terminal }),
    close,
  }
}

/** Calls `call` at most once in `ms`, so that a lasting fault does not flood the server's log. */
function atMostEvery<T>(ms: number, clock: Clock, call: (value: T) => void): (value: T) => void {
  let last = -Infinity
  return (value) => {
    if (clock.monotonic() - last < ms) return
    last = clock.monotonic()
    call(value)
  }
}

/** Closes the store if the doors cannot be opened. */
async function openDoors(
  config: Config,
  store: Store,
  clock: Clock,
  maxConnections: number,
): Promise<Doors> {
  const { trust, code, open, host } = config
  const networks = new Networks({
    limits: {
      connections: config.addressConnections,
      connects: config.addressConnects,
      messages: config.addressMessages,
      joins: config.addressJoins,
      renames: config.addressRenames,
      codes: config.addressCodes,
      presence: PRESENCE_RATE,
    },
    clock,
    maxConnections,
    limitsLocal: trust.limitsLocal,
    originOf: originIn(readNetworks(trust.networks) ?? new BlockList()),
  })
  const isOpen = open || (code === undefined && isLoopback(host))
  const rule = isOpen ? ({ type: 'open' } as const) : ({ type: 'code', words: code } as const)
  try {
    return await Doors.open({ store, clock, networks, rule })
  } catch (error) {
    await store.close()
    throw new StartError(`The room code cannot be stored: ${(error as Error).message}.`)
  }
}

/** Closes the store if the rooms cannot be opened. */
async function openRooms(
  { lobby, rooms: rule, reserve }: Config,
  options: Omit<RoomsOptions, 'lobby' | 'rule' | 'reserve'>,
): Promise<Rooms> {
  try {
    return await Rooms.open({ ...options, lobby, rule, reserve })
  } catch (error) {
    await options.store.close()
    throw error instanceof LobbyTaken ? new StartError(`--lobby ${error.message}`) : error
  }
}

async function openStore(
  config: Config,
  log: Logger,
  worker: URL | undefined,
  onLost: () => void,
): Promise<Store> {
  const { data, retain, retainDays } = config
  if (data === ':memory:') return memoryStore(retain)
  const onWarning = (sentence: string): void => log.warn(sentence)
  try {
    if (isPostgresUrl(data)) {
      // Loaded only when it is used.
      const { postgresStore } = await import('./log/postgres/store.ts')
      return await postgresStore({ url: data, retain, retainDays }, (err) => {
        log.error({ err }, 'the log cannot be used any more; the server starts again')
        onLost()
      })
    }
    const threadOnLost = (err: Error): void => {
      log.fatal({ err }, 'the log cannot be used any more; restart the server')
    }
    return await sqliteStore({ folder: data, retain, retainDays, onWarning }, threadOnLost, worker)
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
