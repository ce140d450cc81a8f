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
/** They can repeat what the client has sent, which may be a token. */
const REPEATING: ReadonlySet<string> = new Set(['error', 'found'])
/** All that may have a token in it, also with letters before and after it. */
export const TOKENS = /(?<![\w-])[\w-]{10,}(?:\.[\w-]{11,})+/g
/** At a terminal, a greeting has neither a token nor the code. */
const GREETING = 'Welcome'

/** The units of a message, marked if it has a code, a token or a direct message. */
export function marked(message: Outgoing, units: Unit[]): Unit[] {
  // Also the history of a conversation.
  const isOfPeople = 'people' in message && message.people !== undefined
  if (!SECRET.has(message.type) && !isOfPeople) {
    return REPEATING.has(message.type) ? units.map(markedIfToken) : units
  }
  if (message.type === 'welcome' && units[0]?.text.startsWith(GREETING)) return units
  return units.map((unit) => ({ ...unit, secret: true as const }))
}

function markedIfToken(unit: Unit): Unit {
  return unit.text.search(TOKENS) === -1 ? unit : { ...unit, secret: true }
}
