/**
 * Limits by address: what the clients of one network may do together, however many connections
 * they have.
 *
 * MUST bound how many networks it remembers besides those with open connections.
 */
import type { ErrorCode } from '../../../shared/errors.ts'
import type { Clock } from '../clock.ts'
import { Bucket, type Rate } from '../rate.ts'

/**
 * Things that are limited by a rate. `codes`: wrong room codes. `presence`: joins and leaves that
 * others are told of one by one.
 */
export type Limited = 'connects' | 'messages' | 'joins' | 'renames' | 'codes' | 'presence'
/** `connections`: most that are open at once. */
export type NetworkLimits = { connections: number } & Record<Limited, Rate>

const ZERO: Record<Limited, number> = {
  connects: 0,
  messages: 0,
  joins: 0,
  renames: 0,
  codes: 0,
  presence: 0,
}
/** Most networks that a node tells the others of at once. */
const MAX_SHARED = 1000
/** Networks whose rates are remembered after a sweep, if they have no open connection. */
const MAX_IDLE = 10_000
/** The share of all connections that one network may have. */
const SHARE = 1 / 4

/** What the server knows of an address. `isLocal`: it is of this machine. */
export type Origin = { network: string; isTrusted: boolean; isLocal: boolean }

export type NetworksOptions = {
  limits: NetworkLimits
  clock: Clock
  /** Most connections of the server. */
  maxConnections: number
  /** Whether clients on this machine are limited, too. */
  limitsLocal: boolean
  originOf: (address: string) => Origin
}

/**
 * What the clients of a network do at one node. `taken`: how often since the node has known the
 * network.
 */
export type Usage = { network: string; open: number; taken: Partial<Record<Limited, number>> }

export class Network {
  /** See `networkOf`. */
  readonly name: string
  /** Whether the operator has named it with --trust: its clients need no code. */
  readonly isTrusted: boolean
  readonly #limits: NetworkLimits | undefined
  readonly #clock: Clock
  readonly #buckets = new Map<Limited, Bucket>()
  /** Open connections at this node. */
  open = 0
  #openElsewhere = 0
  readonly #taken: Partial<Record<Limited, number>> = {}
  /** What is known of other nodes. */
  #takenElsewhere: Partial<Record<Limited, number>> = {}
  /** Whether it did something since `usage` was called. */
  isActive = false
  /** What the other nodes were told last, and in which round (`Networks.usages`). */
  #openTold = 0
  toldIn = 0
  /**
   * Connections of people who gave the room code. Each raises the limits once, because a class
   * behind one router is not an attack.
   */
  insiders = 0

  /** `limits`: undefined for none. */
  constructor(origin: Origin, limits: NetworkLimits | undefined, clock: Clock) {
    this.name = origin.network
    this.isTrusted = origin.isTrusted
    this.#limits = limits
    this.#clock = clock
  }

  get isLimited(): boolean {
    return this.#limits !== undefined
  }

  get maxOpen(): number {
    return this.#limits === undefined ? Infinity : this.#limits.connections * (1 + this.insiders)
  }

