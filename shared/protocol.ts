/**
 * The messages of the JSON dialect, over a WebSocket or as NDJSON over TCP, as one schema
 * each. The server, the page and the tests use the types of these schemas, so they agree.
 */
import Type, { type Static } from 'typebox'
import { limits, PROTOCOL_VERSION } from './limits.ts'

/**
 * How a person is connected: over a WebSocket, with lines over TCP, telnet, JSON over TCP, an
 * HTTP request, the relay to another chat server, or the server's own console.
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

/** A person. `id` stays the same over reconnections with the same token. */
export const Person = Type.Object({
  id: Type.String(),
  name: Type.String(),
  /** A client accepts any string, since later servers may have other values. */
  via: Type.Unsafe<Via>(Type.Union([...Via.anyOf, Type.String()])),
})
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
  /** A client accepts any string, as for `via`. */
  kind: Type.Unsafe<EventKind>(Type.Union([...EventKind.anyOf, Type.String()])),
  from: Person,
  text: Type.String(),
  /** The `id` of the `say`, if it had one. */
  id: Type.Optional(Type.String()),
})
export type RoomEvent = Static<typeof RoomEvent>

/** Printable ASCII, so that every program stores and compares it in the same way. */
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
  /** Chosen by the sender. The log keeps one event for each id of a person. */
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

/** Requests the latest events below `before`; without it, the latest of all. */
export const HistoryRequest = Type.Object({
  type: Type.Literal('history'),
  before: Type.Optional(Type.Integer({ minimum: 1 })),
  limit: Limit,
})
export type HistoryRequest = Static<typeof HistoryRequest>

/** Requests the latest events that have every word of the query. */
export const SearchRequest = Type.Object({
  type: Type.Literal('search'),
  query: Type.String({ maxLength: 256 }),
  limit: Limit,
})
export type SearchRequest = Static<typeof SearchRequest>

/** The messages of a client, by their `type`. */
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

/** Why the client cannot resume. */
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
  /** seq of the latest broadcast event; 0 in an empty room. */
  head: Type.Integer(),
  /** Set if the client resumes from the epoch and seq of its `hello`; the missed events follow. */
  resumed: Type.Union([Type.Object({ from: Type.Integer(), to: Type.Integer() }), Type.Null()]),
  /** Set if it cannot resume: it forgets the events that it has shown, and takes `events`. */
  reset: Type.Union([ResetReason, Type.Null()]),
  members: Type.Array(Person),
  memberCount: Type.Integer(),
  /** The latest events, oldest first; empty if the client resumes. */
  events: Type.Array(RoomEvent),
  limits: Type.Object({
    textBytes: Type.Integer(),
    nameLength: Type.Integer(),
    frameBytes: Type.Integer(),
    historyEvents: Type.Integer(),
  }),
})
export type Welcome = Static<typeof Welcome>

/** All events that were committed together, in order. */
export const Events = Type.Object({
  type: Type.Literal('events'),
  events: Type.Array(RoomEvent),
})
export type Events = Static<typeof Events>

/**
 * Changes since the last `presence`. With `members`: a new list, which replaces the client's
 * list. If too many members joined and left to list them, `counted` has their numbers.
 */
export const Presence = Type.Object({
  type: Type.Literal('presence'),
  joined: Type.Array(Person),
  left: Type.Array(Person),
  renamed: Type.Array(Type.Object({ id: Type.String(), was: Type.String(), name: Type.String() })),
  /** Members that continue over another kind of connection; `via` is the new kind. */
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
 * How many of the requested events are left out, the oldest ones, because a reply has a limit
 * of size. Absent if none are.
 */
const LeftOut = Type.Optional(Type.Integer({ minimum: 1 }))

/** The reply to `history`, oldest first. `more`: there are older events. */
export const History = Type.Object({
  type: Type.Literal('history'),
  events: Type.Array(RoomEvent),
  more: Type.Boolean(),
  leftOut: LeftOut,
})
export type History = Static<typeof History>

/** The reply to `search`, oldest first. */
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
  /** The id of the rejected `say`. */
  id: Type.Optional(Type.String()),
  /** A free name, if the error is about a name. */
  suggestion: Type.Optional(Type.String()),
})
export type ErrorMessage = Static<typeof ErrorMessage>

/** The messages of the server, by their `type`. */
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
