/** An empty room: how others come in, with a browser and with a terminal, side by side. */
import { address } from '../address.ts'
import { knownCode } from '../door.ts'
import { more } from '../language/more.ts'
import type { Session } from '../session.ts'
import { inviting, pageAddresses } from '../share.ts'
import { Alone } from './alone.tsx'
import { Copy } from './copy.tsx'
import { usePart } from './part.ts'
import { Qr } from './qr.tsx'
import { shortestLine } from './ways.ts'

export function First({ session }: { session: Session }) {
  const name = usePart(session, (state) => state.me?.name ?? '')
  const { tcp } = address.value ?? {}
  if (tcp === undefined) return null
  const pages = pageAddresses()
  const code = knownCode()
  const line = shortestLine(tcp)
  return (
    <div class="first">
      <section class="first-page">
        <h2>{more.inBrowser}</h2>
        {pages?.[0] === undefined ? (
          <Alone />
        ) : (
          <>
            <Qr url={inviting(pages[0])} />
            <p class="copied">
              <code dir="ltr">{inviting(pages[0])}</code>
              <Copy text={inviting(pages[0])} name={more.inBrowser} />
            </p>
          </>
        )}
      </section>
      <section class="first-terminal">
        <h2>{more.inTerminal}</h2>
        <p class="copied prompt">
          <code dir="ltr">{line}</code>
          <Copy text={line} name={line} />
        </p>
        {/* As the server greets: in English. */}
        <p class="greeting" lang="en" dir="ltr">
          {code === null ? (
            <>
              Welcome to Oneroom. You are guest-1; /name NAME changes that.
              <br />
              Here: {name} (web). …
            </>
          ) : (
            <>
              This room needs a code. Type it here.
              <br />
              {code}
            </>
          )}
        </p>
      </section>
    </div>
  )
}
