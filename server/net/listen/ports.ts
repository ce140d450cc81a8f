/** What each port serves: two ports or one, with TLS or without. */
import type { Socket } from 'node:net'
import type { Front } from './front.ts'
import type { Edge } from './opening.ts'

/** Silence, in ms, before a greeting at the one port: browsers connect in advance. */
const SHARED_MS = 2000
/** The same at a raw port with TLS: some clients take a while to begin it. */
const BESIDE_TLS_MS = 500

/** Finds out what a connection speaks. `own`: takes one for the server that accepted it. */
export type TellApart = (socket: Socket, own: (socket: Socket) => void) => void

export type PortsOptions = {
  front: Front
  isShared: boolean
  hasTls: boolean
  /** Takes raw clients at the one port. */
  raw: (socket: Socket) => void
  /** Takes raw clients without TLS; undefined: they are welcome. */
  plain: Edge | undefined
}

/** Undefined for a port with a single protocol, which needs no telling apart. */
export function portsOf({ front, isShared, hasTls, raw, plain }: PortsOptions): {
  web: TellApart | undefined
  tcp: TellApart | undefined
} {
  if (isShared) {
    const silentMs = SHARED_MS
    return {
      web: (socket, http) => front.receive(socket, { http, raw, plain, silentMs }),
      tcp: undefined,
    }
  }
  if (!hasTls) return { web: undefined, tcp: undefined }
  const silentMs = plain === undefined ? BESIDE_TLS_MS : SHARED_MS
  return {
    web: (socket, http) => front.receive(socket, { http, silentMs: 0 }),
    tcp: (socket, own) => front.receive(socket, { raw: own, plain, silentMs }),
  }
}
