/**
 * The list of messages. It follows the newest row while the reader is there, and stays
 * still when they have scrolled up.
 */
import { useEffect, useRef } from 'preact/hooks'
import { lazily } from '../components/lazy.tsx'
import { texts } from '../language.ts'
import type { Session } from '../session.ts'
import { PendingList } from './pending.tsx'
import { connectLog } from './scroll.ts'

const Start = lazily(async () => (await import('./start.tsx')).Start)
const Pills = lazily(async () => (await import('./pills.tsx')).Pills)

export function Log({ session }: { session: Session }) {
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const list = useRef<HTMLOListElement>(null)

  useEffect(() => {
    if (!scroller.current || !content.current || !list.current) return
    return connectLog(session, scroller.current, content.current, list.current)
  }, [session])

  return (
    <div class="log-frame">
      <div
        class="log"
        ref={scroller}
        role="log"
        aria-live="off"
        aria-label={texts.messages}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region is reached by keyboard
        tabIndex={0}
      >
        <div class="log-content" ref={content}>
          <Start session={session} />
          <ol ref={list} />
          <PendingList session={session} />
        </div>
      </div>
      <Pills session={session} />
    </div>
  )
}
