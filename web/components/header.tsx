/** The top line: where one is, who is here in a few words, and the way out. */
import type { Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { Session } from '../session.ts'
import { Mark } from './mark.tsx'
import { countsText } from './people.tsx'

export function Header({ session, open }: { session: Session; open: Signal<boolean> }) {
  const counts = useMemo(() => session.select(countsText), [session])
  return (
    <header class="top">
      <Mark />
      <h1>Oneroom</h1>
      <button
        type="button"
        class="quiet counts"
        aria-expanded={open.value}
        aria-controls="side"
        onClick={() => {
          open.value = !open.value
        }}
      >
        {counts}
      </button>
      <button type="button" class="quiet" onClick={() => session.leave()}>
        Leave
      </button>
    </header>
  )
}
