/** The CPU time and memory of a process, from Linux's /proc (proc(5)). */
import { readdirSync, readFileSync } from 'node:fs'

export type Usage = { cpuSeconds: number; residentBytes: number }

/** CPU time of a process and of its children that have not ended, in s. */
export function familyCpuSeconds(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ')
  const pids = [pid, ...children.filter((child) => child !== '').map(Number)]
  return pids.reduce((sum, one) => sum + usageOf(one).cpuSeconds, 0)
}

export function usageOf(pid: number): Usage {
  // Of each thread, in ns. /proc/PID/stat is sampled, and misses bursts between samples.
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) => {
    return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0])
  })
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0)
  return {
    cpuSeconds: threads.reduce((sum, ns) => sum + ns, 0) / 1e9,
    residentBytes: kilobytes * 1024,
  }
}
