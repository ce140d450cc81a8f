/** A modal dialog. Escape, its close button and a click outside close it. */
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { addStyle } from '../addstyle.ts'
import { more } from '../language/more.ts'
import href from '../style/dialog.css?url'
import { Icon } from './icon.tsx'

// No dialog is drawn before its style is loaded.
await addStyle(href)

type Props = { title: string; class?: string; onClose: () => void; children: ComponentChildren }

export function Dialog({ title, class: look, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const before = document.activeElement as HTMLElement | null
    dialog.current?.showModal()
    return () => {
      // While it is modal, nothing outside of it can take the focus.
      dialog.current?.remove()
      before?.focus({ preventScroll: true })
    }
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it by itself
    <dialog
      ref={dialog}
      class={look}
      aria-labelledby="dialog-title"
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <div class="dialog">
        <div class="title">
          <h2 id="dialog-title">{title}</h2>
          <button type="button" class="quiet icon" aria-label={more.close} onClick={onClose}>
            <Icon path="M6 6l12 12M18 6L6 18" />
          </button>
        </div>
        {children}
      </div>
    </dialog>
  )
}
