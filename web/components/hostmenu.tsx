/** What a host can do to a person, and to a message of this person. */
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import type { Order } from '../../shared/acts.ts'
import { type Asked, askBans, bans, order } from '../hosts.ts'
import { more } from '../language/more.ts'
import { keepFocus } from '../log/refocus.ts'
import type { Session } from '../session.ts'
import { Dialog } from './dialog.tsx'
import { Ask, BanAddress } from './hostask.tsx'
import { Reply } from './hostreply.tsx'
import { menuOnKeyDown } from './menukeys.ts'
import { usePart } from './part.ts'

const MINUTE = 60
const HOUR = 3600

type Step = 'menu' | 'rename' | 'kick' | 'ban'
type Props = { session: Session; about: Asked & { type: 'person' }; onClose: () => void }

export function HostMenu({ session, about: { person, event }, onClose }: Props) {
  const content = useRef<HTMLDivElement>(null)
  const isGone = useRef(false)
  const refocus = useMemo(keepFocus, [])
  const step = useSignal<Step>('menu')
  const { id, name } = person
  const role = usePart(session, ({ members }) => members.get(id)?.role)
  const pinned = usePart(session, (state) => state.pinned?.seq)
  const isMe = session.peek().me?.id === id

  useLayoutEffect(() => {
    session.dismissNotice()
    content.current?.querySelector<HTMLElement>('input, button')?.focus()
  }, [step.value])

  /** Closes the menu, unless there is no connection. */
  function run(act: Order) {
    if (order(session, act)) onClose()
  }

  /** Closes the menu of a person who will be gone, and with them the place where the focus was. */
  function remove(act: Order) {
    isGone.current = true
    run(act)
  }

  useLayoutEffect(() => {
    return () => {
      // After the dialog has given the focus back.
      setTimeout(() => {
        if (isGone.current) document.getElementById('message')?.focus()
        else refocus()
      })
    }
  }, [])

  function ban() {
    if (!order(session, { type: 'ban', person: id })) return
    isGone.current = true
    askBans(session)
    step.value = 'ban'
  }

  function contentOnKeyDown(pressed: KeyboardEvent) {
    if (step.value === 'menu') menuOnKeyDown(content.current, pressed)
  }

  const item = (label: string, onClick: () => void) => (
    <li>
      <button type="button" onClick={onClick}>
        {label}
      </button>
    </li>
  )
  const act = (label: string, act: Order) => item(label, () => run(act))
  const seq = event !== undefined && !event.act && !event.redacted ? event.seq : undefined
  return (
    <Dialog title={name} class="host-menu" onClose={onClose}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the arrow keys move between its buttons */}
      <div ref={content} onKeyDown={contentOnKeyDown}>
        {step.value === 'menu' && (
          <>
            {seq !== undefined && (
              <Group title={more.theMessage}>
                <p class="quoted" dir="auto">
                  {event?.text}
                </p>
                <ul>
                  {act(more.redact, { type: 'redact', seq })}
                  {pinned.value === seq
                    ? act(more.unpin, { type: 'pin' })
                    : act(more.pin, { type: 'pin', seq })}
                </ul>
              </Group>
            )}
            {!isMe && role.value === 'host' && <p class="note">{more.isHost(name)}</p>}
            {!isMe && role.value !== 'host' && (
              <>
                <Group title={more.writing}>
                  <ul>
                    {act(more.mute10, { type: 'mute', person: id, seconds: 10 * MINUTE })}
                    {act(more.mute60, { type: 'mute', person: id, seconds: HOUR })}
                    {act(more.mute, { type: 'mute', person: id })}
                    {act(more.unmute, { type: 'unmute', person: id })}
                    {role.value === 'observer'
                      ? act(more.observerOff, { type: 'observer', person: id, on: false })
                      : act(more.observerOn, { type: 'observer', person: id, on: true })}
                  </ul>
                </Group>
                <Group title={more.thePerson}>
                  <ul>
                    {item(more.rename, () => {
                      step.value = 'rename'
                    })}
                    {item(more.kick, () => {
                      step.value = 'kick'
                    })}
                    {item(more.ban, () => remove({ type: 'ban', person: id }))}
                    {item(more.banAddress, ban)}
                  </ul>
                </Group>
              </>
            )}
          </>
        )}
        {step.value === 'rename' && (
          <Ask
            label={more.newName}
            button={more.renameNow}
            onAnswer={(text) => text !== '' && run({ type: 'rename', person: id, name: text })}
          />
        )}
        {step.value === 'kick' && (
          <Ask
            label={more.reason}
            button={more.kickNow}
            onAnswer={(text) =>
              remove({ type: 'kick', person: id, ...(text !== '' && { reason: text }) })
            }
          />
        )}
        {step.value === 'ban' && (
          <BanAddress
            name={name}
            sharing={bans.value?.find((one) => one.person.id === id)?.sharing}
            onBan={() => remove({ type: 'ban', person: id, address: true })}
            onClose={onClose}
          />
        )}
      </div>
      <Reply session={session} />
    </Dialog>
  )
}

function Group({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  )
}
