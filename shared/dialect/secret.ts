/** Which messages of the server have something that the wire view hides. */
import type { Outgoing, Unit } from './dialect.ts'

const SECRET: ReadonlySet<Outgoing['type']> = new Set([
  'welcome',
  'direct',
  'code_is',
  'wire',
  'knocks',
  // Its link works without the room code.
  'transcript',
])
/** At a terminal, a greeting has neither a token nor the code. */
const GREETING = 'Welcome'

/** The units of a message, marked if it has a code, a token or a direct message. */
export function marked(message: Outgoing, units: Unit[]): Unit[] {
  // Also the history of a conversation.
  if (!SECRET.has(message.type) && !('people' in message && message.people !== undefined))
    return units
  if (message.type === 'welcome' && units[0]?.text.startsWith(GREETING)) return units
  return units.map((unit) => ({ ...unit, secret: true as const }))
}
