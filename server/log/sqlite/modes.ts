/**
 * The modes of the data folder and its files, which let only their owner open them.
 *
 * MUST keep other users of the machine from reading the log: it has the key for the tokens of all
 * members. MUST NOT change the mode of what other programs use.
 */
import { chmodSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

export const PRIVATE_FOLDER = 0o700
export const PRIVATE_FILE = 0o600
/** Permissions of the group and of all other users. */
const OTHERS = 0o077
/** Of a folder in which many users keep files, such as /tmp. */
const STICKY = 0o1000

/** All files of the log; SQLite adds `-wal`, `-shm` and `-journal`. */
const FILE = /^room\.(db|lock)(-wal|-shm|-journal)?$/

type Mode = { what: string; from: number; to: number }

/**
 * Removes the permissions of other users. Returns what there is to report: each the end of a
 * sentence that begins with the folder. Never throws. A folder that is used for other things as
 * well keeps its mode.
 */
export function makePrivate(folder: string): string[] {
  // Windows has access lists in place of modes.
  if (process.platform === 'win32') return []
  try {
    const names = readdirSync(folder)
    const files = names.filter((name) => FILE.test(name))
    const modes = files.map((name) => tighten(name, join(folder, name), PRIVATE_FILE))
    const mode = modeOf(folder)
    const isShared = files.length < names.length || (mode & STICKY) !== 0
    if (!isShared) modes.unshift(tighten('the folder', folder, PRIVATE_FOLDER))
    return [...reportOf(modes), ...(isShared && isWide(mode) ? [sharedAt(mode)] : [])]
  } catch (error) {
    return [`may be open to other users of this machine: ${(error as Error).message}`]
  }
}

function tighten(what: string, path: string, most: number): Mode {
  const from = modeOf(path)
  if (!isWide(from)) return { what, from, to: from }
  try {
    chmodSync(path, from & most)
  } catch {
    // The mode that the path has now tells, also where a file system ignores the change.
  }
  return { what, from, to: modeOf(path) }
}

function reportOf(modes: readonly Mode[]): string[] {
  const report: string[] = []
  const changed = modes.filter(({ from, to }) => from !== to)
  if (changed.length > 0) {
    const list = changed.map(({ what, from, to }) => `${what} from ${octal(from)} to ${octal(to)}`)
    report.push(
      `had permissions for other users of this machine; the server changed ${list.join(', ')}`,
    )
  }
  const wide = modes.filter(({ to }) => isWide(to))
  if (wide.length > 0) {
    const list = wide.map(({ what, to }) => `${what} keeps ${octal(to)}`)
    report.push(
      `has permissions for other users of this machine, which the server cannot remove: ${list.join(', ')}`,
    )
  }
  return report
}

function sharedAt(mode: number): string {
  return `is used for other things as well, so it keeps its permissions ${octal(mode)}; choose a folder for the log alone with --data`
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o7777
}

function isWide(mode: number): boolean {
  return (mode & OTHERS) !== 0
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}
