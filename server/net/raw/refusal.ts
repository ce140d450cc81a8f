/**
 * Refuses a raw connection: sends the reason, and ends the connection without a reset,
 * which would discard the reason before the client has read it.
 */
import type { Socket } from 'node:net'
import { lineDialect } from '../../../shared/dialect/line.ts'
import { type ErrorCode, errorMessage } from '../../../shared/errors.ts'
import type { Connections } from '../connection/connections.ts'
import { inspectOpening, type Refusal } from './guard.ts'

/** How long a refused client has to read the reason, in ms. */
export const REFUSED_MS = 3000

const NEEDS_TLS = '! This port needs TLS, as of ncat --ssl or openssl s_client.\n'

/** Reads and discards further input: unread bytes would turn the end into a reset. */
export function forgetInput(socket: Socket): void {
  socket.removeAllListeners('data').removeAllListeners('end').resume()
}

/**
 * Refuses a connection that is not chat. The reason is sent in a form that the client can
 * show; clients of TLS and STUN read no text, so their connections are destroyed.
 * `webUrl`: the address of the page.
 */
export function refuse(socket: Socket, refusal: Refusal, webUrl: string): void {
  if (refusal === 'tls' || refusal === 'stun') {
    socket.destroy()
    return
  }
  forgetInput(socket)
  endSoon(socket, reasonFor(refusal, webUrl))
}

function reasonFor(refusal: Exclude<Refusal, 'tls' | 'stun'>, webUrl: string): string {
  switch (refusal) {
    // RFC 4253, section 4.2: a server may send lines of text before its version.
    case 'ssh':
      return `${rightPort(webUrl)}\r\n`
    case 'proxy':
      return 'This port accepts the PROXY protocol only from proxies that --trust-proxy names.\r\n'
    case 'http':
      return badRequest('HTTP/1.1', webUrl)
    case 'rtsp':
      return badRequest('RTSP/1.0', webUrl)
    case 'sip':
      return badRequest('SIP/2.0', webUrl)
  }
}

function rightPort(webUrl: string): string {
  return `This port is for raw TCP clients such as nc. The page is at ${webUrl}`
}

/** `nosniff` keeps a browser from treating the response as anything but plain text. */
function badRequest(protocol: string, webUrl: string): string {
  const body = `${rightPort(webUrl)}\n`
  const head = [
    `${protocol} 400 Bad Request`,
    'Content-Type: text/plain; charset=utf-8',
    'X-Content-Type-Options: nosniff',
    'Connection: close',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  return `${head.join('\r\n')}\r\n\r\n${body}`
}

/** Rejects a new connection with the text of the error. */
export function rejectConnection(socket: Socket, code: ErrorCode, connections: Connections): void {
  const [unit] = lineDialect.open().encode(errorMessage({ code }))
  rejectWith(socket, `${unit?.text}\n`, connections)
}

/** Rejects a connection without TLS to a port that needs it. `opening`: its first bytes. */
export function rejectPlain(
  socket: Socket,
  opening: Uint8Array,
  webUrl: string,
  connections: Connections,
): void {
  const isHttp = inspectOpening(opening, 'whole') === 'http'
  rejectWith(socket, isHttp ? reasonFor('http', webUrl) : NEEDS_TLS, connections)
}

/** Ends a connection whose client needs no answer. */
export function dismiss(socket: Socket, connections: Connections): void {
  rejectWith(socket, '', connections)
}

function rejectWith(socket: Socket, text: string, { rejecting }: Connections): void {
  const giveBack = rejecting.take(socket.remoteAddress)
  if (giveBack === undefined) {
    socket.destroy()
    return
  }
  socket.once('close', giveBack)
  socket.on('error', () => {})
  forgetInput(socket)
  endSoon(socket, text)
}

function endSoon(socket: Socket, text: string): void {
  socket.end(text)
  setTimeout(() => socket.destroy(), REFUSED_MS).unref()
}
