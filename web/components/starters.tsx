/** Programs to copy, one language at a time. */
import { useSignal } from '@preact/signals'
import type { Address } from '../address.ts'
import { knownCode } from '../door.ts'
import { more } from '../language/more.ts'
import { startersFor } from '../starters.ts'
import { Copy } from './copy.tsx'

export function Starters({ address }: { address: Address }) {
  const starters = startersFor(address, knownCode())
  const chosen = useSignal(0)
  const shown = starters[chosen.value]
  return (
    <section class="starters">
      <h3>{more.starters}</h3>
      <p class="note">{more.startersLead}</p>
      <div class="acts">
        {starters.map(({ language }, at) => (
          <button
            key={language}
            type="button"
            lang="en"
            aria-pressed={at === chosen.value}
            onClick={() => {
              chosen.value = at
            }}
          >
            {language}
          </button>
        ))}
      </div>
      {shown && (
        <>
          <p class="copied">
            <code dir="ltr">{shown.file}</code>
            <Copy text={shown.source} name={shown.file} />
          </p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region is reached by keyboard */}
          <pre dir="ltr" lang="en" tabIndex={0}>
            {shown.source}
          </pre>
        </>
      )}
    </section>
  )
}
