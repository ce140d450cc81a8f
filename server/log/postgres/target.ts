/**
 * Where the database is: a PostgreSQL URL, which may name several hosts.
 *
 * MUST NOT show the password, nor the user, in anything that is printed.
 */
import { connect, type NetConnectOpts, type Socket } from 'node:net'
import postgres from 'postgres'

/** Name of the schema, unless the URL has `?schema=`. */
const SCHEMA = 'oneroom'

export type Target = {
  /** For the client library, without the parameters that only this file reads. */
  url: string
  /** The hosts and the database, as sentences show them. */
  place: string
  /** The schema with all tables, which is also the channel of its notifications. */
  schema: string
  hostCount: number
  /** Begins a connection to one of the hosts. */
  dial(host: number): Socket
}

/**
 * `postgres://user:password@host:port,host:port/database`, and with `?host=/folder` a Unix socket.
 * Undefined if it is not a URL that the client library can read, or its schema has no plain name.
 */
export function readTarget(text: string): Target | undefined {
  const [base = '', query = ''] = text.split(/\?(.*)/s)
  const parameters = new URLSearchParams(query)
  const schema = parameters.get('schema') ?? SCHEMA
  const folder = parameters.get('host')
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) return undefined
  // The server itself looks for a host that can be written: the library takes a standby for one.
  for (const own of ['schema', 'search_path', 'target_session_attrs', 'host']) {
    parameters.delete(own)
  }
  // The library needs a host.
  const filled = folder === null ? base : base.replace(/(:\/\/|@)(?=[:/]|$)/, '$1localhost')
  const url = `${filled}?${parameters}`
  const options = optionsOf(url)
  if (options === undefined) return undefined
  const { host, port, database } = options
  if (port.some((one) => !(one > 0 && one < 65_536))) return undefined
  const path = folder === null ? undefined : `${folder}/.s.PGSQL.${port[0]}`
  const hosts = path === undefined ? host.map((one, at) => `${one}:${port[at]}`) : [path]
  return {
    url,
    place: `${hosts.join(',')}/${database}`,
    schema,
    hostCount: hosts.length,
    dial(at) {
      const to = path === undefined ? { port: port[at], host: host[at] } : { path }
      // The library compares the certificate with it.
      return Object.assign(connect(to as NetConnectOpts), { host: host[at] })
    },
  }
}

/** Does not connect. */
function optionsOf(url: string) {
  try {
    return postgres(url).options as unknown as {
      host: string[]
      port: number[]
      database: string
    }
  } catch {
    return undefined
  }
}
