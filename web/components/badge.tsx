/** What waits in rooms: the number of unread messages, `@` if some mention the reader, `!` if some were not sent. */
import { more } from '../language/more.ts'
import { texts } from '../language.ts'

type Props = { unread: number; mentions: number; isFaulty: boolean }

export function Badge({ unread, mentions, isFaulty }: Props) {
  if (unread === 0 && !isFaulty) return null
  const looks = ['badge', mentions > 0 && 'mentions', isFaulty && 'faulty'].filter(Boolean)
  return (
    <>
      <span class={looks.join(' ')} aria-hidden="true">
        {[isFaulty && '!', mentions > 0 && '@', unread > 0 && more.number(unread)]
          .filter(Boolean)
          .join(' ')}
      </span>
      <span class="unseen">
        {isFaulty && texts.notSent} {unread > 0 && more.below(unread, mentions)}
      </span>
    </>
  )
}
