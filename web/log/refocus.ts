/** A row that is drawn again while it has the focus, or while a dialog will give the focus back to it. */

/** For the row that has the focus now: returns a function that gives it to the row as it is drawn then. */
export function keepFocus(): () => void {
  const row = document.activeElement?.closest('.row')
  const above = row?.previousElementSibling
  const below = row?.nextElementSibling
  return () => {
    if (!row || row.isConnected) return
    const again = below?.isConnected
      ? below.previousElementSibling
      : above?.isConnected && above.nextElementSibling
    const next = again || document.getElementById('message')
    ;(next as HTMLElement | null)?.focus({ preventScroll: true })
  }
}
