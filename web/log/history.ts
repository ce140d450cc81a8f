/**
 * Loads parts of the log and moves the window to them. A request over HTTP does not count
 * against the sender's rate limit, as one in the room would; the log of a conversation has no
 * other way. A chunk of its own, loaded when a reader scrolls or follows a link.
 */
import type { Signal } from '@preact/signals'
import type { RoomEvent } from '../../shared/protocol.ts'
import type { Conversations } from '../conversations.ts'
import { door } from '../door.ts'
import { more } from '../language/more.ts'
import { root } from '../root.ts'
import { entryOf } from '../state/entry.ts'
import { isHidden, type LogPage, takePage } from '../state/pages.ts'
import { isUnreadBefore, leave, othersHeld } from '../state/unread.ts'
import {
  type Action,
  type EventEntry,
  firstSeq,
  firstUnread,
  isDetached,
  isShown,
  LOBBY,
  lastSeq,
  PAGE_ROWS,
  peerOf,
  type State,
} from '../state.ts'

/** Time limit for one page, its body included. */
const PAGE_MS = 10_000

export type Fetched = { epoch: string; events: readonly RoomEvent[]; more: boolean }

/** The session, as far as the history needs it. */
export type HistoryHost = {
  peek(): State
  act(action: Action): void
  hint(text: string): void
  converse<T>(use: (conversations: Conversations) => T): Promise<Awaited<T> | undefined>
  /** The seq of the row being read, null at the newest one. */
  readingSeq(): number | null
  readonly pageFailed: Signal<Page | null>
}

/** A page of the log above the window, or below it. */
export type Page = 'older' | 'newer'

export class History {
  readonly #host: HistoryHost
  /** The rooms for which a page is requested. */
  readonly #loading = new Set<string>()

  constructor(host: HistoryHost) {
    this.#host = host
  }

  /** Loads rows above the window, for a reader who scrolls up. */
  loadOlder(): void {
    const { atStart, entries, seq, following } = this.#host.peek()
    if (!atStart && !following) this.#load('older', 'before', Math.min(firstSeq(entries), seq + 1))
  }

  /** Loads rows below the window, for a reader who scrolls down. */
  loadNewer(): void {
    const state = this.#host.peek()
    if (state.gap) this.#load('newer', 'after', lastSeq(state.entries))
    else if (isDetached(state)) this.#host.act({ type: 'advance' })
  }

