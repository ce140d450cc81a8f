/** What carries the bytes of a connection, as the wire view needs it: a socket, or datagrams. */
import { Socket } from 'node:net'
import type { LabFault } from '../../shared/wire.ts'
import type { Datagrams } from '../net/connection/datagrams.ts'
import type { Clock } from '../room/clock.ts'
import { listenToDatagrams } from './datagramtap.ts'
import { listenAt } from './tap.ts'

export type Heard =
  | { type: 'read'; bytes: Buffer }
  /** One write, in the pieces that it was given as. */
  | { type: 'write'; pieces: readonly Buffer[] }
  | { type: 'client ended' | 'server ended' | 'closed' }
  | { type: 'reset'; code: string }
  /** Something was done to the wire. */
  | { type: 'fault'; text: string }

/** `stop`: ends it. `lab`: does something to the wire, or, with undefined, no longer. */
export type Tapped = { stop(): void; lab(fault: LabFault | undefined): void }

export interface Carrier {
  /** Address and port of the server. */
  readonly local: string
  listen(clock: Clock, hear: (heard: Heard) => void): Tapped
  /** Ends the connection as a broken network does. */
  reset(): void
  /** Bytes that the kernel has taken, and those that wait until it does. */
  readonly written: { taken: number; waiting: number }
}

export function carrierOf(wire: Socket | Datagrams): Carrier {
  return wire instanceof Socket ? new SocketCarrier(wire) : new DatagramCarrier(wire)
}

class SocketCarrier implements Carrier {
  readonly #socket: Socket

  constructor(socket: Socket) {
    this.#socket = socket
  }

  get local(): string {
    return `${this.#socket.localAddress}:${this.#socket.localPort}`
  }

  listen(clock: Clock, hear: (heard: Heard) => void): Tapped {
    return listenAt(this.#socket, clock, hear)
  }

  reset(): void {
    this.#socket.resetAndDestroy()
  }

  get written(): { taken: number; waiting: number } {
    const { bytesWritten, writableLength } = this.#socket
    return { taken: bytesWritten - writableLength, waiting: writableLength }
  }
}

class DatagramCarrier implements Carrier {
  readonly #datagrams: Datagrams

  constructor(datagrams: Datagrams) {
    this.#datagrams = datagrams
  }

  get local(): string {
    return this.#datagrams.local
  }

  listen(clock: Clock, hear: (heard: Heard) => void): Tapped {
    return listenToDatagrams(this.#datagrams, clock, hear)
  }

  /** UDP has no connection that could be reset. */
  reset(): void {}

  /** The kernel takes each datagram at once, or drops it. */
  readonly written = { taken: 0, waiting: 0 }
}
