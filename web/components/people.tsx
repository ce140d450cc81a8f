/** The members and the kinds of their connections: a chunk of its own, loaded after the page is drawn. */
import { useLayoutEffect, useMemo } from 'preact/hooks'
import { asked, isHost } from '../hosts.ts'
import { hueOf } from '../hue.ts'
import { more } from '../language/more.ts'
import type { Session } from '../session.ts'
import type { Named } from '../state.ts'
import { transcript } from '../transcript.ts'
import { countsText } from './counts.tsx'
import { Hand } from './hand.tsx'
import { Icon } from './icon.tsx'
import { Name, Tag } from './name.tsx'
import { usePart } from './part.ts'

/** Limit on names in the list; more are counted. */
const NAMES_SHOWN = 200

const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true })

export function People({ session }: { session: Session }) {
  const counts = usePart(session, countsText)
  const me = usePart(session, (state) => state.me?.id)
  const hosting = usePart(session, isHost)
  const ignored = usePart(session, (state) => state.ignored)
  const members = usePart(session, (state) => state.members)
  const memberCount = usePart(session, (state) => state.memberCount)
  const people = useMemo(
    () => [...members.value.values()].sort((a, b) => collator.compare(a.name, b.name)),
    [members.value],
  )
  useLayoutEffect(() => {
    const closePeople = (event: Event): void => {
      const isAway =
        event instanceof KeyboardEvent
          ? event.key === 'Escape'
          : !(event.target as Element).closest('.side, .counts')
      if (isAway) session.peopleOpen.value = false
    }
    const types = ['keydown', 'pointerdown']
    for (const type of types) addEventListener(type, closePeople)
    return () => {
      for (const type of types) removeEventListener(type, closePeople)
    }
  }, [session])
  const shown = people.slice(0, NAMES_SHOWN)
  const unnamed = memberCount.value - shown.length
  return (
    <section class="people" aria-labelledby="people-title">
      <h2 id="people-title">{more.hereNow}</h2>
      <p class="counts-line">{counts}</p>
      <ul>
        {shown.map(({ id, name, via, role }) => (
          <li key={id}>
            {id === me.value ? (
              <>
                <Name name={name} hue={hueOf(name)} />
                <span class="you">{more.you}</span>
              </>
            ) : (
              <Other
                session={session}
                person={{ id, name }}
                isIgnored={ignored.value.some((one) => one.id === id)}
                hasMenu={hosting.value && role !== 'host'}
              />
            )}
            {role !== undefined && <span class="tag role">{more.roles[role] ?? role}</span>}
            <Tag via={via} />
          </li>
        ))}
      </ul>
      {unnamed > 0 && <p class="counts-line">{more.andMore(unnamed)}</p>}
      <Hand session={session} />
      <button
        type="button"
        class="quiet"
        onClick={() => {
          transcript.value = {}
        }}
      >
        {more.transcript}
      </button>
      {hosting.value && (
        <button
          type="button"
          class="quiet host-tools"
          onClick={() => {
            asked.value = { type: 'host' }
          }}
        >
          {more.hostTools}
        </button>
      )}
    </section>
  )
}

/** `hasMenu`: the reader is a host, and this person is not. */
type OtherProps = { session: Session; person: Named; isIgnored: boolean; hasMenu: boolean }

/** A name that opens the menu of its person, and a switch that hides the person. */
function Other({ session, person, isIgnored, hasMenu }: OtherProps) {
  const { id, name } = person
  function open() {
    asked.value = { type: 'menu', person }
  }
  return (
    <>
      <button type="button" class="to-person" aria-haspopup="dialog" onClick={open}>
        <Name name={name} hue={hueOf(name)} />
      </button>
      <button
        type="button"
        class="quiet icon"
        aria-label={more.ignore(name)}
        aria-pressed={isIgnored}
        title={more.ignore(name)}
        onClick={() => session.converse((conversations) => conversations.ignore(id, !isIgnored))}
      >
        <Icon path="M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0M6 6l12 12" />
      </button>
      {hasMenu && (
        <button
          type="button"
          class="quiet icon"
          aria-label={more.hostMenu(name)}
          title={more.hostMenu(name)}
          onClick={() => {
            asked.value = { type: 'person', person }
          }}
        >
          <Icon path="M5 12h.01M12 12h.01M19 12h.01" />
        </button>
      )}
    </>
  )
}
