/**
 * The JSON dialect: one object for each unit, the same over a WebSocket and as NDJSON.
 *
 * MUST pass on only messages that match their schema. Unknown fields are ignored, so that
 * the protocol can grow.
 */
import { Compile } from 'typebox/compile'
import { limits } from '../limits.ts'
import { serverMessages } from '../replies.ts'
import { type ClientMessage, clientMessages } from '../requests.ts'
import type { Codec, Decoded, Dialect, Encoding, Outgoing, Unit } from './dialect.ts'
import { marked } from './secret.ts'

const encoding: Encoding = { skipsOwn: false, isCommon: true, encode }

/** Stateless, so all connections share it. */
const codec: Codec = { decode: decodeJson, encode, broadcast: encoding, restyle: () => {} }

export const jsonDialect: Dialect = {
  name: 'json',
  reconnects: true,
  remembersSeat: false,
  unitBytes: limits.frameBytes,
  open: () => codec,
}

function encode(message: Outgoing): Unit[] {
  if (!Object.hasOwn(serverMessages, message.type)) return []
  return marked(message, [{ text: JSON.stringify(message) }])
}

const checks = {
  hello: Compile(clientMessages.hello),
  join: Compile(clientMessages.join),
  leave: Compile(clientMessages.leave),
  say: Compile(clientMessages.say),
  name: Compile(clientMessages.name),
  topic: Compile(clientMessages.topic),
  typing: Compile(clientMessages.typing),
  history: Compile(clientMessages.history),
  search: Compile(clientMessages.search),
  transcript: Compile(clientMessages.transcript),
  rooms: Compile(clientMessages.rooms),
  direct: Compile(clientMessages.direct),
  ignore: Compile(clientMessages.ignore),
  register: Compile(clientMessages.register),
  host: Compile(clientMessages.host),
  act: Compile(clientMessages.act),
  bans: Compile(clientMessages.bans),
  hands: Compile(clientMessages.hands),
  admit: Compile(clientMessages.admit),
  bye: Compile(clientMessages.bye),
} satisfies Record<keyof typeof clientMessages, unknown>

/**
 * Whether a line is a hello object, valid or not. As the first line of a raw connection, it
 * selects this dialect.
 */
export function isHello(line: string): boolean {
  if (!/^\s*\{/.test(line)) return false
  try {
    return JSON.parse(line).type === 'hello'
  } catch {
    return false
  }
}

/** Decodes one object. A fault has the `id` of the message, if it has a valid one. */
function decodeJson(text: string): Decoded {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { type: 'fault', fault: { code: 'bad_json' } }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return {
      type: 'fault',
      fault: { code: 'bad_message', message: 'A message must be a JSON object.' },
    }
  }
  const { type, id } = value as { type?: unknown; id?: unknown }
  const named = typeof id === 'string' && id.length <= 64 ? { id } : {}
  if (typeof type !== 'string') {
    // The value is not quoted: JSON.stringify of a deep array can overflow the stack.
    const message = 'A message needs a type, which is a string.'
    return { type: 'fault', fault: { code: 'unknown_type', message }, ...named }
  }
  if (!Object.hasOwn(checks, type)) {
    const message = `Unknown message type ${JSON.stringify(type.slice(0, 40))}.`
    return { type: 'fault', fault: { code: 'unknown_type', message }, ...named }
  }
  const check = checks[type as keyof typeof checks]
  if (check.Check(value)) return { type: 'request', request: value as ClientMessage }
  const [first] = check.Errors(value)
  const field = first?.instancePath.slice(1, 41) || type
  const message = `Not a valid ${type} message: ${field} ${first?.message}.`
  return { type: 'fault', fault: { code: 'bad_message', message }, ...named }
}
