/**
 * What a server and its successor send each other over the channel between them, besides sockets.
 *
 *   successor  prepared   its program runs, and its options are valid; nothing is opened
 *   server     open       the log is closed: it can be opened
 *   successor  opened     the log is open
 *   server     people, members, client and unsent, arrived, all
 *   successor  serving    it accepts connections
 *
 * Until `opened`, the server can go on by itself; after it, the successor has everything.
 */
import type { Arrived, Port } from '../net/handover.ts'
import type { HandedRaw } from '../net/raw/tcp.ts'
import type { HandedMember } from '../net/udp/member.ts'
import type { Handed } from '../room/people.ts'

/** `failed`: the sentence for the operator. The successor ends. */
export type FromSuccessor =
  | { type: 'prepared' | 'opened' | 'serving' }
  | { type: 'failed'; sentence: string }

/**
 * `client` and `arrived` come with their socket, unless it was closed. `at`: number of the client.
 * `stops`: the server was told to stop meanwhile.
 */
export type ToSuccessor =
  | { type: 'open' }
  | { type: 'people'; people: readonly Handed[] }
  | { type: 'members'; members: readonly HandedMember[] }
  | { type: 'client'; at: number; state: HandedRaw }
  | { type: 'unsent'; at: number; bytes: Uint8Array }
  | ({ type: 'arrived' } & Omit<Arrived, 'socket'>)
  | { type: 'all'; stops: boolean }

/** The variable with which a successor is started; its value is a Succession, as JSON. */
export const SUCCESSION = 'ONEROOM_SUCCESSION'

/**
 * The descriptors that a successor has: those of the listening sockets, and that of the leash. `udpPort`:
 * of the server, which closes that socket before the successor opens its own.
 */
export type Succession = {
  listening: Partial<Record<Port, number>>
  leash: number
  udpPort?: number | undefined
}