  retry(): void {
    if (this.#host.pageFailed.peek() === 'older') this.loadOlder()
    else this.loadNewer()
  }

  /** Shows a message among its neighbours. `back`: the position that the way back leads to. */
  async goTo(seq: number, back: State['back'] = { seq: this.#host.readingSeq() }): Promise<void> {
    const host = this.#host
    const { room } = host.peek()
    if (isShown(host.peek(), seq)) return host.act({ type: 'aim', seq, back })
    const has = ({ events }: Fetched): boolean =>
      events.some((event) => event.seq === seq && !isHidden(host.peek(), event))
    let found = await this.#fetch(room, 'after', Math.max(0, seq - PAGE_ROWS / 2))
    // A page of long messages can end before the target.
    if (found?.more && !has(found)) found = await this.#fetch(room, 'after', seq - 1)
    if (!found) return host.hint(more.historyFailed)
    if (!has(found)) return host.hint(more.notKept)
    this.#take(room, { ...found, position: { target: seq, back } })
  }

  /** Shows the first message of others after `after`. What comes after it is below then. */
  async goToUnread(after: number): Promise<void> {
    const host = this.#host
    const state = host.peek()
    const { room } = state
    const seq = isUnreadBefore(state, after)
      ? await this.#findAfter(room, after, ({ mine }) => !mine)
      : firstUnread({ ...state, readTo: after })
    if (host.peek().room !== room) return
    if (seq === null) return host.hint(more.historyFailed)
    await this.goTo(seq)
    host.act({ type: 'change', room, change: (there) => leave(there, seq) })
  }

  /** Shows the first message that was said at or after a time, in ms since 1970. */
  async goToTime(at: number): Promise<void> {
    const host = this.#host
    const { room } = host.peek()
    const page = await fetchEvents(dayUrl(room, at))
    const first = page?.events[0]
    // The reader may ignore the sender of the first event.
    const shown = first && (await this.#findAfter(room, first.seq - 1, () => true))
    if (host.peek().room !== room) return
    if (!page) host.hint(more.historyFailed)
    else if (!first) host.hint(more.nothingSince)
    else await this.goTo(shown ?? first.seq)
  }

  /** Shows the first message after `seq` that mentions the reader, or the newest one. */
  async goToMention(seq: number): Promise<void> {
    const state = this.#host.peek()
    const isMention = ({ mention }: EventEntry) => mention
    const held = othersHeld(state, seq).find(isMention)?.event.seq
    // It may be among those that the tab does not have.
    const { room } = state
    const found = held ?? (state.gap ? await this.#findAfter(room, seq, isMention) : null)
    if (this.#host.peek().room !== room) return
    if (found === null) this.#host.act({ type: 'follow', on: true })
    else await this.goTo(found)
  }

  /** The seq of the first event after `seq` that is shown and fits; null if none is found. */
  async #findAfter(
    room: string,
    seq: number,
    fits: (entry: EventEntry) => boolean,
  ): Promise<number | null> {
    const state = this.#host.peek()
    const page = await this.#fetchVisible(room, 'after', seq)
    const found = page?.events.find(
      (event) => !isHidden(state, event) && fits(entryOf(state, event, 0)),
    )
    const last = page?.events.at(-1)
    if (found || !page?.more || !last) return found?.seq ?? null
    return this.#findAfter(room, last.seq, fits)
  }

  async goBack(): Promise<void> {
    const { back } = this.#host.peek()
    if (back?.seq == null) this.#host.act({ type: 'follow', on: true })
    else await this.goTo(back.seq, null)
  }

  /** One page of a room at a time. */
  async #load(position: Page, direction: 'before' | 'after', seq: number): Promise<void> {
    const host = this.#host
    const { room } = host.peek()
    if (this.#loading.has(room)) return
    this.#loading.add(room)
    const found = await this.#fetchVisible(room, direction, seq)
    this.#loading.delete(room)
    if (room === host.peek().room) host.pageFailed.value = found ? null : position
    if (found) this.#take(room, { ...found, position })
  }

  /** At least one event that is shown, if there is any in that direction. */
  async #fetchVisible(
    room: string,
    direction: 'before' | 'after',
    seq: number,
  ): Promise<Fetched | null> {
    const found = await this.#fetch(room, direction, seq)
    const state = this.#host.peek()
    if (!found?.more || !found.events.every((event) => isHidden(state, event))) return found
    const isOlder = direction === 'before'
    const last = found.events.at(isOlder ? 0 : -1)
    const next = last && (await this.#fetchVisible(room, direction, last.seq))
    if (!next) return null
    const pages = isOlder ? [next, found] : [found, next]
    return { ...next, events: pages.flatMap(({ events }) => events) }
  }

  async #fetch(room: string, direction: 'before' | 'after', seq: number): Promise<Fetched | null> {
    if (peerOf(room) === '') return fetchEvents(pageUrl(room, direction, seq))
    const page = await this.#host.converse((all) => all.page(room, direction, seq))
    return page ?? null
  }

  #take(room: string, page: LogPage): void {
    const now = Date.now()
    this.#host.act({ type: 'change', room, change: (there) => takePage(there, page, now) })
  }
}

/** `seq` itself is not included. */
export function pageUrl(
  room: string,
  direction: 'before' | 'after',
  seq: number,
  limit = PAGE_ROWS,
): string {
  const place = room === LOBBY ? '' : `&room=${encodeURIComponent(room)}`
  return `${root}api/events?${direction}=${seq}&limit=${limit}${place}`
}

function dayUrl(room: string, at: number): string {
  const place = room === LOBBY ? '' : `&room=${encodeURIComponent(room)}`
  return `${root}api/events?since=${new Date(at).toISOString()}&limit=1${place}`
}

/** null if the server does not return the page within the time limit. */
export async function fetchEvents(url: string, limitMs = PAGE_MS): Promise<Fetched | null> {
  try {
    const response = await fetch(url, { ...door.request, signal: AbortSignal.timeout(limitMs) })
    return response.ok ? ((await response.json()) as Fetched) : null
  } catch {
    return null
  }
}
