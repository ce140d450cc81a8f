/**
 * The reducer: state and action in, state out. No document, clock, socket or
 * signal, so that everything the page may go through can be tested as values.
 */
import { expire, markSent, retry, withFault, without, written } from '../shared/client/pending.ts'
import { takeRejection, takeWelcome } from '../shared/client/state.ts'
import type { ErrorMessage, ServerMessage, Welcome } from '../shared/protocol.ts'
import { attend, replaceEvents, takeEvents } from './state/entries.ts'
import {
  type Action,
  type ConnectionPhase,
  initialState,
  type Refusal,
  type State,
} from './state/model.ts'
import { expireTyping, showPresence, takeTyping } from './state/presence.ts'
import { advance, aim, follow, takePage } from './state/window.ts'

export { arrivals, firstUnread } from './state/entries.ts'
export { type EventEntry, firstSeq, lastSeq } from './state/entry.ts'
export * from './state/model.ts'
export { countByKind } from './state/presence.ts'
export { isDetached, isShown, PAGE_ROWS } from './state/window.ts'

/** Errors after which the server closes the connection. */
const CLOSING: ReadonlySet<string> = new Set([
  'shutdown',
  'too_slow',
  'room_full',
  'catch_up_failed',
])

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'join':
      return { ...state, name: action.name, joining: true, refusal: null, trouble: null }
    case 'left':
      return { ...initialState({ ...state, token: null, pending: held(state) }), away: state.away }
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
      return enter(state, message, now)
    case 'events':
      return takeEvents(state, message.events, now)
    case 'presence':
      return showPresence(state, message, now)
    case 'typing':
      return takeTyping(state, message, now)
    case 'found':
      return { ...state, found: message }
    case 'error':
      return takeError(state, message)
    default:
      // A later server may send messages that this page does not know.
      return state
  }
}

/** A resumed list continues; any other is replaced. Pending messages stay in both cases. */
function enter(state: State, message: Welcome, now: number): State {
  const present: State = {
    ...takeWelcome(state, message),
    screen: 'room',
    joining: false,
    refusal: null,
    awaySince: null,
    trouble: null,
    limits: message.limits,
  }
  if (message.resumed) return present
  const readTo = state.away ? present.seq : null
  return { ...replaceEvents(present, message.events, now), readTo }
}

function takeError(state: State, error: ErrorMessage): State {
  const rejected = takeRejection(state, error)
  if (rejected) return rejected
  const { code, message: text, suggestion = null } = error
  const refusal: Refusal = { code, text, suggestion }
  if (CLOSING.has(code)) return { ...state, trouble: refusal }
  if (state.connection.phase === 'online') return { ...state, notice: refusal }
  if (code.startsWith('name_')) return { ...state, screen: 'form', joining: false, refusal }
  return { ...state, trouble: refusal }
}

function takeConnection(state: State, connection: ConnectionPhase, now: number): State {
  const away = connection.phase === 'connecting' || connection.phase === 'waiting'
  return {
    ...state,
    connection,
    trouble: troubleIn(state, connection),
    awaySince: away ? (state.awaySince ?? now) : null,
    joining: state.joining && connection.phase !== 'idle',
    typing: [],
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

/** After leaving, the author decides whether a message is still to be sent, perhaps under another name. */
function held({ pending }: State): State['pending'] {
  const ids = pending.map(({ id }) => id)
  return withFault(pending, ids, { kind: 'left' })
}
