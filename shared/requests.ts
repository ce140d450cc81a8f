/** The messages that a client sends, over a WebSocket or as NDJSON over TCP, as one schema each. */
import Type, { type Static } from 'typebox'
import { Order } from './acts.ts'
import { limits, PROTOCOL_VERSION } from './limits.ts'
import { MOMENT_LENGTH } from './transcript/moment.ts'

/** Printable ASCII, so that every program stores and compares it in the same way. */
const ClientId = Type.String({ pattern: '^[ -~]{1,64}$' })

/** The name of a room, in any case. In a request, its default is the room of the `hello`. */
const RoomName = Type.String({ maxLength: 256 })
const InRoom = Type.Optional(RoomName)

/** The id or the name of a person: the request is for the conversation with them. */
const WithPerson = Type.Optional(Type.String({ maxLength: 256 }))

/** Where a client continues in a room, and how many of the latest events it wants otherwise. */
const place = {
  epoch: Type.Optional(Type.String({ maxLength: 64 })),
  seq: Type.Optional(Type.Integer({ minimum: 0 })),
  history: Type.Optional(Type.Integer({ minimum: 0, maximum: limits.historyEvents })),
}

/** First message of a connection. All fields but `protocol` are optional. */
export const Hello = Type.Object({
  type: Type.Literal('hello'),
  protocol: Type.Literal(PROTOCOL_VERSION),
  name: Type.Optional(Type.String({ maxLength: 256 })),
  /** What to do if the name is taken: have the suggested one. By default, an error is returned. */
  take: Type.Optional(Type.Literal('suggestion')),
  token: Type.Optional(Type.String({ maxLength: 256 })),
  /** The lobby by default. */
  room: InRoom,
  /** The code of the room, if it needs one. */
  code: Type.Optional(Type.String({ maxLength: 256 })),
  /** Without the code, to wait outside until a host lets the client in. */
  knock: Type.Optional(Type.Boolean()),
  ...place,
})
export type Hello = Static<typeof Hello>

/** Enters a further room on the same connection. The reply is `joined`, or an `error`. */
export const Join = Type.Object({ type: Type.Literal('join'), room: RoomName, ...place })
export type Join = Static<typeof Join>

/** Leaves a room, and keeps the connection. The reply is `left`. */
export const Leave = Type.Object({ type: Type.Literal('leave'), room: RoomName })
export type Leave = Static<typeof Leave>

/** seq of the event that a message answers, in the same room or conversation. */
const Answered = Type.Optional(Type.Integer({ minimum: 1 }))

export const Say = Type.Object({
  type: Type.Literal('say'),
  /** Chosen by the sender. The log keeps one event for each id of a person. */
  id: Type.Optional(ClientId),
  text: Type.String(),
  action: Type.Optional(Type.Boolean()),
  reply: Answered,
  /**
   * For clients that people type at: the text begins with `#` and the seq, or with the name of a person
   * whose latest message it answers; otherwise it answers the latest message of another person.
   */
  addressed: Type.Optional(Type.Boolean()),
  room: InRoom,
})
export type Say = Static<typeof Say>

/** Says something to one other person. */
export const DirectSay = Type.Object({
  type: Type.Literal('direct'),
  /** The id or the name of the person, who need not be present. */
  to: Type.String({ maxLength: 256 }),
  id: Type.Optional(ClientId),
  text: Type.String(),
  action: Type.Optional(Type.Boolean()),
  reply: Answered,
})
export type DirectSay = Static<typeof DirectSay>

/** Ignores a person, or no longer; without a name, requests the list. The reply is `ignored`. */
export const Ignore = Type.Object({
  type: Type.Literal('ignore'),
  /** The id or the name of the person. */
  name: Type.Optional(Type.String({ maxLength: 256 })),
  /** Without it, the opposite of before. */
  on: Type.Optional(Type.Boolean()),
})
export type Ignore = Static<typeof Ignore>

/** Registers the name of the person. The reply is `registered`. */
export const Register = Type.Object({
  type: Type.Literal('register'),
  /** False: gives up the registered name. */
  on: Type.Optional(Type.Boolean()),
})
export type Register = Static<typeof Register>

/** Sets the topic of a room; '' removes it. */
export const SetTopic = Type.Object({
  type: Type.Literal('topic'),
  text: Type.String(),
  room: InRoom,
})
export type SetTopic = Static<typeof SetTopic>

/** Makes this person a host. The reply is an event of the kind `act`. */
export const HostRequest = Type.Object({
  type: Type.Literal('host'),
  key: Type.String({ maxLength: 256 }),
  room: InRoom,
})
export type HostRequest = Static<typeof HostRequest>

