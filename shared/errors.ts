/**
 * The error table: every error that the server sends has a row here. A test compares the
 * documentation with it.
 */
import type { ErrorMessage } from './replies.ts'

/**
 * `text`: the message for people. `close`: the WebSocket close code if the error ends the
 * connection (RFC 6455; 4000–4999 are for applications), otherwise null. `retryable`:
 * whether the same request may succeed later.
 */
type Row = { text: string; close: number | null; retryable: boolean }

export const errors = {
  bad_json: { text: 'The message is not valid JSON.', close: null, retryable: false },
  bad_message: { text: 'The message does not follow the protocol.', close: null, retryable: false },
  unknown_type: {
    text: 'The server does not know this message type.',
    close: null,
    retryable: false,
  },
  hello_first: { text: 'Send a hello message first.', close: null, retryable: false },
  hello_twice: { text: 'This connection has already sent hello.', close: null, retryable: false },
  code_needed: { text: 'This room needs a code.', close: null, retryable: false },
  approval_needed: { text: 'A host has to let you in first.', close: null, retryable: true },
  code_wrong: { text: 'That room code is wrong.', close: null, retryable: false },
  name_invalid: { text: 'That name cannot be used.', close: null, retryable: false },
  name_taken: { text: 'That name is taken.', close: null, retryable: true },
  name_lookalike: {
    text: 'That name looks like the name of another person.',
    close: null,
    retryable: true,
  },
  register_off: {
    text: 'The operator of this server does not allow registered names.',
    close: null,
    retryable: false,
  },
  register_full: {
    text: 'The server cannot register more names.',
    close: null,
    retryable: true,
  },
  text_empty: { text: 'The message is empty.', close: null, retryable: false },
  code_said: {
    text: 'Not sent: it contains a /resume code, with which another person could impersonate its owner.',
    close: null,
    retryable: false,
  },
  key_said: {
    text: 'Not sent: it looks like the key of the hosts. Become a host with /host KEY.',
    close: null,
    retryable: false,
  },
  text_too_long: { text: 'A message is at most 4096 bytes long.', close: null, retryable: false },
  line_too_long: {
    text: 'A line is at most 4096 bytes long; the rest of it was discarded.',
    close: null,
    retryable: false,
  },
  not_lines: {
    text: 'The server expects lines of UTF-8 text.',
    close: null,
    retryable: false,
  },
  wire_fault: {
    text: 'A host injects faults into this connection, to show their effects.',
    close: null,
    retryable: false,
  },
  unknown_command: {
    text: 'Unknown command. /help lists all commands; //x sends /x.',
    close: null,
    retryable: false,
  },
  id_used: {
    text: 'This id was used for a different message. Send the message with a new id.',
    close: null,
    retryable: false,
  },
  resume_unknown: {
    text: 'This /resume code is unknown.',
    close: null,
    retryable: false,
  },
  room_invalid: { text: 'That name cannot be used for a room.', close: null, retryable: false },
  room_unknown: { text: 'There is no such room.', close: null, retryable: false },
  rooms_full: {
    text: 'The server has reached its limit of rooms. /rooms lists them.',
    close: null,
    retryable: true,
  },
  too_many_rooms: {
    text: 'One connection cannot be in more rooms. Leave a room first.',
    close: null,
    retryable: false,
  },
  person_unknown: { text: 'There is nobody with that name.', close: null, retryable: false },
  already_in_room: { text: 'You are in that room already.', close: null, retryable: false },
  not_in_room: { text: 'You are not in that room. Join it first.', close: null, retryable: false },
  not_host: {
    text: 'Only a host can do that. Become a host with /host KEY.',
    close: null,
    retryable: false,
  },
  is_host: {
    text: "That person is a host. Only the server's own console can do that.",
    close: null,
    retryable: false,
  },
  too_late: {
    text: 'A message can be taken back only within 5 minutes.',
    close: null,
    retryable: false,
  },
  event_unknown: { text: 'There is no such message.', close: null, retryable: false },
  host_key_wrong: { text: 'That is not the key of the hosts.', close: null, retryable: false },
  observer: {
    text: 'You are an observer: you can read here, but not write.',
    close: null,
    retryable: false,
  },
  slow_mode: {
    text: 'Wait before you write again: slow mode is on.',
    close: null,
    retryable: true,
  },
  muted: { text: 'You are muted.', close: null, retryable: true },
  too_fast: {
    text: 'Too many requests from you or your address. Wait a moment and send it again.',
    close: null,
    retryable: true,
  },
  log_unavailable: {
    text: 'The server cannot record messages right now. Yours was not sent; send it again.',
    close: null,
    retryable: true,
  },
  history_unavailable: {
    text: 'Earlier messages cannot be read right now.',
    close: null,
    retryable: true,
  },
  binary_frame: {
    text: 'Send text frames; the server does not accept binary frames.',
    close: 1003,
    retryable: false,
  },
  hello_timeout: {
    text: 'The server received no hello within 10 seconds.',
    close: 4000,
    retryable: true,
  },
  code_timeout: {
    text: 'The server received no room code, and no host let you in, within 10 minutes.',
    close: 4005,
    retryable: true,
  },
  cookie_needed: { text: 'Send the cookie back first.', close: null, retryable: true },
  udp_silent: {
    text: 'You have left: nothing came from you for 3 minutes. Send a line to come back.',
    close: 4014,
    retryable: true,
  },
  turned_away: { text: 'A host did not let you in.', close: 4013, retryable: false },
  network_full: {
    text: 'Your address has too many connections, or opens them too fast. Try again later.',
    close: 4006,
    retryable: true,
  },
  replaced: {
    text: 'You connected again from elsewhere, so this connection was closed.',
    close: 4001,
    retryable: false,
  },
  locked: { text: 'The server is locked: new people cannot join.', close: 4012, retryable: true },
  banned: { text: 'A host banned you.', close: 4011, retryable: false },
  kicked: { text: 'A host removed you.', close: 4010, retryable: false },
  too_slow: {
    text: 'You read nothing for 30 seconds. Reconnect to continue from there.',
    close: 4002,
    retryable: true,
  },
  catch_up_failed: {
    text: 'The messages that you missed cannot be read right now. Reconnect to continue.',
    close: 4004,
    retryable: true,
  },
  room_full: { text: 'The server is full. Try again later.', close: 4003, retryable: true },
  shutdown: { text: 'The server is stopping.', close: 1001, retryable: true },
  restart: { text: 'The server restarts. Reconnect now.', close: 1012, retryable: true },
} as const satisfies Record<string, Row>

export type ErrorCode = keyof typeof errors

/** An expected fault as a value: a row of the table, and details of this case. */
export type Fault = {
  code: ErrorCode
  /** A more specific text than the row's. */
  message?: string
  /** A valid, free name. */
  suggestion?: string
  /** The room of the request, as the client named it. */
  room?: string
}

/** Returns the `error` message for a fault. `id`: of the `say` that failed. */
export function errorMessage(fault: Fault, id?: string): ErrorMessage {
  return {
    type: 'error',
    code: fault.code,
    message: fault.message ?? errors[fault.code].text,
    ...(id !== undefined && { id }),
    ...(fault.suggestion !== undefined && { suggestion: fault.suggestion }),
    ...(fault.room !== undefined && { room: fault.room }),
  }
}

/** Whether a hello was rejected, and the client does not repeat it by itself: a person may change it. */
export function isRefusal(code: string): boolean {
  return /^(name|code|turned)_|too_fast/.test(code)
}
