/** How many members there are, by the kind of their connection: a chunk of its own. */
import { more } from '../language/more.ts'
import type { Session } from '../session.ts'
import { countByKind } from '../state/counting.ts'
import type { State } from '../state.ts'
import { Icon } from './icon.tsx'
import { usePart } from './part.ts'

/** For example "3 web · 5 terminal". */
export function countsText({ members, memberCount }: State): string {
  const { web, terminal, server } = countByKind(members.values())
  const parts = [
    [web, more.counts.web],
    [terminal, more.counts.terminal],
    [server, more.counts.server],
    [memberCount - members.size, more.counts.more],
  ] as const
  const named = parts.filter(([count]) => count > 0).map(([count, say]) => say(count))
  return named.join(' · ') || more.nobodyYet
}

/** The button that shows the members. A phone has room for their number only. */
export function Counts({ session }: { session: Session }) {
  const counts = usePart(session, countsText)
  const total = usePart(session, (state) => state.memberCount)
  const { peopleOpen } = session
  return (
    <button
      type="button"
      class="quiet counts"
      aria-expanded={peopleOpen.value}
      aria-controls="side"
      onClick={() => {
        peopleOpen.value = !peopleOpen.value
      }}
    >
      <span class="by-kind">{counts}</span>
      <span class="total" aria-hidden="true">
        <Icon path="M5 21v-2a5 5 0 0 1 5-5h4a5 5 0 0 1 5 5v2M8 7a4 4 0 1 0 8 0a4 4 0 1 0-8 0" />
        {more.number(total.value)}
      </span>
    </button>
  )
}
