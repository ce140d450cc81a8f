/**
 * The relay's dialect: what somebody else's chat server is told of the room, and what it
 * says. Every line of it is said as it is: the other side has no commands here.
 */
import type { RoomEvent } from '../protocol.ts'
import type { Dialect } from './dialect.ts'

/** In the greeting of another Oneroom: whoever read it could be the relay there. */
const CODE = /\/resume [\w-]+\.[\w-]{11}(?![\w-])/

/** `format`: has `{text}` in it, and `{name}` where the speaker is to be named. */
export function relayDialect(format: string): Dialect {
  const dialect: Dialect = {
    name: 'line',
    skipsOwn: true,
    decode: (line) =>
      line.trim() === '' || CODE.test(line)
        ? { type: 'nothing' }
        : { type: 'request', request: { type: 'say', text: line } },
    encode: (message) =>
      message.type === 'events'
        ? message.events.map((event) => ({ text: relayed(event, format), own: event.from.id }))
        : [],
    styled: () => dialect,
  }
  return dialect
}

function relayed({ kind, from, text }: RoomEvent, format: string): string {
  if (kind === 'notice') return `* ${text}`
  if (kind === 'action') return `* ${from.name} ${text}`
  // In one go: a name or a text may have braces of its own.
  return format.replace(/\{(name|text)\}/g, (_, field) => (field === 'name' ? from.name : text))
}
