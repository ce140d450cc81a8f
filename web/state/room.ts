/** What the tab knows of one room, as plain values. All times are in ms since 1970. */
import type { ClientState } from '../../shared/client/state.ts'
import type { Sought } from '../../shared/finding.ts'
import type { Person, RoomEvent, Via } from '../../shared/protocol.ts'

/** The lobby in the state of the page: its messages name no room, whatever its name is. */
export const LOBBY = ''

/** The place of a conversation among the rooms: no name of a room has an `@`. */
export function conversationWith(id: string): string {
  return `@${id}`
}

/** The id of the other person of a conversation; '' for a room. */
export function peerOf(room: string): string {
  return room[0] === '@' ? room.slice(1) : ''
}

/** One person joined, left or took a new name. */
export type Change =
  | { kind: 'joined'; name: string; via: Via }
  | { kind: 'left'; name: string }
  | { kind: 'renamed'; was: string; name: string }

/** One row of the list: an event of the log, or a line about presence. */
export type Entry =
  | { kind: 'event'; at: number; event: RoomEvent; mine: boolean; mention: boolean }
  /** `more`: number of people who came or went and are not listed. */
  | { kind: 'presence'; at: number; changes: readonly Change[]; more: number }

export type RoomState = Pick<
  ClientState,
  'epoch' | 'seq' | 'replayTo' | 'members' | 'memberCount'
> & {
  /** Its name as the server shows it, or `LOBBY`. For a conversation see `conversationWith`. */
  room: string
  /** The name of the other person of a conversation; '' for a room. */
  person: string
  /** '' if there is none. */
  topic: string
  /** The message that a host has pinned. */
  pinned: RoomEvent | null
  /** The rows in the document, oldest first: a window on the log. */
  entries: readonly Entry[]
  /** The newest entries, for as long as they are not in the window. */
  ahead: readonly Entry[]
  /** There are events between the window and `ahead` that are held in neither. */
  gap: boolean
  /** The window begins with the oldest event of the log. */
  atStart: boolean
  /** The message to bring into view; a new object each time. */
  target: { seq: number } | null
  /** The reader's position before that; a `seq` of null is the newest row. */
  back: { seq: number | null } | null
  /** The latest result of a search. */
  found: (Sought & { events: readonly RoomEvent[] }) | null
  typing: readonly { person: Person; until: number }[]
  /** The room does not have the reader's attention: the page has none, or shows another room. */
  away: boolean
  /** Messages from others since the room lost it. */
  unread: number
  /** Those of them that mention the reader. */
  mentions: number
  /** The unread line is above the first message of others after this seq. */
  readTo: number | null
  /** The list scrolls with its newest row. */
  following: boolean
  /** Messages from others since the reader scrolled up. */
  below: number
  /** Those of them that mention the reader. */
  belowMentions: number
}

/** An empty list. */
export const emptyLog = {
  entries: [],
  ahead: [],
  gap: false,
  atStart: false,
  target: null,
  back: null,
  found: null,
  readTo: null,
  following: true,
  below: 0,
  belowMentions: 0,
} as const satisfies Partial<RoomState>

/** A room that no connection has entered. */
export function emptyRoom(room: string, person = ''): RoomState {
  return {
    room,
    person,
    topic: '',
    pinned: null,
    epoch: null,
    seq: 0,
    replayTo: Infinity,
    members: new Map(),
    memberCount: 0,
    ...emptyLog,
    typing: [],
    away: false,
    unread: 0,
    mentions: 0,
  }
}
