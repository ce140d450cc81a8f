/**
 * Runs once before all tests: installs the programs that are missing, or says which they
 * are. Test files run side by side, and apt-get runs only once at a time, so no test may
 * install anything itself.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { chromiumPath, headlessShellPath } from './chromium.ts'
import { hasLuaSocket, PACKAGES, postgresPrograms, which } from './installed.ts'

/** How long, in seconds, apt-get waits for another apt-get or dpkg to finish. */
const LOCK_SECONDS = 600

/** Program → Debian package, for programs that are not installed. */
function missing(): [program: string, name: string][] {
  const programs: [program: string, name: string][] = Object.entries(PACKAGES).filter(
    ([program]) => which(program) === undefined,
  )
  if (chromiumPath() === undefined) programs.push(['chromium', 'chromium'])
  if (postgresPrograms() === undefined) programs.push(['PostgreSQL', 'postgresql'])
  if (!hasLuaSocket()) programs.push(["Lua's library for sockets", 'lua-socket'])
  return programs
}

/** Whether this is Debian without its headless shell, in which the browser tests are faster. */
function lacksHeadlessShell(): boolean {
  const hasPackage =
    existsSync('/etc/os-release') && /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'))
  return hasPackage && !process.env.CHROMIUM && headlessShellPath() === undefined
}

function aptGet(...args: string[]): void {
  // apt-get prints to standard error, because standard output may be a report.
  spawnSync('apt-get', ['-q', '-o', `DPkg::Lock::Timeout=${LOCK_SECONDS}`, ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 2, 2],
  })
}

export default function installMissing(): void {
  const packages = missing().map(([, name]) => name)
  // By themselves, since a release of Debian may not have the headless shell.
  const groups = [packages, lacksHeadlessShell() ? ['chromium-headless-shell'] : []]
  if (groups.flat().length === 0) return
  if (process.getuid?.() === 0 && which('apt-get') !== undefined) {
    console.error(
      `Installing ${groups.flat().join(', ')} for the tests. This may take some minutes.`,
    )
    aptGet('update')
    for (const group of groups) if (group.length > 0) aptGet('install', '-y', ...group)
  }
  for (const [program, name] of missing()) {
    console.error(
      program === 'chromium'
        ? 'Chromium is not installed, so the browser tests are skipped. To run them, install Chromium or Chrome, set CHROMIUM to its path, or run: npx playwright-core install chromium'
        : `${program} is not installed, so the tests that run it are skipped. Its Debian package is ${name}.`,
    )
  }
}
