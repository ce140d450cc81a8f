/**
 * What the kernel knows of a TCP connection (Linux), as `ss -tin` tells it or, without ss, as /proc does,
 * which knows less. On the machine of the client, too, if it is this one.
 */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Kernel } from '../../shared/wire.ts'
import { readProc } from './proc.ts'

const run = promisify(execFile)
/** Time, in ms, after which ss is not waited for. */
const SS_MS = 2000

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6']

/** Whether this machine has ss. It is not looked for again. */
let hasSs = true

/** `local`, `remote`: address:port. Undefined if the kernel does not tell it. */
export async function kernelOf(local: string, remote: string): Promise<Kernel | undefined> {
  if (process.platform !== 'linux') return undefined
  const bySs = hasSs ? await ssOf(local, remote) : undefined
  // It may just have turned out to be missing.
  return hasSs ? bySs : procOf(local, remote)
}

/** The same from /proc alone. */
export async function procOf(local: string, remote: string): Promise<Kernel | undefined> {
  // A kernel without IPv6 has no second table.
  const texts = await Promise.all(TABLES.map((path) => readFile(path, 'utf8').catch(() => '')))
  const table = texts.join('\n')
  return kernelWith(readProc(table, local, remote), readProc(table, remote, local))
}

function kernelWith(
  server: Kernel['server'] | undefined,
  client: Kernel['client'] | undefined,
): Kernel | undefined {
  return server && { server, ...(client && { client }) }
}

/** Both sides with one command, since each start of a command stops the server for some milliseconds. */
async function ssOf(local: string, remote: string): Promise<Kernel | undefined> {
  const sides = [bracketed(local), bracketed(remote)]
  const filter = `( src ${sides[0]} dst ${sides[1]} ) or ( src ${sides[1]} dst ${sides[0]} )`
  try {
    const { stdout } = await run('ss', ['-tainH', ...filter.split(' ')], { timeout: SS_MS })
    const sockets = stdout.split(/\n(?=\S)/)
    const sideAt = (address: string): Kernel['server'] | undefined => {
      const port = address.slice(address.lastIndexOf(':'))
      return readSs(sockets.find((socket) => socket.split(/\s+/, 4)[3]?.endsWith(port)) ?? '')
    }
    return kernelWith(sideAt(local), sideAt(remote))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') hasSs = false
    return undefined
  }
}

/** `::1:8080` as ss reads it. */
function bracketed(address: string): string {
  const at = address.lastIndexOf(':')
  const host = address.slice(0, at)
  return host.includes(':') ? `[${host}]${address.slice(at)}` : address
}

/** Reads the first connection of the output; undefined if there is none. */
export function readSs(output: string): Kernel['server'] | undefined {
  const [, state, recvQ, sendQ] = /^\s*(\S+)\s+(\d+)\s+(\d+)\s+\S+/.exec(output) ?? []
  if (state === undefined) return undefined
  const numberAfter = (name: string): number | undefined => {
    const found = new RegExp(`\\s${name}:([\\d.]+)`).exec(output)?.[1]
    return found === undefined ? undefined : Number(found)
  }
  const [, lost] = /\sretrans:\d+\/(\d+)/.exec(output) ?? []
  const rttMs = numberAfter('rtt')
  const cwnd = numberAfter('cwnd')
  const acked = numberAfter('bytes_acked')
  const received = numberAfter('bytes_received')
  return {
    state,
    recvQ: Number(recvQ),
    sendQ: Number(sendQ),
    ...(rttMs !== undefined && { rttMs }),
    ...(cwnd !== undefined && { cwnd }),
    retransmits: Number(lost ?? 0),
    ...(acked !== undefined && { acked }),
    ...(received !== undefined && { received }),
  }
}
