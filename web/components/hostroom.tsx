/** What a host can do in the room that is shown, and on the server. */
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import type { Order } from '../../shared/acts.ts'
import { askBans, bans, order, rulesIn } from '../hosts.ts'
import { more } from '../language/more.ts'
import { momentOf } from '../moment.ts'
import type { Session } from '../session.ts'
import { Dialog } from './dialog.tsx'
import { Reply } from './hostreply.tsx'
import { usePart } from './part.ts'

/** Seconds. */
const PACES = [10, 30, 60, 300]
const TEN_MINUTES = 600

export function HostRoom({ session, onClose }: { session: Session; onClose: () => void }) {
  const pinned = usePart(session, (state) => state.pinned)
  const room = usePart(session, (state) => state.room)
  const { slow, mutedTo, locked, approve } = rulesIn(room.value)
  const isMuted = mutedTo > Date.now()
  useEffect(() => {
    session.dismissNotice()
    askBans(session)
  }, [])

  function run(act: Order) {
    session.dismissNotice()
    order(session, act)
    if (act.type === 'unban') askBans(session)
  }

  /** `pressed`: whether the rule is on. */
  const act = (label: string, act: Order, pressed?: boolean) => (
    <button type="button" aria-pressed={pressed} onClick={() => run(act)}>
      {label}
    </button>
  )
  return (
    <Dialog title={more.hostTools} onClose={onClose}>
      <p class="note">{more.youAreHost}</p>
      <Group title={more.lesson}>
        {act(more.newLesson, { type: 'lesson' })}
        {act(more.endLesson, { type: 'lesson', on: false })}
      </Group>
      <Group title={more.slow}>
        {PACES.map((seconds) =>
          act(more.pace(seconds), { type: 'slow', seconds }, slow === seconds),
        )}
        {slow > 0 &&
          !PACES.includes(slow) &&
          act(more.pace(slow), { type: 'slow', seconds: slow }, true)}
        {act(more.off, { type: 'slow' }, slow === 0)}
      </Group>
      <Group title={more.muteAll}>
        {act(more.mute10, { type: 'mute', seconds: TEN_MINUTES }, isMuted && mutedTo < Infinity)}
        {act(more.mute, { type: 'mute' }, mutedTo === Infinity)}
        {act(more.unmute, { type: 'unmute' }, !isMuted)}
      </Group>
      <Group title={more.lockTitle}>
        {act(more.approve, { type: 'approve', on: !approve }, approve)}
        {act(more.lock, { type: locked ? 'unlock' : 'lock' }, locked)}
      </Group>
      {pinned.value && (
        <Group title={more.pinned}>
          <span class="quoted" dir="auto">
            {pinned.value.text}
          </span>
          {act(more.unpin, { type: 'pin' })}
        </Group>
      )}
      <section>
        <h3>{more.bans}</h3>
        {bans.value?.length === 0 && <p class="note">{more.noBans}</p>}
        <ul class="bans">
          {bans.value?.map(({ person, by, until, address }) => (
            <li key={person.id}>
              <span>
                <bdi class="banned">{person.name}</bdi>{' '}
                <span class="note">
                  {more.banned(by, until === undefined ? '' : momentOf(Date.parse(until)), address)}
                </span>
              </span>
              <button
                type="button"
                aria-label={more.unbanName(person.name)}
                onClick={() => run({ type: 'unban', person: person.id })}
              >
                {more.unban}
              </button>
            </li>
          ))}
        </ul>
      </section>
      <Reply session={session} />
    </Dialog>
  )
}

function Group({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <fieldset class="acts">
      <legend>{title}</legend>
      {children}
    </fieldset>
  )
}
