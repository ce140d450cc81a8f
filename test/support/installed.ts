/**
 * The programs that tests run, and where each of them is on this machine. Nothing is
 * installed from here: see setup.ts.
 */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Program → the Debian package that contains it. */
export const PACKAGES = {
  bash: 'bash',
  busybox: 'busybox',
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
} as const

export type ProgramName = keyof typeof PACKAGES

/** The path of a program on PATH; undefined when it is not installed. */
export function which(program: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path))
}

/** The path of a program that a test runs. When it is undefined, the test is to be skipped. */
export function need(program: ProgramName): string | undefined {
  return which(program)
}
