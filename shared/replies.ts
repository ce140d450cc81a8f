/**
 * The messages that the server sends, as one schema each: replies, and what it sends without a
 * request.
 */
import Type, { type Static } from 'typebox'
import { PROTOCOL_VERSION } from './limits.ts'
import { PersonName } from './person.ts'
import { Person, Quote, Reaction, RoomEvent } from './protocol.ts'

/** Why the client cannot resume. */
export const ResetReason = Type.Union([
  Type.Literal('epoch'),
  Type.Literal('trimmed'),
  Type.Literal('too_far'),
])
export type ResetReason = Static<typeof ResetReason>

/** What hosts have set for a room and for the server. A field is absent unless the rule is on. */
export const House = Type.Object({
  /** The slow mode: the time, in seconds, in which each person may write once. */
  slow: Type.Optional(Type.Integer()),
  mutedAll: Type.Optional(Type.Literal(true)),
  /** ISO 8601, UTC; absent if no end is set. */
  mutedUntil: Type.Optional(Type.String()),
  /** Those present whose hands are raised, the first one longest. */
  hands: Type.Optional(Type.Array(PersonName)),
  /** The next three are of the whole server. */
  locked: Type.Optional(Type.Literal(true)),
  approve: Type.Optional(Type.Literal(true)),
  readonlyDefault: Type.Optional(Type.Literal(true)),
})
export type House = Static<typeof House>

/** What a client learns of a room when it enters. */
const view = {
  epoch: Type.String(),
  /** seq of the latest broadcast event; 0 in an empty room. */
  head: Type.Integer(),
  /** Set if the client resumes from the epoch and seq that it sent; the missed events follow. */
  resumed: Type.Union([Type.Object({ from: Type.Integer(), to: Type.Integer() }), Type.Null()]),
  /** Set if it cannot resume: it forgets the events that it has shown, and takes `events`. */
  reset: Type.Union([ResetReason, Type.Null()]),
  members: Type.Array(Person),
  memberCount: Type.Integer(),
  /** The latest events, oldest first; empty if the client resumes. */
  events: Type.Array(RoomEvent),
  /** Absent if the room has none. */
  topic: Type.Optional(Type.String()),
  /** The event that a host has pinned. Absent if there is none. */
  pinned: Type.Optional(RoomEvent),
  /** Absent if no rule is on. */
  house: Type.Optional(House),
}

/** The room of a message; absent for the lobby. */
const OfRoom = Type.Optional(Type.String())

export const Welcome = Type.Object({
  type: Type.Literal('welcome'),
  protocol: Type.Literal(PROTOCOL_VERSION),
  you: Person,
  token: Type.String(),
  /** Server time, ISO 8601, UTC. */
  at: Type.String(),
  room: OfRoom,
  ...view,
  limits: Type.Object({
    textBytes: Type.Integer(),
    /** Earlier servers, whose messages have one line, do not send it. */
    textLines: Type.Optional(Type.Integer()),
    nameLength: Type.Integer(),
    frameBytes: Type.Integer(),
    historyEvents: Type.Integer(),
  }),
  /**
   * The conversations of a returning person, the one with the latest event first, with the seq of
   * that event; at most 20. Absent if there are none.
   */
  direct: Type.Optional(Type.Array(Type.Object({ with: PersonName, head: Type.Integer() }))),
  /** The code with which others can come in. Absent if none is needed. */
  code: Type.Optional(Type.String()),
  /** The people that this person ignores. Absent if there are none. */
  ignored: Type.Optional(Type.Array(PersonName)),
})
export type Welcome = Static<typeof Welcome>

/** The reply to `join`: `room` is the name as it is shown, also for the lobby. */
export const Joined = Type.Object({ type: Type.Literal('joined'), room: Type.String(), ...view })
export type Joined = Static<typeof Joined>

/** The reply to `leave`. */
export const Left = Type.Object({ type: Type.Literal('left'), room: Type.String() })
export type Left = Static<typeof Left>

