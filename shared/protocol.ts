/**
 * The JSON dialect: every message that crosses a WebSocket, or a raw socket as
 * NDJSON, as one schema each. The types that the server, the page and the tests
 * use come from these schemas, so a message cannot mean two things.
 */
import Type, { type Static } from 'typebox'
import { limits, PROTOCOL_VERSION } from './limits.ts'

/**
 * How a person came into the room: a WebSocket, lines over TCP, telnet, JSON over TCP,
 * an HTTP request, another chat server that is relayed, or the server's own console.
 */
export const Via = Type.Union([
  Type.Literal('web'),
  Type.Literal('tcp'),
  Type.Literal('telnet'),
  Type.Literal('json'),
  Type.Literal('http'),
  Type.Literal('relay'),
  Type.Literal('server'),
])
export type Via = Static<typeof Via>

/** Somebody in the room. `id` stays the same over reconnections with the same token. */
export const Person = Type.Object({ id: Type.String(), name: Type.String(), via: Via })
export type Person = Static<typeof Person>

export const EventKind = Type.Union([
  Type.Literal('message'),
  Type.Literal('action'),
  Type.Literal('notice'),
])
export type EventKind = Static<typeof EventKind>

/** One committed entry of the log. `seq` counts 1, 2, 3 … within an epoch; `at` is ISO 8601, UTC. */
export const RoomEvent = Type.Object({
  seq: Type.Integer(),
  at: Type.String(),
  kind: EventKind,
  from: Person,
  text: Type.String(),
  /** The sender's own id for it, where the sender gave one. */
  id: Type.Optional(Type.String()),
})
export type RoomEvent = Static<typeof RoomEvent>

/** Printable ASCII, so that it is the same string in every place that keeps or compares it. */
const ClientId = Type.String({ pattern: '^[ -~]{1,64}$' })

/** First message of a connection. All fields but `protocol` are optional. */
export const Hello = Type.Object({
  type: Type.Literal('hello'),
  protocol: Type.Literal(PROTOCOL_VERSION),
  name: Type.Optional(Type.String({ maxLength: 256 })),
  token: Type.Optional(Type.String({ maxLength: 256 })),
  epoch: Type.Optional(Type.String({ maxLength: 64 })),
  seq: Type.Optional(Type.Integer({ minimum: 0 })),
  /** How many of the latest events a newcomer wants. */
  history: Type.Optional(Type.Integer({ minimum: 0, maximum: limits.historyEvents })),
})
export type Hello = Static<typeof Hello>

export const Say = Type.Object({
  type: Type.Literal('say'),
  /** Chosen by the sender; the same id from the same person is said once. */
  id: Type.Optional(ClientId),
  text: Type.String(),
  action: Type.Optional(Type.Boolean()),
})
export type Say = Static<typeof Say>

export const Rename = Type.Object({
  type: Type.Literal('name'),
  name: Type.String({ maxLength: 256 }),
})
export const Typing = Type.Object({ type: Type.Literal('typing'), on: Type.Boolean() })
export const Bye = Type.Object({ type: Type.Literal('bye') })

const Limit = Type.Optional(Type.Integer({ minimum: 1, maximum: limits.historyEvents }))

/** Asks for the latest events below `before`; without it, for the latest of all. */
export const HistoryRequest = Type.Object({
  type: Type.Literal('history'),
  before: Type.Optional(Type.Integer({ minimum: 1 })),
  limit: Limit,
})
export type HistoryRequest = Static<typeof HistoryRequest>

/** Asks for the latest events that have every word of the query. */
export const SearchRequest = Type.Object({
  type: Type.Literal('search'),
  query: Type.String({ maxLength: 256 }),
  limit: Limit,
})
export type SearchRequest = Static<typeof SearchRequest>

/** What a client may send, by its `type`. */
export const clientMessages = {
  hello: Hello,
  say: Say,
  name: Rename,
  typing: Typing,
  history: HistoryRequest,
  search: SearchRequest,
  bye: Bye,
} as const
export type ClientMessage =
  | Hello
  | Say
  | Static<typeof Rename>
  | Static<typeof Typing>
  | HistoryRequest
  | SearchRequest
  | Static<typeof Bye>

