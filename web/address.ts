/** The address of the raw port and the rate limit, requested from the server once. */
import { signal } from '@preact/signals'

export type Address = {
  tcp: { host: string; port: number }
  /** Messages per second, and in a burst; `perSecond` null for no limit. */
  flood: { perSecond: number | null; burst: number }
}

/** null until the server has returned it. */
export const address = signal<Address | null>(null)

export async function askAddress(): Promise<void> {
  try {
    const response = await fetch('/api/address')
    address.value = (await response.json()) as Address
  } catch {
    // Without it the page cannot show how to join from a terminal; all else works.
  }
}
