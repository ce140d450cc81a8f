/**
 * Under which addresses this server is reached: those that it is bound to, or, where that
 * is every one of this machine, the one that is asked about.
 */
import { lookup } from 'node:dns/promises'
import type { AddressInfo, Server, Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Address } from '../../shared/address.ts'

/** Not an address to connect to; some systems take it for this machine. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

/** The address at which the other side has reached us. IPv4 at an IPv6 socket is IPv4 still. */
export function reachedAt(socket: Socket): string {
  return (socket.localAddress ?? '').replace(/^::ffff:/, '')
}

/** Whether somebody on this machine who connects to the address is at the server, which listens. */
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
