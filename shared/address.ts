/**
 * The address of a raw port, in the forms `host`, `host:port`, `[::1]:port` and `::1`.
 */
export type Address = { host: string; port: number }

const BRACKETED = /^\[([^\]]+)\](?::(\d{1,5}))?$/
const PLAIN = /^([^\s:[\]/@]+)(?::(\d{1,5}))?$/
const BARE_IPV6 = /^[\da-f:.]*:[\da-f:.]*:[\da-f:.]*$/i

/** Returns undefined if `given` is invalid, or has no port and there is no `defaultPort`. */
export function readAddress(given: string, defaultPort?: number): Address | undefined {
  if (BARE_IPV6.test(given)) {
    return defaultPort === undefined ? undefined : { host: given, port: defaultPort }
  }
  const [, host, digits] = BRACKETED.exec(given) ?? PLAIN.exec(given) ?? []
  const port = digits === undefined ? defaultPort : Number(digits)
  if (host === undefined || port === undefined || port < 1 || port > 65_535) return undefined
  return { host, port }
}

/**
 * Splits what a client is told to connect to: `ADDRESS`, or `ADDRESS/ROOM` with the name of the
 * room as it is or percent-encoded. Neither part is checked. `room`: undefined for the lobby.
 */
export function splitTarget(given: string): { address: string; room: string | undefined } {
  const slash = given.indexOf('/')
  if (slash < 0) return { address: given, room: undefined }
  return { address: given.slice(0, slash), room: decoded(given.slice(slash + 1)) }
}

/** A name may contain a percent sign that encodes nothing: `100%`. */
function decoded(room: string): string {
  try {
    return decodeURIComponent(room)
  } catch {
    return room
  }
}

export function addressText({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
