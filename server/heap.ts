/**
 * Gives back memory that a crowd has left behind. V8 collects when something is allocated,
 * and a server that everybody has left allocates nothing: it would keep it all for hours.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Between the collections, in ms: sockets let go of their memory after the first one. */
const AGAIN_MS = 1000

/** Stops the process twice for some tens of milliseconds. */
export function reclaimMemory(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  setTimeout(collect, AGAIN_MS).unref()
}
