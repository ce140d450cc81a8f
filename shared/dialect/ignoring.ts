/** A message without what ignored people have said. Their presence stays. */
import type { RoomEvent } from '../protocol.ts'
import type { ServerMessage } from '../replies.ts'
import type { Outgoing } from './dialect.ts'

/** Ids of people. */
export type Ignored = ReadonlySet<string>

/** Whether a broadcast is about one of these people. */
export function isAbout(message: ServerMessage, ignored: Ignored): boolean {
  switch (message.type) {
    case 'events':
    case 'direct':
      return message.events.some((event) => isLeftOut(event, ignored))
    case 'typing':
      return ignored.has(message.from.id)
    case 'presence': {
      const { joined, left, renamed, moved = [] } = message
      return [...joined, ...left, ...renamed, ...moved].some(({ id }) => ignored.has(id))
    }
    default:
      return false
  }
}

/** Acts are shown also if the reader ignores the host. */
function isLeftOut({ from, act }: RoomEvent, ignored: Ignored): boolean {
  return act === undefined && ignored.has(from.id)
}

/** Undefined if nothing is left. */
export function withoutPeople(message: Outgoing, ignored: Ignored): Outgoing | undefined {
  if (message.type === 'typing') return ignored.has(message.from.id) ? undefined : message
  if (!('events' in message)) return message
  const events = message.events.filter((event) => !isLeftOut(event, ignored))
  if (events.length === message.events.length) return message
  if (message.type === 'direct' && events.length === 0) return undefined
  // Without the last seq, a client that resumes would wait for an event that it never receives.
  if (message.type !== 'events') return { ...message, events }
  return { ...message, events, to: message.events.at(-1)?.seq ?? 0 }
}
