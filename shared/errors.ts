/**
 * The one error table. Every fault a client can be told of has a row here; the
 * README's table is held to it by a test.
 */
import type { ErrorMessage } from './protocol.ts'

/**
 * `text`: what a person reads. `close`: WebSocket close code (RFC 6455, 4000–4999
 * are ours) when the connection ends with it, null when it stays open.
 * `retryable`: whether the same thing may succeed later, unchanged.
 */
type Row = { text: string; close: number | null; retryable: boolean }

export const errors = {
  bad_json: { text: 'That is not valid JSON.', close: null, retryable: false },
  bad_message: { text: 'That message is not of the protocol.', close: null, retryable: false },
  unknown_type: { text: 'No message of that type is known.', close: null, retryable: false },
  hello_first: { text: 'Send a hello message first.', close: null, retryable: false },
  hello_twice: { text: 'You have said hello already.', close: null, retryable: false },
  name_invalid: { text: 'That name cannot be used.', close: null, retryable: false },
  name_taken: { text: 'That name is taken.', close: null, retryable: true },
  name_lookalike: {
    text: 'That name looks like the name of someone here.',
    close: null,
    retryable: true,
  },
  text_empty: { text: 'There is nothing in that message.', close: null, retryable: false },
  code_said: {
    text: 'With the code in that, others could pass for somebody. It was not said.',
    close: null,
    retryable: false,
  },
  text_too_long: { text: 'A message is at most 4096 bytes long.', close: null, retryable: false },
  line_too_long: {
    text: 'A line is at most 4096 bytes long; the rest of yours was left out.',
    close: null,
    retryable: false,
  },
  not_lines: {
    text: 'What you send is not lines of UTF-8 text.',
    close: null,
    retryable: false,
  },
  unknown_command: {
    text: 'No such command. /help lists them all; //x says /x.',
    close: null,
    retryable: false,
  },
  resume_unknown: {
    text: 'Nobody is known under that code.',
    close: null,
    retryable: false,
  },
  too_fast: {
    text: 'That is more than one sender may say. Wait a moment and send it again.',
    close: null,
    retryable: true,
  },
  log_unavailable: {
    text: 'The room cannot record messages right now. Yours was not said; send it again.',
    close: null,
    retryable: true,
  },
  history_unavailable: {
    text: 'What was said before cannot be read right now.',
    close: null,
    retryable: true,
  },
  binary_frame: {
    text: 'Send text frames; binary ones are not read here.',
    close: 1003,
    retryable: false,
  },
  hello_timeout: { text: 'No hello came within 10 seconds.', close: 4000, retryable: true },
  replaced: {
    text: 'This session was opened from another connection.',
    close: 4001,
    retryable: false,
  },
  too_slow: {
    text: 'You did not read for 30 seconds. Come back and continue where you were.',
    close: 4002,
    retryable: true,
  },
  catch_up_failed: {
    text: 'What you missed cannot be read right now. Come back and continue where you were.',
    close: 4004,
    retryable: true,
  },
  room_full: { text: 'The room is full. Try again later.', close: 4003, retryable: true },
  shutdown: { text: 'The server is stopping.', close: 1001, retryable: true },
} as const satisfies Record<string, Row>

export type ErrorCode = keyof typeof errors

/** An expected fault, as a value: a row of the table and what is particular to this case. */
export type Fault = {
  code: ErrorCode
  /** Replaces the row's text where something more helpful can be said. */
  message?: string
  suggestion?: string
}

/** The `error` message for a fault; `id` names the `say` that it answers. */
export function errorMessage(fault: Fault, id?: string): ErrorMessage {
  return {
    type: 'error',
    code: fault.code,
    message: fault.message ?? errors[fault.code].text,
    ...(id !== undefined && { id }),
    ...(fault.suggestion !== undefined && { suggestion: fault.suggestion }),
  }
}
