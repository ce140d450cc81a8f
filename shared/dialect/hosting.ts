/** The typed commands of hosts → requests. */
import type { Order, Ordered } from '../acts.ts'
import { parseDirect } from '../commands.ts'
import { parseDuration } from '../duration.ts'
import type { Decoded } from './dialect.ts'

/** Instead of a name: everybody in the room. */
const ALL = /^all(?=\s|$)/i

/** `argument`: not empty. */
export function decodeOrder(type: Ordered, argument: string): Decoded {
  switch (type) {
    case 'mute':
      return withTime(type, argument)
    case 'unmute':
      return order({ type, ...whoOf(argument).who })
    case 'kick': {
      const { to, text } = parseDirect(argument)
      return order({ type, person: to, ...(text !== '' && { reason: text }) })
    }
    case 'unhost':
      return order({ type, person: parseDirect(argument).to })
  }
}

function withTime(type: Ordered, argument: string): Decoded {
  const { who, rest } = whoOf(argument)
  if (rest === '') return order({ type, ...who })
  const seconds = parseDuration(rest)
  if (seconds !== undefined) return order({ type, ...who, seconds })
  const message = `/${type} takes a time such as 30s, 10m, 2h or 1d after the name.`
  return { type: 'fault', fault: { code: 'bad_message', message } }
}

function whoOf(argument: string): { who: { person?: string }; rest: string } {
  if (ALL.test(argument)) return { who: {}, rest: argument.replace(ALL, '').trim() }
  const { to, text } = parseDirect(argument)
  return { who: { person: to }, rest: text.trim() }
}

function order(act: Order): Decoded {
  return { type: 'request', request: { type: 'act', act } }
}
