/** TCP connections as `/proc/net/tcp` and `/proc/net/tcp6` list them (Linux, proc(5)). Pure. */
import { isIPv4 } from 'node:net'
import { endianness } from 'node:os'
import type { Kernel } from '../../shared/wire.ts'
import { addressBytes, mapped } from './pcap.ts'

/** In the order of their numbers, from 1 on (net/tcp_states.h), as ss names them. */
const STATES = [
  'ESTAB',
  'SYN-SENT',
  'SYN-RECV',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'TIME-WAIT',
  'UNCONN',
  'CLOSE-WAIT',
  'LAST-ACK',
  'LISTEN',
  'CLOSING',
]

/** Finds the socket of `local` and `remote` (address:port); undefined if the table has none. */
export function readProc(
  table: string,
  local: string,
  remote: string,
): Kernel['server'] | undefined {
  const wanted = [false, true].map((isV6) => ` ${hex(local, isV6)} ${hex(remote, isV6)} `)
  const line = table.split('\n').find((one) => wanted.some((ends) => one.includes(ends)))
  if (line === undefined) return undefined
  const [, , , state = '', queues = '', , retransmits = '', ...rest] = line.trim().split(/\s+/)
  const [sendQ = 0, recvQ = 0] = queues.split(':').map((queue) => Number.parseInt(queue, 16))
  const [cwnd] = rest.slice(8)
  return {
    state: STATES[Number.parseInt(state, 16) - 1] ?? state,
    recvQ,
    sendQ,
    ...(cwnd !== undefined && { cwnd: Number(cwnd) }),
    retransmits: Number.parseInt(retransmits, 16),
  }
}

/** `127.0.0.1:80` → `0100007F:0050`: words of 32 bits, as this machine orders bytes. */
function hex(endpoint: string, isV6: boolean): string {
  const at = endpoint.lastIndexOf(':')
  const host = endpoint.slice(0, at)
  const bytes = addressBytes(host)
  const whole = isV6 || !isIPv4(host) ? mapped(bytes) : bytes
  const words = endianness() === 'LE' ? Buffer.from(whole).swap32() : whole
  const port = Number(endpoint.slice(at + 1)).toString(16)
  return `${words.toString('hex')}:${port.padStart(4, '0')}`.toUpperCase()
}
