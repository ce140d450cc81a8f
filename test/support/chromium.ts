/** Starts a real Chromium: one that is installed, or the one that Playwright has downloaded. */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import { which } from './installed.ts'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const OTHER_PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** The path of Chromium: `CHROMIUM` if that is set; undefined when there is none. */
export function chromiumPath(): string | undefined {
  const named = process.env.CHROMIUM ? [process.env.CHROMIUM] : []
  const paths = [...named, ...NAMES.map(which), ...OTHER_PLACES, chromium.executablePath()]
  return paths.find((path) => path !== undefined && existsSync(path))
}

/** Chromium without windows, which opens pages in half the time; undefined if `CHROMIUM` is set. */
export function headlessShellPath(): string | undefined {
  return process.env.CHROMIUM ? undefined : which('chromium-headless-shell')
}

/** `complete`: not the headless shell, which shows no notifications. */
export function launch({ complete = false } = {}): Promise<Browser> {
  const executablePath = (complete ? undefined : headlessShellPath()) ?? chromiumPath()
  if (executablePath === undefined) throw new Error('Chromium is not installed.')
  const args = [
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ]
  // Chromium cannot use its sandbox when root starts it.
  if (process.getuid?.() === 0) args.push('--no-sandbox')
  return chromium.launch({ executablePath, args })
}
