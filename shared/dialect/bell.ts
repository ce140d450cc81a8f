/** The bell of a terminal, for a reader who has asked for it: `/bell on`. */
import { mentions } from '../mention.ts'
import type { PersonName } from '../person.ts'
import type { Outgoing, Unit } from './dialect.ts'

/** BEL: the terminal decides how it sounds or looks. It moves no cursor. */
export const BELL = '\u0007'

/** Whether a broadcast mentions the reader, or is a direct message to them. */
export function callsFor(message: Outgoing, { id, name }: PersonName): boolean {
  if (message.type !== 'events' && message.type !== 'direct') return false
  return message.events.some(({ kind, from, text }) => {
    if (from.id === id || (kind !== 'message' && kind !== 'action')) return false
    return message.type === 'direct' || mentions(text, name)
  })
}

/** The units with one bell, after the last that the reader receives. `omits`: see `OutboxOwner`. */
export function ringing(units: readonly Unit[], omits: string | undefined): Unit[] {
  const last = units.findLastIndex(({ own }) => own === undefined || own !== omits)
  return units.map((unit, at) => (at === last ? { ...unit, text: unit.text + BELL } : unit))
}
