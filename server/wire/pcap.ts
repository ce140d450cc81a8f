/**
 * What was heard of a connection as a capture file (libpcap, link type RAW), with headers of IPv4 or IPv6 and
 * of TCP or UDP that are made up: the server knows the bytes of its reads and writes, not the segments. Pure.
 */
import { isIPv4 } from 'node:net'

/** `payload`: empty for a segment that only ends a side. */
export type Segment = {
  /** ms since 1970. */
  at: number
  from: 'client' | 'server'
  payload: Buffer
  flags?: 'fin' | 'rst'
}

export type Endpoint = { host: string; port: number }

const MAGIC = 0xa1b2c3d4
/** Packets begin with the header of IP. */
const LINKTYPE_RAW = 101
const SNAPLEN = 65_535
/** A TCP segment carries no more, so that it fits into an IP packet. */
const MOST_PAYLOAD = 65_000
const FIN = 1
const SYN = 2
const RST = 4
const PSH = 8
const ACK = 16
const WINDOW = 65_535
/** Numbers in the header of IP. */
const PROTOCOLS = { tcp: 6, udp: 17 } as const

export type Protocol = keyof typeof PROTOCOLS

export function pcapOf(
  protocol: Protocol,
  client: Endpoint,
  server: Endpoint,
  segments: readonly Segment[],
): Buffer {
  const packets = protocol === 'tcp' ? tcpPackets : udpPackets
  return Buffer.concat([fileHeader(), ...packets(client, server, segments)])
}

function udpPackets(client: Endpoint, server: Endpoint, segments: readonly Segment[]): Buffer[] {
  return segments.map(({ at, from, payload }) => {
    const [source, target] = from === 'client' ? [client, server] : [server, client]
    const udp = Buffer.alloc(8)
    udp.writeUInt16BE(source.port, 0)
    udp.writeUInt16BE(target.port, 2)
    udp.writeUInt16BE(udp.length + payload.length, 4)
    return packet('udp', at, source, target, udp, payload)
  })
}

function tcpPackets(client: Endpoint, server: Endpoint, segments: readonly Segment[]): Buffer[] {
  const packets: Buffer[] = []
  const next = { client: 1000, server: 5000 }
  const add = (at: number, from: Segment['from'], flags: number, payload: Buffer): void => {
    const to = from === 'client' ? 'server' : 'client'
    const [source, target] = from === 'client' ? [client, server] : [server, client]
    const acknowledged = flags === SYN ? 0 : next[to]
    const tcp = tcpHeader(source, target, next[from], acknowledged, flags)
    packets.push(packet('tcp', at, source, target, tcp, payload))
    next[from] += payload.length + (flags & (SYN | FIN) ? 1 : 0)
  }
  const begin = segments[0]?.at ?? 0
  const nothing = Buffer.alloc(0)
  add(begin, 'client', SYN, nothing)
  add(begin, 'server', SYN | ACK, nothing)
  add(begin, 'client', ACK, nothing)
  for (const { at, from, payload, flags } of segments) {
    for (let start = 0; start < payload.length; start += MOST_PAYLOAD) {
      add(at, from, PSH | ACK, payload.subarray(start, start + MOST_PAYLOAD))
    }
    if (flags !== undefined) add(at, from, (flags === 'fin' ? FIN : RST) | ACK, nothing)
  }
  return packets
}

function fileHeader(): Buffer {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(MAGIC, 0)
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(SNAPLEN, 16)
  header.writeUInt32LE(LINKTYPE_RAW, 20)
  return header
}

/** Without its checksum. */
function tcpHeader(
  source: Endpoint,
  target: Endpoint,
  seq: number,
  ack: number,
  flags: number,
): Buffer {
  const tcp = Buffer.alloc(20)
  tcp.writeUInt16BE(source.port, 0)
  tcp.writeUInt16BE(target.port, 2)
  tcp.writeUInt32BE(seq >>> 0, 4)
  tcp.writeUInt32BE(ack >>> 0, 8)
  tcp[12] = 5 << 4
  tcp[13] = flags
  tcp.writeUInt16BE(WINDOW, 14)
  return tcp
}

/** Where the checksum is in the header of each protocol. */
const CHECKSUM_AT = { tcp: 16, udp: 6 } as const

/** `header`: of TCP or UDP; its checksum is written into it. */
function packet(
  protocol: Protocol,
  at: number,
  source: Endpoint,
  target: Endpoint,
  header: Buffer,
  payload: Buffer,
): Buffer {
  const addresses = addressesOf(source.host, target.host)
  const size = header.length + payload.length
  const number = PROTOCOLS[protocol]
  const pseudo = Buffer.concat([
    addresses,
    Buffer.from([0, 0, size >> 8, size & 0xff, 0, 0, 0, number]),
  ])
  // 0 would mean in UDP that there is none; 0xffff counts as the same sum.
  const sum = checksum([pseudo, header, payload]) || 0xffff
  header.writeUInt16BE(sum, CHECKSUM_AT[protocol])
  const ip = addresses.length === 8 ? ipv4(number, addresses, size) : ipv6(number, addresses, size)
  const record = Buffer.alloc(16)
  const length = ip.length + size
  record.writeUInt32LE(Math.floor(at / 1000), 0)
  record.writeUInt32LE(Math.floor((at % 1000) * 1000), 4)
  record.writeUInt32LE(length, 8)
  record.writeUInt32LE(length, 12)
  return Buffer.concat([record, ip, header, payload])
}

function ipv4(protocol: number, addresses: Buffer, size: number): Buffer {
  const header = Buffer.concat([Buffer.alloc(12), addresses])
  header[0] = 0x45
  header.writeUInt16BE(header.length + size, 2)
  header[8] = 64
  header[9] = protocol
  header.writeUInt16BE(checksum([header]), 10)
  return header
}

function ipv6(protocol: number, addresses: Buffer, size: number): Buffer {
  const header = Buffer.concat([Buffer.alloc(8), addresses])
  header[0] = 0x60
  header.writeUInt16BE(size, 4)
  header[6] = protocol
  header[7] = 64
  return header
}

/** The sum of RFC 1071. Each part but the last has an even length. */
function checksum(parts: readonly Buffer[]): number {
  let sum = 0
  for (const part of parts) {
    for (let at = 0; at < part.length; at += 2) {
      sum += ((part[at] as number) << 8) | (part[at + 1] ?? 0)
    }
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

/** Both of one family, also if a proxy has told an address of the other. */
function addressesOf(source: string, target: string): Buffer {
  const both = [addressBytes(source), addressBytes(target)]
  const isMixed = both[0]?.length !== both[1]?.length
  return Buffer.concat(isMixed ? both.map(mapped) : both)
}

/** An IPv4 address in the form of IPv6. */
export function mapped(address: Buffer): Buffer {
  const prefix = Buffer.concat([Buffer.alloc(10), Buffer.from([0xff, 0xff])])
  return address.length === 4 ? Buffer.concat([prefix, address]) : address
}

export function addressBytes(host: string): Buffer {
  if (isIPv4(host)) return Buffer.from(host.split('.').map(Number))
  const inner = /^::ffff:([\d.]+)$/i.exec(host)?.[1]
  if (inner !== undefined) return addressBytes(inner)
  const [head = '', tail] = (host.split('%')[0] as string).split('::')
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
  const first = groups(head)
  const last = groups(tail ?? '')
  const bytes = Buffer.alloc(16)
  for (const [at, group] of first.entries()) bytes.writeUInt16BE(group, 2 * at)
  for (const [at, group] of last.entries()) {
    bytes.writeUInt16BE(group, 2 * (8 - last.length + at))
  }
  return bytes
}
