/** One WebSocket to the room, as a transport of the shared connection. */
import type { Clock, Transport, TransportEvents } from '../shared/client/connection.ts'
import type { ServerMessage } from '../shared/replies.ts'
import { root } from './root.ts'

const SUBPROTOCOL = 'oneroom.v1'
/** Close code of the error table: another connection continues this session. */
const REPLACED = 4001

export function openSocket({ opened, received, closed }: TransportEvents): Transport {
  const socket = new WebSocket(roomUrl(location), SUBPROTOCOL)
  socket.onopen = opened
  socket.onmessage = ({ data }: MessageEvent<unknown>) => {
    received(JSON.parse(String(data)) as ServerMessage)
  }
  socket.onclose = ({ code }) => closed('', code === REPLACED)
  return {
    silence: '',
    send(message) {
      if (socket.readyState !== WebSocket.OPEN) return false
      socket.send(JSON.stringify(message))
      return true
    },
    close: () => socket.close(1000),
  }
}

export const clock: Clock = {
  now: Date.now,
  random: Math.random,
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

/** The WebSocket address of the server that the page came from: http → ws, https → wss. */
function roomUrl({ origin }: Location): string {
  return `${origin.replace('http', 'ws')}${root}ws`
}
