/**
 * The wire view: which connections are looked at, and by whom. Everybody may look at their own
 * connections, a host at all.
 *
 * MUST listen to no connection at which nobody looks, unless `keep` asks for it.
 */
import { randomBytes } from 'node:crypto'
import { faultsOf, type LabOrder, type Rung, rungLine, type Station } from '../../shared/wire.ts'
import type { Connections } from '../net/connection/connections.ts'
import type { Clock } from '../room/clock.ts'
import type { WireView } from '../room/wire.ts'
import { carrierOf } from './carrier.ts'
import { isTappable, type Tappable, Watch } from './watch.ts'

/** What is kept of a connection that is looked at: reads, writes and messages. */
const KEPT = 500
/** Connections that are listened to although nobody looks at them now; the oldest is let go. */
const MOST_IDLE = 100
/** Closed connections that can still be looked at. */
const MOST_CLOSED = 20
/** Time, in ms, for which /wire keeps listening after it was last used. */
const TYPED_MS = 600_000
/** Connections that /wire keeps listening to, and its keys; the oldest is let go. */
const MOST_TYPED = 100
const MOST_KEYS = 1000
/** Rungs that /wire shows. */
const TYPED_RUNGS = 10
const TYPED_COLUMNS = 96

/** A client with the key of one connection. `host`: id of the host that has it, if it is not their own. */
type KeyViewer = { type: 'key'; number: number; host?: string }

/** Who looks. */
export type Viewer = { type: 'host'; id?: string } | { type: 'person'; id: string } | KeyViewer

export type WireOptions = {
  connections: Connections
  clock: Clock
  /** Latest reads, writes and messages to keep of every connection; 0: only while a client views it. */
  keep: number
  /** Address of the page. */
  pageUrl: () => string
}

export class Wire implements WireView {
  readonly #options: WireOptions
  readonly #watches = new Map<number, Watch>()
  readonly #closed: Watch[] = []
  /** Hosts that look at the list: what connects meanwhile is listened to from its beginning. */
  #hosts = 0
  /** Keys of connections, with which a page can look at them, and what they stand for. */
  readonly #keys = new Map<string, KeyViewer>()
  readonly #typed = new Map<number, () => void>()

  constructor(options: WireOptions) {
    this.#options = options
    this.#listenToNew()
  }

