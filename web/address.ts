/** Where the raw port is, and how fast one may speak; asked for once. */
import { signal } from '@preact/signals'

export type Address = {
  tcp: { host: string; port: number }
  /** Messages a second, and how many at once; `perSecond` null for any number. */
  flood: { perSecond: number | null; burst: number }
}

/** null until the server has said it. */
export const address = signal<Address | null>(null)

export async function askAddress(): Promise<void> {
  try {
    const response = await fetch('/api/address')
    address.value = (await response.json()) as Address
  } catch {
    // Without it the page only cannot say how to join from a terminal.
  }
}

/** Whole seconds that so many messages take to be said. */
export function secondsFor(count: number): number {
  const { perSecond, burst } = address.value?.flood ?? { perSecond: null, burst: 0 }
  return perSecond === null ? 1 : Math.max(1, Math.ceil((count - burst) / perSecond))
}
