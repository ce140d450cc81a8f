/** Messages that answer another one. */
import type { Fault } from '../../../shared/errors.ts'
import { foldName } from '../../../shared/fold.ts'
import { limits } from '../../../shared/limits.ts'
import type { RoomEvent } from '../../../shared/protocol.ts'
import type { Say } from '../../../shared/requests.ts'
import { parseDirect } from '../../../shared/typed.ts'
import type { Channel } from '../channel.ts'
import type { Draft } from '../log.ts'
import { quoteOf } from '../quote.ts'
import type { Room } from '../room.ts'
import { shownBefore } from '../shown.ts'
import type { Self } from './self.ts'
import { say } from './speech.ts'

/** The fields of a draft that answers an event. */
export type Answer = Pick<Draft, 'reply' | 'quote'>

const NUMBERED = /^#(\d{1,12})\s+(.*)$/su
const NOTHING: Fault = { code: 'event_unknown', message: 'There is no message to answer.' }

/** Says a message that answers another one. */
export async function sayInAnswer(self: Self, request: Say, room: Room): Promise<void> {
  const { id } = request
  try {
    const found = request.addressed
      ? await addressed(self, request.text, room)
      : { answer: await answerTo(request.reply, room), text: request.text }
    if (self.state !== 'member') return
    if (found?.answer === undefined) return self.refuse(NOTHING, id)
    await say(self, { ...request, text: found.text }, room, found.answer)
  } catch {
    self.refuse({ code: 'history_unavailable' }, id)
  }
}

/**
 * The answer to the event with this seq; without a quote if its text is gone. Undefined if there is no
 * such event. Rejects if the log cannot be read.
 */
export async function answerTo(
  seq: number | undefined,
  { log, feed }: Channel,
): Promise<Answer | undefined> {
  if (seq === undefined) return {}
  if (seq > feed.seq) return undefined
  const [event] = feed.current(await log.read(seq, 1))
  if (event?.seq !== seq) return { reply: seq }
  return event.act === undefined ? answering(event) : undefined
}

function answering(event: RoomEvent): Answer {
  const quote = quoteOf(event)
  return { reply: event.seq, ...(quote !== undefined && { quote }) }
}

/** What a typed text answers, and the text without that. */
async function addressed(
  self: Self,
  typed: string,
  room: Room,
): Promise<{ answer: Answer | undefined; text: string } | undefined> {
  const [, seq, rest = ''] = NUMBERED.exec(typed) ?? []
  if (seq !== undefined) return { answer: await answerTo(Number(seq), room), text: rest }
  const recent = await recentIn(self, room)
  const { to, text } = parseDirect(typed)
  const name = foldName(to.replace(/^@/u, ''))
  const named = recent.findLast(({ from }) => foldName(from.name) === name)
  if (named !== undefined && text !== '') return { answer: answering(named), text }
  const latest = recent.findLast(({ from }) => from.id !== self.id)
  return latest && { answer: answering(latest), text: typed }
}

/** What people have said lately, as far as this person hears it. Rejects if the log cannot be read. */
export async function recentIn(self: Self, { log, feed }: Channel): Promise<RoomEvent[]> {
  // The event may be one that this person has just posted.
  await self.posts.settled()
  const recent = feed.current(await shownBefore(log, feed.seq + 1, limits.historyEvents))
  return recent.filter(({ act, redacted, from }) => !act && !redacted && !self.ignored.has(from.id))
}
