/**
 * The values that requests and replies of the JSON dialect have in common: people and events. Each is
 * one schema, and the server, the page and the tests use the types of these schemas, so they agree.
 */
import Type, { type Static } from 'typebox'
import { Act } from './acts.ts'
import { PersonName } from './person.ts'

/**
 * How a person is connected: over a WebSocket, with lines over TCP, telnet, JSON over TCP, UDP, an
 * HTTP request, the relay to another chat server, or the server's own console.
 */
export const Via = Type.Union([
  Type.Literal('web'),
  Type.Literal('tcp'),
  Type.Literal('telnet'),
  Type.Literal('json'),
  Type.Literal('udp'),
  Type.Literal('http'),
  Type.Literal('relay'),
  Type.Literal('server'),
])
export type Via = Static<typeof Via>

/** What a person may do. Most people have no role. */
export const Role = Type.Union([Type.Literal('host'), Type.Literal('observer')])
export type Role = Static<typeof Role>

/** A person. `id` stays the same over reconnections with the same token. */
export const Person = Type.Object({
  id: Type.String(),
  name: Type.String(),
  /** A client accepts any string, since later servers may have other values. */
  via: Type.Unsafe<Via>(Type.Union([...Via.anyOf, Type.String()])),
  /** As it is now; the sender of an event has none. A client accepts any string. */
  role: Type.Optional(Type.Unsafe<Role>(Type.Union([...Role.anyOf, Type.String()]))),
  /** The server that the person is connected to, if several share a store. */
  node: Type.Optional(Type.String()),
})
export type Person = Static<typeof Person>

export const EventKind = Type.Union([
  Type.Literal('message'),
  Type.Literal('action'),
  Type.Literal('notice'),
  Type.Literal('topic'),
  Type.Literal('act'),
])
export type EventKind = Static<typeof EventKind>

/** The beginning of the event that another one answers, and who has said it. */
export const Quote = Type.Object({ from: PersonName, text: Type.String() })
export type Quote = Static<typeof Quote>

/** A sign that people have given a message. */
export const Reaction = Type.Object({ sign: Type.String(), people: Type.Array(PersonName) })
export type Reaction = Static<typeof Reaction>

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
  /** seq of the event that it answers, in the same log. */
  reply: Type.Optional(Type.Integer()),
  /** Absent if the text of the event that it answers was taken away. */
  quote: Type.Optional(Quote),
  /** What a host did, for an event of the kind `act`; `text` is its sentence. */
  act: Type.Optional(Act),
  /** Absent if nobody has reacted to it. */
  reactions: Type.Optional(Type.Array(Reaction)),
  /** A host, or its author, has taken the text away: `text` is ''. `by`: the name. */
  redacted: Type.Optional(Type.Object({ by: Type.String() })),
})
export type RoomEvent = Static<typeof RoomEvent>
