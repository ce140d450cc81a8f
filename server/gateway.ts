/**
 * The gateway: the rooms, the raw TCP port and the HTTP server that lead into them, and a stop
 * that loses nothing.
 *
 *   nc, telnet, programs ── net/raw ──────┐                                    ┌── log
 *                                         ├─ connection ─ session ─ rooms ─ room
 *   the page, bots ──────── net/websocket ┘                                    └── feed → outboxes
 */
import { once } from 'node:events'
import { type AddressInfo, BlockList, type ListenOptions, type Server } from 'node:net'
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import { addressText } from '../shared/address.ts'
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { reclaimMemory } from './heap.ts'
import { isWildcard, leadsTo, reachedAt } from './net/addresses.ts'
import { capacity, MAX_REFUSING } from './net/capacity.ts'
import { Connections } from './net/connection/connections.ts'
import type { HandedSocket } from './net/connection/handed.ts'
import {
  accept,
  type Handover,
  holdBack,
  type Inheritable,
  type Inherited,
  type Servers,
  takeAllListening,
} from './net/handover.ts'
import { apiRoutes, type TlsUse } from './net/http/api.ts'
import { httpsOnly } from './net/http/https.ts'
import { metricsRoute } from './net/http/metrics.ts'
import { foreignRefusal } from './net/http/origin.ts'
import { sayRoute } from './net/http/say.ts'
import { httpServer, pageRoutes } from './net/http/server.ts'
import { coveredName, ownNames, type Pair } from './net/listen/certificate.ts'
import { Front } from './net/listen/front.ts'
import { portsOf } from './net/listen/ports.ts'
import { Secure } from './net/listen/secure.ts'
import { Proxies } from './net/proxy/proxies.ts'
import { rejectPlain } from './net/raw/refusal.ts'
import { acceptRaw, goOn, type HandedRaw, type TcpOptions, tcpServer } from './net/raw/tcp.ts'
import { hostsOf } from './net/reach.ts'
import { Relay } from './net/relay/relay.ts'
import { isLoopback, readNetworks } from './net/trust.ts'
import { UdpPort } from './net/udp/port.ts'
import { websocketRoute } from './net/websocket.ts'
import { isProxied, openDoors, openRooms, openStore, readFiles, StartError } from './opening.ts'
import type { Clock } from './room/clock.ts'
import { operatorIdOf } from './room/nodes/operator.ts'
import type { Rooms } from './room/rooms.ts'
import { PROCESS_RULE, SERVING_RULE, type ServerProcess, type Serving } from './serving.ts'
import { Operator, type OperatorTerminal } from './terminal/console/operator.ts'
import { wireRoute } from './wire/route.ts'
import { Wire } from './wire/wire.ts'

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
  /** Time without a datagram, in ms, after which a member by UDP has left. */
  udpSilentMs: number
  /** Time without a byte, in ms, after which a client of the raw port is greeted as a terminal. */
  greetMs: number
  /** The built worker of the log, if the gateway does not run from the build. */
  logWorker?: URL
}

const DEFAULT_TUNING: Tuning = {
  absenceMs: 30_000,
  feedBytes: 8 * 1024 * 1024,
  maxConnections: capacity().chat,
  stalledMs: 30_000,
  helloMs: 10_000,
  udpSilentMs: 180_000,
  greetMs: 50,
}

/** Shortest time, in ms, between two log lines about the same lasting fault. */
const FAULT_LOG_MS = 10_000

const LOOPBACK = '127.0.0.1'

