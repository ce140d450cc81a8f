/** Events as rows. Only this file and `functions.ts` know the columns of the table. */
import type { RoomEvent } from '../../../shared/protocol.ts'
import { withGiven } from '../../../shared/reactions.ts'
import { personsOf } from '../../room/keys.ts'
import type { Draft, LogKey } from '../../room/log.ts'
import { type Redaction, reactingOf, redactionsOf } from '../redactions.ts'
import { latestTopic } from '../topic.ts'
import { indexText } from './search.ts'

/** The columns of a Row. */
export const COLUMNS =
  'seq, at, kind, person, name, via, text, id, act, reply, quote, redacted, reactions'

/** `at`: in ms since the Unix epoch. `act`, `quote`, `reactions`: JSON. `redacted`: name of the host. */
export type Row = {
  seq: number
  at: number
  kind: RoomEvent['kind']
  person: string
  name: string
  via: RoomEvent['from']['via']
  text: string
  id: string | null
  act: string | null
  reply: number | null
  quote: string | null
  redacted: string | null
  reactions: string | null
}

/** `words`: for the index. `topic`: what the event sets the topic to. */
type DraftRow = [
  at: number,
  kind: string,
  person: string,
  name: string,
  via: string,
  text: string,
  id: string | null,
  act: string | null,
  words: string,
  topic: string | null,
  reply: number | null,
  quote: string | null,
]

/** The drafts for one log, as `append` takes them. `name`: how the room is shown. */
export type Group = {
  key: LogKey
  name: string
  persons: [string, string] | null
  drafts: DraftRow[]
  hasTopic: boolean
  hasAct: boolean
  redactions: [seq: number, by: string][]
  reacting: [seq: number, sign: string, id: string, name: string, on: boolean][]
}

/** `drafts`: whose ids differ. */
export function groupOf(key: LogKey, name: string, drafts: readonly Draft[]): Group {
  return {
    key,
    name,
    persons: personsOf(key) ?? null,
    drafts: drafts.map(rowOf),
    hasTopic: latestTopic(drafts) !== undefined,
    // Nobody else is to learn of what two people take back, and it makes no rules.
    hasAct:
      personsOf(key) === undefined &&
      drafts.some(({ act }) => act !== undefined && act.type !== 'react'),
    redactions: redactionsOf(drafts).map(({ seq, by }: Redaction) => [seq, by]),
    reacting: reactingOf(drafts).map(({ act: { seq, sign, on }, from: { id, name } }) => [
      seq,
      sign,
      id,
      name,
      on,
    ]),
  }
}

/** $1: number of a log. $2: a JSON array of EventRows, each with its words behind it. */
export const COPY = `INSERT INTO events (log, ${COLUMNS}, words)
  SELECT $1::integer, (e->>0)::bigint, (e->>1)::bigint, e->>2, e->>3, e->>4, e->>5, e->>6, e->>7, e->>8,
    (e->>9)::bigint, e->>10, e->>11, e->>12, (e->>13 || ' ' || block($1::integer, (e->>0)::bigint))::tsvector
  FROM jsonb_array_elements($2::text::jsonb) AS e`

function rowOf(draft: Draft): DraftRow {
  const { at, kind, from, text, id, act, reply, quote } = draft
  return [
    Date.parse(at),
    kind,
    from.id,
    from.name,
    from.via,
    text,
    id ?? null,
    act === undefined ? null : JSON.stringify(act),
    indexText(text),
    latestTopic([draft]) ?? null,
    reply ?? null,
    quote === undefined ? null : JSON.stringify(quote),
  ]
}

export function eventOf({
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
}: Row): RoomEvent {
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
    ...(redacted !== null && { redacted: { by: redacted } }),
  }
  return reactions === null ? event : withGiven(event, JSON.parse(reactions))
}
