/**
 * Where other machines reach this server: the names and addresses of its network interfaces.
 */
import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { hostname, type NetworkInterfaceInfo, networkInterfaces } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { isWildcard } from './addresses.ts'
import { isLoopback } from './trust.ts'

/** Most names and addresses; containers and virtual machines add interfaces by the dozen. */
const MAX_HOSTS = 6
/** Longest wait for the name of this machine, in ms. */
const NAME_MS = 1000
/** Avahi, the usual responder of mDNS on Linux, listens here. */
const AVAHI = '/run/avahi-daemon/socket'
/** Of documentation (RFC 5737). Nothing is sent there: the system only chooses a route. */
const ELSEWHERE = '198.51.100.1'

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>

/**
 * Returns the names and addresses under which other machines reach a server that is bound to
 * `host`, the best one first; none if only this machine reaches it.
 */
export async function hostsOf(host: string): Promise<string[]> {
  if (!isWildcard(host)) return isLoopback(host) ? [] : [host]
  const interfaces = networkInterfaces()
  const [first, name] = await Promise.all([defaultInterface(interfaces), localName(interfaces)])
  return hostsIn(interfaces, { first, name, hasIpv6: host === '::' })
}

/**
 * The hosts of `interfaces`: the address of the interface `first`, which has the default route,
 * then `name`, then the other addresses, those of IPv6 last. `hasIpv6`: whether the server is
 * bound to IPv6, too.
 */
export function hostsIn(
  interfaces: Interfaces,
  how: { first: string | undefined; name: string | undefined; hasIpv6: boolean },
): string[] {
  const names = Object.keys(interfaces).sort(
    (a, b) => Number(b === how.first) - Number(a === how.first),
  )
  const cards = names.flatMap((name) => interfaces[name] ?? []).filter(({ internal }) => !internal)
  const of = (family: 'IPv4' | 'IPv6') =>
    cards.filter((card) => card.family === family).map(({ address }) => address)
  // A link-local address of IPv6 works only with the name of an interface of the client.
  const ipv6 = how.hasIpv6 ? of('IPv6').filter((address) => !/^fe[89ab]/i.test(address)) : []
  const [best, ...others] = [...of('IPv4'), ...ipv6]
  if (best === undefined) return []
  return [best, ...(how.name === undefined ? [] : [how.name]), ...others].slice(0, MAX_HOSTS)
}

/** The name of the interface that has the default route; undefined without one. */
async function defaultInterface(interfaces: Interfaces): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const table = await readFile('/proc/net/route', 'utf8').catch(() => '')
    return defaultRoute(table)
  }
  const address = await addressTowards(ELSEWHERE)
  return Object.keys(interfaces).find((name) =>
    interfaces[name]?.some((card) => card.address === address),
  )
}

/** `table`: as in `/proc/net/route`. The smallest metric wins. */
export function defaultRoute(table: string): string | undefined {
  const rows = table.split('\n').map((line) => line.split('\t'))
  const routes = rows.filter(([, to, , , , , , mask]) => to === '00000000' && mask === '00000000')
  const [best] = routes.sort((a, b) => Number(a[6]) - Number(b[6]))
  return best?.[0]
}

/** The local address from which the system would send to `address`; undefined without a route. */
export function addressTowards(address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    const finish = (found: string | undefined): void => {
      socket.close()
      resolve(found)
    }
    socket.once('error', () => finish(undefined))
    // Connecting a UDP socket sends nothing.
    socket.connect(9, address, () => finish(socket.address().address))
  })
}

let known: Promise<string | undefined> | undefined

/** The name of this machine in its network, if it answers to one with mDNS (RFC 6762). */
function localName(interfaces: Interfaces): Promise<string | undefined> {
  known ??= resolvedName(interfaces)
  return known
}

async function resolvedName(interfaces: Interfaces): Promise<string | undefined> {
  // Without a responder the question would go to the servers of DNS, and take long.
  if (process.platform === 'linux' && !existsSync(AVAHI)) return undefined
  const name = `${hostname().split('.')[0]?.toLowerCase()}.local`
  const found = await Promise.race([
    lookup(name, { all: true }).catch(() => []),
    pause(NAME_MS, [], { ref: false }),
  ])
  const own = Object.values(interfaces).flatMap((cards) => cards ?? [])
  const isOwn = found.some(({ address }) =>
    own.some((card) => !card.internal && card.address === address),
  )
  return isOwn ? name : undefined
}
