/** A QR code as one path, dark on light in every theme, because cameras expect that. */
import { encode } from 'uqr'
import { knownCode } from '../door.ts'
import { more } from '../language/more.ts'

export function Qr({ url }: { url: string }) {
  const { data, size } = encode(url, { ecc: 'M', border: 2 })
  const path = data
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('')
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={more.qrOf(url)}>
      <rect width={size} height={size} />
      <path d={path} />
    </svg>
  )
}

/** The address of this page for others. */
export function pageAddress(): string {
  return `${location.origin}${location.pathname}`
}

/** The same with the room code, which a browser never sends to the server. */
export function invitingAddress(): string {
  const code = knownCode()
  return pageAddress() + (code ? `#code=${encodeURIComponent(code)}` : '')
}

/** Such an address does not work on another machine. */
export function isLoopback(): boolean {
  return /^(localhost|127\.|\[::1\]|.*\.localhost$)/u.test(location.hostname)
}
