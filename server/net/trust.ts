/** The networks that the operator trusts: addresses, and ranges of them (CIDR, RFC 4632). */
import { BlockList, isIP } from 'node:net'
import type { Origin } from '../room/doors/networks.ts'
import { networkOf, withoutPrefix } from './addresses.ts'

const local = new BlockList()
local.addSubnet('127.0.0.0', 8, 'ipv4')
local.addAddress('::1', 'ipv6')

/** Whether this is an address of the machine that only the machine itself reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || includes(local, host)
}

/** Returns the list, or undefined if one of the texts is neither an address nor a range. */
export function readNetworks(texts: readonly string[]): BlockList | undefined {
  const list = new BlockList()
  for (const text of texts) if (!add(list, text)) return undefined
  return list
}

function add(list: BlockList, text: string): boolean {
  const [, address = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const version = isIP(address)
  const most = version === 4 ? 32 : 128
  if (version === 0 || Number(bits ?? most) > most) return false
  list.addSubnet(address, Number(bits ?? most), version === 4 ? 'ipv4' : 'ipv6')
  return true
}

/** What the doors know of an address. */
export function originIn(trusted: BlockList): (address: string) => Origin {
  return (address) => ({
    network: networkOf(address),
    isTrusted: includes(trusted, address),
    isLocal: includes(local, address),
  })
}

/** Whether an address is in the list. */
export function includes(list: BlockList, address: string): boolean {
  const plain = withoutPrefix(address)
  const version = isIP(plain)
  return version !== 0 && list.check(plain, version === 4 ? 'ipv4' : 'ipv6')
}
