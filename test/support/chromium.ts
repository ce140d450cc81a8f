/**
 * A real Chromium: the one on this machine, or else Debian's package, or else the one
 * that Playwright brings.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, chromium } from 'playwright-core'
import { install, which } from './debian.ts'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const OTHER_PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

function onThisMachine(): string | undefined {
  const named = process.env.CHROMIUM ? [process.env.CHROMIUM] : []
  const paths = [...named, ...NAMES.map(which), ...OTHER_PLACES, chromium.executablePath()]
  return paths.find((path) => path !== undefined && existsSync(path))
}

/** Throws one clear sentence where no browser can be had. */
function chromiumPath(): string {
  const found = onThisMachine()
  if (found !== undefined) return found
  if (!install(['chromium'])) {
    const cli = createRequire(import.meta.url).resolve('playwright-core/package.json')
    const script = cli.replace('package.json', 'cli.js')
    spawnSync(process.execPath, [script, 'install', 'chromium'], { stdio: ['ignore', 2, 2] })
  }
  const installed = onThisMachine()
  if (installed === undefined) {
    throw new Error(
      'The browser tests need Chromium: install it, or set CHROMIUM to where it is, and run npm test again.',
    )
  }
  return installed
}

export function launch(): Promise<Browser> {
  const args = [
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ]
  // Chromium's own sandbox cannot be had by root.
  if (process.getuid?.() === 0) args.push('--no-sandbox')
  return chromium.launch({ executablePath: chromiumPath(), args })
}