/** All events that were committed together, in order. */
export const Events = Type.Object({
  type: Type.Literal('events'),
  events: Type.Array(RoomEvent),
  room: OfRoom,
  /** seq of the last event, if events of people that the client ignores are left out. */
  to: Type.Optional(Type.Integer()),
})
export type Events = Static<typeof Events>

/** Events of the conversation of two people, which only these two receive. */
export const Direct = Type.Object({
  type: Type.Literal('direct'),
  people: Type.Tuple([PersonName, PersonName]),
  events: Type.Array(RoomEvent),
})
export type Direct = Static<typeof Direct>

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
  /** Members whose role has changed. */
  roles: Type.Optional(Type.Array(Person)),
  counted: Type.Optional(Type.Object({ joined: Type.Integer(), left: Type.Integer() })),
  members: Type.Optional(Type.Array(Person)),
  memberCount: Type.Integer(),
  room: OfRoom,
})
export type Presence = Static<typeof Presence>

export const TypingNotice = Type.Object({
  type: Type.Literal('typing'),
  from: Person,
  on: Type.Boolean(),
  room: OfRoom,
})
export type TypingNotice = Static<typeof TypingNotice>

/**
 * For clients that show a line for many reactions: what people gave messages lately and have not taken
 * back. The events of these acts came before, and have the same.
 */
export const Reacted = Type.Object({
  type: Type.Literal('reacted'),
  messages: Type.Array(
    Type.Object({ seq: Type.Integer(), quote: Quote, reactions: Type.Array(Reaction) }),
  ),
  room: OfRoom,
})
export type Reacted = Static<typeof Reacted>

/**
 * How many of the requested events are left out, the oldest ones, because a reply has a limit
 * of size. Absent if none are.
 */
const LeftOut = Type.Optional(Type.Integer({ minimum: 1 }))

/** Both people, if the reply is about a conversation. */
const OfConversation = Type.Optional(Type.Tuple([PersonName, PersonName]))

/** The reply to `history`, oldest first. `more`: there are older events. */
export const History = Type.Object({
  type: Type.Literal('history'),
  events: Type.Array(RoomEvent),
  more: Type.Boolean(),
  leftOut: LeftOut,
  room: OfRoom,
  people: OfConversation,
})
export type History = Static<typeof History>

/** The reply to `search`, oldest first. The query and the filters are those of the request. */
export const Found = Type.Object({
  type: Type.Literal('found'),
  query: Type.String(),
  from: Type.Optional(Type.String()),
  mentions: Type.Optional(Type.Boolean()),
  since: Type.Optional(Type.String()),
  until: Type.Optional(Type.String()),
  events: Type.Array(RoomEvent),
  leftOut: LeftOut,
  room: OfRoom,
  people: OfConversation,
})
export type Found = Static<typeof Found>

/** The reply to `transcript`. */
export const Transcript = Type.Object({
  type: Type.Literal('transcript'),
  /** Where the transcript is, without the room code; relative to the page if its address is not known. */
  url: Type.String(),
  /** Until when, ISO 8601, UTC. */
  until: Type.String(),
  room: OfRoom,
})
export type Transcript = Static<typeof Transcript>

/** The reply to `ignore`. */
export const Ignored = Type.Object({
  type: Type.Literal('ignored'),
  people: Type.Array(PersonName),
})
export type Ignored = Static<typeof Ignored>

/** The reply to `register`. */
export const Registered = Type.Object({
  type: Type.Literal('registered'),
  /** Absent if the person has no registered name now. */
  name: Type.Optional(Type.String()),
})
export type Registered = Static<typeof Registered>

/** The client waits outside until a host decides. */
export const Knocking = Type.Object({ type: Type.Literal('knocking'), message: Type.String() })
export type Knocking = Static<typeof Knocking>

/** A client that waits outside. `text`: the beginning of what it sent first; '' from a JSON client. */
export const Knock = Type.Object({
  id: Type.Integer(),
  address: Type.String(),
  /** The name that it asks for. */
  name: Type.Optional(Type.String()),
  text: Type.String(),
  /** ISO 8601, UTC. */
  at: Type.String(),
})
export type Knock = Static<typeof Knock>

