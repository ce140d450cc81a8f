/**
 * The client of an HTTP request that came through proxies: `X-Forwarded-For`, and `Forwarded`
 * (RFC 7239) if the request has no `X-Forwarded-For`. Pure.
 *
 * Each proxy adds to the right of the list, so the list is read from the right, and MUST NOT be
 * read further than to the first address that is of no trusted proxy: a client can write what it
 * likes to the left of that.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { canonical } from './header.ts'

/** `peer`: the address from which the connection came. */
export function clientOf(
  peer: string,
  headers: IncomingHttpHeaders,
  isProxy: (address: string) => boolean,
): string {
  if (!isProxy(peer)) return peer
  const listed = headers['x-forwarded-for']
  const hops =
    listed === undefined ? forwardedFor(headers.forwarded ?? '') : `${listed}`.split(',').reverse()
  let client = peer
  for (const hop of hops) {
    const address = addressIn(hop)
    // The proxy does not know it, or hides it (RFC 7239, section 6).
    if (address === undefined) return client
    client = address
    if (!isProxy(client)) return client
  }
  return client
}

/**
 * The `for` of each element, from the right; '' without one. The quotes are counted from the right,
 * too: what a client has written to the left, with an open quote, does not change how the element
 * of the proxy is read.
 */
function* forwardedFor(header: string): Generator<string> {
  let end = header.length
  let isQuoted = false
  for (let at = header.length - 1; at >= -1; at -= 1) {
    if (header[at] === '"') isQuoted = !isQuoted
    if (at >= 0 && (isQuoted || header[at] !== ',')) continue
    const element = header.slice(at + 1, end)
    const [, quoted, bare] = /(?:^|;)\s*for=(?:"([^"]*)"|([^;\s]*))/i.exec(element) ?? []
    yield quoted ?? bare ?? ''
    end = at
  }
}

/** `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1` or `[2001:db8::1]:4711` → the address. */
function addressIn(hop: string): string | undefined {
  const text = hop.trim()
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d+)?$/.exec(text) ?? []
  const address = bracketed ?? plain ?? text
  return isIP(address) === 0 ? undefined : canonical(address)
}
