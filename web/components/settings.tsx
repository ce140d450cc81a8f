/** The settings of this browser. A change takes effect at once. */
import { useSignal } from '@preact/signals'
import { asked, isHost } from '../hosts.ts'
import { more } from '../language/more.ts'
import { texts } from '../language.ts'
import type { Session } from '../session.ts'
import { change, type Settings, settings } from '../settings.ts'
import { Dialog } from './dialog.tsx'
import { usePart } from './part.ts'

type Props = { session: Session; onClose: () => void }

export function SettingsDialog({ session, onClose }: Props) {
  const hosting = usePart(session, isHost)
  const { theme, clock, size, announce, sound } = settings.value
  /** This dialog gives the focus back first. */
  function openHosting() {
    onClose()
    setTimeout(() => {
      asked.value = { type: 'host' }
    })
  }

  return (
    <Dialog title={texts.settings} onClose={onClose}>
      <Choice
        title={more.theme}
        name="theme"
        value={theme}
        options={{ system: more.asSystem, light: more.light, dark: more.dark }}
        onChoose={(theme) => change({ theme })}
      />
      <Choice
        title={more.clock}
        name="clock"
        value={clock}
        options={{ system: more.asSystem, h12: more.hours12, h23: more.hours24 }}
        onChoose={(clock) => change({ clock })}
      />
      <Choice
        title={more.typeSize}
        name="size"
        value={String(size)}
        options={Object.fromEntries(more.sizes.map((label, index) => [index, label]))}
        onChoose={(size) => change({ size: Number(size) })}
      />
      <Choice
        title={more.announcements}
        name="announce"
        value={announce}
        options={{
          all: more.announceAll,
          mentions: more.announceMentions,
          none: more.announceNone,
        }}
        onChoose={(announce) => change({ announce })}
      />
      <Notifications />
      <label class="switch">
        <input
          type="checkbox"
          checked={sound}
          onChange={({ currentTarget }) => change({ sound: currentTarget.checked })}
        />
        {more.sound}
      </label>
      <p>
        <button type="button" onClick={openHosting}>
          {hosting.value ? more.hostTools : more.becomeHost}
        </button>
      </p>
    </Dialog>
  )
}

type ChoiceProps<T extends string> = {
  title: string
  name: keyof Settings
  value: T
  options: Record<T, string>
  onChoose: (value: T) => void
}

function Choice<T extends string>({ title, name, value, options, onChoose }: ChoiceProps<T>) {
  return (
    <fieldset>
      <legend>{title}</legend>
      {(Object.entries(options) as [T, string][]).map(([option, label]) => (
        <label key={option}>
          <input
            type="radio"
            name={name}
            checked={option === value}
            onChange={() => onChoose(option)}
          />
          {label}
        </label>
      ))}
    </fieldset>
  )
}

/** Asks the browser for permission only when the reader turns notifications on. */
function Notifications() {
  const denied = useSignal(false)
  async function wish(on: boolean) {
    const allowed =
      on && 'Notification' in window && (await Notification.requestPermission()) === 'granted'
    denied.value = on && !allowed
    change({ notify: allowed })
  }
  return (
    <>
      <label class="switch">
        <input
          type="checkbox"
          checked={settings.value.notify}
          onChange={({ currentTarget }) => wish(currentTarget.checked)}
        />
        {more.notifications}
      </label>
      <p role="status" class="note">
        {denied.value && more.notificationsDenied}
      </p>
    </>
  )
}
