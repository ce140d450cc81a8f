/** A QR code as one path, dark on light in every theme, because cameras expect that. */
import { encode } from 'uqr'
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
