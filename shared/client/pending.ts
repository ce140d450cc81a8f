/**
 * Messages of this client that the log has not returned yet.
 *
 * A message MUST stay pending until its own event arrives, the server rejects it, or its
 * author deletes it, so that no text is lost. A message can be sent twice, because the log
 * accepts an id once.
 */
import type { Quote } from '../protocol.ts'
import type { DirectSay, Say } from '../requests.ts'

/** Messages sent and not acknowledged, at most; the others wait for them. */
export const IN_FLIGHT = 64
/** Without an acknowledgement of this or any other message for this long, it counts as not sent. */
export const ANSWER_MS = 10_000

/**
 * `silent`: no acknowledgement in time; the next connection sends it again. `refused`: the
 * server rejected it. `left`: its author left before it was sent. The client keeps the last two
 * until its user retries or deletes them.
 */
export type PendingFault =
  | { kind: 'silent' }
  | { kind: 'left' }
  | { kind: 'refused'; code: string; text: string }

/** The person whom a direct message is for. `address`: their id, or a name as it was typed. */
export type Recipient = { address: string; name: string }

/**
 * `room`: absent for the lobby. `to`: set for a direct message, which has no room. `at`: when it
 * was written. `reply`, `quote`: what it answers. `addressed`: the text says that. Times are in ms since
 * 1970.
 */
export type Pending = {
  id: string
  text: string
  action: boolean
  room?: string | undefined
  to?: Recipient | undefined
  reply?: number | undefined
  quote?: Quote | undefined
  addressed?: boolean | undefined
  at: number
  /** null until the current connection has sent it. */
  sentAt: number | null
  fault: PendingFault | null
}

export type Draft = Omit<Pending, 'at' | 'sentAt' | 'fault'>

export function written(drafts: readonly Draft[], now: number): Pending[] {
  return drafts.map((draft) => ({ ...draft, at: now, sentAt: null, fault: null }))
}

export function sayOf(draft: Draft): Say & { id: string } {
  const { id, text, action, room, reply, addressed } = draft
  return {
    type: 'say',
    id,
    text,
    ...(action && { action }),
    ...(reply && { reply }),
    ...(addressed && { addressed }),
    ...(room !== undefined && { room }),
  }
}

export function directOf({ id, text }: Draft, { address }: Recipient): DirectSay & { id: string } {
  return { type: 'direct', to: address, id, text }
}

const isStopped = ({ fault }: Pending) => fault !== null && fault.kind !== 'silent'

/** The messages that the connection may send now, in order. */
export function nextToSend(pending: readonly Pending[]): readonly Pending[] {
  const alive = pending.filter((message) => !isStopped(message))
  const waiting = alive.filter(({ sentAt }) => sentAt === null)
  return waiting.slice(0, Math.max(0, IN_FLIGHT - alive.length + waiting.length))
}

export function markSent(
  pending: readonly Pending[],
  ids: readonly string[],
  now: number,
): readonly Pending[] {
  return changed(pending, ids, { sentAt: now })
}

/** For a new connection, which has sent nothing yet. */
export function unmarkSent(pending: readonly Pending[]): readonly Pending[] {
  return pending.map((message) => ({ ...message, sentAt: null }))
}

/** What the messages answer was in another log, in which a seq is another event. */
export function withoutAnswers(pending: readonly Pending[]): readonly Pending[] {
  return pending.map(({ reply: _, quote: __, ...message }) => message)
}

export function withFault(
  pending: readonly Pending[],
  ids: readonly string[],
  fault: PendingFault,
): readonly Pending[] {
  return changed(pending, ids, { fault })
}

/** Marks the messages that waited too long. `progressAt`: time of the last acknowledgement. */
export function expire(
  pending: readonly Pending[],
  progressAt: number,
  now: number,
): readonly Pending[] {
  const late = pending.filter(
    ({ sentAt, fault }) =>
      fault === null && sentAt !== null && now - Math.max(sentAt, progressAt) >= ANSWER_MS,
  )
  const ids = late.map(({ id }) => id)
  return ids.length === 0 ? pending : withFault(pending, ids, { kind: 'silent' })
}

export function without(pending: readonly Pending[], id: string): readonly Pending[] {
  return pending.filter((message) => message.id !== id)
}

/** Sends the message again, after those that wait already. */
export function retry(pending: readonly Pending[], id: string): readonly Pending[] {
  const message = pending.find((candidate) => candidate.id === id)
  if (message === undefined) return pending
  return [...without(pending, id), { ...message, sentAt: null, fault: null }]
}

function changed(
  pending: readonly Pending[],
  ids: readonly string[],
  fields: Partial<Pending>,
): readonly Pending[] {
  const chosen = new Set(ids)
  return pending.map((message) => (chosen.has(message.id) ? { ...message, ...fields } : message))
}