/** An act of a host. The reply is an event of the kind `act`. */
export const ActRequest = Type.Object({
  type: Type.Literal('act'),
  act: Order,
  room: InRoom,
  /** Takes back what was said to this person: the act MUST be a `redact`. */
  direct: WithPerson,
})
export type ActRequest = Static<typeof ActRequest>

/** Requests the list of the people who are banned. The reply is `bans`. For hosts only. */
export const BansRequest = Type.Object({ type: Type.Literal('bans') })

/** Requests the list of the raised hands in a room. The reply is `hands`. */
export const HandsRequest = Type.Object({ type: Type.Literal('hands'), room: InRoom })
export type HandsRequest = Static<typeof HandsRequest>

/** Requests the list of rooms. */
export const RoomsRequest = Type.Object({ type: Type.Literal('rooms') })

export const Rename = Type.Object({
  type: Type.Literal('name'),
  name: Type.String({ maxLength: 256 }),
})
export const Typing = Type.Object({
  type: Type.Literal('typing'),
  on: Type.Boolean(),
  room: InRoom,
})
export const Bye = Type.Object({ type: Type.Literal('bye') })

const Limit = Type.Optional(Type.Integer({ minimum: 1, maximum: limits.historyEvents }))

/** Requests the latest events below `before`; without it, the latest of all. */
export const HistoryRequest = Type.Object({
  type: Type.Literal('history'),
  before: Type.Optional(Type.Integer({ minimum: 1 })),
  limit: Limit,
  room: InRoom,
  direct: WithPerson,
})
export type HistoryRequest = Static<typeof HistoryRequest>

/** A time in UTC, as in `2026-11-20T14:30:00Z`; a day alone is its beginning. */
export const Time = Type.String({
  pattern:
    '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])(T([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d{1,3})?)?Z)?$',
})

/**
 * Requests the latest events that have every word of the query and pass all filters. With a
 * filter, the query may be ''.
 */
export const SearchRequest = Type.Object({
  type: Type.Literal('search'),
  query: Type.String({ maxLength: 256 }),
  /** The name under which it was said. */
  from: Type.Optional(Type.String({ maxLength: 256 })),
  /** Only what others said that mentions the name of this person. */
  mentions: Type.Optional(Type.Boolean()),
  /** From this time on. */
  since: Type.Optional(Time),
  /** Before this time. */
  until: Type.Optional(Time),
  limit: Limit,
  room: InRoom,
  direct: WithPerson,
})
export type SearchRequest = Static<typeof SearchRequest>

/** The times and the look of a transcript. */
export const transcriptFields = {
  /** Times as in `shared/transcript/moment.ts`. */
  from: Type.Optional(Type.String({ maxLength: MOMENT_LENGTH })),
  to: Type.Optional(Type.String({ maxLength: MOMENT_LENGTH })),
  /** An offset from UTC, and `seconds`, as in `/time`. */
  time: Type.Optional(Type.String({ maxLength: MOMENT_LENGTH })),
  format: Type.Optional(
    Type.Union([Type.Literal('text'), Type.Literal('markdown'), Type.Literal('ndjson')]),
  ),
}

/** Requests a link to a transcript of a room. The reply is `transcript`. */
export const TranscriptRequest = Type.Object({
  type: Type.Literal('transcript'),
  ...transcriptFields,
  room: InRoom,
})
export type TranscriptRequest = Static<typeof TranscriptRequest>

/** A host lets a client in that waits outside, or turns it away. Without `id`: the first of them. */
export const Admit = Type.Object({
  type: Type.Literal('admit'),
  id: Type.Optional(Type.Integer({ minimum: 1 })),
  on: Type.Boolean(),
})
export type Admit = Static<typeof Admit>

/** The messages of a client, by their `type`. */
export const clientMessages = {
  hello: Hello,
  join: Join,
  leave: Leave,
  say: Say,
  name: Rename,
  topic: SetTopic,
  typing: Typing,
  history: HistoryRequest,
  search: SearchRequest,
  transcript: TranscriptRequest,
  rooms: RoomsRequest,
  direct: DirectSay,
  ignore: Ignore,
  register: Register,
  host: HostRequest,
  act: ActRequest,
  bans: BansRequest,
  hands: HandsRequest,
  admit: Admit,
  bye: Bye,
} as const
export type ClientMessage =
  | Hello
  | Join
  | Leave
  | Say
  | Static<typeof Rename>
  | SetTopic
  | Static<typeof Typing>
  | HistoryRequest
  | SearchRequest
  | TranscriptRequest
  | Static<typeof RoomsRequest>
  | DirectSay
  | Ignore
  | Register
  | HostRequest
  | ActRequest
  | Static<typeof BansRequest>
  | HandsRequest
  | Admit
  | Static<typeof Bye>
