/**
 * Frees memory after most connections have closed. V8 collects garbage only when something is
 * allocated. A server that everybody has left allocates nothing, so it would keep the memory.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Time until the second collection, in ms. Sockets release their memory after the first one. */
const AGAIN_MS = 1000

/** Stops the process twice, each time for some tens of milliseconds. */
export function reclaimMemory(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  setTimeout(collect, AGAIN_MS).unref()
}
