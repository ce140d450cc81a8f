/**
 * The doors for HTTP: what tells about the rooms needs the room code (RFC 6750), or the token of a
 * person.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Rooms } from '../../room/rooms.ts'
import { personOf } from '../../room/token.ts'
import { refuse } from './status.ts'

const BEARER = /^Bearer +(.+)$/i

/** What follows `Authorization: Bearer`: a code, or a token. */
export function bearerOf({ headers }: FastifyRequest): string | undefined {
  return BEARER.exec(headers.authorization ?? '')?.[1]
}

/**
 * A hook that rejects requests without the code, which comes as `Authorization: Bearer CODE`. The token
 * of a person who is connected, or who gave the code, is as good. While new people wait for a host,
 * only a token is, unless `isOfOperator`: the request is of a program of the operator. `holderIn`: the
 * id of a person to whom the server has given a ticket for the request, which is as good as their token.
 */
export function needsCode(
  rooms: Rooms,
  isOfOperator = false,
  holderIn: (request: FastifyRequest) => string | undefined = () => undefined,
) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { doors, hosts, people, store } = rooms
    const source = doors.networks.of(request.ip)
    const given = bearerOf(request)
    const person = given === undefined ? holderIn(request) : personOf(given, store.secret)
    // Without a person, those of the bans that are of addresses.
    const ban = hosts.refused(person ?? '', source.name)
    if (ban !== undefined) {
      await refuse(reply, ban, rooms)
      return
    }
    if (person !== undefined && people.readerOf(person) !== undefined) return
    const code = person === undefined ? given : undefined
    const admission = await doors.check(source, { code, person })
    const waits = !isOfOperator && person === undefined && hosts.rules.needsApproval
    if (admission.ok && waits) {
      await refuse(reply, { code: 'approval_needed' }, rooms)
      return
    }
    if (admission.ok) return
    reply.header('WWW-Authenticate', 'Bearer').header('Cache-Control', 'no-store')
    await refuse(reply, admission.fault, rooms)
  }
}
