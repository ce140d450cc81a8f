/** The acts that take the text of an earlier event away. */
import type { RoomEvent } from '../../shared/protocol.ts'
import type { Draft } from '../room/log.ts'

/** `seq`: of the event in its log. `by`: name of the host. */
export type Redaction = { seq: number; by: string }

export function redactionsOf(drafts: readonly Draft[]): Redaction[] {
  return drafts.flatMap(({ act, from }) =>
    act?.type === 'redact' ? [{ seq: act.seq, by: from.name }] : [],
  )
}

/** The event without its text. */
export function redacted(event: RoomEvent, by: string): RoomEvent {
  return { ...event, text: '', redacted: { by } }
}
