/** The doors for HTTP: what tells about the rooms needs the room code (RFC 6750). */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Rooms } from '../../room/rooms.ts'
import { refuse } from './status.ts'

const BEARER = /^Bearer +(.+)$/i

/** A hook that rejects requests without the code, which comes as `Authorization: Bearer CODE`. */
export function needsCode(rooms: Rooms) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { doors, hosts } = rooms
    const source = doors.networks.of(request.ip)
    // Of the bans, those of addresses: a request is of no person.
    const ban = hosts.refused('', source.name)
    if (ban !== undefined) {
      await refuse(reply, ban, rooms)
      return
    }
    const [, code] = BEARER.exec(request.headers.authorization ?? '') ?? []
    const admission = await doors.check(source, { code })
    if (admission.ok) return
    reply.header('WWW-Authenticate', 'Bearer').header('Cache-Control', 'no-store')
    await refuse(reply, admission.fault, rooms)
  }
}