/** Who waits outside, the longest first. Only hosts receive it. `added`: how many of the last are new. */
export const Knocks = Type.Object({
  type: Type.Literal('knocks'),
  knocks: Type.Array(Knock),
  added: Type.Integer(),
})
export type Knocks = Static<typeof Knocks>

/**
 * Whether what is said can be recorded now. Sent when that changes, and after a `welcome` while it
 * cannot.
 */
export const LogNotice = Type.Object({ type: Type.Literal('log'), available: Type.Boolean() })
export type LogNotice = Static<typeof LogNotice>

/**
 * Messages of this client wait for flood control: `count` of them were received so far, at least 1, and
 * the last of these is taken in `seconds`. Sent once, until messages are taken without a wait again.
 */
export const Waiting = Type.Object({
  type: Type.Literal('waiting'),
  count: Type.Integer(),
  seconds: Type.Integer(),
})
export type Waiting = Static<typeof Waiting>

/** The reply to `bans`, the latest last. */
export const Bans = Type.Object({
  type: Type.Literal('bans'),
  bans: Type.Array(
    Type.Object({
      person: PersonName,
      /** Name of the host. */
      by: Type.String(),
      /** ISO 8601, UTC. */
      until: Type.Optional(Type.String()),
      /** Whether the network is banned, too. */
      address: Type.Boolean(),
      /** How many others who are connected have the same network, if it is known. */
      sharing: Type.Optional(Type.Integer()),
    }),
  ),
})
export type Bans = Static<typeof Bans>

/** The reply to `hands`: those present whose hands are raised, the first one longest. */
export const Hands = Type.Object({
  type: Type.Literal('hands'),
  hands: Type.Array(PersonName),
  room: OfRoom,
})
export type Hands = Static<typeof Hands>

/** A room in a list. `memberCount`: 0 if nobody is there now. */
export const RoomSummary = Type.Object({
  name: Type.String(),
  memberCount: Type.Integer(),
  topic: Type.String(),
})
export type RoomSummary = Static<typeof RoomSummary>

/**
 * The reply to `rooms`: the lobby first, then those with the most members. `roomCount` includes
 * the rooms that are not listed. `open`: whether clients can make further rooms.
 */
export const RoomList = Type.Object({
  type: Type.Literal('rooms'),
  rooms: Type.Array(RoomSummary),
  roomCount: Type.Integer(),
  open: Type.Boolean(),
})
export type RoomList = Static<typeof RoomList>

export const ErrorMessage = Type.Object({
  type: Type.Literal('error'),
  /** A code of the error table, `shared/errors.ts`. */
  code: Type.String(),
  message: Type.String(),
  /** The id of the rejected `say`. */
  id: Type.Optional(Type.String()),
  /** A free name, if the error is about a name. */
  suggestion: Type.Optional(Type.String()),
  /** The room of the rejected request, as the client named it. */
  room: Type.Optional(Type.String()),
  /** What the address sends back to come in by UDP. */
  cookie: Type.Optional(Type.String()),
})
export type ErrorMessage = Static<typeof ErrorMessage>

/** The messages of the server, by their `type`. */
export const serverMessages = {
  welcome: Welcome,
  joined: Joined,
  left: Left,
  events: Events,
  direct: Direct,
  presence: Presence,
  history: History,
  found: Found,
  transcript: Transcript,
  rooms: RoomList,
  ignored: Ignored,
  registered: Registered,
  bans: Bans,
  hands: Hands,
  knocking: Knocking,
  knocks: Knocks,
  log: LogNotice,
  waiting: Waiting,
  typing: TypingNotice,
  reacted: Reacted,
  error: ErrorMessage,
} as const
export type ServerMessage =
  | Welcome
  | Joined
  | Left
  | Events
  | Direct
  | Presence
  | History
  | Found
  | Transcript
  | RoomList
  | Ignored
  | Registered
  | Bans
  | Hands
  | Knocking
  | Knocks
  | LogNotice
  | Waiting
  | TypingNotice
  | Reacted
  | ErrorMessage
