/** Why a page whose server responds over HTTP has no WebSocket. */
import { root } from './root.ts'

/**
 * `foreign`: the server knows the page under another address. `blocked`: requests reach the server,
 * and their upgrades do not. `lost`: the address of the WebSocket does not lead to the server.
 */
export type Obstacle = 'foreign' | 'blocked' | 'lost'

/** Time, in ms, in which the server must respond. */
const PROBE_MS = 5000
/** Statuses of a proxy that does not know the address, or the method at it. */
const NOT_FOUND = /^40[0345]$/u

/** Asks the server over HTTP; only a POST has the Origin of the page. Null if it does not respond either. */
export async function findObstacle(): Promise<Obstacle | null> {
  try {
    const signal = AbortSignal.timeout(PROBE_MS)
    const response = await fetch(`${root}ws`, { method: 'POST', signal })
    if (response.status === 426) return 'blocked'
    // A proxy may refuse requests, too, with another text.
    const isForeign = response.status === 403 && / are refused\. Open /u.test(await response.text())
    if (isForeign) return 'foreign'
    return NOT_FOUND.test(`${response.status}`) ? 'lost' : null
  } catch {
    return null
  }
}
