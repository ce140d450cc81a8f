/**
 * The interface between the people of a server and the other servers on the same store. Each server
 * is a node. A store that one server uses alone has no nodes.
 *
 * A person is present at one node at a time. The nodes MUST have unique names: the store decides
 * which of two claims for a name comes first.
 */
import type { RoomEvent, Via } from '../../../shared/protocol.ts'
import type { Usage } from '../doors/networks.ts'
import type { LogKey, Registered } from '../log.ts'

/** A room that a person is in. `name`: as it is shown. */
export type Place = { key: LogKey; name: string }

/**
 * A person as all nodes know them. `mark`: of their network (`markOf`), for bans; undefined if the
 * connection is lost.
 */
export type Presence = {
  id: string
  name: string
  via: Via
  rooms: readonly Place[]
  mark: string | undefined
}

/** Of a person at another node. `node`: its name. */
export type Elsewhere = Presence & { node: string }

/** What a node learns from the others. None of the methods may throw. */
export interface NodesListener {
  /** A person is at another node now, perhaps after having been here, or has changed there. */
  present(person: Elsewhere): void
  /** A person who was at another node is at none. */
  gone(id: string): void
  /** Another node or this one has taken these people over, or their names, while this one was away. */
  lost(id: string, reason: 'elsewhere' | 'name'): void
  /** An event with an act in a log that is not open here. */
  acted(event: RoomEvent, log: LogKey): void
  /** A direct log that is not open here has new events, the first of them after the seq `after`. */
  directed(log: LogKey, after: number): void
  /** A person at another node types, or has stopped. */
  typing(id: string, log: LogKey, on: boolean): void
  /** The seat of a person is to be stored now. Resolves when it is; undefined if they are not here. */
  seat(id: string): Promise<void> | undefined
  /** What the clients of addresses with limits do here. */
  usages(): Usage[]
  /** What they do at the other nodes together. */
  used(usages: readonly Usage[]): void
  /** The names that are registered, after another node has changed them. */
  registered(names: readonly Registered[]): void
  /** Everybody who is here, after this node was away. */
  everybody(): Presence[]
}

/** Numbers for metrics. Times in ms. */
export type NodeFigures = {
  /** From the latest notification to its events. */
  tailDelay: number
  /** Since the latest sign of life. */
  leaseAge: number
  /** How often the connection that listens was replaced. */
  reconnections: number
}

export interface Nodes {
  /** Name of this node, as clients see it. */
  readonly name: string
  readonly figures: NodeFigures
  /** Begins to tell the listener. Resolves when it knows who is at the other nodes. */
  listen(listener: NodesListener): Promise<void>
  /**
   * A person arrives here, also from another node, or takes another name. Resolves to false if another
   * person has the name, or one that looks like it. Rejects while the store is away.
   */
  claim(person: Presence): Promise<boolean>
  /** The rooms or the transport of a person have changed. */
  change(person: Presence): void
  /** A person is here no more. */
  leave(id: string): void
  /** Resolves when the listener knows what the store knows now, or after a second. */
  refresh(): Promise<void>
  /** A person here types, or has stopped. */
  type(id: string, log: LogKey, on: boolean): void
  /** Has the seat of a person at another node stored. Resolves then, or after a second. */
  askSeat(id: string): Promise<void>
}
