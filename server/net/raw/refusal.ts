/**
 * How a raw connection is refused: what it reads, and how it ends without a reset that
 * would take that away.
 */
import type { Socket } from 'node:net'
import { lineDialect } from '../../../shared/dialect/line.ts'
import { type ErrorCode, errorMessage } from '../../../shared/errors.ts'
import type { Room } from '../../room/room.ts'
import type { Connections } from '../connection/connections.ts'

/** How long a refused client has to read why, in ms. */
export const REFUSED_MS = 1000

/** What still comes is read and forgotten: unread bytes would make the end a reset. */
export function forgetInput(socket: Socket): void {
  socket.removeAllListeners('data').removeAllListeners('end').resume()
}

/** Tells a browser or a script where it should have gone. */
export function answerHttp(socket: Socket, webUrl: string): void {
  const body = `This port is for raw TCP clients such as nc. The page is at ${webUrl}\n`
  const head = [
    'HTTP/1.1 400 Bad Request',
    'Content-Type: text/plain; charset=utf-8',
    'X-Content-Type-Options: nosniff',
    'Connection: close',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  forgetInput(socket)
  endSoon(socket, `${head.join('\r\n')}\r\n\r\n${body}`)
}

/** Tells a newcomer why they cannot be let in now. */
export function turnAway(
  socket: Socket,
  code: ErrorCode,
  { room, connections }: { room: Room; connections: Connections },
): void {
  room.tally.refused(code)
  connections.log.warn({ remote: socket.remoteAddress, code }, 'turned away')
  const [unit] = lineDialect.open().encode(errorMessage({ code }))
  socket.on('error', () => {})
  forgetInput(socket)
  endSoon(socket, `${unit?.text}\n`)
}

function endSoon(socket: Socket, text: string): void {
  socket.end(text)
  setTimeout(() => socket.destroy(), REFUSED_MS).unref()
}
