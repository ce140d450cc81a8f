/** Connects the scroll position of the list to the state, in both directions. */
import { effect } from '@preact/signals'
import { looksOf } from '../clock.ts'
import type { Session } from '../session.ts'
import { settings } from '../settings.ts'
import { isDetached } from '../state.ts'
import type { History } from './history.ts'
import { type Place, Rows } from './rows.ts'

/** A position this near to the end counts as the end. Pixels. */
const END_PX = 32
/** Rows outside the viewport have an estimated height until they were drawn once. Frames. */
const SETTLING_FRAMES = 3
/** More rows are loaded when fewer pixels than this are left to scroll. */
const PRELOAD_PX = 1500

const loadNewer = (history: History) => history.loadNewer()
const loadOlder = (history: History) => history.loadOlder()

/** Returns a function that disconnects it. */
export function connectLog(
  session: Session,
  scroller: HTMLElement,
  content: HTMLElement,
  list: HTMLOListElement,
): () => void {
  const rows = new Rows(list, scroller)
  const room = session.select((state) => state.room)
  const entries = session.select((state) => state.entries)
  const following = session.select((state) => state.following)
  const readTo = session.select((state) => state.readTo)
  const detached = session.select(isDetached)
  const target = session.select((state) => state.target)
  const drawing = session.select(() => looksOf(settings.value))
  let drawnAs = drawing.peek()
  // A link may have chosen a message before this list existed.
  let aimed: { seq: number } | null = null
  let followed = false
  let lastTop = 0
  let drawnRoom = room.peek()
  /** Where the reader was in the other rooms; none at the newest row. */
  const places = new Map<string, Place | undefined>()

  function stick() {
    if (!following.peek()) return
    scroller.scrollTop = scroller.scrollHeight
    lastTop = scroller.scrollTop
  }

  function scrollerOnScroll() {
    const { scrollTop, scrollHeight, clientHeight } = scroller
    const left = scrollHeight - scrollTop - clientHeight
    if (left < END_PX && !detached.peek()) session.follow(true)
    else if (scrollTop < lastTop - 1) session.follow(false)
    if (!following.peek()) {
      if (left < PRELOAD_PX && scrollTop > lastTop) session.browse(loadNewer)
      if (scrollTop < PRELOAD_PX) session.browse(loadOlder)
    }
    lastTop = scroller.scrollTop
  }

  function show(): void {
    const state = {
      entries: entries.value,
      following: following.value,
      readTo: readTo.value,
    }
    if (room.value !== drawnRoom) changeRoom(state)
    else if (drawing.value === drawnAs) rows.show(state)
    else rows.redraw(state)
    drawnAs = drawing.value
    // When the oldest rows are removed, scroll anchoring would move up, as a reader does who stops following.
    scroller.style.overflowAnchor = state.following ? 'none' : ''
    // The resize observer follows new rows after their layout; doing it here would force a second layout.
    if (state.following && !followed) stick()
    followed = state.following
    if (target.value !== null && target.value !== aimed) aim(target.value.seq)
    aimed = target.value
  }

  function changeRoom(state: Parameters<Rows['show']>[0]): void {
    places.set(drawnRoom, followed ? undefined : rows.place())
    drawnRoom = room.value
    session.pageFailed.value = null
    // The rows of the other room, one of which may have the focus, are removed.
    if (list.contains(document.activeElement)) scroller.focus({ preventScroll: true })
    rows.redraw(state)
    const place = places.get(drawnRoom)
    const isKept = !state.following && rows.keep(place)
    // Without a place, a link may have chosen a message while the room was not shown.
    aimed = isKept ? target.value : null
    followed = false
    lastTop = scroller.scrollTop
    if (isKept) keepThrough(place, SETTLING_FRAMES)
  }

  function keepThrough(place: Place | undefined, frames: number): void {
    if (frames === 0 || place !== places.get(drawnRoom)) return
    rows.keep(place)
    lastTop = scroller.scrollTop
    requestAnimationFrame(() => keepThrough(place, frames - 1))
  }

  function aim(seq: number): void {
    const row = rows.find(seq)
    if (!row) return
    row.scrollIntoView({ block: 'center' })
    // Rows outside the viewport had an estimated height until now.
    requestAnimationFrame(() => row.scrollIntoView({ block: 'center' }))
    row.classList.add('aimed')
    row.addEventListener('blur', () => row.classList.remove('aimed'), { once: true })
    row.focus({ preventScroll: true })
  }

  session.readingSeq = () => {
    const entry = following.peek() ? undefined : rows.reading?.entry
    return entry?.kind === 'event' ? entry.event.seq : null
  }
  const stopShowing = effect(show)
  const controls = import('./controls.ts').then(
    ({ connectControls }) => connectControls(session, scroller, list, rows),
    // Without its chunk the list can still be read and scrolled.
    () => () => {},
  )
  const resized = new ResizeObserver(stick)
  resized.observe(content)
  resized.observe(scroller)
  scroller.addEventListener('scroll', scrollerOnScroll, { passive: true })
  return () => {
    stopShowing()
    controls.then((stop) => stop())
    resized.disconnect()
    scroller.removeEventListener('scroll', scrollerOnScroll)
    session.readingSeq = () => null
  }
}
