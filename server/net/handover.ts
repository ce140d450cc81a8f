/**
 * The ports of a server that restarts: what listens, and the connections that arrive while no server
 * can accept them. They wait, unread, for the server that goes on.
 */
import type { AddressInfo, Server, Socket } from 'node:net'
import type { Handed } from '../room/people.ts'
import type { HandedSocket } from './connection/handed.ts'
import { nameClient, namedClient } from './proxy/proxies.ts'
import {
  type Listening,
  startReading,
  takeListening,
  takeUnread,
  type Unread,
} from './raw/socket.ts'
import type { HandedRaw } from './raw/tcp.ts'
import type { HandedMember } from './udp/member.ts'

const NOTHING = new Uint8Array(0)

/** The servers of a gateway, by the names that their listening sockets have. */
export type Port = 'tcp' | 'web'
export type Servers = Readonly<Record<Port, Server>>

/**
 * A connection whose protocol no server has found out yet. `bytes`: those that are read from it.
 * `client`: as a proxy has named it.
 */
export type Arrived = {
  port: Port
  socket: Socket
  bytes: Uint8Array
  client: { address: string; port: number } | undefined
}

/** What a server listens on instead of a port of its own choice: a descriptor, or what another has. */
export type Inheritable = { fd: number } | { _handle: Listening }

/** A client of the server before this one; `unsent`: see `HandedSocket`. */
export type Client = { socket: Socket; state: HandedRaw; unsent: Uint8Array }

/** What the server before this one hands over. */
export type Inheritance = {
  people: readonly Handed[]
  clients: readonly Client[]
  arrived: readonly Arrived[]
  members: readonly HandedMember[]
}

/**
 * What a gateway has from the one before it, or from systemd. `receive`: called once, when the log is
 * open and before anything is accepted.
 */
export type Inherited = {
  listening: Partial<Record<Port, Inheritable>>
  /** The port for UDP of the gateway before it, if it had one. */
  udpPort?: number | undefined
  receive?: () => Promise<Inheritance>
}

/** A gateway that has stopped, except for its sockets. `arrived` grows until `listening` is closed. */
export type Handover = {
  people: readonly Handed[]
  clients: readonly HandedSocket<HandedRaw>[]
  arrived: readonly Arrived[]
  /** By UDP. */
  members: readonly HandedMember[]
  udpPort: number | undefined
  listening: Partial<Record<Port, Listening>>
}

/**
 * From now on, new connections of the servers wait. Returns them; the list grows. `unread`: those
 * that wait already.
 */
export function holdBack(servers: Servers, unread: readonly Unread[]): Arrived[] {
  const arrived: Arrived[] = []
  const hold = (port: Port, { socket, bytes }: Unread): void => {
    socket.on('error', () => {})
    arrived.push({ port, socket, bytes, client: namedClient(socket) })
  }
  for (const [port, server] of Object.entries(servers) as [Port, Server][]) {
    const own = server.address() as AddressInfo | null
    for (const one of unread) if (one.socket.localPort === own?.port) hold(port, one)
    server.removeAllListeners('connection')
    server.on('connection', (socket) => hold(port, takeUnread(socket, NOTHING)))
  }
  return arrived
}

/** Takes the listening sockets of the servers, which can then be closed without them. */
export function takeAllListening(servers: Servers): Partial<Record<Port, Listening>> {
  const taken: Partial<Record<Port, Listening>> = {}
  for (const [port, server] of Object.entries(servers) as [Port, Server][]) {
    const listening = takeListening(server)
    if (listening !== undefined) taken[port] = listening
  }
  return taken
}

/** Accepts the connections that have waited. */
export function accept(arrived: readonly Arrived[], servers: Servers): void {
  for (const { port, socket, bytes, client } of arrived) {
    if (socket.destroyed) continue
    socket.removeAllListeners('error')
    socket.allowHalfOpen = true
    if (client !== undefined) nameClient(socket, client.address, client.port)
    if (bytes.length > 0) socket.unshift(bytes)
    servers[port].emit('connection', socket)
    startReading(socket)
    socket.resume()
  }
}

/** In the process that has stopped: lets a gateway of the same process go on. */
export function inheritedFrom({ listening, clients, udpPort, ...others }: Handover): Inherited {
  const inheritable: Partial<Record<Port, Inheritable>> = {}
  for (const [port, handle] of Object.entries(listening) as [Port, Listening][]) {
    inheritable[port] = { _handle: handle }
  }
  // Their sockets still have what they could not send.
  const kept = clients.map(({ socket, state }) => ({ socket, state, unsent: NOTHING }))
  return { listening: inheritable, udpPort, receive: async () => ({ ...others, clients: kept }) }
}