  /** Counts one. Returns the time, in ms, after which the next is within the limit. */
  take(what: Limited): number {
    if (this.#limits === undefined) return 0
    this.isActive = true
    this.#taken[what] = (this.#taken[what] ?? 0) + 1
    return this.#bucket(what)?.take(this.#clock.monotonic(), 1 + this.insiders) ?? 0
  }

  /** Whether another node has to be told of it, or asked about it. */
  get isShared(): boolean {
    return this.isActive || this.open > 0 || this.#openTold > 0 || this.#openElsewhere > 0
  }

  get usage(): Usage {
    this.isActive = false
    this.#openTold = this.open
    return { network: this.name, open: this.open, taken: this.#taken }
  }

  /** Connections that are open at all nodes, as far as it is known. */
  get openEverywhere(): number {
    return this.open + this.#openElsewhere
  }

  /** Counts what the clients of the network did at other nodes. */
  count({ open, taken }: Usage): void {
    this.#openElsewhere = open
    const now = this.#clock.monotonic()
    for (const [what, count = 0] of Object.entries(taken) as [Limited, number][]) {
      // A node that has ended is not in the sum any more.
      const more = count - (this.#takenElsewhere[what] ?? count)
      if (more > 0) this.#bucket(what)?.drain(more, now, 1 + this.insiders)
    }
    // Nothing: the others have ended, or the store has lost what they did.
    if (Object.keys(taken).length > 0) this.#takenElsewhere = { ...ZERO, ...taken }
  }

  /** Returns the time, in ms, after which one more is within the limit; 0: now. */
  wait(what: Limited): number {
    return this.#bucket(what)?.wait(this.#clock.monotonic(), 1 + this.insiders) ?? 0
  }

  /** Counts one and returns true, unless it is above the limit. */
  allows(what: Limited): boolean {
    if (this.wait(what) > 0) return false
    this.take(what)
    return true
  }

  #bucket(what: Limited): Bucket | undefined {
    if (this.#limits === undefined) return undefined
    const known = this.#buckets.get(what)
    if (known !== undefined) return known
    const bucket = new Bucket(this.#limits[what], this.#clock.monotonic())
    this.#buckets.set(what, bucket)
    return bucket
  }
}

export class Networks {
  readonly #options: NetworksOptions
  /** Those used longest ago come first. */
  readonly #byName = new Map<string, Network>()
  /** Number of networks at which those without a connection are forgotten. */
  #sweepAt = 2 * MAX_IDLE
  /** How often the other nodes were told. */
  #rounds = 0

  constructor(options: NetworksOptions) {
    this.#options = options
  }

  of(address: string): Network {
    const origin = this.#options.originOf(address)
    // A trusted address can be in the same network as others.
    const key = `${origin.isTrusted ? 'trusted ' : ''}${origin.network}`
    const known = this.#byName.get(key)
    const network = known ?? this.#create(origin)
    this.#byName.delete(key)
    this.#byName.set(key, network)
    if (known === undefined && this.#byName.size > this.#sweepAt) this.#sweep()
    return network
  }

  #create(origin: Origin): Network {
    const { limits, clock } = this.#options
    return new Network(origin, this.#isExempt(origin) ? undefined : limits, clock)
  }

  #isExempt({ isTrusted, isLocal }: Origin): boolean {
    return isTrusted || (isLocal && !this.#options.limitsLocal)
  }

  /** Whether the address has no limits. Nothing is remembered of it. */
  isExempt(address: string): boolean {
    return this.#isExempt(this.#options.originOf(address))
  }

  /** Counts a new connection. Returns why it is rejected; undefined if it is accepted. */
  connect(network: Network): ErrorCode | undefined {
    if (!network.isLimited) return undefined
    const most = Math.min(network.maxOpen, Math.ceil(this.#options.maxConnections * SHARE))
    if (network.openEverywhere >= most) return 'network_full'
    return network.allows('connects') ? undefined : 'network_full'
  }

  /**
   * The networks with limits that did something since the last call, or have connections here or
   * elsewhere, or had some. Of more than MAX_SHARED, those that did something come first, and of these
   * the one told longest ago.
   */
  usages(): Usage[] {
    const shared = [...this.#byName.values()].filter((one) => one.isLimited && one.isShared)
    if (shared.length > MAX_SHARED) {
      shared.sort((a, b) => Number(b.isActive) - Number(a.isActive) || a.toldIn - b.toldIn)
    }
    this.#rounds += 1
    return shared.slice(0, MAX_SHARED).map((network) => {
      network.toldIn = this.#rounds
      return network.usage
    })
  }

  /** Counts what the clients of these networks did at other nodes; without connections, also a 0. */
  count(usages: readonly Usage[]): void {
    for (const usage of usages) this.#byName.get(usage.network)?.count(usage)
  }

  #sweep(): void {
    let excess = this.#byName.size - MAX_IDLE
    for (const [key, { open }] of this.#byName) {
      if (excess <= 0) break
      excess -= 1
      if (open === 0) this.#byName.delete(key)
    }
    this.#sweepAt = this.#byName.size + MAX_IDLE
  }
}

/** The network of a connection that the server itself makes: it has no limits. */
export function ownNetwork(name: string, clock: Clock): Network {
  return new Network({ network: name, isTrusted: true, isLocal: true }, undefined, clock)
}
