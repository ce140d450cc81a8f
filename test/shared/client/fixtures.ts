/** Messages of a server for the tests of clients. */
import type { Person, RoomEvent } from '../../../shared/protocol.ts'
import type { Welcome } from '../../../shared/replies.ts'

export const ann: Person = { id: 'a', name: 'Ann', via: 'json' }
export const bob: Person = { id: 'b', name: 'Bob', via: 'web' }

export function welcome(fields: Partial<Welcome> = {}): Welcome {
  return {
    type: 'welcome',
    protocol: 1,
    you: ann,
    token: 'token',
    at: '2026-11-22T12:21:15.123Z',
    epoch: 'e1',
    head: 0,
    resumed: null,
    reset: null,
    members: [ann],
    memberCount: 1,
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

export function event(seq: number, from: Person, fields: Partial<RoomEvent> = {}): RoomEvent {
  return { seq, at: '2026-11-22T12:21:15.123Z', kind: 'message', from, text: `${seq}`, ...fields }
}
