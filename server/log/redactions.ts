/** The acts that change an earlier event: they take its text away, or give it reactions. */
import type { PersonName } from '../../shared/person.ts'
import type { React } from '../../shared/reactions.ts'
import { redactedBy } from '../../shared/redaction.ts'
import type { Draft } from '../room/log.ts'

/** `seq`: of the event in its log. `by`: name of the host, or of its author. */
export type Redaction = { seq: number; by: string }

export function redactionsOf(drafts: readonly Draft[]): Redaction[] {
  return drafts.flatMap(({ act, from }) =>
    act?.type === 'redact' ? [{ seq: act.seq, by: redactedBy(act, from) }] : [],
  )
}

/** An act of a person who reacts to an event. */
export type Reacting = { act: React; from: PersonName }

export function reactingOf(drafts: readonly Draft[]): Reacting[] {
  return drafts.flatMap(({ act, from: { id, name } }) =>
    act?.type === 'react' ? [{ act, from: { id, name } }] : [],
  )
}
