/**
 * Tickets: what a person may read over HTTP for a short time with a link, because a browser that opens
 * a link sends neither a code nor a token. The server stores none.
 *
 * MUST be good for one transcript only, and MUST NOT let in anybody whom the token of its person would
 * not let in.
 */
import { timingSafeEqual } from 'node:crypto'
import { foldName } from '../../shared/fold.ts'
import { signed } from './token.ts'

/** What can be read. `room`: undefined for the lobby. `from`, `to`: as in the link. */
export type Granted = {
  room?: string | undefined
  from?: string | undefined
  to?: string | undefined
}

/** `PERSON.UNTIL.MAC`. `until`: ms since the Unix epoch. */
export function ticketFor(
  person: string,
  granted: Granted,
  until: number,
  secret: Uint8Array,
): string {
  const begun = `${person}.${until.toString(36)}`
  return `${begun}.${signed(textOf(begun, granted), secret)}`
}

/** The id of the person who got the ticket; undefined if it is not for this, or has expired. */
export function holderOf(
  ticket: string,
  granted: Granted,
  now: number,
  secret: Uint8Array,
): string | undefined {
  const [, begun = '', person, until = '', mac = ''] =
    /^(([\w-]+)\.([0-9a-z]{1,11}))\.(.+)$/.exec(ticket) ?? []
  const right = Buffer.from(signed(textOf(begun, granted), secret))
  const given = Buffer.from(mac)
  const isRight = given.length === right.length && timingSafeEqual(given, right)
  return isRight && Number.parseInt(until, 36) > now ? person : undefined
}

/** JSON, so that no two grants have the same text. */
function textOf(begun: string, { room, from, to }: Granted): string {
  return JSON.stringify([
    begun,
    room === undefined ? null : foldName(room),
    from ?? null,
    to ?? null,
  ])
}