/** Why a resume could not give exactly what was missed. */
export const ResetReason = Type.Union([
  Type.Literal('epoch'),
  Type.Literal('trimmed'),
  Type.Literal('too_far'),
])
export type ResetReason = Static<typeof ResetReason>

export const Welcome = Type.Object({
  type: Type.Literal('welcome'),
  protocol: Type.Literal(PROTOCOL_VERSION),
  you: Person,
  token: Type.String(),
  /** Server time, ISO 8601, UTC. */
  at: Type.String(),
  epoch: Type.String(),
  /** seq of the latest published event; 0 in an empty room. */
  head: Type.Integer(),
  /** Set when `hello` carried an epoch and a seq that can be continued; the events follow. */
  resumed: Type.Union([Type.Object({ from: Type.Integer(), to: Type.Integer() }), Type.Null()]),
  /** Set when it could not: forget what you showed, `events` is the recent tail. */
  reset: Type.Union([ResetReason, Type.Null()]),
  members: Type.Array(Person),
  memberCount: Type.Integer(),
  /** The recent tail, oldest first; empty after a resume. */
  events: Type.Array(RoomEvent),
  limits: Type.Object({
    textBytes: Type.Integer(),
    nameLength: Type.Integer(),
    frameBytes: Type.Integer(),
    historyEvents: Type.Integer(),
  }),
})
export type Welcome = Static<typeof Welcome>

/** All that was committed in one turn, in order. */
export const Events = Type.Object({
  type: Type.Literal('events'),
  events: Type.Array(RoomEvent),
})
export type Events = Static<typeof Events>

/**
 * Changes since the last one; with `members`, a new snapshot that replaces what was known.
 * Where too many came and went to list them, they are only counted, beside a snapshot.
 */
export const Presence = Type.Object({
  type: Type.Literal('presence'),
  joined: Type.Array(Person),
  left: Type.Array(Person),
  renamed: Type.Array(Type.Object({ id: Type.String(), was: Type.String(), name: Type.String() })),
  /** Members who continue over another kind of connection; `via` is the new kind. */
  moved: Type.Optional(Type.Array(Person)),
  counted: Type.Optional(Type.Object({ joined: Type.Integer(), left: Type.Integer() })),
  members: Type.Optional(Type.Array(Person)),
  memberCount: Type.Integer(),
})
export type Presence = Static<typeof Presence>

export const TypingNotice = Type.Object({
  type: Type.Literal('typing'),
  from: Person,
  on: Type.Boolean(),
})
export type TypingNotice = Static<typeof TypingNotice>

/**
 * How many of the events that were asked for are left out, the oldest of them: an answer
 * has a size. Absent where it is none.
 */
const LeftOut = Type.Optional(Type.Integer({ minimum: 1 }))

/** Answers `history`, oldest first. `more`: there are older ones still. */
export const History = Type.Object({
  type: Type.Literal('history'),
  events: Type.Array(RoomEvent),
  more: Type.Boolean(),
  leftOut: LeftOut,
})
export type History = Static<typeof History>

/** Answers `search`, oldest first. */
export const Found = Type.Object({
  type: Type.Literal('found'),
  query: Type.String(),
  events: Type.Array(RoomEvent),
  leftOut: LeftOut,
})
export type Found = Static<typeof Found>

export const ErrorMessage = Type.Object({
  type: Type.Literal('error'),
  /** A code of the error table, `shared/errors.ts`. */
  code: Type.String(),
  message: Type.String(),
  /** The id of the `say` that it answers. */
  id: Type.Optional(Type.String()),
  /** A free name, with the codes about names. */
  suggestion: Type.Optional(Type.String()),
})
export type ErrorMessage = Static<typeof ErrorMessage>

/** What a server may send, by its `type`. */
export const serverMessages = {
  welcome: Welcome,
  events: Events,
  presence: Presence,
  history: History,
  found: Found,
  typing: TypingNotice,
  error: ErrorMessage,
} as const
export type ServerMessage =
  | Welcome
  | Events
  | Presence
  | History
  | Found
  | TypingNotice
  | ErrorMessage
