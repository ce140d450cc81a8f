/**
 * Network addresses: the addresses of this server, and the network of a client.
 */
import { lookup } from 'node:dns/promises'
import { type AddressInfo, isIPv6, type Server, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Address } from '../../shared/address.ts'

/** Not an address to connect to; some systems take it for this machine. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

/** The local address of a connection. An IPv4 address in IPv6 form (RFC 4291, 2.5.5.2) → IPv4. */
export function reachedAt(socket: Socket): string {
  return withoutPrefix(socket.localAddress ?? '')
}

/**
 * The network that limits for each address count by: an IPv4 address, or the first 64 bits of
 * an IPv6 address, since one host commonly has all addresses of a /64 (RFC 6177).
 */
export function networkOf(address: string): string {
  const plain = withoutPrefix(address)
  if (!isIPv6(plain)) return plain
  const [before = '', after] = plain.split('::', 2)
  const head = before.split(':')
  const tail = after?.split(':') ?? []
  const zeros = Array<string>(8 - head.length - tail.length).fill('0')
  return [...head, ...zeros, ...tail]
    .slice(0, 4)
    .map((group) => group || '0')
    .join(':')
}

/** An IPv4 address in IPv6 form → IPv4; other addresses as they are. */
export function withoutPrefix(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}

/** Whether a connection from this machine to the address reaches `server`, which listens. */
export async function leadsTo({ host, port }: Address, server: Server): Promise<boolean> {
  const bound = server.address() as AddressInfo
  if (port !== bound.port) return false
  const found = await lookup(host, { all: true }).catch(() => [])
  return found.some(({ address }) =>
    isWildcard(bound.address) ? isOwn(address) : address === bound.address || isWildcard(address),
  )
}

function isOwn(address: string): boolean {
  const cards = Object.values(networkInterfaces()).flatMap((card) => card ?? [])
  return (
    isWildcard(address) ||
    address.startsWith('127.') ||
    cards.some((card) => card.address === address)
  )
}
