/** What the messages of the server change. */
import { acknowledge, takeRejection, takeView, takeWelcome } from '../../shared/client/state.ts'
import { isRefusal } from '../../shared/errors.ts'
import type { ErrorMessage, Joined, ServerMessage, Welcome } from '../../shared/replies.ts'
import { replaceEvents, takeEvents } from './entries.ts'
import type { Refusal, State } from './model.ts'
import { showPresence, takeTyping } from './presence.ts'
import { LOBBY } from './room.ts'
import {
  add,
  drop,
  greetingOf,
  inRoom,
  isOutside,
  knownRoom,
  mergeIntoLobby,
  rename,
  roomsOf,
  show,
} from './rooms.ts'

/** Errors after which the server closes a connection that is in the room. */
const CLOSING = /shutdown|restart|too_slow|room_full|catch_up_failed|kicked|banned/

export function takeMessage(state: State, message: ServerMessage, now: number): State {
  switch (message.type) {
    case 'welcome':
      return takePlace(state, message, greetingOf(state).room ?? LOBBY, now)
    case 'joined':
      return takeJoined(state, message, now)
    case 'error':
      return takeError(state, message)
    case 'events':
      // A message can return after its room was left.
      return takeIn(acknowledge(state, message.events, now), message, now)
    default:
      return takeIn(state, message, now)
  }
}

function takeIn(state: State, message: ServerMessage, now: number): State {
  return inRoom(state, roomOf(message), (there) => takeNews(there, message, now))
}

/** Of a message about no room, the result does not matter. */
function roomOf(message: ServerMessage): string {
  return ('room' in message && message.room) || LOBBY
}

function takeNews(state: State, message: ServerMessage, now: number): State {
  switch (message.type) {
    case 'events':
      return takeEvents(state, message, now)
    case 'presence':
      return showPresence(state, message, now)
    case 'typing':
      return takeTyping(state, message, now)
    case 'found':
      return { ...state, found: message }
    default:
      // A later server may send messages that this page does not know.
      return state
  }
}

/** A room that the tab did not know is the one that its reader asked for. */
function takeJoined(state: State, message: Joined, now: number): State {
  const { room } = message
  const known = knownRoom(state, room)
  if (known !== undefined) return takePlace(state, message, known, now)
  return show(takePlace(add(state, room), message, room, now), room)
}

/** `asked`: the room as the page named it, if it does not know the server's name. */
function takePlace(state: State, message: Welcome | Joined, asked: string, now: number): State {
  const room = roomOf(message)
  const named = rename(state, knownRoom(state, room) ?? asked, room)
  return inRoom(named, room, (there) => enter(there, message, now))
}

/** A resumed list continues; any other is replaced. Pending messages stay in both cases. */
function enter(state: State, message: Welcome | Joined, now: number): State {
  const { topic = '', pinned = null, resumed, events } = message
  const present = {
    ...(message.type === 'welcome' ? takeGreeting(state, message) : takeView(state, message)),
    topic,
    pinned,
  }
  return resumed ? present : replaceEvents(present, state, events, now)
}

function takeGreeting(state: State, welcome: Welcome): State {
  return {
    ...takeWelcome(state, welcome),
    // The message has none for the lobby.
    room: state.room,
    screen: 'room',
    joining: false,
    refusal: null,
    awaySince: null,
    trouble: null,
    limits: welcome.limits,
  }
}

function takeError(state: State, error: ErrorMessage): State {
  const rejected = takeRejection(state, error)
  if (rejected) return rejected
  const { code, message: text, suggestion = null, room } = error
  const refusal: Refusal = { code, text, suggestion, ...(room !== undefined && { room }) }
  if (CLOSING.test(code)) return { ...state, trouble: refusal }
  const lost = roomsOf(state).find((there) => there.room === room && isOutside(there))
  // Otherwise two requests for one room: the first one has led to it.
  if (code === 'already_in_room') return lost ? mergeIntoLobby(state, lost.room) : state
  if (lost) return { ...drop(state, lost.room), notice: refusal }
  if (state.connection.phase === 'online') return { ...state, notice: refusal }
  if (isRefusal(code)) return { ...state, screen: 'form', joining: false, refusal, awaySince: null }
  return { ...state, trouble: refusal }
}
