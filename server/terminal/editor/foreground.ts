/**
 * Whether this process has the terminal's attention. One in the background (`serve &`) is
 * stopped by the system when it changes the terminal or reads from it.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** True also where the system does not tell. */
export function isForeground(): boolean {
  const [own, foreground] = processGroups() ?? []
  return own === foreground
}

/** The group that this process is in, and the one that the terminal listens to. */
function processGroups(): [own: string, foreground: string] | undefined {
  try {
    // proc(5): after the name in brackets come state, parent, group, session, terminal, its group.
    const [, , own = '', , , foreground = ''] = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return [own, foreground]
  } catch {
    return groupsFromPs()
  }
}

function groupsFromPs(): [string, string] | undefined {
  try {
    const told = execFileSync('ps', ['-o', 'pgid=,tpgid=', '-p', `${process.pid}`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [own = '', foreground = ''] = told.trim().split(/\s+/)
    return [own, foreground]
  } catch {
    return undefined
  }
}
