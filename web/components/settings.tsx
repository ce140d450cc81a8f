/** The settings of this browser. A change takes effect at once. */
import { shortcutsOpen } from '../help.ts'
import { asked, isHost } from '../hosts.ts'
import { more } from '../language/more.ts'
import { languages, texts } from '../language.ts'
import type { Session } from '../session.ts'
import { change, type Settings, settings } from '../settings.ts'
import { Dialog } from './dialog.tsx'
import { Notices } from './notices.tsx'
import { usePart } from './part.ts'

type Props = { session: Session; onClose: () => void }

/** Each language by its own name. */
const languageNames = Object.fromEntries(
  languages.map((tag) => [tag, new Intl.DisplayNames(tag, { type: 'language' }).of(tag) ?? tag]),
)

export function SettingsDialog({ session, onClose }: Props) {
  const hosting = usePart(session, isHost)
  const { theme, clock, size, announce, language } = settings.value
  /** This dialog gives the focus back first. */
  function next(open: () => void) {
    onClose()
    setTimeout(open)
  }

  function openHosting() {
    next(() => {
      asked.value = { type: 'host' }
    })
  }

  function openShortcuts() {
    next(() => {
      shortcutsOpen.value = true
    })
  }

  /** All texts change, also those that were drawn long ago. Drafts and rooms are kept over a reload. */
  function chooseLanguage(language: Settings['language']) {
    change({ language })
    location.reload()
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
        title={more.language}
        name="language"
        value={language}
        options={{ system: more.asBrowser, ...languageNames }}
        onChoose={chooseLanguage}
      />
      <Choice
        title={more.clock}
        name="clock"
        value={clock}
        options={{ system: more.asSystem, h12: more.hours12, h23: more.hours24 }}
        onChoose={(clock) => change({ clock })}
      />
      <Switch name="seconds" label={more.seconds} />
      <Switch name="utc" label={more.utc} />
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
      <Notices session={session} />
      <p class="acts">
        <button type="button" onClick={openShortcuts}>
          {more.shortcuts}
        </button>
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

function Switch({ name, label }: { name: 'seconds' | 'utc'; label: string }) {
  return (
    <label class="switch">
      <input
        type="checkbox"
        checked={settings.value[name]}
        onChange={({ currentTarget }) => change({ [name]: currentTarget.checked })}
      />
      {label}
    </label>
  )
}
