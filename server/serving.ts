/** How a server was started, which it stores so that `oneroom doctor` can describe it. */
import type { Config } from './config.ts'

/** Key of the rule that has it. */
export const SERVING_RULE = 'serving'

/** `startedAt`: ISO 8601, UTC. `isLoopback`: no other machine reaches it. */
export type Serving = {
  startedAt: string
  host: string
  isLoopback: boolean
  webPort: number
  tcpPort: number
  needsCode: boolean
  trust: Config['trust']
  addressConnections: number | null
  reserve: boolean
  relay: string | null
}
