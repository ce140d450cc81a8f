/**
 * The room for a projector: large type, no composer, and instructions to join. It is a
 * member with a name of its own, so that all members know about it.
 */
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { addStyle } from '../addstyle.ts'
import { hueOf } from '../hue.ts'
import { more } from '../language/more.ts'
import { errorText } from '../language.ts'
import { Log } from '../log/log.tsx'
import type { Session } from '../session.ts'
import { fromLesson, lessonAt } from '../state/lesson.ts'
import { LOBBY } from '../state.ts'
import href from '../style/wall.css?url'
import { scaleOf, step, watchKeys } from '../wallsize.ts'
import { Beginning } from './beginning.tsx'
import { Beside } from './beside.tsx'
import { Comings } from './comings.tsx'
import { countsText } from './counts.tsx'
import { Door } from './door.tsx'
import { lazily } from './lazy.tsx'
import { Mark } from './mark.tsx'
import { Name } from './name.tsx'
import { usePart } from './part.ts'

const WALL_NAME = 'projector'

// The wall is not drawn before its style is loaded.
await addStyle(href)

const Status = lazily(async () => (await import('./status.tsx')).Status)

export function Wall({ session }: { session: Session }) {
  const wall = useRef<HTMLDivElement>(null)
  const waiting = usePart(session, ({ screen, joining }) => screen === 'form' && !joining)
  const free = usePart(session, (state) => state.refusal?.suggestion)
  const refusal = usePart(session, (state) => state.refusal)
  const isEmpty = usePart(
    session,
    ({ epoch, entries }) => epoch !== null && entries.every(({ kind }) => kind === 'presence'),
  )
  const scale = scaleOf(step.value)
  const canJoin = /^(name|$)/u.test(refusal.value?.code ?? '')

  // No person chooses a name here, so the suggested one is used.
  useEffect(() => {
    if (waiting.value && canJoin) session.join(free.value ?? WALL_NAME)
  }, [session, waiting.value, canJoin, free.value])
  const lesson = usePart(session, lessonAt)
  useEffect(() => {
    if (lesson.value > 0) {
      session.act({ type: 'change', room: session.peek().room, change: fromLesson })
    }
  }, [session, lesson.value])
  useLayoutEffect(watchKeys, [])
  useEffect(() => {
    wall.current?.style.setProperty('--scale', String(scale))
  }, [scale])

  function formOnSubmit(event: Event) {
    event.preventDefault()
    session.join(WALL_NAME)
  }

  return (
    <div class="wall" ref={wall}>
      <Top session={session} />
      <main>
        <Pinned session={session} />
        {canJoin && (isEmpty.value ? <Beginning /> : <Log session={session} />)}
        {!canJoin && (
          <form onSubmit={formOnSubmit}>
            <Door session={session} />
            <p id="refusal" class="refusal" role="status">
              {refusal.value && errorText(refusal.value.code, refusal.value.text)}
            </p>
          </form>
        )}
        <Comings session={session} />
        <Status session={session} />
      </main>
      <aside aria-label={more.howToJoin}>
        <Beside session={session} />
      </aside>
    </div>
  )
}

function Top({ session }: { session: Session }) {
  const counts = usePart(session, countsText)
  const room = usePart(session, (state) => state.room)
  const topic = usePart(session, (state) => state.topic)
  return (
    <header>
      <Mark />
      <h1 dir="auto">{room.value === LOBBY ? 'Oneroom' : room}</h1>
      <p class="subject" dir="auto">
        {topic}
      </p>
      <p class="counts-line">{counts}</p>
      {/* The keys + and − do the same. */}
      <p class="steps">
        <button type="button" class="quiet" aria-label={more.smaller} onClick={() => step.value--}>
          −
        </button>
        <button type="button" class="quiet" aria-label={more.larger} onClick={() => step.value++}>
          +
        </button>
      </p>
    </header>
  )
}

function Pinned({ session }: { session: Session }) {
  const pinned = usePart(session, (state) => state.pinned)
  if (pinned.value === null) return null
  const { from, text } = pinned.value
  return (
    <p class="pinned">
      <span class="note">{more.pinned}</span> <Name name={from.name} hue={hueOf(from.name)} />{' '}
      <span class="pinned-text" dir="auto">
        {text}
      </span>
    </p>
  )
}
