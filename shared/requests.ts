/** The messages that a client sends, over a WebSocket or as NDJSON over TCP, as one schema each. */
import Type, { type Static } from 'typebox'
import { Order } from './acts.ts'
import { limits, PROTOCOL_VERSION } from './limits.ts'

/** Printable ASCII, so that every program stores and compares it in the same way. */
const ClientId = Type.String({ pattern: '^[ -~]{1,64}$' })

/** The name of a room, in any case. In a request, its default is the room of the `hello`. */
const RoomName = Type.String({ maxLength: 256 })
const InRoom = Type.Optional(RoomName)

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

export const Say = Type.Object({
  type: Type.Literal('say'),
  /** Chosen by the sender. The log keeps one event for each id of a person. */
  id: Type.Optional(ClientId),
  text: Type.String(),
  action: Type.Optional(Type.Boolean()),
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
export const ActRequest = Type.Object({ type: Type.Literal('act'), act: Order, room: InRoom })
export type ActRequest = Static<typeof ActRequest>

/** Requests the list of the people who are banned. The reply is `bans`. For hosts only. */
export const BansRequest = Type.Object({ type: Type.Literal('bans') })

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

/** The id or the name of a person: the request is for the conversation with them. */
const WithPerson = Type.Optional(Type.String({ maxLength: 256 }))

/** Requests the latest events below `before`; without it, the latest of all. */
export const HistoryRequest = Type.Object({
  type: Type.Literal('history'),
  before: Type.Optional(Type.Integer({ minimum: 1 })),
  limit: Limit,
  room: InRoom,
  direct: WithPerson,
})
export type HistoryRequest = Static<typeof HistoryRequest>

/** Requests the latest events that have every word of the query. */
export const SearchRequest = Type.Object({
  type: Type.Literal('search'),
  query: Type.String({ maxLength: 256 }),
  limit: Limit,
  room: InRoom,
  direct: WithPerson,
})
export type SearchRequest = Static<typeof SearchRequest>

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
  rooms: RoomsRequest,
  direct: DirectSay,
  ignore: Ignore,
  register: Register,
  host: HostRequest,
  act: ActRequest,
  bans: BansRequest,
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
  | Static<typeof RoomsRequest>
  | DirectSay
  | Ignore
  | Register
  | HostRequest
  | ActRequest
  | Static<typeof BansRequest>
  | Admit
  | Static<typeof Bye>
