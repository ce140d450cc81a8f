/**
 * The line above what was missed while the connection was lost. It stays until the next time
 * that happens. Where the unread line is in the same place, there is only that.
 */
import { effect, signal } from '@preact/signals'
import { timeOf } from '../clock.ts'
import { oncePerFrame } from '../frame.ts'
import { more } from '../language/more.ts'
import type { Session } from '../session.ts'
import { settings } from '../settings.ts'
import { othersAfter } from '../state/entry.ts'
import { firstUnread, roomsOf, type State } from '../state.ts'
import type { Rows } from './rows.ts'
import { element } from './text.ts'

/** Shorter interruptions are not shown. Milliseconds. */
const SILENT_MS = 2_000

/** The last event before the interruption, and the last one that was missed. */
type Missed = { after: number; to: number }

/** `places`: where each room was; a place without an epoch was in no room. */
type Break = {
  since: number
  until: number
  places: ReadonlyMap<string, Pick<State, 'epoch' | 'seq'>>
  /** By room, as soon as all that was missed has arrived; null if that was nothing. */
  missed: Map<string, Missed | null>
}

const shown = signal<Missed | null>(null)

/** The seq of the last event before what was missed in the room that is shown; null if nothing was. */
export function missedAfter(): number | null {
  return shown.value?.after ?? null
}

/** Returns a function that disconnects it. */
export function connectMissed(session: Session, rows: Rows): () => void {
  const label = element('span', '')
  const line = element('p', 'unread missed', label)
  const awaySince = session.select((state) => state.awaySince)
  const room = session.select((state) => state.room)
  const entries = session.select((state) => state.entries)
  const isReplayed = session.select(({ seq, replayTo }) => seq >= replayTo)
  let lost: Break | null = null
  let latest: Break | null = null

  function follow(): void {
    if (awaySince.value !== null) {
      lost ??= breakOf(session.peek(), awaySince.value)
    } else if (lost !== null) {
      lost.until = Date.now()
      if (lost.until - lost.since >= SILENT_MS) latest = lost
      lost = null
    }
  }

  /** The row has to be drawn before. */
  function draw(): void {
    if (latest === null) return
    const state = session.peek()
    if (!latest.missed.has(state.room)) decide(state, latest)
    const missed = latest.missed.get(state.room) ?? null
    shown.value = missed
    const first = missed && othersAfter(state.entries, missed.after)[0]?.event.seq
    const row = first && missed && first <= missed.to ? rows.find(first) : undefined
    label.textContent = more.missedLine(timeOf(latest.since), timeOf(latest.until))
    if (!row) line.remove()
    else if (line.parentElement !== row) row.prepend(line)
  }

  const request = oncePerFrame(draw)
  const stop = effect(() => {
    follow()
    // With another clock, all rows are drawn again.
    for (const cause of [room, entries, isReplayed, settings]) cause.value
    request()
  })
  return () => {
    stop()
    line.remove()
    shown.value = null
  }
}

function breakOf(state: State, since: number): Break {
  const places = roomsOf(state).map(({ room, epoch, seq }) => [room, { epoch, seq }] as const)
  return { since, until: since, places: new Map(places), missed: new Map() }
}

/** What was missed in the room that is shown, if the replay has arrived. */
function decide(state: State, { places, missed }: Break): void {
  const { room, epoch, seq, replayTo, entries } = state
  if (seq < replayTo) return
  const before = places.get(room)
  const after = before?.epoch === epoch ? before.seq : replayTo
  const first = othersAfter(entries, after)[0]?.event.seq ?? Infinity
  const isNew = first <= replayTo && first !== firstUnread(state)
  missed.set(room, isNew ? { after, to: replayTo } : null)
}
