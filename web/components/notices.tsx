/** Of which messages the reader is notified, in the room that is shown and everywhere. */
import { useSignal } from '@preact/signals'
import { nameOf } from '../directory.ts'
import { changeHeed, heed, isQuiet, LEVELS, levelIn, setLevel, WORDS_LENGTH } from '../heed.ts'
import { more } from '../language/more.ts'
import { texts } from '../language.ts'
import { momentOf } from '../moment.ts'
import type { Session } from '../session.ts'
import { change, settings } from '../settings.ts'
import { usePart } from './part.ts'

const HOUR_MS = 3_600_000

export function Notices({ session }: { session: Session }) {
  const room = usePart(session, (state) => state.room)
  const person = usePart(session, (state) => state.person)
  return (
    <section class="notices" aria-labelledby="notices-title">
      <h3 id="notices-title">{more.notices}</h3>
      <Permission />
      <label class="switch">
        <input
          type="checkbox"
          checked={settings.value.sound}
          onChange={({ currentTarget }) => change({ sound: currentTarget.checked })}
        />
        {more.sound}
      </label>
      {person.value === '' && (
        <fieldset>
          <legend>{more.noticesIn(nameOf(room.value) || texts.theRoom)}</legend>
          {LEVELS.map((level) => (
            <label key={level}>
              <input
                type="radio"
                name="level"
                checked={levelIn(room.value) === level}
                onChange={() => setLevel(room.value, level)}
              />
              {more.levels[level]}
            </label>
          ))}
        </fieldset>
      )}
      <label class="words">
        {more.words}
        <input
          type="text"
          value={heed.value.words}
          maxLength={WORDS_LENGTH}
          placeholder={more.wordsExample}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          onInput={({ currentTarget }) => changeHeed({ words: currentTarget.value })}
        />
      </label>
      <Quiet />
    </section>
  )
}

function Quiet() {
  const { quietTo } = heed.value
  const on = isQuiet()
  const choices = [
    [more.quietOff, !on, 0],
    [more.quietHour, on && quietTo !== null, 1],
    [more.quietOn, quietTo === null, 2],
  ] as const
  function choose(choice: 0 | 1 | 2) {
    changeHeed({ quietTo: [0, Date.now() + HOUR_MS, null][choice] ?? null })
  }
  return (
    <fieldset>
      <legend>{more.quiet}</legend>
      {choices.map(([label, chosen, choice]) => (
        <label key={choice}>
          <input type="radio" name="quiet" checked={chosen} onChange={() => choose(choice)} />
          {label}
        </label>
      ))}
      {on && quietTo !== null && <p class="note">{more.quietUntil(momentOf(quietTo))}</p>}
    </fieldset>
  )
}

/** Asks the browser for permission only when the reader turns notifications on. */
function Permission() {
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
