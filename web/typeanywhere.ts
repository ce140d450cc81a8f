/** A letter that is typed where nothing takes text goes into the composer, and so does a paste. */

export function watchLetters(): void {
  addEventListener('keydown', pageOnKeyDown)
}

function pageOnKeyDown(event: KeyboardEvent): void {
  const { key, ctrlKey, metaKey, altKey, target } = event
  if (event.defaultPrevented || event.isComposing) return
  // A space presses a button, or scrolls. AltGr, with which people type, sets Ctrl and Alt.
  // A question mark shows the keys.
  const isLetter = key.length === 1 && !/[ ?]/.test(key) && ctrlKey === altKey && !metaKey
  const isPaste = key.toLowerCase() === 'v' && (ctrlKey || metaKey) && !altKey
  if (!isLetter && !isPaste) return
  if (target instanceof Element && target.closest('input, textarea, select, dialog')) return
  if (document.querySelector('dialog[open]')) return
  // The browser writes the letter into the field that has the focus after this.
  document.getElementById('message')?.focus()
}