  #listenToNew(): void {
    const { connections, keep } = this.#options
    connections.onAdded =
      keep === 0 && this.#hosts === 0
        ? undefined
        : (connection, isNew) => {
            if (!isTappable(connection)) return
            this.#watch(connection, isNew)
            this.#letGo()
          }
  }

  /** A host looks at the list. Returns a function that ends it. */
  attend(): () => void {
    this.#hosts += 1
    this.#listenToNew()
    return () => {
      this.#hosts -= 1
      this.#listenToNew()
      this.#letGo()
    }
  }

  /** Connections of the server, which a look at the list goes through. */
  get openCount(): number {
    return this.#options.connections.open.size
  }

  /** The connections that a viewer may look at. */
  stations(viewer: Viewer): Station[] {
    const own = viewer.type === 'key' ? undefined : viewer.id
    const stations: Station[] = []
    for (const connection of this.#options.connections.open) {
      if (!isTappable(connection) || !this.#allows(viewer, connection)) continue
      const { name } = connection.session
      const { wire, number, via, remote } = connection
      const fault = this.#watches.get(number)?.station.fault
      stations.push({
        number,
        ...(name !== undefined && { name }),
        via,
        remote,
        local: carrierOf(wire).local,
        state: 'open',
        ...(fault && { fault }),
        ...(own !== undefined && connection.personId === own && { isOwn: true as const }),
      })
    }
    const closed = this.#closed.filter((watch) => this.#allows(viewer, watch))
    return [...closed.map(({ station }) => station), ...stations]
  }

  #allows(viewer: Viewer, one: Tappable | Watch): boolean {
    if (viewer.type === 'host') return true
    const { number } = 'connection' in one ? one.connection : one
    return viewer.type === 'key' ? viewer.number === number : one.personId === viewer.id
  }

  /** Begins to look at a connection; undefined if the viewer may not. MUST be followed by `leave`. */
  look(viewer: Viewer, number: number): Watch | undefined {
    const known =
      this.#watches.get(number) ?? this.#closed.find((one) => one.connection.number === number)
    const open = known === undefined ? this.#openConnection(number) : undefined
    const one = known ?? open
    if (one === undefined || !this.#allows(viewer, one)) return undefined
    const watch = known ?? this.#watch(open as Tappable)
    watch.lookers += 1
    this.#letGo()
    return watch
  }

  leave(watch: Watch): void {
    watch.lookers -= 1
    this.#letGo()
  }

  #openConnection(number: number): Tappable | undefined {
    for (const connection of this.#options.connections.open) {
      if (isTappable(connection) && connection.number === number) return connection
    }
    return undefined
  }

  /** MUST be followed by `#letGo`. */
  #watch(connection: Tappable, isNew = false): Watch {
    const { keep, clock } = this.#options
    const watch = new Watch(connection, {
      clock,
      most: Math.max(keep, KEPT),
      isNew,
      onClosed: (closed) => this.#watchOnClosed(closed),
      onLabOver: () => this.#letGo(),
    })
    this.#watches.set(connection.number, watch)
    return watch
  }

  /** Carries out the order of a host. Returns how many connections it concerns. */
  lab(order: LabOrder): number {
    const watches = this.#named(order)
    const { fault } = order
    for (const watch of watches) {
      if (fault === 'reset') watch.reset()
      else watch.lab(fault ?? undefined)
    }
    this.#letGo()
    return watches.length
  }

  #named({ of, all, fault }: LabOrder): Watch[] {
    const room = all && of !== 'raw' ? this.#openConnection(of)?.session.home : undefined
    if (all && of !== 'raw' && room === undefined) return []
    return [...this.#options.connections.open].filter(isTappable).flatMap((connection) => {
      const { number, via, session } = connection
      const isRaw = via !== 'web' && (room === undefined || session.home === room)
      const isNamed = of === 'raw' || all ? isRaw : number === of
      const isMeant = isNamed && (fault === null || faultsOf(via).includes(fault))
      const known = this.#watches.get(number)
      if (!isMeant || (fault === null && known === undefined)) return []
      return known ?? this.#watch(connection)
    })
  }

  /**
   * Stops listening to connections without a viewer. While a host has the list, up to MOST_IDLE of them are
   * kept.
   */
  #letGo(): void {
    if (this.#options.keep > 0) return
    const most = this.#hosts === 0 ? 0 : MOST_IDLE
    const idle = [...this.#watches].filter(
      ([number, { lookers, isInLab }]) => lookers === 0 && !isInLab && !this.#typed.has(number),
    )
    for (const [number, watch] of idle.slice(0, Math.max(0, idle.length - most))) {
      watch.stop()
      this.#watches.delete(number)
    }
  }

  #watchOnClosed(watch: Watch): void {
    const { number } = watch.connection
    this.#watches.delete(number)
    this.#forgetTyped(number)
    this.#closed.push(watch)
    if (this.#closed.length <= MOST_CLOSED) return
    const oldest = this.#closed.shift()
    if (oldest !== undefined) this.#forgetKeys(oldest.connection.number)
  }

  /** The viewer that a key stands for. */
  viewerWith(key: string): Viewer | undefined {
    return this.#keys.get(key)
  }

  /** The connections of a person as lines, for a terminal. Listens to them from now on. */
  linesOf(personId: string, viewerId: string): string[] {
    const host = viewerId === personId ? undefined : viewerId
    const watches: { watch: Watch; isNew: boolean }[] = []
    for (const connection of this.#options.connections.open) {
      if (!isTappable(connection) || connection.personId !== personId) continue
      const known = this.#watches.get(connection.number)
      watches.push({ watch: known ?? this.#watch(connection), isNew: known === undefined })
      this.#keepListening(connection.number)
    }
    this.#letGo()
    if (watches.length === 0) return ['! There is no connection of this person here.']
    return watches.flatMap(({ watch, isNew }) => [
      ...this.#linesOf(watch, isNew),
      `* Live: ${this.#options.pageUrl()}?view=wire#wire=${this.#keyOf(watch.connection.number, host)}`,
    ])
  }

  #linesOf(watch: Watch, isNew: boolean): string[] {
    const { name, via, remote } = watch.station
    if (isNew) {
      return [
        `* The bytes of ${name ?? 'this connection'} (${via}, ${remote}) are kept for 10 minutes; /wire shows them.`,
      ]
    }
    const rungs = watch.since(0).slice(-TYPED_RUNGS - 1)
    return [
      `* The wire of ${name ?? 'a client'} (${via}, ${remote}). -> is read by the server, <- written. Times are UTC.`,
      ...rungs.slice(1).map((rung, at) => `  ${rungLine(rung, rungs[at] as Rung, TYPED_COLUMNS)}`),
    ]
  }

  /** Until TYPED_MS after the latest /wire. */
  #keepListening(number: number): void {
    this.#forgetTyped(number)
    const cancel = this.#options.clock.after(TYPED_MS, () => {
      this.#forgetTyped(number)
      this.#forgetKeys(number)
      this.#letGo()
    })
    this.#typed.set(number, cancel)
    const [oldest = number] = this.#typed.keys()
    if (this.#typed.size <= MOST_TYPED) return
    this.#forgetTyped(oldest)
    this.#forgetKeys(oldest)
  }

  #forgetKeys(number: number): void {
    for (const [key, { number: of }] of this.#keys) if (of === number) this.#keys.delete(key)
  }

  #forgetTyped(number: number): void {
    this.#typed.get(number)?.()
    this.#typed.delete(number)
  }

  #keyOf(number: number, host: string | undefined): string {
    for (const [key, known] of this.#keys) {
      if (known.number === number && known.host === host) return key
    }
    const key = randomBytes(9).toString('base64url')
    this.#keys.set(key, { type: 'key', number, ...(host !== undefined && { host }) })
    if (this.#keys.size > MOST_KEYS) this.#keys.delete(this.#keys.keys().next().value as string)
    return key
  }

  close(): void {
    this.#options.connections.onAdded = undefined
    for (const watch of this.#watches.values()) watch.stop()
    for (const cancel of this.#typed.values()) cancel()
  }
}