export type Gateway = {
  webUrl: string
  webPort: number
  /** Address of the raw TCP port. */
  tcp: { host: string; port: number }
  /** Undefined without UDP. */
  udpPort: number | undefined
  /**
   * Where other machines reach the server, if no proxy does so for them; the best one first. None: they
   * do not.
   */
  hosts: string[]
  tls: TlsUse
  /** Reasons for which clients refuse the certificate, as sentences. */
  certificateFaults: string[]
  /** Reads the files of the certificate again. */
  reloadCertificate(): Promise<void>
  rooms: Rooms
  /** The key of the hosts, if it was made now. */
  hostKey: string | undefined
  /** Adds the operator to the lobby, at this terminal. */
  operate(terminal: OperatorTerminal): Operator
  /** Stops accepting, processes and commits everything received, and closes every connection. */
  close(): Promise<void>
  /** What it listens with. */
  servers: Servers
  /**
   * As `close`, but keeps what the next server goes on with: the listening sockets, the connections
   * that arrive, and the raw connections that are open. MUST be called once, and not with a store that
   * this process alone has.
   */
  handOver(): Promise<Handover>
  /** Lets `oneroom restart` know why the server has not restarted, in a sentence. */
  noteRestartFault(fault: string): void
}

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
  inherited: Inherited = { listening: {} },
): Promise<Gateway> {
  const { absenceMs, feedBytes, maxConnections, stalledMs, helloMs, logWorker, ...silence } = {
    ...DEFAULT_TUNING,
    ...tuning,
  }
  // A copy: tests change the clock of one gateway only.
  const clock = { ...systemClock }
  const { files, pair } = (await readFiles(config, webRoot)) ?? {}
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
  const proxies = new Proxies({
    trusted: readNetworks(config.trustProxy) ?? new BlockList(),
    clock,
    log,
  })
  const publicly = { web: config.publicUrl, tcp: config.publicTcp }
  const shared = { rooms, connections, flood }
  /** A server that is bound to all addresses is at the address that the client has reached. */
  const hostAt = (reached: string): string =>
    isWildcard(boundTo(app.server)) ? hereAt(reached) : host
  const scheme = pair === undefined ? 'http' : 'https'
  const webUrl = (at: string): string => `${scheme}://${urlHost(at)}:${portOf(app.server)}`
  const clients: HandedSocket<HandedRaw>[] = []
  const tcpOptions: TcpOptions = {
    ...shared,
    greetMs: silence.greetMs,
    proxies,
    webUrl: (socket) => publicly.web?.href ?? webUrl(hostAt(reachedAt(socket))),
    onHandedOver: (handed) => clients.push(handed),
    tellApart: () => ports.tcp,
  }
  const tcp = tcpServer(tcpOptions)
  tcp.maxConnections = maxConnections + MAX_REFUSING
  const isShared = config.port !== undefined
  const rawPort = (): number => portOf(isShared ? app.server : tcp)
  const hosts = await hostsOf(host)
  const names = ownNames(hosts[0] ?? hereAt(host), [
    ...config.allowHost,
    ...(publicly.web ? [publicly.web.hostname] : []),
    ...(publicly.tcp ? [publicly.tcp.host] : []),
  ])
  const secure = files && pair && new Secure({ files, names, clock, log }, pair)
  const tls: TlsUse = secure === undefined ? 'off' : config.tlsOnly ? 'only' : 'also'
  const front = new Front({ clock, secure, waiting: capacity().http })
  const ports = portsOf({
    front,
    isShared,
    hasTls: secure !== undefined,
    raw: (socket) => acceptRaw(socket, tcpOptions),
    plain: config.tlsOnly
      ? (socket, opening) => rejectPlain(socket, opening, tcpOptions.webUrl(socket), connections)
      : undefined,
  })
  const { app, upgrades, countAsChat } = httpServer(log, {
    proxies,
    public: publicly,
    tellApart: ports.web,
    isShared,
  })
  const refuseForeign = foreignRefusal(publicly.web)
  await websocketRoute(app, upgrades, shared, refuseForeign)
  await pageRoutes(app, {
    webRoot,
    allowHosts: [host, ...config.allowHost, ...(publicly.web ? [publicly.web.hostname] : [])],
    page: publicly.web,
    health: () => store.health(),
  })
  if (secure !== undefined) httpsOnly(app, publicly.web)
  await app.register(metricsRoute, { rooms, connections })
  await app.register(sayRoute, { rooms, flood, refuseForeign })
  const wire = new Wire({
    connections,
    clock,
    keep: config.wire,
    pageUrl: () => publicly.web?.href ?? `${webUrl(hosts[0] ?? hereAt(host))}/`,
  })
  rooms.wire = wire
  await app.register(wireRoute, { rooms, wire, refuseForeign })
  await app.register(apiRoutes, {
    ...shared,
    refuseForeign,
    countAsChat,
    page: publicly.web,
    tcpAddress: (reached) => publicly.tcp ?? { host: hostAt(reached), port: rawPort() },
    tls,
    udpPort: () => udp?.port,
    hosts: async () => {
      if (publicly.web !== undefined) return []
      // The interfaces may have changed since the start.
      const now = covered(await hostsOf(host), config, pair)
      return now.map((at) => ({ host: at, web: `${webUrl(at)}/` }))
    },
  })

  async function close(): Promise<void> {
    if (isHandedOver) return
    rooms.isStopping = true
    relay?.close()
    wire.close()
    secure?.close()
    front.close()
    const closed = tcp.listening ? once(tcp, 'close') : undefined
    if (tcp.listening) tcp.close()
    proxies.close()
    await connections.closeAll('shutdown')
    await udp?.close()
    await app.close()
    await closed
    await rooms.close()
    await store.close()
  }

  let isHandedOver = false
  async function handOver(): Promise<Handover> {
    isHandedOver = true
    rooms.isStopping = true
    relay?.close()
    wire.close()
    const arrived = holdBack(servers, [...front.release(), ...proxies.release()])
    secure?.close()
    front.close()
    proxies.close()
    await connections.handOver(() => rooms.settle())
    await udp?.close()
    const people = rooms.people.handed
    const listening = takeAllListening(servers)
    app.server.closeAllConnections()
    // Not awaited: the connections that wait count as open until the next server has them.
    app.close().catch((err) => log.error({ err }, 'the HTTP server did not stop in order'))
    await rooms.close()
    await store.close()
    return { people, clients, arrived, members: udp?.handed ?? [], udpPort: udp?.port, listening }
  }

  const servers: Servers = { tcp, web: app.server }
  let relay: Relay | undefined
  let udp: UdpPort | undefined
  const inheritance = await inherited.receive?.()
  if (config.udpPort !== undefined) {
    const at = { host, port: inherited.udpPort ?? config.udpPort }
    udp = await UdpPort.listen(at, { ...shared, silentMs: silence.udpSilentMs }).catch(
      async (error) => {
        await close()
        throw new StartError(listenFault(error, config, '--udp-port'))
      },
    )
  }
  if (inheritance !== undefined) {
    await rooms.seed(inheritance.people)
    for (const { socket, state, unsent } of inheritance.clients) {
      goOn(socket, state, unsent, tcpOptions)
    }
    for (const member of inheritance.members) udp?.goOn(member)
  }
  try {
    if (!isShared) await listenTcp(tcp, inherited.listening.tcp ?? { port: config.tcpPort, host })
    const { web } = inherited.listening
    // With an address, so that Fastify does not look for a second one; what is inherited has its own.
    const at = { port: config.port ?? config.webPort, host }
    await app.listen({
      ...(web === undefined ? at : { ...web, host: LOOPBACK }),
      listenTextResolver: (at) => `Server listening at ${at.replace('http', scheme)}`,
    })
  } catch (error) {
    await close()
    throw new StartError(listenFault(error as NodeJS.ErrnoException, config))
  }
  if (config.relay !== undefined) {
    const { address, room } = config.relay
    for (const server of [tcp, app.server]) {
      if (!server.listening || !(await leadsTo(address, server))) continue
      await close()
      throw new StartError(`--relay ${addressText(address)} is this server itself.`)
    }
    const { relayCode: code, relayFormat: format } = config
    relay = new Relay({ ...shared, address, room, code, format })
  }
  for (const server of [tcp, app.server]) {
    // Without a code, as on an address of this machine, another machine would come in.
    if (!server.listening || !isLoopback(host) || isLoopback(boundTo(server))) continue
    const at = boundTo(server)
    await close()
    throw new StartError(
      `A socket of systemd listens on ${at}: start the server with --host ${at}.`,
    )
  }
  // A connection that cannot be accepted MUST NOT stop the server.
  const serverOnError = atMostEvery(FAULT_LOG_MS, clock, (err: Error) => {
    log.error({ err }, 'a connection could not be accepted')
  })
  for (const server of [tcp, app.server]) server.on('error', serverOnError)
  // After all that can keep the server from starting: a key that was made is shown only once.
  const hostKey = await rooms.hosts.prepareKey(config.hostKey).catch(async (error: Error) => {
    await close()
    throw new StartError(`The key of the hosts cannot be stored: ${error.message}.`)
  })
  if (inheritance !== undefined) accept(inheritance.arrived, servers)
  const serving: Serving = {
    startedAt: new Date(clock.now()).toISOString(),
    host,
    isLoopback: isLoopback(host),
    isProxied: isProxied(config),
    webPort: portOf(app.server),
    tcpPort: rawPort(),
    udpPort: udp?.port ?? null,
    needsCode: rooms.doors.needsCode,
    trust: config.trust,
    addressConnections: Number.isFinite(config.addressConnections)
      ? config.addressConnections
      : null,
    reserve: config.reserve,
    relay: config.relay === undefined ? null : addressText(config.relay.address),
    tls: files === undefined ? null : { files, names, isOnly: config.tlsOnly },
  }
  const place = `${hostname()} ${portOf(app.server)} ${rawPort()}`
  const operatorId = await operatorIdOf(store.nodes, place)
  // Only other commands need it: a disk that is full keeps no server from starting.
  store.keepRule({ key: SERVING_RULE, value: serving }).catch(() => {})
  const keepProcess = (fault?: string): void => {
    const value: ServerProcess = { pid: process.pid, ...(fault !== undefined && { fault }) }
    store.keepRule({ key: PROCESS_RULE, value }).catch(() => {})
  }
  keepProcess()
  // Not awaited, since it starts a thread. Clients that join meanwhile wait for it.
  void rooms.lobby.prepare()
  const at = (pair && coveredName(pair, names)) ?? hosts[0] ?? hereAt(host)
  return {
    webUrl: webUrl(at),
    webPort: portOf(app.server),
    tcp: { host: at, port: rawPort() },
    udpPort: udp?.port,
    hosts: publicly.web === undefined ? covered(hosts, config, pair) : [],
    tls,
    certificateFaults: secure?.weaknesses ?? [],
    reloadCertificate: async () => secure?.reload(),
    rooms,
    hostKey,
    operate: (terminal) => {
      const page = publicly.web?.href ?? webUrl(at)
      return new Operator({ rooms, connections, terminal, id: operatorId, page })
    },
    close,
    servers,
    handOver,
    noteRestartFault: keepProcess,
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

async function listenTcp(server: Server, at: ListenOptions | Inheritable): Promise<void> {
  const listening = once(server, 'listening')
  server.listen(at)
  await listening
}

/** `given`: the option of the port; undefined: that of the web port or the raw port. */
function listenFault(
  error: NodeJS.ErrnoException & { port?: number },
  config: Config,
  given?: string,
): string {
  const port = error.port ?? 0
  const ownFlag = port === config.tcpPort ? '--tcp-port' : '--web-port'
  const flag = given ?? (config.port === undefined ? ownFlag : '--port')
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

/** Where this machine reaches a server that no other machine reaches. */
function hereAt(host: string): string {
  return isWildcard(host) ? LOOPBACK : host
}

/** The hosts that the certificate is for, and names that are allowed; all hosts if it is for none. */
function covered(hosts: string[], { allowHost }: Config, pair: Pair | undefined): string[] {
  if (pair === undefined || hosts.length === 0) return hosts
  const found = [...hosts, ...allowHost].filter((one) => coveredName(pair, [one]) !== undefined)
  return found.length > 0 ? found : hosts
}

function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
