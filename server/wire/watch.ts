/**
 * One connection that is looked at: listens at its socket and at its connection, and keeps the latest
 * of it. What was heard becomes rungs only when a client asks for them.
 */
import type { Decoded } from '../../shared/dialect/dialect.ts'
import { errorMessage } from '../../shared/errors.ts'
import { type Kernel, LAB_MS, type LabFault, type Rung, type Station } from '../../shared/wire.ts'
import { ladderSvg, ladderText } from '../../shared/wiretext.ts'
import { withoutPrefix } from '../net/addresses.ts'
import { Connection } from '../net/connection/connection.ts'
import type { Open } from '../net/connection/connections.ts'
import type { Tap } from '../net/connection/tap.ts'
import type { Clock } from '../room/clock.ts'
import type { Part } from '../room/encoded.ts'
import { type Carrier, carrierOf, type Heard, type Tapped } from './carrier.ts'
import { kernelOf } from './kernel.ts'
import { type Carriage, Ladder, type Seen } from './ladder.ts'
import { type Endpoint, pcapOf } from './pcap.ts'
import { type Language, programOf } from './programs.ts'
import { Unread } from './unread.ts'

/** Bytes of what was heard and is no rung yet; the oldest is forgotten. */
const MOST_HEARD = 524_288

/** Time, in ms, for which an answer of the kernel is used. */
const KERNEL_MS = 1500

/** To the person whose wire it is. */
const LAB_TEXTS: Record<LabFault, string> = {
  delay: 'A host delays the bytes of this connection, for at most a minute.',
  bytes: 'A host lets the bytes of this connection through one at a time, for at most a minute.',
  join: 'A host joins the writes of this connection, for at most a minute.',
  slow: 'A host slows this connection down, for at most a minute.',
  stop: 'A host keeps the server from reading this connection, for at most a minute.',
  drop: 'A host drops every second datagram of this connection, for at most a minute.',
  half: 'A host ends the side of the server: it still reads, for at most a minute, and then closes.',
}
const LAB_OVER = 'A host no longer changes the wire of this connection.'
const LAB_RESET = 'RST from the server: a host has reset the connection.'

/** What was heard. It becomes what the ladder sees only when a client asks for it. */
type Noted =
  | Exclude<Seen, { type: 'write' | 'units' | 'gap' }>
  | { at: number; type: 'write'; pieces: readonly Buffer[] }
  | { at: number; type: 'parts'; parts: readonly Part[] }

export type Export = 'pcap' | 'text' | 'svg' | Language

/** A connection with a socket or datagrams of its own. */
export type Tappable = Connection & { readonly wire: NonNullable<Connection['wire']> }

export function isTappable(connection: Open): connection is Open & Tappable {
  return connection instanceof Connection && connection.wire !== undefined
}

export type WatchOptions = {
  clock: Clock
  /** Reads, writes and messages that are kept. */
  most: number
  /** Whether the connection has carried nothing yet. */
  isNew: boolean
  onClosed: (watch: Watch) => void
  /** The wire is free again. */
  onLabOver: () => void
}

export class Watch implements Tap {
  readonly connection: Tappable
  /** Clients that look at it now. */
  lookers = 0
  isClosed = false
  readonly #most: number
  readonly #carriage: Carriage
  readonly #carrier: Carrier
  readonly #tapped: Tapped
  readonly #clock: Clock
  #fault: LabFault | undefined
  #cancelFault: (() => void) | undefined
  readonly #options: WatchOptions
  #kernel: { at: number; answer: Promise<Kernel | undefined> } | undefined
  readonly #station: Station
  readonly #ladder: Ladder
  #heard: Noted[] = []
  #heardBytes = 0
  /** Whether the oldest of it was forgotten since the ladder has seen it. */
  #hasGap = false
  #personId: string | undefined
  /** Whether the kernel takes what the server writes, and whether the client takes what the kernel has. */
  readonly #unreadByKernel = new Unread()
  readonly #unreadByClient = new Unread()

