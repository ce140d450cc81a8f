/** How to join without a browser. Where the server does not say, nothing is shown. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'

type Address = { host: string; port: number }

export function Terminals() {
  const address = useSignal<Address | null>(null)
  useEffect(() => {
    fetchAddress().then((found) => {
      address.value = found
    })
  }, [address])
  if (address.value === null) return null
  const { host, port } = address.value
  return (
    <details class="terminals">
      <summary>Join from a terminal</summary>
      <p>
        <code>
          nc {host} {port}
        </code>
      </p>
      <p>
        Nothing to install: lines you type are said here, and what is said here is printed there.
      </p>
    </details>
  )
}

async function fetchAddress(): Promise<Address | null> {
  try {
    const response = await fetch('/api/address')
    const { tcp } = (await response.json()) as { tcp: Address }
    if (typeof tcp.host !== 'string' || typeof tcp.port !== 'number') return null
    const anywhere = tcp.host === '0.0.0.0' || tcp.host === '::'
    return {
      host: anywhere ? location.hostname.replace(/^\[|\]$/gu, '') : tcp.host,
      port: tcp.port,
    }
  } catch {
    return null
  }
}
