/** Moves the focus between the buttons of a menu with the arrow keys, and round at its ends. */
export function menuOnKeyDown(menu: HTMLElement | null, pressed: KeyboardEvent): void {
  const by = pressed.key === 'ArrowDown' ? 1 : pressed.key === 'ArrowUp' ? -1 : 0
  if (by === 0) return
  pressed.preventDefault()
  const buttons = [...(menu?.querySelectorAll('button') ?? [])]
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
  buttons.at((at + by) % buttons.length)?.focus()
}
