/**
 * Programs that tests run: found on this machine, or installed where this is Debian
 * and we are root; otherwise said to be missing.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The path of a program on PATH, or undefined. */
export function which(program: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path))
}

export const canInstall = process.getuid?.() === 0 && which('apt-get') !== undefined

/** Installs Debian packages; answers whether that went well. */
export function install(packages: readonly string[]): boolean {
  if (!canInstall) return false
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const run = (args: string[]): boolean =>
    spawnSync('apt-get', args, { env: environment, stdio: ['ignore', 2, 2] }).status === 0
  console.error(`Installing ${packages.join(', ')} for the tests …`)
  return run(['update', '-q']) && run(['install', '-q', '-y', ...packages])
}

/** Program → the package that has it. */
const packages: Record<string, string> = {
  bash: 'bash',
  busybox: 'busybox',
  chromium: 'chromium',
  curl: 'curl',
  'inetutils-telnet': 'inetutils-telnet',
  jq: 'jq',
  'nc.openbsd': 'netcat-openbsd',
  'nc.traditional': 'netcat-traditional',
  ncat: 'ncat',
  plink: 'putty-tools',
  python3: 'python3',
  script: 'bsdutils',
  socat: 'socat',
  tmux: 'tmux',
}

/** The path of a program, after an attempt to install it; undefined, and why, where there is none. */
export function need(program: keyof typeof packages): string | undefined {
  const found = which(program) ?? (install([packages[program] as string]) && which(program))
  if (found) return found
  console.error(`${program} is not on this machine, so tests that run it are skipped.`)
  return undefined
}
