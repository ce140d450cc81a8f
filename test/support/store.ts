/** Drafts, and the stores that they are appended to. */
import type { Committed, Draft, RoomLog, Store } from '../../server/room/log.ts'

export type After = (run: () => void | Promise<void>) => void
/** Returns a new, empty store. `after` registers a clean-up. */
export type OpenStore = (after: After) => Promise<Store>
export type Append = (drafts: readonly Draft[]) => Promise<Committed[]>

export const alice = { id: 'aliceAAAAAAA', name: 'alice', via: 'web' } as const
export const bob = { id: 'bobBBBBBBBBB', name: 'bob', via: 'tcp' } as const
export const carol = { id: 'carolCCCCCCC', name: 'carol', via: 'json' } as const

/** A message of alice. */
export function draft(text: string, rest: Partial<Draft> = {}): Draft {
  return { at: '2026-11-22T12:21:15.123Z', kind: 'message', from: alice, text, ...rest }
}

/** Appends to one log of a store. */
export function appendTo(store: Store, log: RoomLog): Append {
  return (drafts) => store.append(drafts.map((draft) => ({ log, draft })))
}
