/**
 * The addresses that people use, if a proxy is before the server: the page's and the raw port's.
 */
import type { Address } from '../../shared/address.ts'

/** `web`: URL of the page, with a `/` at its end. Undefined: the address that a client has reached. */
export type Public = { web: URL | undefined; tcp: Address | undefined }

/** Returns the URL of a page with a `/` at its end; undefined if the text is none. */
export function readPageUrl(given: string): URL | undefined {
  if (!/^https?:\/\//i.test(given) || !URL.canParse(given)) return undefined
  const url = new URL(given)
  if (url.username || url.password || /[?#]/.test(given)) return undefined
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
}

/**
 * The path of a request as the routes have it. A proxy may pass the path of the public address on,
 * or take it off.
 */
export function withoutPrefix(path: string, { web }: Public): string {
  const prefix = web?.pathname ?? '/'
  return path.startsWith(prefix) ? path.slice(prefix.length - 1) : path
}
