/**
 * Events as rows: the one place that knows the columns of the table.
 */
import type { RoomEvent } from '../../../shared/protocol.ts'
import type { Draft } from '../../room/log.ts'

export const COLUMNS = 'seq, at, kind, person, name, via, text, id'
export type Row = [
  seq: number,
  at: number,
  kind: RoomEvent['kind'],
  person: string,
  name: string,
  via: RoomEvent['from']['via'],
  text: string,
  id: string | null,
]

/** At most ? events from seq ? on, oldest first. */
export const READ = `SELECT ${COLUMNS} FROM events WHERE seq >= ? ORDER BY seq LIMIT ?`

export function rowOf(seq: number, { at, kind, from, text, id }: Draft): Row {
  return [seq, Date.parse(at), kind, from.id, from.name, from.via, text, id ?? null]
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
