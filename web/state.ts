/**
 * The reducer: state and action in, state out. No document, clock, socket or
 * signal, so that everything the page may go through can be tested as values.
 */
import type { ErrorMessage, ServerMessage, Welcome } from '../shared/protocol.ts'
import { attend, takeEvents } from './state/entries.ts'
import {
  type Action,
  type Connection,
  emptyLog,
  initialState,
  type Refusal,
  type State,
} from './state/model.ts'
import {
  abandon,
  expire,
  refuse,
  remove,
  retry,
  say,
  sent,
  uncarried,
  unsent,
} from './state/pending.ts'
import { byId, expireTyping, takePresence, takeTyping } from './state/presence.ts'
import { advance, aim, follow, takePage } from './state/window.ts'

export { arrivals, firstUnread } from './state/entries.ts'
export { firstSeq, lastSeq, type Said } from './state/entry.ts'
export * from './state/model.ts'
export { countByKind } from './state/presence.ts'
export { isDetached, isShown, PAGE_ROWS } from './state/window.ts'
export { unsent }

/** Errors that come before the connection closes; they say why it did. */
const FAREWELLS: ReadonlySet<string> = new Set(['shutdown', 'too_slow', 'room_full'])
/** Earlier ids of ours that are remembered. */
const SELVES_KEPT = 8

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'join':
      return { ...state, name: action.name, joining: true, refusal: null, trouble: null }
    case 'left':
      return {
        ...initialState({ ...state, token: null, pending: abandon(state.pending) }),
        away: state.away,
      }
    case 'connection':
      return takeConnection(state, action.connection, action.now)
    case 'received':
      return takeMessage(state, action.message, action.now)
    case 'say':
      return follow({ ...say(state, action.messages, action.now), notice: null }, true)
    case 'sent':
      return sent(state, action.ids, action.now)
    case 'retry':
      return retry(state, action.id)
    case 'delete':
      return remove(state, action.id)
    case 'tick':
      return expireTyping(expire(state, action.now), action.now)
    case 'follow':
      return follow(state, action.on)
    case 'advance':
      return advance(state)
    case 'page':
      return takePage(state, action.page, action.now)
    case 'aim':
      return aim(state, action.seq, action.back)
    case 'away':
      return attend(state, action.on)
    case 'notice':
      return state.notice === action.notice ? state : { ...state, notice: action.notice }
  }
}

function takeMessage(state: State, message: ServerMessage, now: number): State {
  switch (message.type) {
    case 'welcome':
      return takeWelcome(state, message, now)
    case 'events':
      return takeEvents(state, message.events, true, now)
    case 'presence':
      return takePresence(state, message, now)
    case 'typing':
      return takeTyping(state, message, now)
    case 'found':
      return { ...state, found: message }
    case 'error':
      return takeError(state, message)
    default:
      // A later server may say more than this page knows; what it does not know is not for it.
      return state
  }
}

/** A resumed list goes on; any other is replaced. What is pending stays in either case. */
function takeWelcome(state: State, message: Welcome, now: number): State {
  const { you, resumed } = message
  const selves = [you.id, ...state.selves.filter((id) => id !== you.id)].slice(0, SELVES_KEPT)
  const present: State = {
    ...state,
    screen: 'room',
    joining: false,
    refusal: null,
    name: you.name,
    token: message.token,
    me: you,
    selves,
    connection: { phase: 'online' },
    awaySince: null,
    trouble: null,
    epoch: message.epoch,
    replayTo: resumed?.to ?? 0,
    pending: uncarried(state.pending),
    members: byId(message.members),
    memberCount: message.memberCount,
    limits: message.limits,
  }
  if (resumed) return takeEvents(present, message.events, true, now)
  const listed = takeEvents({ ...present, ...emptyLog }, message.events, false, now)
  const seq = listed.seq === 0 ? message.head : listed.seq
  return { ...listed, seq, replayTo: seq, readTo: state.away ? seq : null }
}

function takeError(state: State, { code, message, id, suggestion }: ErrorMessage): State {
  if (id !== undefined && state.pending.some((pending) => pending.id === id)) {
    return refuse(state, id, code, message)
  }
  const refusal: Refusal = { code, text: message, suggestion: suggestion ?? null }
  if (FAREWELLS.has(code)) return { ...state, trouble: refusal }
  if (state.connection.phase === 'online') return { ...state, notice: refusal }
  if (code.startsWith('name_')) return { ...state, screen: 'form', joining: false, refusal }
  return { ...state, trouble: refusal }
}

function takeConnection(state: State, connection: Connection, now: number): State {
  const away = connection.phase === 'connecting' || connection.phase === 'waiting'
  return {
    ...state,
    connection,
    awaySince: away ? (state.awaySince ?? now) : null,
    joining: state.joining && connection.phase !== 'idle',
    typing: [],
  }
}
