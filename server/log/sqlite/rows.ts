/**
 * Events as rows. Only this file knows the columns of the table.
 */
import type { RoomEvent } from '../../../shared/protocol.ts'
import type { Draft } from '../../room/log.ts'

/** The columns that a draft has a value for. */
const DRAFT_COLUMNS = ['at', 'kind', 'person', 'name', 'via', 'text', 'id']
const COLUMN_NAMES = ['seq', ...DRAFT_COLUMNS]
export const COLUMNS = COLUMN_NAMES.join(', ')
export const EVENT_COLUMNS = COLUMN_NAMES.map((name) => `events.${name}`).join(', ')

/** `at`: in ms since the Unix epoch. */
export type DraftRow = [
  at: number,
  kind: RoomEvent['kind'],
  person: string,
  name: string,
  via: RoomEvent['from']['via'],
  text: string,
  id: string | null,
]
export type Row = [seq: number, ...DraftRow]

/** At most ? events from seq ? on, oldest first. */
export const READ = `SELECT ${COLUMNS} FROM events WHERE seq >= ? ORDER BY seq LIMIT ?`

/** ?2: a JSON array of draft rows, whose events get the numbers after ?1. */
export const INSERT = `INSERT INTO events (${COLUMNS})
  SELECT ?1 + 1 + key, ${DRAFT_COLUMNS.map((_, at) => `value ->> ${at}`).join(', ')}
  FROM json_each(?2)`

export function rowOf({ at, kind, from, text, id }: Draft): DraftRow {
  return [Date.parse(at), kind, from.id, from.name, from.via, text, id ?? null]
}

export function eventOf([seq, at, kind, person, name, via, text, id]: Row): RoomEvent {
  return {
    seq,
    at: new Date(at).toISOString(),
    kind,
    from: { id: person, name, via },
    text,
    ...(id !== null && { id }),
  }
}
