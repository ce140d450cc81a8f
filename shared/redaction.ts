/** Texts that were taken away: by a host, or by their own author. */
import type { Act } from './acts.ts'
import type { PersonName } from './person.ts'
import type { RoomEvent } from './protocol.ts'

/** How long, in ms, people can take back what they have said. */
export const TAKE_BACK_MS = 300_000

type Redact = Extract<Act, { type: 'redact' }>

/**
 * The name that the event without its text has as `redacted.by`. For its author, it is the one that the
 * event has, whatever the author is called by now.
 */
export function redactedBy({ person }: Redact, from: PersonName): string {
  return person.id === from.id ? person.name : from.name
}

/** The event without its text and what belongs to it. `by`: see `redactedBy`. */
export function redacted({ reactions: _, ...event }: RoomEvent, by: string): RoomEvent {
  return { ...event, text: '', redacted: { by } }
}

/** What is shown instead of the text. `host`: the name as it is shown. */
export function removalText(author: string, by: string, host = by): string {
  return author === by ? 'taken back' : `removed by ${host}`
}
