/** What the menu of a host asks before some acts: a text, or whether the address is meant, too. */
import { useRef } from 'preact/hooks'
import { more } from '../language/more.ts'

type AskProps = { label: string; button: string; onAnswer: (text: string) => void }

export function Ask({ label, button, onAnswer }: AskProps) {
  const field = useRef<HTMLInputElement>(null)
  function formOnSubmit(event: Event) {
    event.preventDefault()
    onAnswer(field.current?.value.trim() ?? '')
  }
  return (
    <form class="field" onSubmit={formOnSubmit}>
      <input
        ref={field}
        aria-label={label}
        placeholder={label}
        maxLength={240}
        autocomplete="off"
      />
      <button type="submit" class="main">
        {button}
      </button>
    </form>
  )
}

type BanProps = {
  name: string
  /** How many others have the address; undefined until the server has answered, or if it is unknown. */
  sharing: number | undefined
  onBan: () => void
  onClose: () => void
}

/** The person is banned already. */
export function BanAddress({ name, sharing, onBan, onClose }: BanProps) {
  return (
    <>
      <p role="status">
        {more.isBanned(name)} {sharing !== undefined && more.sharing(sharing)}
      </p>
      <p class="choices">
        <button type="button" onClick={onClose}>
          {more.banPerson}
        </button>
        <button type="button" disabled={sharing === undefined} onClick={onBan}>
          {more.banAddressNow}
        </button>
      </p>
    </>
  )
}
