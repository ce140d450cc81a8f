/** The latest members that came or went, in one quiet line: on the wall, their rows are not shown. */
import { timeOf } from '../clock.ts'
import { changesText } from '../log/row.ts'
import type { Session } from '../session.ts'
import type { State } from '../state.ts'
import { usePart } from './part.ts'

export function Comings({ session }: { session: Session }) {
  const latest = usePart(session, latestIn)
  if (latest.value === undefined) return null
  return (
    <p class="comings" dir="auto">
      {changesText(latest.value)} <time>{timeOf(latest.value.at)}</time>
    </p>
  )
}

function latestIn({ entries, ahead }: State) {
  const isPresence = (entry: State['entries'][number]) => entry.kind === 'presence'
  const latest = ahead.findLast(isPresence) ?? entries.findLast(isPresence)
  return latest?.kind === 'presence' ? latest : undefined
}
