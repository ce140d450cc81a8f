/**
 * The origin of a request. A page of another site must not be able to speak in the room on
 * behalf of its visitor (RFC 6455, section 10.2; the same holds for HTTP).
 */
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Origins whose refusal is logged, once for each. */
const MAX_LOGGED = 100
/** Characters of an origin and a host in the log. */
const LOGGED_LENGTH = 200

export type OriginHook = (request: FastifyRequest, reply: FastifyReply) => Promise<void>

/**
 * A hook that refuses requests from pages of other sites. Only browsers send an Origin. `page`: the
 * public address of the page, which is its own also if a proxy names another host.
 */
export function foreignRefusal(page: URL | undefined): OriginHook {
  const logged = new Set<string>()

  function log({ log, headers, ip }: FastifyRequest, origin: string): void {
    if (logged.size >= MAX_LOGGED || logged.has(origin)) return
    logged.add(origin)
    const host = headers.host?.slice(0, LOGGED_LENGTH)
    log.warn(
      { origin, host, client: ip },
      'pages of this origin are refused; if it is that of a proxy before the server, set --public-url',
    )
    if (logged.size === MAX_LOGGED) log.warn('the refusals of further origins are not logged')
  }

  return async (request, reply) => {
    const { origin, host } = request.headers
    if (origin === undefined || origin === page?.origin || isSameOrigin(origin, host)) return
    log(request, origin.slice(0, LOGGED_LENGTH))
    const help = `Requests from ${origin} are refused. Open ${page ?? `${request.protocol}://${host}/`} instead.\n`
    await reply.code(403).type('text/plain').send(help)
  }
}

function isSameOrigin(origin: string, host: string | undefined): boolean {
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  return /^https?:$/.test(url?.protocol ?? '') && url?.host === host?.toLowerCase()
}
