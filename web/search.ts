/** What a search of the page asks for, and what was found. Loaded with the search. */
import { parseSearch, type Sought } from '../shared/finding.ts'
import type { RoomEvent } from '../shared/protocol.ts'
import { nameOf } from './directory.ts'
import { type RoomState, roomsOf, type State } from './state.ts'

/** `room`: null for all rooms of the tab. */
export type Asked = { sought: Sought; room: string | null }

/** A message that was found, and its room. */
export type Hit = { room: string; event: RoomEvent }

/** The fields of the form. Days are as in `2026-11-20`, '' for none. */
export type Fields = {
  words: string
  from: string
  since: string
  until: string
  mentions: boolean
}

/** Filters may also be typed among the words. Undefined if one of them is not understood. */
export function soughtOf({ words, from, since, until, mentions }: Fields): Sought | undefined {
  const days = [since && `after:${since}`, until && `before:${until}`].join(' ')
  const now = Date.now()
  const chosen = parseSearch(days, undefined, now)
  const typed = parseSearch(words, undefined, now)
  if (chosen === undefined || typed === undefined) return undefined
  const name = from.trim()
  return { ...chosen, ...(name !== '' && { from: name }), ...(mentions && { mentions }), ...typed }
}

/** Whether it has words or a filter. */
export function isAsking(sought: Sought): boolean {
  return Object.values(sought).some((value) => value !== '')
}

/** The beginning of a day as `2026-11-20`, in the reader's zone, in ms since 1970; undefined if there is none. */
export function dayAt(day: string): number | undefined {
  const { since } = parseSearch(`after:${day}`, undefined, 0) ?? {}
  return since === undefined ? undefined : Date.parse(since)
}

export function roomsAsked(state: State, { room }: Asked): RoomState[] {
  return roomsOf(state).filter((there) => room === null || there.room === room)
}

/** The latest hits, latest first; null before a reply has arrived. */
export function hitsIn(state: State, asked: Asked, limit: number): Hit[] | null {
  const answers = roomsAsked(state, asked).flatMap(({ room, found }) =>
    found !== null && keyOf(found) === keyOf(asked.sought) ? [{ room, found }] : [],
  )
  if (answers.length === 0) return null
  return answers
    .flatMap(({ room, found }) => found.events.map((event) => ({ room, event })))
    .sort(
      (one, other) =>
        Date.parse(other.event.at) - Date.parse(one.event.at) || other.event.seq - one.event.seq,
    )
    .slice(0, limit)
}

/** The latest replies in all rooms: the same list until one of them changes. */
export function foundIn(): (state: State) => readonly RoomState['found'][] {
  let last: readonly RoomState['found'][] = []
  return (state) => {
    const next = roomsOf(state).map(({ found }) => found)
    const isSame = next.length === last.length && next.every((found, at) => found === last[at])
    if (!isSame) last = next
    return last
  }
}

export function roomLabel({ room, person }: Pick<RoomState, 'room' | 'person'>): string {
  return person || nameOf(room) || 'Oneroom'
}

function keyOf({ query, from, mentions, since, until }: Sought): string {
  return JSON.stringify([query, from, mentions, since, until])
}
