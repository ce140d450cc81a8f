/** How to share a server that only its own machine can reach. */
import { more } from '../language/more.ts'

export function Alone() {
  return (
    <p class="note alone">
      {more.alone} {/* A row does not end after a hyphen. */}
      <code dir="ltr">
        <span>npm start --</span> <span>--host 0.0.0.0</span>
      </code>
    </p>
  )
}
