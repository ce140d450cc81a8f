/** Messages of a server, and a tab that receives them, for the tests of the page. */

import type { Person, RoomEvent } from '../../shared/protocol.ts'
import type { Joined, Presence, ServerMessage, Welcome } from '../../shared/replies.ts'
import { type LogPage, takePage } from '../../web/state/pages.ts'
import {
  type Action,
  initialState,
  type Kept,
  LOBBY,
  type RoomState,
  reduce,
  roomsOf,
  type State,
} from '../../web/state.ts'

export const alice: Person = { id: 'a', name: 'alice', via: 'web' }
export const bob: Person = { id: 'b', name: 'bob', via: 'tcp' }

const NOBODY: Kept = {
  name: '',
  token: null,
  ownIds: [],
  pending: [],
  room: LOBBY,
  rooms: [{ room: LOBBY, readTo: null }],
}

export function event(seq: number, from = bob, fields: Partial<RoomEvent> = {}): RoomEvent {
  const at = new Date(Date.UTC(2026, 10, 22, 12) + seq * 1000).toISOString()
  return { seq, at, kind: 'message', from, text: `text ${seq}`, ...fields }
}

export function events(...list: RoomEvent[]): ServerMessage {
  return { type: 'events', events: list }
}

/** The same in another room than the lobby. */
export function eventsIn(room: string, ...list: RoomEvent[]): ServerMessage {
  return { type: 'events', events: list, room }
}

/** Events `from` to `to`, both included. */
export function range(from: number, to: number): RoomEvent[] {
  return Array.from({ length: to - from + 1 }, (_, index) => event(from + index))
}

export function welcome(fields: Partial<Welcome> = {}): Welcome {
  return {
    type: 'welcome',
    protocol: 1,
    you: alice,
    token: 't',
    at: '2026-11-22T12:21:15.123Z',
    epoch: 'e1',
    head: fields.events?.at(-1)?.seq ?? 0,
    resumed: null,
    reset: null,
    members: [alice, bob],
    memberCount: 2,
    events: [],
    limits: {
      textBytes: 4096,
      textLines: 100,
      nameLength: 24,
      frameBytes: 16_384,
      historyEvents: 200,
    },
    ...fields,
  }
}

export function joined(room: string, fields: Partial<Omit<Joined, 'type' | 'room'>> = {}): Joined {
  const { epoch, head, resumed, reset, members, memberCount, events } = welcome(fields)
  const view = { epoch, head, resumed, reset, members, memberCount, events }
  return { type: 'joined', room, ...view, ...fields }
}

export function presence(fields: Partial<Presence>): Presence {
  return { type: 'presence', joined: [], left: [], renamed: [], memberCount: 2, ...fields }
}

/** The state of one tab over time. */
export class Tab {
  state: State
  now = 1_000

  constructor(kept: Partial<Kept> = {}) {
    this.state = initialState({ ...NOBODY, ...kept })
  }

  act(action: Action): this {
    this.state = reduce(this.state, action)
    return this
  }

  receive(...messages: ServerMessage[]): this {
    for (const message of messages) this.act({ type: 'received', message, now: this.now })
    return this
  }

  say(...ids: string[]): this {
    const messages = ids.map((id) => ({
      id,
      text: `said ${id}`,
      action: false,
      room: this.state.room,
    }))
    return this.act({ type: 'say', messages, now: this.now })
  }

  sent(...ids: string[]): this {
    return this.act({ type: 'sent', ids, now: this.now })
  }

  loseConnection(): this {
    const connection = { phase: 'waiting', retryAt: this.now + 1000, why: '' } as const
    return this.act({ type: 'connection', connection, now: this.now })
  }

  /** Takes a page of the log of a room. */
  take(page: LogPage, room = LOBBY): this {
    return this.act({ type: 'change', room, change: (there) => takePage(there, page, this.now) })
  }

  show(room: string): this {
    return this.act({ type: 'show', room })
  }

  /** The part of the state that belongs to a room, shown or not. */
  in(room: string): RoomState {
    const there = roomsOf(this.state).find((one) => one.room === room)
    if (there === undefined) throw new Error(`not in ${room}`)
    return there
  }

  /** `duration`: in ms. */
  wait(duration: number): this {
    this.now += duration
    return this.act({ type: 'tick', now: this.now })
  }

  get seqs(): number[] {
    return seqsOf(this.state)
  }

  get pendingIds(): string[] {
    return this.state.pending.map(({ id }) => id)
  }

  get faults(): (string | undefined)[] {
    return this.state.pending.map(({ fault }) => fault?.kind)
  }
}

/** The seqs of the events in the window of a room. */
export function seqsOf({ entries }: RoomState): number[] {
  return entries.flatMap((entry) => (entry.kind === 'event' ? [entry.event.seq] : []))
}
