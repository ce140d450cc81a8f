/**
 * The addresses for others and the rate limit, requested once: when a chunk that has this module is
 * loaded.
 */
import { signal } from '@preact/signals'
import { root } from './root.ts'

export type Address = {
  /** `tls`: whether raw clients can speak TLS, `also` or `only`. */
  tcp: { host: string; port: number; tls: 'off' | 'also' | 'only' }
  /** The port for UDP, if the server has one. */
  udp?: number | undefined
  /** The public address of the page, with a `/` at its end, if the operator has named it. */
  web?: string
  /** Where other machines reach the server, the best one first; for a page on the server's machine. */
  hosts?: { host: string; web: string }[]
  /** Messages per second, and in a burst; `perSecond` null for no limit. */
  flood: { perSecond: number | null; burst: number }
}

/** null until the server has returned it. */
export const address = signal<Address | null>(null)

async function askAddress(): Promise<void> {
  try {
    const response = await fetch(`${root}api/address`)
    address.value = (await response.json()) as Address
  } catch {
    // Without it the page cannot show how to join from a terminal; all else works.
  }
}

askAddress()
