/**
 * The acts of hosts: what a host asks for, the act as an event has it, and its sentence. The
 * schemas are flat, so that the documentation has one table for each.
 */
import Type, { type Static } from 'typebox'
import { durationText, MAX_SECONDS } from './duration.ts'
import { PersonName } from './person.ts'

/** Most UTF-16 units of a reason. */
const REASON_UNITS = 240

/** `until`: ISO 8601, UTC; without it, until it is taken back. Without `person`: everybody in the room. */
export type Act =
  | { type: 'host' | 'unhost' | 'unban'; person: PersonName }
  | { type: 'mute'; person?: PersonName; until?: string }
  | { type: 'unmute'; person?: PersonName }
  | { type: 'kick'; person: PersonName; reason?: string }
  /** `address`: a mark of the network that is banned, too, which says nothing about the network. */
  | { type: 'ban'; person: PersonName; until?: string; address?: string }
  | { type: 'rename'; person: PersonName; name: string }
  | { type: 'observer'; person: PersonName; on: boolean }
  /** At most one message of a person in so many seconds; 0: no limit. */
  | { type: 'slow'; seconds: number }
  | { type: 'lock' | 'unlock' }
  /** Whether each new person waits until a host lets them in. */
  | { type: 'approve'; on: boolean }
  /** 0: no message is pinned any more. */
  | { type: 'pin'; seq: number }
  /** Those who enter are shown nothing up to this seq at first; 0: there is no such mark any more. */
  | { type: 'lesson'; seq: number }
  /** A person raised or lowered a hand, or a host lowered it. */
  | { type: 'hand'; person: PersonName; on: boolean }
  /** `person`: who had said it. `topic`: the text was the topic of the room, which is removed, too. */
  | { type: 'redact'; seq: number; person: PersonName; topic?: true }
  /** Of anybody: gives a message a sign, or takes it back. `person`: who had said the message. */
  | { type: 'react'; seq: number; person: PersonName; sign: string; on: boolean }

/**
 * The acts that a client asks for; `host` needs the key. `hand` is one's own, which needs no host; `lower`
 * makes a `hand` of the person, or of the first whose hand is raised.
 */
const Ordered = Type.Union([
  Type.Literal('unhost'),
  Type.Literal('mute'),
  Type.Literal('unmute'),
  Type.Literal('kick'),
  Type.Literal('ban'),
  Type.Literal('unban'),
  Type.Literal('rename'),
  Type.Literal('observer'),
  Type.Literal('redact'),
  Type.Literal('slow'),
  Type.Literal('lock'),
  Type.Literal('unlock'),
  Type.Literal('approve'),
  Type.Literal('pin'),
  Type.Literal('lesson'),
  Type.Literal('hand'),
  Type.Literal('lower'),
  Type.Literal('react'),
])
export type Ordered = Static<typeof Ordered>

/** An act of an event. A client accepts other types and fields, since later servers may have them. */
export const Act = Type.Unsafe<Act>(
  Type.Object({
    type: Type.Union([Type.Literal('host'), ...Ordered.anyOf, Type.String()]),
    person: Type.Optional(PersonName),
    until: Type.Optional(Type.String()),
    reason: Type.Optional(Type.String()),
    address: Type.Optional(Type.String()),
    name: Type.Optional(Type.String()),
    on: Type.Optional(Type.Boolean()),
    seconds: Type.Optional(Type.Integer()),
    seq: Type.Optional(Type.Integer()),
    topic: Type.Optional(Type.Boolean()),
    sign: Type.Optional(Type.String()),
  }),
)

/** What a host asks for. The server checks which fields an act needs. */
export const Order = Type.Object({
  type: Ordered,
  /** The id or the name of the person, who need not be present. */
  person: Type.Optional(Type.String({ maxLength: 256 })),
  seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_SECONDS })),
  reason: Type.Optional(Type.String({ maxLength: REASON_UNITS })),
  /** Whether the network of the person is banned, too. */
  address: Type.Optional(Type.Boolean()),
  name: Type.Optional(Type.String({ maxLength: 256 })),
  /**
   * Of an `observer`, a `hand` and a `react`, the opposite of before without it; an `approve` needs it. False for a
   * `lesson`: ends the mark.
   */
  on: Type.Optional(Type.Boolean()),
  /** Of an event in the room. */
  seq: Type.Optional(Type.Integer({ minimum: 1 })),
  /** Of a `react`: an emoji, or a word for one. */
  sign: Type.Optional(Type.String({ maxLength: 64 })),
})
export type Order = Static<typeof Order>

/**
 * What the host did, without the host: `muted bob for 10 minutes`. `seconds`: how long it lasts. `by`: id
 * of the host.
 */
export function actText(act: Act, seconds?: number, by?: string): string {
  const who =
    'person' in act && act.person !== undefined ? shown(act.person.name) : 'everybody here'
  const time = seconds === undefined ? '' : ` for ${durationText(seconds)}`
  switch (act.type) {
    case 'host':
      return 'is a host now'
    case 'unhost':
      return `took the role of a host from ${who}`
    case 'mute':
      return `muted ${who}${time}`
    case 'unmute':
      return `unmuted ${who}`
    case 'kick':
      return `removed ${who}${act.reason === undefined ? '' : `: ${act.reason}`}`
    case 'ban':
      return `banned ${who}${act.address === undefined ? '' : ' and their address'}${time}`
    case 'unban':
      return `unbanned ${who}`
    case 'rename':
      return `renamed ${who} to ${shown(act.name)}`
    case 'slow':
      return act.seconds === 0
        ? 'ended the slow mode'
        : `set the slow mode: one message in ${durationText(act.seconds)}`
    case 'lock':
      return 'locked the server: new people cannot join'
    case 'unlock':
      return 'unlocked the server'
    case 'approve':
      return act.on
        ? 'turned the approval on: each new person waits for a host'
        : 'turned the approval off'
    case 'pin':
      return act.seq === 0 ? 'removed the pin' : `pinned message ${act.seq}`
    case 'lesson':
      return act.seq === 0 ? 'removed the mark of the lesson' : 'began a new lesson'
    case 'hand':
      if (act.on) return 'raised a hand'
      return act.person.id === by ? 'lowered the hand' : `lowered the hand of ${who}`
    case 'redact':
      return act.person.id === by
        ? `took back message ${act.seq}`
        : `removed message ${act.seq} of ${who}`
    case 'react':
      return act.on
        ? `reacted ${act.sign} to message ${act.seq} of ${who}`
        : `took ${act.sign} back from message ${act.seq} of ${who}`
    case 'observer':
      return act.on ? `made ${who} an observer, who reads only` : `let ${who} write again`
  }
}

/** As in notices: a name with spaces could be read as a part of the sentence. */
function shown(name: string): string {
  return name.includes(' ') ? `<${name}>` : name
}
