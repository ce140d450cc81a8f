/**
 * What stands above the rows: how others can join an empty room, the way to what was before the
 * lesson, or that the log begins here. A chunk of its own.
 */
import { First } from '../components/first.tsx'
import { usePart } from '../components/part.ts'
import { more } from '../language/more.ts'
import type { Session } from '../session.ts'
import { lessonShown } from '../state/lesson.ts'
import type { State } from '../state.ts'

export function Start({ session }: { session: Session }) {
  const empty = usePart(session, isEmpty)
  const atStart = usePart(session, (state) => state.atStart && state.entries.length > 0)
  const before = usePart(session, lessonShown)
  const person = usePart(session, (state) => state.person)
  return (
    <>
      {empty.value && person.value === '' && <First session={session} />}
      {empty.value && <p class="empty">{more.empty}</p>}
      {before.value > 0 && (
        <p class="empty before">
          <button
            type="button"
            onClick={() => session.browse((history) => history.goTo(before.value))}
          >
            {more.beforeLesson}
          </button>
        </p>
      )}
      {atStart.value && !empty.value && <p class="empty">{more.beginning}</p>}
    </>
  )
}

/** Whether nothing was said: a list of people who came is empty, too. */
function isEmpty({ epoch, entries }: State): boolean {
  return epoch !== null && entries.every(({ kind }) => kind === 'presence')
}
