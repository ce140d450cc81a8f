/** What a process has used so far, read from Linux's /proc (proc(5)). */
import { readFileSync } from 'node:fs'

/** Clock ticks of /proc/PID/stat: 100 a second on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

export type Usage = { cpuSeconds: number; residentBytes: number }

export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // The name, in parentheses, may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [user, system] = [Number(fields[11]), Number(fields[12])]
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0)
  return { cpuSeconds: (user + system) / TICKS_PER_SECOND, residentBytes: kilobytes * 1024 }
}
