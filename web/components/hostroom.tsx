/** What a host can do in the room that is shown, and on the server. */
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import type { Order } from '../../shared/acts.ts'
import { askBans, bans, order } from '../hosts.ts'
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
  useEffect(() => {
    session.dismissNotice()
    askBans(session)
  }, [])

  function run(act: Order) {
    session.dismissNotice()
    order(session, act)
    if (act.type === 'unban') askBans(session)
  }

  const act = (label: string, act: Order) => (
    <button type="button" onClick={() => run(act)}>
      {label}
    </button>
  )
  return (
    <Dialog title={more.hostTools} onClose={onClose}>
      <p class="note">{more.youAreHost}</p>
      <Group title={more.slow}>
        {PACES.map((seconds) => act(more.pace(seconds), { type: 'slow', seconds }))}
        {act(more.off, { type: 'slow' })}
      </Group>
      <Group title={more.muteAll}>
        {act(more.mute10, { type: 'mute', seconds: TEN_MINUTES })}
        {act(more.mute, { type: 'mute' })}
        {act(more.unmute, { type: 'unmute' })}
      </Group>
      <Group title={more.lockTitle}>
        {act(more.lock, { type: 'lock' })}
        {act(more.unlock, { type: 'unlock' })}
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