  constructor(connection: Tappable, options: WatchOptions) {
    const { wire, number, remote, via } = connection
    const { clock, most, isNew } = options
    this.connection = connection
    this.#most = most
    this.#options = options
    this.#hasGap = !isNew
    this.#carriage = via === 'web' ? 'frames' : via === 'udp' ? 'datagrams' : 'stream'
    this.#ladder = new Ladder(this.#carriage, most)
    this.#carrier = carrierOf(wire)
    this.#station = { number, via, remote, local: this.#carrier.local, state: 'open' }
    this.#clock = clock
    this.#tapped = this.#carrier.listen(clock, (heard) => this.#hear(heard))
    connection.tap = this
  }

  /** Listens no more. What was heard remains. */
  stop(): void {
    this.#cancelFault?.()
    this.#tapped.stop()
    if (this.connection.tap === this) this.connection.tap = undefined
  }

  get station(): Station {
    const { via, session } = this.connection
    const { name } = session
    return {
      ...this.#station,
      via,
      state: this.isClosed ? 'closed' : 'open',
      ...(name !== undefined && { name }),
      ...(this.#fault !== undefined && { fault: this.#fault }),
    }
  }

  /** Whether a host does something to the wire now. */
  get isInLab(): boolean {
    return this.#fault !== undefined
  }

  /** Does something to the wire for LAB_MS; undefined: no longer. Its person learns of both. */
  lab(fault: LabFault | undefined): void {
    if (this.isClosed || fault === this.#fault) return
    this.#cancelFault?.()
    // The client has had its FIN: only RST tells it that the connection is over.
    if (this.#fault === 'half') {
      this.reset()
      return
    }
    this.#fault = fault
    const text = fault === undefined ? LAB_OVER : LAB_TEXTS[fault]
    this.note(text)
    // After what is said about it, unless the wire is free again.
    if (fault === undefined) this.#tapped.lab(undefined)
    this.connection.deliver(errorMessage({ code: 'wire_fault', message: text }))
    if (fault === undefined) {
      this.#options.onLabOver()
      return
    }
    this.#clock.turn(() => this.#tapped.lab(this.#fault))
    this.#cancelFault = this.#clock.after(LAB_MS, () => this.lab(undefined))
  }

  /** Ends the connection as a broken network does. */
  reset(): void {
    this.note(LAB_RESET)
    this.#carrier.reset()
  }

  /** Id of the person, also after they have left. */
  get personId(): string | undefined {
    this.#personId = this.connection.personId ?? this.#personId
    return this.#personId
  }

  /** Of the latest change. */
  get version(): number {
    this.#settle()
    return this.#ladder.version
  }

  since(version: number): Rung[] {
    this.#settle()
    return this.#ladder.since(version)
  }

  /** What is kept, to take along: a capture file, text, or a picture. */
  exported(form: Export): string | Buffer {
    const rungs = this.since(0)
    const { name, remote, local } = this.station
    const title = `${name ?? 'client'} ${remote} - ${local}`
    if (form === 'text') return ladderText(title, rungs)
    if (form === 'svg') return ladderSvg(title, rungs)
    const segments = this.#ladder.segments()
    const protocol = this.#carriage === 'datagrams' ? 'udp' : 'tcp'
    if (form === 'pcap') return pcapOf(protocol, endpoint(remote), endpoint(local), segments)
    return programOf(form, protocol, endpoint(local), segments)
  }

  /** Something was done to the wire, or found out about it. */
  note(text: string): void {
    this.#note({ at: now(), type: 'fault', text })
  }

  message(text: string, decoded: Decoded, isOutside: boolean): void {
    this.#note({ at: now(), type: 'message', text, decoded, isOutside })
  }

  writing(parts: readonly Part[]): void {
    this.#note({ at: now(), type: 'parts', parts })
  }

  #hear(heard: Heard): void {
    const at = now()
    if (heard.type === 'read') {
      const isOutside = this.connection.personId === undefined
      // ws unmasks the bytes where they are.
      const bytes = this.#carriage === 'frames' ? Buffer.from(heard.bytes) : heard.bytes
      this.#note({ type: 'read', bytes, at, isOutside })
    } else if (heard.type === 'write') {
      this.#note({ type: 'write', at, pieces: heard.pieces })
    } else this.#note({ ...heard, at })
    if (heard.type !== 'closed') return
    this.isClosed = true
    this.#options.onClosed(this)
  }

  #note(noted: Noted): void {
    this.#heard.push(noted)
    this.#heardBytes += sizeOf(noted)
    // Twice as much, so that not every step removes one.
    if (this.#heard.length < 2 * this.#most && this.#heardBytes < 2 * MOST_HEARD) return
    let from = 0
    for (const oldest of this.#heard) {
      if (this.#heard.length - from <= this.#most && this.#heardBytes <= MOST_HEARD) break
      from += 1
      this.#heardBytes -= sizeOf(oldest)
    }
    this.#heard = this.#heard.slice(from)
    this.#hasGap = true
  }

  /** What the kernel knows of it; undefined if it tells nothing. All viewers share an answer. */
  kernel(): Promise<Kernel | undefined> {
    const at = now()
    if (this.#kernel === undefined || at - this.#kernel.at > KERNEL_MS) {
      this.#kernel = { at, answer: this.#askKernel() }
    }
    return this.#kernel.answer
  }

  async #askKernel(): Promise<Kernel | undefined> {
    // The kernel has one socket for all members by UDP.
    if (this.isClosed || this.#carriage === 'datagrams') return undefined
    const { local, remote } = this.#station
    // Before the kernel is asked, so that it is not too much then.
    const given = this.#carrier.written.taken
    const kernel = await kernelOf(local, remote)
    if (kernel === undefined) return undefined
    const { server, client } = kernel
    const unread = client?.recvQ ?? 0
    const waiting = server.sendQ + unread
    const received = client === undefined ? server.acked : client.received
    const taken = received === undefined ? given - waiting : received - unread
    const isUnread = this.#unreadByClient.isSo(taken, waiting, now())
    if (isUnread && !this.isClosed) this.#ladder.notTaken(now())
    return kernel
  }

  #lookForUnread(): void {
    const { taken, waiting } = this.#carrier.written
    const isUnread = this.#unreadByKernel.isSo(taken, waiting, now())
    if (isUnread) this.#ladder.notTaken(now())
  }

  #settle(): void {
    if (!this.isClosed) this.#lookForUnread()
    const heard = this.#heard
    this.#heard = []
    this.#heardBytes = 0
    if (this.#hasGap) this.#ladder.take({ at: heard[0]?.at ?? now(), type: 'gap' })
    this.#hasGap = false
    for (const noted of heard) this.#ladder.take(seenIn(noted))
  }
}

function endpoint(text: string): Endpoint {
  const at = text.lastIndexOf(':')
  return { host: withoutPrefix(text.slice(0, at)), port: Number(text.slice(at + 1)) }
}

function sizeOf(noted: Noted): number {
  if (noted.type === 'message') return noted.text.length
  if (noted.type === 'read') return noted.bytes.length
  return noted.type === 'write' ? noted.pieces.reduce((sum, { length }) => sum + length, 0) : 0
}

function seenIn(noted: Noted): Seen {
  if (noted.type === 'write') {
    const { at, pieces } = noted
    const [only] = pieces
    const bytes = pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces)
    return { at, type: 'write', bytes }
  }
  if (noted.type !== 'parts') return noted
  const units = noted.parts.flatMap(({ encoded, omit }) => {
    return omit.length === 0
      ? encoded.units
      : encoded.units.filter((_unit, position) => !omit.includes(position))
  })
  return { at: noted.at, type: 'units', units }
}

/** ms since 1970, finer than Date.now(). */
function now(): number {
  return performance.timeOrigin + performance.now()
}
