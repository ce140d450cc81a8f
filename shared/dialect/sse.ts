/**
 * Events for readers over HTTP: Server-Sent Events (HTML, section 9.2). A unit is one block; the
 * transport adds the empty line after it. The client sends nothing.
 *
 * The id of a block is `SEQ/EPOCH`: what a client that reconnects sends back as Last-Event-ID. The
 * seq alone would not tell whether the numbers still count the same events.
 */
import { limits } from '../limits.ts'
import type { RoomEvent } from '../protocol.ts'
import type { Joined } from '../replies.ts'
import type { Codec, Dialect, Encoding, Outgoing, Unit } from './dialect.ts'

/** Time after which a client that was cut off connects again, in ms. */
const RETRY_MS = 2000

/** `epoch`: of the store. */
export function sseDialect(epoch: string): Dialect {
  const encode = (message: Outgoing): Unit[] => encodeAs(message, epoch)
  const broadcast: Encoding = { skipsOwn: false, isCommon: true, encode }
  const codec: Codec = {
    decode: () => ({ type: 'nothing' }),
    encode,
    broadcast,
    restyle: () => {},
  }
  return {
    name: 'sse',
    reconnects: true,
    remembersSeat: false,
    unitBytes: limits.frameBytes,
    open: () => codec,
  }
}

function encodeAs(message: Outgoing, epoch: string): Unit[] {
  switch (message.type) {
    case 'joined':
      return [welcome(message), ...message.events.map((event) => block(event, epoch))]
    case 'events':
      return message.events.map((event) => block(event, epoch))
    case 'error': {
      const { code, message: text } = message
      return [{ text: `event: end\ndata: ${JSON.stringify({ code, message: text })}` }]
    }
    default:
      return []
  }
}

/** Its id is that of the event before the first that follows. */
function welcome({ room, epoch, head, resumed, reset, events }: Joined): Unit {
  const before = resumed === null ? (events[0]?.seq ?? head + 1) - 1 : resumed.from - 1
  const data = JSON.stringify({ room, epoch, head, resumed, reset })
  return { text: `retry: ${RETRY_MS}\nid: ${before}/${epoch}\nevent: welcome\ndata: ${data}` }
}

function block(event: RoomEvent, epoch: string): Unit {
  return { text: `id: ${event.seq}/${epoch}\ndata: ${JSON.stringify(event)}` }
}
