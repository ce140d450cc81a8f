/**
 * The reducer: state and action in, state out. No document, clock, socket or
 * signal, so that everything the page may go through can be tested as values.
 */
import { expire, markSent, retry, withFault, without, written } from '../shared/client/pending.ts'
import { attend } from './state/entries.ts'
import { takeMessage } from './state/messages.ts'
import {
  type Action,
  type ConnectionPhase,
  initialState,
  type Refusal,
  type State,
} from './state/model.ts'
import { expireTyping } from './state/presence.ts'
import { drop, inRoom, outside, roomsOf, show } from './state/rooms.ts'
import { advance, aim, follow } from './state/window.ts'

export { type Arrival, arrivals } from './state/arrivals.ts'
export { firstUnread } from './state/entries.ts'
export { type EventEntry, firstSeq, lastSeq } from './state/entry.ts'
export * from './state/model.ts'
export * from './state/room.ts'
export {
  greetingOf,
  hasFaulty,
  isSameRoom,
  joinsOf,
  knownRoom,
  roomsOf,
  sendable,
  unreadIn,
} from './state/rooms.ts'
export { isDetached, isShown, PAGE_ROWS } from './state/window.ts'

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'join':
      return { ...state, name: action.name, joining: true, refusal: null, trouble: null }
    case 'left':
      return leave(state)
    case 'connection':
      return takeConnection(state, action.connection, action.now)
    case 'received':
      return takeMessage(state, action.message, action.now)
    case 'say': {
      const pending = [...state.pending, ...written(action.messages, action.now)]
      return follow({ ...state, pending, notice: null }, true)
    }
    case 'sent':
      return { ...state, pending: markSent(state.pending, action.ids, action.now) }
    case 'retry':
      return { ...state, pending: retry(state.pending, action.id) }
    case 'delete':
      return { ...state, pending: without(state.pending, action.id) }
    case 'tick':
      return tick(state, action.now)
    case 'follow':
      return follow(state, action.on)
    case 'advance':
      return advance(state)
    case 'change':
      return inRoom(state, action.room, action.change)
    case 'aim':
      return aim(state, action.seq, action.back)
    case 'show':
      return show(state, action.room)
    case 'drop':
      return drop(state, action.room)
    case 'away':
      return attend(state, action.on)
    case 'notice':
      return state.notice === action.notice ? state : { ...state, notice: action.notice }
  }
}

function takeConnection(state: State, connection: ConnectionPhase, now: number): State {
  const away = connection.phase === 'connecting' || connection.phase === 'waiting'
  return {
    ...outside(state),
    connection,
    trouble: troubleIn(state, connection),
    awaySince: away ? (state.awaySince ?? now) : null,
    joining: state.joining && !/idle|ended/.test(connection.phase),
  }
}

const UNREACHABLE: Refusal = { code: 'unreachable', text: '', suggestion: null }

/** When a new attempt begins, the reason of the last break is dropped. */
function troubleIn({ trouble, connection: before }: State, { phase }: ConnectionPhase) {
  if (phase === 'connecting') return trouble === UNREACHABLE ? trouble : null
  return phase === 'waiting' && before.phase === 'connecting' ? (trouble ?? UNREACHABLE) : trouble
}

/** Only a connection can fail to acknowledge: an absence is not a fault. */
function tick(state: State, now: number): State {
  const { connection, pending, progressAt } = state
  const next = connection.phase === 'online' ? expire(pending, progressAt, now) : pending
  return expireTyping(next === pending ? state : { ...state, pending: next }, now)
}

/**
 * The tab stays at its rooms, and shows one of them. The author decides whether a pending message is still to be
 * sent, perhaps under another name.
 */
function leave(state: State): State {
  const ids = state.pending.map(({ id }) => id)
  const pending = withFault(state.pending, ids, { kind: 'left' })
  const rooms = roomsOf(state)
  const { room } =
    state.person === '' ? state : (rooms.find(({ person }) => person === '') ?? state)
  return { ...initialState({ ...state, room, token: null, pending, rooms }), away: state.away }
}
