/**
 * How a server was started, and its process, which it stores for `oneroom doctor` and `oneroom restart`.
 */
import type { Config } from './config.ts'
import type { CertificateFiles } from './net/listen/certificate.ts'

/** Key of the rule that has it. */
export const SERVING_RULE = 'serving'

/** Key of the rule that has the process of the server. */
export const PROCESS_RULE = 'process'

/** `fault`: why the latest restart that was asked for did not succeed. */
export type ServerProcess = { pid: number; fault?: string }

/** `files`: absolute paths. `names`: host names and addresses of the server. */
export type ServingTls = { files: CertificateFiles; names: readonly string[]; isOnly: boolean }

/** `startedAt`: ISO 8601, UTC. `isLoopback`: no other machine reaches it, unless a proxy leads there: `isProxied`. */
export type Serving = {
  startedAt: string
  host: string
  isLoopback: boolean
  isProxied: boolean
  webPort: number
  tcpPort: number
  /** null: none. undefined: of a version without UDP. */
  udpPort?: number | null
  needsCode: boolean
  trust: Config['trust']
  addressConnections: number | null
  reserve: boolean
  relay: string | null
  /** undefined: of a version without TLS. */
  tls?: ServingTls | null
}
