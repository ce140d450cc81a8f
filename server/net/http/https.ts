/** The port of the page speaks HTTPS: requests without TLS are redirected. */
import type { TLSSocket } from 'node:tls'
import type { FastifyInstance } from 'fastify'

/**
 * MUST be called after pageRoutes(), whose hook checks the host name that the redirection
 * names. `page`: its public address. 307, since browsers remember 301 and 308 also after the
 * certificate is gone.
 */
export function httpsOnly(app: FastifyInstance, page: URL | undefined): void {
  app.addHook('onRequest', async (request, reply) => {
    if ((request.socket as TLSSocket).encrypted) return
    reply.type('text/plain')
    if (request.host === '') return reply.code(400).send('This port speaks HTTPS.\n')
    const path = request.raw.url?.startsWith('/') ? request.raw.url : '/'
    const isPublic = page?.protocol === 'https:'
    const url = isPublic ? `${page.href}${path.slice(1)}` : `https://${request.host}${path}`
    return reply.code(307).header('Location', url).send(`This port speaks HTTPS: ${url}\n`)
  })
}
