/**
 * The list of what is said. It keeps to its newest row for as long as the
 * reader is there, and stands still as soon as they scroll up.
 */
import { effect } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { Session } from '../session.ts'
import { heldBack, shownEntries } from '../state.ts'
import { PendingList } from './pending.tsx'
import { Rows } from './rows.ts'

/** This near to the end counts as being there. Pixels. */
const END_PX = 32
/** Newer rows are fetched from behind the window this far before its end. Pixels. */
const AHEAD_PX = 600

export function Log({ session }: { session: Session }) {
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const list = useRef<HTMLOListElement>(null)
  const below = useMemo(() => session.select((state) => state.below), [session])
  const empty = useMemo(
    () => session.select((state) => state.me !== null && state.entries.length === 0),
    [session],
  )

  useEffect(() => {
    if (!scroller.current || !content.current || !list.current) return
    return connect(session, scroller.current, content.current, list.current)
  }, [session])

  function logOnKeyDown({ key }: KeyboardEvent) {
    if (key === 'Escape') document.getElementById('message')?.focus()
  }

  return (
    <div class="log-frame">
      <div
        class="log"
        ref={scroller}
        role="log"
        aria-live="off"
        aria-label="Messages"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region is reached by keyboard
        tabIndex={0}
        onKeyDown={logOnKeyDown}
      >
        <div class="log-content" ref={content}>
          {empty.value && <p class="empty">Nobody has said anything yet. Begin.</p>}
          <ol ref={list} />
          <PendingList session={session} />
        </div>
      </div>
      {below.value > 0 && (
        <button type="button" class="pill" onClick={() => session.follow(true)}>
          {below.value} new
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M12 5v14M6 13l6 6 6-6" />
          </svg>
        </button>
      )}
    </div>
  )
}

/** Ties the scroll position to the state, both ways. Returns what undoes it. */
function connect(
  session: Session,
  scroller: HTMLElement,
  content: HTMLElement,
  list: HTMLOListElement,
): () => void {
  const rows = new Rows(list, scroller)
  const entries = session.select((state) => state.entries)
  const following = session.select((state) => state.following)
  let lastTop = 0

  function stick() {
    if (!following.peek()) return
    scroller.scrollTop = scroller.scrollHeight
    lastTop = scroller.scrollTop
  }

  function scrollerOnScroll() {
    const { scrollTop, scrollHeight, clientHeight } = scroller
    const left = scrollHeight - scrollTop - clientHeight
    const held = heldBack(entries.peek())
    if (held && !following.peek() && scrollTop > lastTop && left < AHEAD_PX) session.advance()
    else if (left < END_PX && !held) session.follow(true)
    else if (scrollTop < lastTop - 1) session.follow(false)
    lastTop = scroller.scrollTop
  }

  const stop = effect(() => {
    const follows = following.value
    rows.show(shownEntries(entries.value), !follows)
    stick()
  })
  const resized = new ResizeObserver(stick)
  resized.observe(content)
  resized.observe(scroller)
  scroller.addEventListener('scroll', scrollerOnScroll, { passive: true })
  return () => {
    stop()
    resized.disconnect()
    scroller.removeEventListener('scroll', scrollerOnScroll)
  }
}
