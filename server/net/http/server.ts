/**
 * HTTP: the page and its headers, the health check, and the 404 response.
 */
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import fastifyStatic from '@fastify/static'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { HttpSockets, socketLimits } from './sockets.ts'

/** Nothing from another host, nothing inline. */
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

export type HttpOptions = {
  /** Folder of the built page. */
  webRoot: string
  /** Host names, beside addresses and this machine's own, under which it may be asked for. */
  allowHosts: readonly string[]
  /** Whether the room can do its work. */
  isHealthy: () => boolean
}

/** The server, with no routes yet and not listening. */
export function httpServer(log: FastifyBaseLogger, limits = socketLimits): FastifyInstance {
  const sockets = new HttpSockets(log, limits)
  return Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    // Otherwise a half-sent request delays the stop of the server.
    forceCloseConnections: true,
    bodyLimit: 65_536,
    serverFactory: (handle) => sockets.server(handle),
  })
}

/**
 * Adds the page and what stands beside it. To be called after the WebSocket's route is
 * there: its plugin ends the sockets of requests that the hook below refuses.
 */
export async function pageRoutes(app: FastifyInstance, options: HttpOptions): Promise<void> {
  const isOwnHost = hostCheck(options.allowHosts)

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS)
    if (!isOwnHost(request.hostname)) {
      const help = `This server is not known as ${request.hostname}; start it with --allow-host to make it so.\n`
      return reply.code(421).type('text/plain').send(help)
    }
  })

  await app.register(fastifyStatic, {
    root: options.webRoot,
    cacheControl: false,
    setHeaders(response, path) {
      // Built files carry a hash of what is in them; the index names the current ones.
      const hashed = /[\\/]assets[\\/]/.test(path)
      response.setHeader(
        'Cache-Control',
        hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
      )
    },
  })

  app.get('/healthz', (_request, reply) => {
    const healthy = options.isHealthy()
    reply
      .header('Cache-Control', 'no-store')
      .code(healthy ? 200 : 503)
      .send({ status: healthy ? 'ok' : 'the log is gone' })
  })

  app.setNotFoundHandler((request, reply) => {
    const page = request.host === '' ? '/' : `${request.protocol}://${request.host}/`
    reply.code(404).type('text/plain').send(`There is nothing here. The page is at ${page}\n`)
  })
}

/**
 * Which host names are this server's. Any other name that leads here may be a foreign
 * site's, pointed at this address so that its page passes for ours (DNS rebinding).
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
    // No browser leaves it out; HTTP/1.0 does, in many a health check.
    if (name === '') return true
    const host = name.toLowerCase().replace(/^\[(.*)\]$/, '$1')
    return isIP(host) !== 0 || own.has(host) || host.endsWith('.localhost')
  }
}
