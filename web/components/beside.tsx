/** Beside the log of the wall: raised hands, and how to join: the QR code, the address, the line for a terminal, the room code. */
import { address } from '../address.ts'
import { knownCode } from '../door.ts'
import { rulesIn } from '../hosts.ts'
import { hueOf } from '../hue.ts'
import { more } from '../language/more.ts'
import type { Session } from '../session.ts'
import { inviting, pageAddresses } from '../share.ts'
import { LOBBY } from '../state.ts'
import { Alone } from './alone.tsx'
import { Name } from './name.tsx'
import { usePart } from './part.ts'
import { Qr } from './qr.tsx'
import { shortestLine } from './ways.ts'

/** Limit on the raised hands that the wall lists; more are counted. */
const HANDS_SHOWN = 7

export function Beside({ session }: { session: Session }) {
  const room = usePart(session, (state) => state.room)
  const [best, ...others] = pageAddresses() ?? []
  const code = knownCode()
  const tcp = address.value?.tcp
  const { hands } = rulesIn(room.value)
  return (
    <>
      {hands.length > 0 && (
        <section class="hands-up" aria-labelledby="hands-title">
          <h2 id="hands-title">{more.hands}</h2>
          <ol>
            {hands.slice(0, HANDS_SHOWN).map(({ id, name }) => (
              <li key={id}>
                <Name name={name} hue={hueOf(name)} />
              </li>
            ))}
          </ol>
          {hands.length > HANDS_SHOWN && (
            <p class="note">{more.andMore(hands.length - HANDS_SHOWN)}</p>
          )}
        </section>
      )}
      {best !== undefined && (
        <>
          <Qr url={inviting(best)} />
          <p class="address" dir="ltr">
            {spoken(best)}
          </p>
          {others.length > 0 && (
            <p class="note" dir="ltr">
              {others.map(spoken).join(' ')}
            </p>
          )}
        </>
      )}
      {code && (
        <>
          <h2>{more.roomCode}</h2>
          <code class="code" dir="ltr">
            {code}
          </code>
        </>
      )}
      {tcp && best === undefined && <Alone />}
      {tcp && best !== undefined && (
        <>
          <h2>{more.terminals}</h2>
          <code dir="ltr">{shortestLine(tcp)}</code>
          {room.value !== LOBBY && <code dir="ltr">/join {room}</code>}
        </>
      )}
    </>
  )
}

/** As people type it. */
export function spoken(address: string): string {
  return address.replace(/^http:\/\/|\/$/gu, '')
}
