/** A message without what ignored people have said. Their presence stays. */
import type { Quote, Reaction, RoomEvent } from '../protocol.ts'
import { withoutQuoteOf } from '../quote.ts'
import { givenOf, isReaction, reactionsOf, withGiven } from '../reactions.ts'
import type { Reacted, ServerMessage } from '../replies.ts'
import type { Outgoing } from './dialect.ts'

/** Ids of people. */
export type Ignored = ReadonlySet<string>

/** Whether a broadcast is about one of these people. */
export function isAbout(message: ServerMessage, ignored: Ignored): boolean {
  switch (message.type) {
    case 'events':
    case 'direct':
      return message.events.some((event) => isLeftOut(event, ignored) || involves(event, ignored))
    case 'reacted':
      return message.messages.some((one) => involves(one, ignored))
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

/** The acts of hosts are shown also if the reader ignores the host. */
function isLeftOut(event: RoomEvent, ignored: Ignored): boolean {
  const isShown = event.act !== undefined && !isReaction(event) && !isTakenBack(event)
  return !isShown && ignored.has(event.from.id)
}

/** Whether people take back what they have said, which the reader has not received. */
function isTakenBack({ from, act }: RoomEvent): boolean {
  return act?.type === 'redact' && act.person.id === from.id
}

type Involving = { quote?: Quote | undefined; reactions?: Reaction[] | undefined }

/** Whether ignored people have a part in the event of another person. */
function involves(event: Involving, ignored: Ignored): boolean {
  return quotes(event, ignored) || givenOf(event).some(([, id]) => ignored.has(id))
}

function withoutInvolved(event: RoomEvent, ignored: Ignored): RoomEvent {
  const unquoted = quotes(event, ignored) ? withoutQuoteOf(event, event.reply ?? 0) : event
  return withGiven(
    unquoted,
    givenOf(event).filter(([, id]) => !ignored.has(id)),
  )
}

function quotes({ quote }: Involving, ignored: Ignored): boolean {
  return quote !== undefined && ignored.has(quote.from.id)
}

/** Undefined if nothing is left. */
export function withoutPeople(message: Outgoing, ignored: Ignored): Outgoing | undefined {
  if (message.type === 'typing') return ignored.has(message.from.id) ? undefined : message
  if (message.type === 'reacted') return reactedWithout(message, ignored)
  if (!('events' in message)) return message
  const heard = message.events.filter((event) => !isLeftOut(event, ignored))
  const events = heard.map((event) =>
    involves(event, ignored) ? withoutInvolved(event, ignored) : event,
  )
  if (heard.length === message.events.length) return { ...message, events }
  if (message.type === 'direct' && events.length === 0) return undefined
  // Without the last seq, a client that resumes would wait for an event that it never receives.
  if (message.type !== 'events') return { ...message, events }
  return { ...message, events, to: message.events.at(-1)?.seq ?? 0 }
}

/** Undefined if nothing is left. */
function reactedWithout(message: Reacted, ignored: Ignored): Reacted | undefined {
  const messages = message.messages.flatMap((one) => {
    const heard = givenOf(one).filter(([, id]) => !ignored.has(id))
    const isHeard = heard.length > 0 && !quotes(one, ignored)
    return isHeard ? [{ ...one, reactions: reactionsOf(heard) }] : []
  })
  return messages.length === 0 ? undefined : { ...message, messages }
}
