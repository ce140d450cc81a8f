/** The raised hands, the first one longest, above the log: a chunk of its own, loaded with the first. */
import { isHost, order, rulesIn } from '../hosts.ts'
import { hueOf } from '../hue.ts'
import { more } from '../language/more.ts'
import type { Session } from '../session.ts'
import { HandIcon } from './hand.tsx'
import { Name } from './name.tsx'
import { usePart } from './part.ts'

/** Limit on the names in the bar; more are counted. */
const SHOWN = 8

export function Hands({ session }: { session: Session }) {
  const hosting = usePart(session, isHost)
  const me = usePart(session, (state) => state.me?.id)
  const room = usePart(session, (state) => state.room)
  const { hands } = rulesIn(room.value)
  const others = hands.length - SHOWN

  function lower(person: string) {
    // The button will be gone.
    if (order(session, { type: 'lower', person })) document.getElementById('message')?.focus()
  }

  return (
    <section class="hands" aria-label={more.hands}>
      <HandIcon />
      <ol>
        {hands.slice(0, SHOWN).map(({ id, name }) => (
          <li key={id}>
            <Name name={name} hue={hueOf(name)} />
            {id === me.value && <span class="you">{more.you}</span>}
            {hosting.value && (
              <button type="button" aria-label={more.lowerHandOf(name)} onClick={() => lower(id)}>
                {more.lowerHand}
              </button>
            )}
          </li>
        ))}
      </ol>
      {others > 0 && <span class="note">{more.andMore(others)}</span>}
    </section>
  )
}
