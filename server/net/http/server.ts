/**
 * HTTP: the page and its headers, the health check, and the 404 response.
 */
import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { isIP, type Socket } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { StoreHealth } from '../../room/log.ts'
import { type BeforeServer, HttpSockets, socketLimits } from './sockets.ts'

/** Allows nothing from other hosts, and no inline scripts or styles. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

/** Why the server is not healthy, for the people who operate it. */
const UNHEALTHY: Record<Exclude<StoreHealth, 'ok'>, string> = {
  failing: 'Messages cannot be recorded: the latest write to the log failed.',
  stalled: 'Messages cannot be recorded: a write to the log has waited for seconds.',
  lost: 'Messages cannot be recorded until the server is restarted: the log was lost.',
}

/** Levels of `/r/ROOM/`. */
const ROOM_DEPTH = 2

export type HttpOptions = {
  /** Folder of the built page. */
  webRoot: string
  /** Host names that requests may have, besides IP addresses and the names of this machine. */
  allowHosts: readonly string[]
  /** The public address of the page. */
  page: URL | undefined
  health: () => StoreHealth
}

/**
 * The server, with no routes yet and not listening. `upgrades`: the server on which the plugin
 * for WebSockets listens. `countAsChat`: to call with the socket of a stream of events.
 */
export function httpServer(
  log: FastifyBaseLogger,
  before: BeforeServer,
  limits = socketLimits(),
): { app: FastifyInstance; upgrades: Server; countAsChat: (socket: Socket) => void } {
  const sockets = new HttpSockets(log, limits, before)
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    // Otherwise a half-sent request delays the stop of the server.
    forceCloseConnections: true,
    bodyLimit: 65_536,
    serverFactory: (handle) => sockets.server(handle),
  })
  const countAsChat = (socket: Socket) => sockets.countAsChat(socket)
  return { app, upgrades: sockets.upgrades, countAsChat }
}

/**
 * Adds the page, the health check and the 404 response. MUST be called after websocketRoute():
 * the plugin registered there closes the sockets of upgrade requests that the hook below refuses.
 */
export async function pageRoutes(app: FastifyInstance, options: HttpOptions): Promise<void> {
  const isOwnHost = hostCheck(options.allowHosts)

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS)
    if (!isOwnHost(request.hostname)) {
      const help = `${request.hostname} is not a name of this server. Allow it with --allow-host.\n`
      return reply.code(421).type('text/plain').send(help)
    }
  })

  const page = readFileSync(join(options.webRoot, 'index.html'), 'utf8')

  /** The page for a path `depth` levels below its own: its addresses are relative. */
  function below(depth: number): string {
    return page.replaceAll(/(?<=(?:src|href)=")\.\//g, '../'.repeat(depth))
  }

  await app.register(fastifyStatic, {
    root: options.webRoot,
    cacheControl: false,
    setHeaders(response, path) {
      // The names of built files contain a hash of their content.
      const hashed = /[\\/]assets[\\/]/.test(path)
      response.setHeader(
        'Cache-Control',
        hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
      )
    },
  })

  /** A room of its own address: the page reads the name of the room from it. */
  app.get('/r/*', (request, reply) => {
    const [path = ''] = request.url.split('?', 1)
    const depth = path.split('/').length - 2
    if (depth > ROOM_DEPTH) return reply.callNotFound()
    return reply.header('Cache-Control', 'no-cache').type('text/html').send(below(depth))
  })

  app.get('/healthz', (_request, reply) => {
    const status = options.health()
    reply
      .header('Cache-Control', 'no-store')
      .code(status === 'ok' ? 200 : 503)
      .send(status === 'ok' ? { status } : { status, message: UNHEALTHY[status] })
  })

  app.setNotFoundHandler((request, reply) => {
    const reached = request.host === '' ? '/' : `${request.protocol}://${request.host}/`
    const page = options.page ?? reached
    reply.code(404).type('text/plain').send(`There is nothing here. The page is at ${page}\n`)
  })
}

/**
 * Checks the host name of a request. A foreign site could point its own name at this address,
 * and its page would then have the same origin as the server's page (DNS rebinding).
 */
function hostCheck(allowHosts: readonly string[]): (name: string) => boolean {
  const machine = hostname().toLowerCase()
  const own = new Set([
    'localhost',
    machine,
    `${machine}.local`,
    ...allowHosts.map((host) => host.toLowerCase()),
  ])
  return (name) => {
    // Browsers always send a Host. Health checks over HTTP/1.0 often do not.
    if (name === '') return true
    const host = name.toLowerCase().replace(/^\[(.*)\]$/, '$1')
    return isIP(host) !== 0 || own.has(host) || host.endsWith('.localhost')
  }
}
