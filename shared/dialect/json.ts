/**
 * The JSON dialect: one object a unit, the same over a WebSocket and as NDJSON.
 * Nothing reaches the room that its schema does not allow.
 */
import { Compile } from 'typebox/compile'
import { type ClientMessage, clientMessages } from '../protocol.ts'
import type { Decoded, Dialect } from './dialect.ts'

export const jsonDialect: Dialect = {
  name: 'json',
  skipsOwn: false,
  decode: decodeJson,
  encode: (message) => (message.type === 'told' ? [] : [{ text: JSON.stringify(message) }]),
  styled: () => jsonDialect,
}

const checks = {
  hello: Compile(clientMessages.hello),
  say: Compile(clientMessages.say),
  name: Compile(clientMessages.name),
  typing: Compile(clientMessages.typing),
  history: Compile(clientMessages.history),
  search: Compile(clientMessages.search),
  bye: Compile(clientMessages.bye),
} satisfies Record<keyof typeof clientMessages, unknown>

/**
 * Whether a line is a hello, valid or not: as the first line of a raw connection it
 * changes to this dialect.
 */
export function isHello(line: string): boolean {
  if (!/^\s*\{/.test(line)) return false
  try {
    return JSON.parse(line).type === 'hello'
  } catch {
    return false
  }
}

/** Reads one object. A fault names the `id` of the message where it had a usable one. */
function decodeJson(text: string): Decoded {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { type: 'fault', fault: { code: 'bad_json' } }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { type: 'fault', fault: { code: 'bad_message', message: 'A message is a JSON object.' } }
  }
  const { type, id } = value as { type?: unknown; id?: unknown }
  const named = typeof id === 'string' && id.length <= 64 ? { id } : {}
  if (typeof type !== 'string') {
    // It is not shown: to stringify a deep array again overflows the stack.
    const message = 'A message has a type, which is a string.'
    return { type: 'fault', fault: { code: 'unknown_type', message }, ...named }
  }
  if (!Object.hasOwn(checks, type)) {
    const message = `No message type ${JSON.stringify(type.slice(0, 40))} is known.`
    return { type: 'fault', fault: { code: 'unknown_type', message }, ...named }
  }
  const check = checks[type as keyof typeof checks]
  if (check.Check(value)) return { type: 'request', request: value as ClientMessage }
  const errors = check.Errors(value)
  const [first] = errors
  const where = first?.instancePath.slice(1, 41) || type
  const what = errors.some(({ keyword }) => keyword === 'additionalProperties')
    ? 'is not a field of it'
    : first?.message
  const message = `Not a valid ${type} message: ${where} ${what}.`
  return { type: 'fault', fault: { code: 'bad_message', message }, ...named }
}
