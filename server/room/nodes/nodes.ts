/**
 * The interface between the people of a server and the other servers on the same store. Each server
 * is a node. A store that one server uses alone has no nodes.
 *
 * A person is present at one node at a time. The nodes MUST have unique names: the store decides
 * which of two claims for a name comes first.
 */
import type { RoomEvent, Via } from '../../../shared/protocol.ts'
import type { KnocksElsewhere, OwnKnock, SharedKnock } from '../doors/knocks.ts'
import type { Usage } from '../doors/networks.ts'
import type { LogKey, Registered } from '../log.ts'

/** A room in which something was said, as it is now. */
export type About = { name: string; topic: string }

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
  /**
   * An event with an act or a topic, or the first of a room, in a log that is not open here.
   * Undefined: the first, which was deleted since.
   */
  acted(event: RoomEvent | undefined, log: LogKey, about: About): void
  /** A direct log that is not open here has new events, the first of them after the seq `after`. */
  directed(log: LogKey, after: number): void
  /** A person at another node types, or has stopped. */
  typing(id: string, log: LogKey, on: boolean): void
  /** The seat of a person is to be stored now. Resolves when it is; undefined if they are not here. */
  seat(id: string): Promise<void> | undefined
  /** The counts of the addresses with limits at this node. */
  usages(): Usage[]
  /** The counts of the same addresses at the other nodes together. */
  used(usages: readonly Usage[]): void
  /** The clients that wait outside at this node. */
  ownKnocks(): OwnKnock[]
  /** The clients that wait outside at all nodes, in the order of their numbers. */
  knocks(all: readonly SharedKnock[]): void
  /** This node has lost the store, or has it again. Shorter absences are not told. */
  away(isAway: boolean): void
  /** The names that are registered, after another node has changed them. */
  registered(names: readonly Registered[]): void
  /** A person who is in a room here; undefined if they are not. */
  member(id: string): Presence | undefined
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
  readonly knocks: KnocksElsewhere
  /** Begins to tell the listener. Resolves when it knows who is at the other nodes. */
  listen(listener: NodesListener): Promise<void>
  /**
   * A person arrives here, also from another node, or takes another name. `words`: of the room code, if
   * the person has given it. Resolves to false if another person has the name, or one that looks like
   * it. Rejects while the store is away.
   */
  claim(person: Presence, words?: string): Promise<boolean>
  /**
   * Whether the person has given these words at a node, and the code has not been changed since. At least
   * the latest 10,000 people are remembered. Rejects while the store is away.
   */
  hasGiven(id: string, words: string): Promise<boolean>
  /** The rooms or the transport of a person have changed. */
  change(person: Presence): void
  /** A person is here no more. */
  leave(id: string): void
  /** Resolves when the listener knows what the store knows now, or after a second. */
  refresh(): Promise<void>
  /** Whether this person is at another node, whose process is alive. Rejects while the store is away. */
  isElsewhere(id: string): Promise<boolean>
  /** A person here types, or has stopped. */
  type(id: string, log: LogKey, on: boolean): void
  /** Has the seat of a person at another node stored. Resolves then, or after a second. */
  askSeat(id: string): Promise<void>
}
