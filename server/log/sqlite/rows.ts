/**
 * Events as rows. Only this file knows the columns of the table, and how its key is made:
 *
 *   events.seq = (number of the log << 40) | seq of the event in its log
 *
 * The lobby has the number 0. The events of a log are side by side, and their keys grow.
 *
 * A key can be above 2^53, which JavaScript cannot count to. It MUST NOT leave SQL: statements
 * take the number of the log and seq as two parameters, and return seq alone.
 */
import type { RoomEvent } from '../../../shared/protocol.ts'
import { withGiven } from '../../../shared/reactions.ts'
import type { Draft } from '../../room/log.ts'

/** The columns that a draft has a value for. */
const DRAFT_COLUMNS = ['at', 'kind', 'person', 'name', 'via', 'text', 'id', 'act', 'reply', 'quote']

/** The columns that later events change. */
const CHANGED_COLUMNS = ['redacted', 'reactions']

/** Largest seq of an event in its log: 40 bits. */
const MAX_SEQ = 2 ** 40 - 1

/** `at`: in ms since the Unix epoch. */
export type DraftRow = [
  at: number,
  kind: RoomEvent['kind'],
  person: string,
  name: string,
  via: RoomEvent['from']['via'],
  text: string,
  id: string | null,
  /** JSON. */
  act: string | null,
  /** seq of the event that it answers. */
  reply: number | null,
  /** JSON. */
  quote: string | null,
]
/** `redacted`: name of the host who has taken the text away. `reactions`: JSON, an array of Given. */
export type Row = [seq: number, ...DraftRow, redacted?: string | null, reactions?: string | null]

/** SQL for a key. Numbers arrive in SQLite as REAL: `<<` and `|` make integers of them. */
export function keySql(number: string, seq: string): string {
  return `(${number} << 40 | ${seq})`
}

/** SQL for the seq in a key. */
export function seqSql(key: string): string {
  return `(${key} & ${MAX_SEQ})`
}

/** SQL for whether `key` is of this log. */
export function inLogSql(number: string, key = 'seq'): string {
  return `${key} BETWEEN ${keySql(number, '0')} AND ${keySql(number, `${MAX_SEQ}`)}`
}

/** A seq from outside, as close as a key can have it. */
export function keySeq(seq: number): number {
  return Math.min(Math.max(seq, 0), MAX_SEQ)
}

/** The columns of a Row. */
export const COLUMNS = [
  seqSql('events.seq'),
  ...[...DRAFT_COLUMNS, ...CHANGED_COLUMNS].map((name) => `events.${name}`),
].join(', ')

/** At most ?3 events of log ?1 from seq ?2 on, oldest first. */
export const READ = readSql(COLUMNS)

/** The same for a file that an earlier version has written. `known`: the columns of its table. */
export function readKnownSql(known: readonly string[]): string {
  const columns = [...DRAFT_COLUMNS, ...CHANGED_COLUMNS].map((name) =>
    known.includes(name) ? `events.${name}` : 'NULL',
  )
  return readSql([seqSql('events.seq'), ...columns].join(', '))
}

function readSql(columns: string): string {
  return `SELECT ${columns} FROM events
    WHERE seq BETWEEN ${keySql('?1', '?2')} AND ${keySql('?1', `${MAX_SEQ}`)} ORDER BY seq LIMIT ?3`
}

/** ?3: a JSON array of draft rows, whose events get the numbers after ?2 in log ?1. */
export const INSERT = `INSERT INTO events (seq, ${DRAFT_COLUMNS.join(', ')})
  SELECT ${keySql('?1', '?2 + 1 + key')}, ${DRAFT_COLUMNS.map(valueSql).join(', ')}
  FROM json_each(?3)`

/** A quote of a text that was taken away meanwhile is not stored. */
function valueSql(column: string, at: number): string {
  if (column !== 'quote') return `value ->> ${at}`
  const answered = keySql('?1', `(value ->> ${DRAFT_COLUMNS.indexOf('reply')})`)
  return `iif(value ->> ${at} IS NULL OR EXISTS (SELECT 1 FROM events AS answered
    WHERE answered.seq = ${answered} AND answered.redacted IS NOT NULL), NULL, value ->> ${at})`
}

/** ?2: a JSON array of Rows, which log ?1 gets as they are. */
export const COPY = `INSERT INTO events (seq, ${[...DRAFT_COLUMNS, ...CHANGED_COLUMNS].join(', ')})
  SELECT ${keySql('?1', 'value ->> 0')},
    ${[...DRAFT_COLUMNS, ...CHANGED_COLUMNS].map((_, at) => `value ->> ${at + 1}`).join(', ')}
  FROM json_each(?2)`

export function rowOf({ at, kind, from, text, id, act, reply, quote }: Draft): DraftRow {
  return [
    Date.parse(at),
    kind,
    from.id,
    from.name,
    from.via,
    text,
    id ?? null,
    act === undefined ? null : JSON.stringify(act),
    reply ?? null,
    quote === undefined ? null : JSON.stringify(quote),
  ]
}

export function eventOf([
  seq,
  at,
  kind,
  person,
  name,
  via,
  text,
  id,
  act,
  reply,
  quote,
  redacted,
  reactions,
]: Row): RoomEvent {
  const event = {
    seq,
    at: new Date(at).toISOString(),
    kind,
    from: { id: person, name, via },
    text,
    ...(id !== null && { id }),
    ...(act !== null && { act: JSON.parse(act) }),
    ...(reply !== null && { reply }),
    ...(quote !== null && { quote: JSON.parse(quote) }),
    ...(typeof redacted === 'string' && { redacted: { by: redacted } }),
  }
  return typeof reactions === 'string' ? withGiven(event, JSON.parse(reactions)) : event
}
