/**
 * A store as pages of rows, in which everything goes from one engine to another.
 *
 * MUST have a bounded size: a page has at most PAGE_ROWS rows, and there is one page at a time.
 */
import type { LogKey } from '../room/log.ts'
import { asUnusable } from './unusable.ts'

export const PAGE_ROWS = 1000

/** An event as it is stored. `at`: ms since the Unix epoch. `act`: JSON. */
export type EventRow = [
  seq: number,
  at: number,
  kind: string,
  person: string,
  name: string,
  via: string,
  text: string,
  id: string | null,
  act: string | null,
  /** seq of the event that it answers. */
  reply: number | null,
  /** JSON. */
  quote: string | null,
  /** Name of the host who has taken the text away. */
  redacted: string | null,
  /** JSON: an array of [sign, id, name]. */
  reactions: string | null,
]

/** `first`, `head`: seqs of the oldest and the latest event. */
export type MovedLog = { key: LogKey; name: string; topic: string; first: number; head: number }

/** The last two are JSON. */
export type SeatRow = [
  person: string,
  name: string,
  room: LogKey,
  positions: string,
  ignored: string,
]

/**
 * The pages come in the order of these types. Those of events follow their log, the oldest first; the
 * seats begin with the one that was stored first. `secret`: in base64. The values of rules are JSON.
 */
export type Page =
  | { table: 'meta'; epoch: string; secret: string }
  | { table: 'logs'; log: MovedLog }
  | { table: 'events'; rows: EventRow[] }
  | { table: 'seats'; rows: SeatRow[] }
  | { table: 'registrations'; rows: [person: string, name: string][] }
  | { table: 'rules'; rows: [key: string, value: string][] }

/** A page, and all that follow it while they are full. `read` returns the rows after `after`. */
export async function* paged<Row, Key>(
  read: (after: Key) => Row[] | Promise<Row[]>,
  first: Key,
  keyOf: (row: Row) => Key,
): AsyncGenerator<Row[]> {
  for (let after = first; ; ) {
    const rows = await read(after)
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows
    if (rows.length < PAGE_ROWS) return
    after = keyOf(last)
  }
}

/**
 * The same pages, of whatever kind, with every error as a LogUnusable, so that a fault of the source is not taken for
 * one of the target, which reads them. `sentence`: what to say about an error.
 */
export async function* guarded<T>(
  pages: AsyncIterable<T>,
  sentence: (error: unknown) => string,
): AsyncGenerator<T> {
  try {
    yield* pages
  } catch (error) {
    throw asUnusable(error, sentence)
  }
}
