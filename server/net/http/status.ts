/**
 * A fault → an HTTP response: the error message of the protocol, and a status code.
 */
import type { FastifyReply } from 'fastify'
import { type ErrorCode, errorMessage, type Fault } from '../../../shared/errors.ts'
import type { Rooms } from '../../room/rooms.ts'

/** All other codes: 400. */
const statuses: Partial<Record<ErrorCode, number>> = {
  code_needed: 401,
  code_wrong: 401,
  name_taken: 409,
  name_lookalike: 409,
  id_used: 409,
  muted: 403,
  observer: 403,
  banned: 403,
  locked: 403,
  not_host: 403,
  approval_needed: 403,
  room_unknown: 404,
  person_unknown: 404,
  text_too_long: 413,
  too_fast: 429,
  network_full: 429,
  slow_mode: 429,
  rooms_full: 503,
  room_full: 503,
  shutdown: 503,
  log_unavailable: 503,
  history_unavailable: 503,
}

export function refuse(reply: FastifyReply, fault: Fault, { tally }: Rooms): FastifyReply {
  tally.refused(fault.code)
  return sendFault(reply, fault)
}

/** For a fault that is counted already. */
export function sendFault(reply: FastifyReply, fault: Fault): FastifyReply {
  return reply.code(statuses[fault.code] ?? 400).send(errorMessage(fault))
}
