/**
 * Moves everything that a store has to another one: `oneroom move`.
 *
 * MUST leave the source as it is, and the target without a log unless the move is complete.
 */
import { personsOf } from '../room/keys.ts'
import type { Page } from './pages.ts'
import { isPostgresUrl } from './postgres/url.ts'
import { LogUnusable } from './unusable.ts'

/** Events between two calls of `onProgress`. */
const PROGRESS_EVENTS = 50_000

/** How much was moved. `conversations`: of two people. `people`: those whom the server remembers. */
export type Moved = { rooms: number; conversations: number; events: number; people: number }

/**
 * `from`, `to`: each a folder, or the URL of a database. Rejects with a LogUnusable, without the URL.
 * `onProgress` receives the number of events that were moved so far.
 */
export async function move(
  from: string,
  to: string,
  onProgress: (events: number) => void,
): Promise<Moved> {
  if (from === to) throw new LogUnusable('The log cannot be moved to where it is.')
  if (to === ':memory:') throw new LogUnusable('A log that is moved to :memory: would be lost.')
  const source = await engineOf(from)
  const target = await engineOf(to)
  const moved: Moved = { rooms: 0, conversations: 0, events: 0, people: 0 }
  await source.readPages(from, (pages) => target.writePages(to, counted(pages, moved, onProgress)))
  return moved
}

/** An engine that is not used is not loaded. */
function engineOf(data: string) {
  return isPostgresUrl(data) ? import('./postgres/pages.ts') : import('./sqlite/pages.ts')
}

async function* counted(
  pages: AsyncIterable<Page>,
  moved: Moved,
  onProgress: (events: number) => void,
): AsyncGenerator<Page> {
  for await (const page of pages) {
    // The target has stored the page when it asks for the next one.
    yield page
    if (page.table === 'logs') {
      moved[personsOf(page.log.key) === undefined ? 'rooms' : 'conversations'] += 1
    } else if (page.table === 'seats') {
      moved.people += page.rows.length
    } else if (page.table === 'events') {
      const before = moved.events
      moved.events += page.rows.length
      const isStep =
        Math.floor(moved.events / PROGRESS_EVENTS) > Math.floor(before / PROGRESS_EVENTS)
      if (isStep) onProgress(moved.events)
    }
  }
}
