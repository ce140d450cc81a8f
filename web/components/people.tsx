/** The members and the kinds of their connections: a chunk of its own, loaded after the page is drawn. */
import { useMemo } from 'preact/hooks'
import { hueOf } from '../hue.ts'
import { more } from '../language/more.ts'
import type { Session } from '../session.ts'
import { countsText } from './counts.ts'
import { Name, Tag } from './name.tsx'
import { usePart } from './part.ts'

/** Limit on names in the list; more are counted. */
const NAMES_SHOWN = 200

const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true })

export function People({ session }: { session: Session }) {
  const counts = usePart(session, countsText)
  const me = usePart(session, (state) => state.me?.id)
  const members = usePart(session, (state) => state.members)
  const memberCount = usePart(session, (state) => state.memberCount)
  const people = useMemo(
    () => [...members.value.values()].sort((a, b) => collator.compare(a.name, b.name)),
    [members.value],
  )
  const shown = people.slice(0, NAMES_SHOWN)
  const unnamed = memberCount.value - shown.length
  return (
    <section class="people" aria-labelledby="people-title">
      <h2 id="people-title">{more.hereNow}</h2>
      <p class="counts-line">{counts}</p>
      <ul>
        {shown.map(({ id, name, via }) => (
          <li key={id}>
            <Name name={name} hue={hueOf(name)} />
            {id === me.value && <span class="you">{more.you}</span>}
            <Tag via={via} />
          </li>
        ))}
      </ul>
      {unnamed > 0 && <p class="counts-line">{more.andMore(unnamed)}</p>}
    </section>
  )
}
