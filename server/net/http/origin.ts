/**
 * The origin of a request. A page of another site must not be able to speak in the room on
 * behalf of its visitor (RFC 6455, section 10.2; the same holds for HTTP).
 */
import type { FastifyReply, FastifyRequest } from 'fastify'

/** A hook that refuses requests from pages of other sites. Only browsers send an Origin. */
export async function refuseForeign(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { origin, host } = request.headers
  if (origin === undefined || isSameOrigin(origin, host)) return
  const help = `Requests from ${origin} are refused. Open http://${host}/ instead.\n`
  await reply.code(403).type('text/plain').send(help)
}

function isSameOrigin(origin: string, host: string | undefined): boolean {
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  return /^https?:$/.test(url?.protocol ?? '') && url?.host === host?.toLowerCase()
}
