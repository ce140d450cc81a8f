/** Searches messages; a result leads to the message among its neighbours. */
import { useComputed, useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { queryWords } from '../../shared/words.ts'
import { hueOf } from '../hue.ts'
import { more } from '../language/more.ts'
import { texts } from '../language.ts'
import { highlight } from '../log/highlight.ts'
import { shownText } from '../log/row.ts'
import { momentOf } from '../moment.ts'
import {
  type Asked,
  foundIn,
  type Hit,
  hitsIn,
  isAsking,
  roomLabel,
  roomsAsked,
  soughtOf,
} from '../search.ts'
import type { Session } from '../session.ts'
import { roomsOf } from '../state.ts'
import { GoToDay } from './day.tsx'
import { Dialog } from './dialog.tsx'
import { Excerpt } from './excerpt.tsx'
import { ALL, Filters } from './filters.tsx'
import { Name } from './name.tsx'
import { usePart } from './part.ts'

/** Results of a search, the latest ones. */
const LIMIT = 100

type Props = { session: Session; query: string; onClose: () => void }

export function Search({ session, query, onClose }: Props) {
  const form = useRef<HTMLFormElement>(null)
  const field = useRef<HTMLInputElement>(null)
  const asked = useSignal<Asked | null>(null)
  const fault = useSignal('')
  const found = usePart(session, useRef(foundIn()).current)
  const hits = useComputed(
    () => asked.value && found.value && hitsIn(session.peek(), asked.value, LIMIT),
  )

  function ask() {
    if (!form.current) return
    const data = new FormData(form.current)
    const textOf = (name: string) => String(data.get(name) ?? '')
    const sought = soughtOf({
      words: textOf('words'),
      from: textOf('from'),
      since: textOf('since'),
      until: textOf('until'),
      mentions: data.has('mentions'),
    })
    fault.value = sought === undefined ? more.searchWrong : ''
    asked.value = null
    if (sought === undefined || !isAsking(sought)) return
    const { room } = session.peek()
    const wanted = String(data.get('room') ?? room)
    asked.value = { sought, room: wanted === ALL ? null : wanted }
    for (const name of roomsAsked(session.peek(), asked.value)) {
      const place = session.naming(name.room)
      const isSent = session.send({ type: 'search', ...sought, limit: LIMIT, ...place })
      if (!isSent) fault.value = texts.connectionLost
    }
  }

  useLayoutEffect(() => {
    field.current?.focus()
    ask()
  }, [])

  function formOnSubmit(event: Event) {
    event.preventDefault()
    ask()
  }

  function goToDay(at: number) {
    onClose()
    setTimeout(() => session.browse((history) => history.goToTime(at)))
  }

  function choose({ room, event }: Hit) {
    onClose()
    const words = queryWords(asked.value?.sought.query ?? '')
    // The dialog returns the focus first.
    setTimeout(() => {
      session.act({ type: 'show', room })
      session.browse(async (history) => {
        await history.goTo(event.seq)
        highlight(words)
      })
    })
  }

  const words = queryWords(asked.value?.sought.query ?? '')
  const labels = new Map(roomsOf(session.peek()).map((there) => [there.room, roomLabel(there)]))
  return (
    <Dialog title={texts.search} onClose={onClose}>
      <form ref={form} class="searching" onSubmit={formOnSubmit}>
        <div class="field">
          <input
            ref={field}
            name="words"
            defaultValue={query}
            aria-label={more.searchLabel}
            placeholder={more.searchLabel}
            maxLength={256}
            enterkeyhint="search"
          />
          <button type="submit" class="main">
            {texts.search}
          </button>
        </div>
        <Filters session={session} labels={labels} onChange={ask} />
      </form>
      {session.peek().person === '' && <GoToDay onChoose={goToDay} />}
      <p role="status" class="note">
        {fault.value || (hits.value && more.found(hits.value.length))}
      </p>
      <ol class="found">
        {hits.value?.map((hit) => (
          <li key={`${hit.event.seq} ${hit.room}`}>
            <button type="button" onClick={() => choose(hit)}>
              <Name name={hit.event.from.name} hue={hueOf(hit.event.from.name)} />
              {asked.value?.room === null && <span class="tag">{labels.get(hit.room)}</span>}
              <span class="text" dir="auto">
                <Excerpt text={shownText(hit.event)} words={words} />
              </span>
              <time dateTime={hit.event.at}>{momentOf(Date.parse(hit.event.at))}</time>
            </button>
          </li>
        ))}
      </ol>
    </Dialog>
  )
}
