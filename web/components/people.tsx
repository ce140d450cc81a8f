/** The members and the kinds of their connections. */
import { useMemo } from 'preact/hooks'
import { hueOf } from '../hue.ts'
import { texts } from '../language.ts'
import type { Session } from '../session.ts'
import { countByKind, type State } from '../state.ts'
import { Name, Tag } from './name.tsx'
import { usePart } from './part.ts'

/** Limit on names in the list; more are counted. */
const NAMES_SHOWN = 200

const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true })

/** For example "3 web · 5 terminal". */
export function countsText({ members, memberCount }: State): string {
  const { web, terminal, server } = countByKind(members.values())
  const parts = [
    [web, texts.counts.web],
    [terminal, texts.counts.terminal],
    [server, texts.counts.server],
    [memberCount - members.size, texts.counts.more],
  ] as const
  const named = parts.filter(([count]) => count > 0).map(([count, say]) => say(count))
  return named.join(' · ') || texts.nobodyYet
}

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
  const more = memberCount.value - shown.length
  return (
    <section class="people" aria-labelledby="people-title">
      <h2 id="people-title">{texts.hereNow}</h2>
      <p class="counts-line">{counts}</p>
      <ul>
        {shown.map(({ id, name, via }) => (
          <li key={id}>
            <Name name={name} hue={hueOf(name)} />
            {id === me.value && <span class="you">{texts.you}</span>}
            <Tag via={via} />
          </li>
        ))}
      </ul>
      {more > 0 && <p class="counts-line">{texts.andMore(more)}</p>}
    </section>
  )
}
