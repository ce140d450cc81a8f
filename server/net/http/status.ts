/**
 * A fault, as it is answered over HTTP: the error message that every other connection is
 * sent, under the status that HTTP has for it.
 */
import type { FastifyReply } from 'fastify'
import { type ErrorCode, errorMessage, type Fault } from '../../../shared/errors.ts'
import type { Room } from '../../room/room.ts'

/** 400 for all others. */
const statuses: Partial<Record<ErrorCode, number>> = {
  name_taken: 409,
  name_lookalike: 409,
  text_too_long: 413,
  too_fast: 429,
  log_unavailable: 503,
  history_unavailable: 503,
}

export function refuse(reply: FastifyReply, fault: Fault, { tally }: Room): FastifyReply {
  tally.refused(fault.code)
  return reply.code(statuses[fault.code] ?? 400).send(errorMessage(fault))
}
