/** The size of the type on the wall: steps with the keys + and −, kept in this browser. */
import { effect, signal } from '@preact/signals'
import { read, write } from './store.ts'

const KEY = 'oneroom.wall.size'
/** The smallest and the largest step; 0 fits the width of the screen. */
const LIMITS = [-5, 8] as const
/** How much larger each step is. */
const RATIO = 1.125
const KEYS: Record<string, number> = { '+': 1, '=': 1, '-': -1, '−': -1, _: -1 }

export const step = signal(Number(read('localStorage', KEY)) || 0)

effect(() => {
  const kept = Math.max(LIMITS[0], Math.min(LIMITS[1], Math.round(step.value)))
  if (kept === step.value) write('localStorage', KEY, kept === 0 ? null : String(kept))
  else step.value = kept
})

/** How many times larger than what fits the width of the screen. */
export function scaleOf(value: number): number {
  return RATIO ** value
}

/** Returns a function that stops watching. */
export function watchKeys(): () => void {
  function wallOnKeyDown(event: KeyboardEvent) {
    // With Ctrl or Cmd they change the zoom of the browser.
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.target instanceof HTMLInputElement) return
    if (event.key === '0') step.value = 0
    else step.value += KEYS[event.key] ?? 0
  }
  addEventListener('keydown', wallOnKeyDown)
  return () => removeEventListener('keydown', wallOnKeyDown)
}
