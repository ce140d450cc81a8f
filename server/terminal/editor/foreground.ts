/**
 * Whether this process is in the foreground of its terminal. The system stops a background
 * process (`serve &`) that changes the terminal or reads from it.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** True also if it cannot be determined. */
export function isForeground(): boolean {
  const [own, foreground] = processGroups() ?? []
  return own === foreground
}

/** The process group of this process, and the foreground group of its terminal. */
function processGroups(): [own: string, foreground: string] | undefined {
  try {
    // proc(5): state, ppid, pgrp, session, tty_nr and tpgid follow the name in brackets.
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
    const output = execFileSync('ps', ['-o', 'pgid=,tpgid=', '-p', `${process.pid}`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [own = '', foreground = ''] = output.trim().split(/\s+/)
    return [own, foreground]
  } catch {
    return undefined
  }
}
