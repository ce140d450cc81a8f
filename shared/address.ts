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

export function addressText({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
