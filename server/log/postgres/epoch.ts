/**
 * The epoch that clients have for the logs of a database.
 *
 * MUST differ after a failover: a standby that has become the primary may lack the latest events, and
 * would number others alike.
 */
import { createHash } from 'node:crypto'

/** The longest that a client may send, in characters. */
const MOST_LENGTH = 64

/**
 * `meta`: the rows of that table. `timeline`: of the database now, in hexadecimal. An epoch that was
 * moved here was given to clients already, so it stays as it is on the timeline to which it was moved.
 */
export function epochOf(
  { epoch, timeline: moved }: Readonly<Record<string, string>>,
  timeline: string | undefined,
): string {
  if (moved !== undefined && moved === timeline) return `${epoch}`
  const full = `${epoch}.${Number.parseInt(timeline ?? '', 16)}`
  // It has grown with each move after a failover.
  return full.length <= MOST_LENGTH ? full : createHash('sha256').update(full).digest('base64url')
}
