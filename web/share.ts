/** The addresses of the page for others: the public one, or those of the server's machine. */
import { address } from './address.ts'
import { knownCode } from './door.ts'
import { root } from './root.ts'

/** The best one first. None if other machines cannot reach the page; null until that is known. */
export function pageAddresses(): string[] | null {
  const { web, hosts = [] } = address.value ?? {}
  const here = isHere(location.hostname)
  if (address.value === null && here) return null
  const others = here ? hosts.map(({ web }) => web) : [location.origin + root]
  return (web === undefined ? others : [web]).map((at) => at + location.pathname.slice(root.length))
}

/** The best address; that of this tab, if no other machine can reach the page. */
export function pageAddress(): string {
  return pageAddresses()?.[0] ?? location.origin + location.pathname
}

/** The address with the room code, which a browser never sends to the server. */
export function inviting(at: string): string {
  const code = knownCode()
  return at + (code ? `#code=${encodeURIComponent(code)}` : '')
}

/** Such an address leads another machine to itself. */
function isHere(hostname: string): boolean {
  return /^(localhost|127\.|0\.0\.0\.0$|\[::1?\]|.*\.localhost$)/u.test(hostname)
}
