/**
 * The wire view: the connections that this page may look at, and the ladder of one of them. The chat goes
 * on meanwhile.
 */
import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { Station } from '../../shared/wire.ts'
import { addStyle } from '../addstyle.ts'
import { Join } from '../components/join.tsx'
import { Mark } from '../components/mark.tsx'
import { usePart } from '../components/part.ts'
import { more } from '../language/more.ts'
import { texts } from '../language.ts'
import type { Session } from '../session.ts'
import { FORMS, type Form } from './bytes.ts'
import { Ends } from './ends.tsx'
import { WireFeed } from './feed.ts'
import { Lab } from './lab.tsx'
import { LadderRows } from './ladder.ts'
import { showWire } from './open.ts'
import { Same } from './same.tsx'
import href from './wire.css?url'

await addStyle(href)

export function Wire({ session }: { session: Session }) {
  const screen = usePart(session, (state) => state.screen)
  const token = usePart(session, (state) => state.token)
  if (!WireFeed.hasKey && (screen.value === 'form' || token.value === null)) {
    return <Join session={session} />
  }
  return <View session={session} />
}

function View({ session }: { session: Session }) {
  const feed = useMemo(() => new WireFeed(() => session.peek().token), [])
  const form = useSignal<Form>('text')
  const list = useRef<HTMLOListElement>(null)
  const rows = useRef<LadderRows | null>(null)

  useEffect(() => {
    const ladder = new LadderRows(list.current as HTMLOListElement)
    rows.current = ladder
    feed.onRungs = (rungs) => (rungs === null ? ladder.clear() : ladder.take(rungs))
    ladder.onDrawn = (rungs) => feed.calls.take(rungs)
    feed.start()
    return () => feed.stop()
  }, [])
  useEffect(() => {
    if (rows.current) rows.current.form = form.value
  }, [form.value])

  const stations = feed.stations.value ?? []
  const station = stations.find(({ number }) => number === feed.chosen.value)
  return (
    <div class="wire">
      <header class="top">
        <Mark />
        <h1>{more.wire}</h1>
        <fieldset class="forms">
          <legend class="unseen">{more.wireForm}</legend>
          {FORMS.map((one) => (
            <button
              key={one}
              type="button"
              class="quiet"
              aria-pressed={form.value === one}
              onClick={() => {
                form.value = one
              }}
            >
              {more.wireForms[one]}
            </button>
          ))}
        </fieldset>
        <fieldset class="forms">
          <legend class="unseen">{more.wireSave}</legend>
          {(['text', 'svg', 'pcap'] as const).map((one) => (
            <button
              key={one}
              type="button"
              class="quiet"
              aria-label={`${more.wireSave}: ${one}`}
              disabled={feed.chosen.value === null}
              onClick={() => feed.save(one)}
            >
              ↓ {one}
            </button>
          ))}
        </fieldset>
        <button type="button" class="quiet" onClick={() => showWire(session, false)}>
          {more.wireChat}
        </button>
      </header>
      <nav aria-label={more.wireConnections}>
        <ul>
          {stations.map((one) => (
            <StationItem
              key={one.number}
              station={one}
              isChosen={one.number === feed.chosen.value}
              onChoose={() => feed.choose(one.number)}
            />
          ))}
        </ul>
        {feed.isHost.value && <p class="note">{more.wireHost}</p>}
      </nav>
      <main>
        {station && <Ends station={station} feed={feed} />}
        {station?.state === 'open' && feed.isHost.value && (
          <Lab key={station.number} station={station} feed={feed} />
        )}
        {station && station.via !== 'web' && <Same key={station.number} feed={feed} />}
        <p class="note" role="status">
          {feed.hasFailed.value && more.wireFailed}
        </p>
        {feed.phase.value === 'connecting' && <p class="note">{more.connecting}</p>}
        {feed.phase.value === 'denied' && <p class="note empty">{more.wireDenied}</p>}
        {feed.phase.value === 'open' && <p class="note hint">{more.wireHint}</p>}
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
        <ol ref={list} class="ladder" dir="ltr" tabIndex={0} aria-label={more.wireLadder} />
      </main>
    </div>
  )
}

type ItemProps = { station: Station; isChosen: boolean; onChoose: () => void }

function StationItem({ station, isChosen, onChoose }: ItemProps) {
  const { number, name, via, remote, state, isOwn } = station
  return (
    <li>
      <button type="button" class="station" aria-pressed={isChosen} onClick={onChoose}>
        <b dir="auto">{name ?? more.wireNobody}</b>
        <span>
          #{number} · {texts.via(via)}
          {isOwn && ` · ${more.wireOwn}`}
          {state === 'closed' && ` · ${more.wireClosed}`}
        </span>
        <code dir="ltr">{remote}</code>
      </button>
    </li>
  )
}
