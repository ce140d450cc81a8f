/** What a session says in a room, if it may. */
import type { Fault } from '../../../shared/errors.ts'
import type { Say, SetTopic } from '../../../shared/requests.ts'
import { checkMessage, checkTopic } from '../message.ts'
import type { Room } from '../room.ts'
import type { Answer } from './answer.ts'
import { needsReceipt } from './receipt.ts'
import type { Self } from './self.ts'

/** The result resolves when the connection may be read again. `answer`: what the message answers. */
export function say(
  self: Self,
  { text: raw, id, action }: Say,
  room: Room,
  answer: Answer = {},
): Promise<void> | undefined {
  const checked = checkMessage(raw, self.rooms.store.secret)
  const fault = checked.ok ? objection(self, checked.text, room) : checked.fault
  const from = self.lastKnown
  if (!checked.ok || fault !== undefined || from === undefined) {
    if (fault !== undefined) self.refuse(fault, id)
    return undefined
  }
  self.lastTold = undefined
  const kind = action === true ? 'action' : 'message'
  const draft = {
    kind,
    from,
    text: checked.text,
    ...(id !== undefined && { id }),
    ...answer,
  } as const
  return self.posts.post(room, draft, (committed) => {
    if (committed === undefined) self.refuse({ code: 'log_unavailable' }, id)
    // All others have read it already; the sender repeats it because the first echo was lost.
    else if (committed.repeated || needsReceipt(self, room)) {
      self.reply(room.eventsMessage([committed.event]), room)
    } else if (answer.quote !== undefined) {
      self.reply({ type: 'answered', quote: answer.quote }, room)
    }
  })
}

/** The result resolves when the connection may be read again. */
export function setTopic(
  self: Self,
  { text: raw }: SetTopic,
  room: Room,
): Promise<void> | undefined {
  const checked = checkTopic(raw, self.rooms.store.secret)
  const fault = checked.ok ? objection(self, checked.text, room) : checked.fault
  const from = self.lastKnown
  if (!checked.ok || fault !== undefined || from === undefined) {
    if (fault !== undefined) self.refuse({ ...fault, room: room.about.name })
    return undefined
  }
  const { text: topic } = checked
  return self.posts.post(room, { kind: 'topic', from, text: topic }, (committed) => {
    if (committed === undefined) {
      self.refuse({ code: 'log_unavailable', room: room.about.name })
    } else self.reply({ type: 'topic_is', topic, changed: true }, room)
  })
}

/** Why the person may not say this text in the room. */
function objection(self: Self, text: string, room: Room): Fault | undefined {
  if (self.holdsKey(text)) return { code: 'key_said' }
  return self.objectionIn(room) ?? self.rooms.hosts.tooSoon(self.id ?? '', room.log.key)
}
