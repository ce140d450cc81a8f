/** The listening sockets of systemd's socket activation: sd_listen_fds(3). */
import { readFileSync, readlinkSync } from 'node:fs'
import type { Port } from './handover.ts'

type Sockets = Partial<Record<Port, { fd: number }>>

/** The names of the sockets that systemd passes, as FileDescriptorName= sets them. */
const PORTS: readonly string[] = ['tcp', 'web'] satisfies Port[]
/** sd_listen_fds(3): the first descriptor. */
const FIRST_FD = 3

/**
 * The listening sockets that systemd passes, or the reason why they cannot be used. Without LISTEN_PID,
 * or with that of another process, there are none.
 */
export function socketsOfSystemd(
  { LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES }: NodeJS.ProcessEnv,
  pid: number,
): Sockets | string {
  if (LISTEN_PID !== String(pid)) return {}
  const names = LISTEN_FDNAMES?.split(':') ?? []
  const listening: Sockets = {}
  for (let at = 0; at < Number(LISTEN_FDS); at += 1) {
    const name = names[at] ?? ''
    if (!PORTS.includes(name) || name in listening) {
      return `The socket ${at + 1} of systemd has no name of its own that is tcp or web: set FileDescriptorName= in its unit.`
    }
    listening[name as Port] = { fd: FIRST_FD + at }
  }
  return listening
}

/** Why a server cannot listen on the sockets. `isShared`: it has one port for all protocols. */
export function socketsFault(sockets: Sockets, isShared: boolean): string | undefined {
  if (isShared && sockets.tcp !== undefined) {
    return 'With --port, the server has no socket of systemd with the name tcp: name the one socket web.'
  }
  const [unix] = Object.entries(sockets).find(([, { fd }]) => isUnix(fd)) ?? []
  return (
    unix && `The socket ${unix} of systemd is a path: give its ListenStream= an address and a port.`
  )
}

/** Only Linux has systemd, and Node.js does not tell the family of a socket. */
function isUnix(fd: number): boolean {
  try {
    const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`)) ?? []
    const lines = readFileSync('/proc/net/unix', 'utf8').split('\n')
    return inode !== undefined && lines.some((line) => line.split(/\s+/, 7)[6] === inode)
  } catch {
    return false
  }
}
