/** The settings of this browser, kept in its storage. */
import { effect, signal } from '@preact/signals'
import { read, write } from './store.ts'

export type Settings = {
  theme: 'system' | 'light' | 'dark'
  /** `system`, or the tag of a language. */
  language: string
  /** 12 or 24 hours. */
  clock: 'system' | 'h12' | 'h23'
  /** Whether times have seconds, and whether they are in UTC. */
  seconds: boolean
  utc: boolean
  /** The messages that a screen reader reads aloud. */
  announce: 'all' | 'mentions' | 'none'
  notify: boolean
  sound: boolean
  /** An index into `SIZES`. */
  size: number
}

/** Text sizes, in percent of the browser's default. */
const SIZES = [87.5, 100, 118.75, 143.75]
const SETTINGS = 'oneroom.settings'

const usual: Settings = {
  theme: 'system',
  language: 'system',
  clock: 'system',
  seconds: false,
  utc: false,
  announce: 'all',
  notify: false,
  sound: false,
  size: 1,
}

export const settings = signal<Settings>(kept())

export function change(part: Partial<Settings>): void {
  settings.value = { ...settings.value, ...part }
  write('localStorage', SETTINGS, JSON.stringify(settings.value))
}

/** Applies the settings to the document, now and after each change. */
export function applySettings(): void {
  const root = document.documentElement
  const colours = [...document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')]
  const media = colours.map((meta) => meta.media)
  effect(() => {
    const { theme, size } = settings.value
    root.dataset.theme = theme
    root.style.fontSize = `${SIZES[size] ?? 100}%`
    // The browser's toolbar has the colour of the chosen theme, or of the system's theme.
    colours.forEach((meta, at) => {
      const own = media[at] ?? ''
      meta.media = theme === 'system' ? own : own.includes(theme) ? 'all' : 'not all'
    })
  })
}

/** The stored settings; those whose type is not that of the default are ignored. */
function kept(): Settings {
  try {
    const found = JSON.parse(read('localStorage', SETTINGS) ?? '{}') as Record<string, unknown>
    const fits = Object.entries(usual).filter(
      ([name, value]) => typeof found[name] === typeof value,
    )
    return { ...usual, ...Object.fromEntries(fits.map(([name]) => [name, found[name]])) }
  } catch {
    return usual
  }
}
