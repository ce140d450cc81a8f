/** What people have said to one person, and take back. */
import type { Order } from '../../../shared/acts.ts'
import { limits } from '../../../shared/limits.ts'
import type { RoomEvent } from '../../../shared/protocol.ts'
import type { Conversation, Named } from '../conversation.ts'
import { conversationWith } from './direct.ts'
import { NOTHING_SAID, objectionTo, post } from './hosting.ts'
import type { Self } from './self.ts'

/** `other`: the name or the id of the other person, or the person. Without `seq`: the latest own message to them. */
export async function takeBack(
  self: Self,
  { type, seq }: Order,
  other: string | Named,
): Promise<void> {
  if (type !== 'redact') {
    const message = 'In a conversation, the only act is to take back a message.'
    return self.refuse({ code: 'bad_message', message })
  }
  const held = await conversationWith(self, other)
  if (held === undefined) return
  const { conversation } = held
  try {
    await takeBackIn(self, conversation, seq)
  } finally {
    conversation.release()
  }
}

async function takeBackIn(
  self: Self,
  conversation: Conversation,
  seq: number | undefined,
): Promise<void> {
  // The event may be one that this person has just posted.
  await self.posts.settled()
  let event: RoomEvent | undefined
  try {
    event = await find(self, conversation, seq)
  } catch {
    return self.refuse({ code: 'history_unavailable' })
  }
  if (self.state !== 'member') return
  if (event === undefined && seq === undefined) return self.refuse(NOTHING_SAID)
  if (event === undefined || event.act !== undefined) return self.refuse({ code: 'event_unknown' })
  const fault = objectionTo(event, self)
  if (fault !== undefined) return self.refuse(fault)
  if (event.redacted !== undefined) {
    return self.refuse({ code: 'bad_message', message: 'It is removed already.' })
  }
  const { id, name } = event.from
  await post(self, conversation, { type: 'redact', seq: event.seq, person: { id, name } })
}

async function find(
  self: Self,
  { log, feed }: Conversation,
  seq: number | undefined,
): Promise<RoomEvent | undefined> {
  if (seq !== undefined) {
    const [event] = seq <= feed.seq ? feed.current(await log.read(seq, 1)) : []
    return event?.seq === seq ? event : undefined
  }
  const recent = feed.current(await log.before(feed.seq + 1, limits.historyEvents))
  return recent.findLast(({ from, act, redacted }) => from.id === self.id && !act && !redacted)
}
