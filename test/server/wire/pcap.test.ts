/** A wire to take along: a capture file that other programs read, text, and a picture. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { pcapOf, type Segment } from '../../../server/wire/pcap.ts'
import { testFolder } from '../../support/folder.ts'
import { testGateway } from '../../support/gateway.ts'
import { HOST_KEY } from '../../support/hosts.ts'
import { need } from '../../support/installed.ts'
import { greeted } from '../../support/raw.ts'
import { WireClient } from '../../support/wire.ts'

const tshark = need('tshark')

const segments: Segment[] = [
  { at: 1_795_000_000_123.4, from: 'server', payload: Buffer.from('Welcome\n') },
  { at: 1_795_000_001_000, from: 'client', payload: Buffer.from('x'.repeat(70_000)) },
  { at: 1_795_000_002_000, from: 'client', payload: Buffer.alloc(0), flags: 'fin' },
]

it.each([
  ['127.0.0.1', '127.0.0.1', 20],
  ['fe80::1:2', '::1', 40],
  ['192.0.2.1', '::1', 40],
])('a capture from %s to %s has the bytes of each packet that its headers tell', (from, to, ip) => {
  const file = pcapOf('tcp', { host: from, port: 51234 }, { host: to, port: 8080 }, segments)
  let at = 24
  const packets: { flags: number; seq: number; payload: number }[] = []
  while (at < file.length) {
    const size = file.readUInt32LE(at + 8)
    const packet = file.subarray(at + 16, at + 16 + size)
    expect(sumOf(packet, ip)).toBe(0xffff)
    packets.push({
      flags: packet[ip + 13] as number,
      seq: packet.readUInt32BE(ip + 4),
      payload: size - ip - 20,
    })
    at += 16 + size
  }
  expect(packets.map(({ flags, payload }) => [flags, payload])).toEqual([
    [2, 0],
    [18, 0],
    [16, 0],
    [24, 8],
    [24, 65_000],
    [24, 5000],
    [17, 0],
  ])
  expect(packets.map(({ seq }) => seq)).toEqual([1000, 5000, 1001, 5001, 1001, 66_001, 71_001])
})

/** The sum of a segment and its pseudo header (RFC 9293, section 3.1), 0xffff if it is right. */
function sumOf(packet: Buffer, ip: number): number {
  const [start, end] = ip === 20 ? [12, 20] : [8, 40]
  const size = packet.length - ip
  const parts = [
    packet.subarray(start, end),
    Buffer.from([size >> 8, size & 0xff, 0, 6]),
    packet.subarray(ip),
  ]
  let sum = 0
  for (const part of parts) {
    part.forEach((byte, at) => {
      sum += at % 2 === 0 ? byte << 8 : byte
    })
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return sum
}

const client = { host: '127.0.0.1', port: 51234 }
const server = { host: '127.0.0.1', port: 8080 }

/** The fields of each packet, as tshark reads them. */
function fieldsOf(capture: Buffer, fields: readonly string[]): string[][] {
  const path = join(testFolder(), 'wire.pcap')
  writeFileSync(path, capture)
  const check = ['tcp', 'udp'].flatMap((protocol) => ['-o', `${protocol}.check_checksum:TRUE`])
  const args = ['-n', ...check, '-r', path, '-T', 'fields']
  const chosen = fields.flatMap((one) => ['-e', one])
  const { stdout } = spawnSync(tshark as string, [...args, ...chosen], { encoding: 'utf8' })
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.split('\t'))
}

it.skipIf(tshark === undefined)('Wireshark finds nothing wrong with a capture of datagrams', () => {
  const few = segments.slice(0, 1).concat({ at: 1, from: 'client', payload: Buffer.from('hi') })
  for (const host of ['127.0.0.1', '::1']) {
    const capture = pcapOf('udp', { ...client, host }, server, few)
    expect(fieldsOf(capture, ['udp.srcport', 'udp.length', 'udp.checksum.status'])).toEqual([
      ['8080', '16', '1'],
      ['51234', '10', '1'],
    ])
  }
})

it.skipIf(tshark === undefined)('Wireshark finds nothing wrong with the capture', () => {
  const rows = fieldsOf(pcapOf('tcp', client, server, segments), [
    'tcp.stream',
    'tcp.len',
    'tcp.analysis.flags',
    '_ws.malformed',
    'tcp.checksum.status',
  ])
  expect(rows.map(([stream, size]) => `${stream} ${size}`)).toEqual(
    [0, 0, 0, 8, 65_000, 5000, 0].map((size) => `0 ${size}`),
  )
  for (const [, , flags = '', malformed = '', status] of rows) {
    expect([flags, malformed, status]).toEqual(['', '', '1'])
  }
})

it('the server exports a wire in each form, without its secrets', async () => {
  const { webUrl, tcp } = await testGateway({ hostKey: HOST_KEY, wire: 100 })
  const { client, name } = await greeted(tcp.port)
  client.send(`hello <&"\n/host ${HOST_KEY}\n`)
  await client.until('You are a host now')
  const list = await WireClient.open(webUrl, '', HOST_KEY)
  const { number } = await list.station(name)
  const headers = { authorization: `Bearer ${HOST_KEY}` }
  const take = async (form: string) => {
    const response = await fetch(`${webUrl}/api/wire?of=${number}&as=${form}`, { headers })
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="wire-\d+\./)
    return Buffer.from(await response.arrayBuffer()).toString('latin1')
  }
  const text = await take('text')
  expect(text).toMatch(/^guest-\d+ 127\.0\.0\.1:\d+ - 127\.0\.0\.1:\d+\n/)
  expect(text).toContain('message, ended by LF: hello <&"\n')
  const svg = await take('svg')
  expect(svg).toContain('= hello &#60;&#38;&#34;</text>')
  const pcap = await take('pcap')
  expect(pcap).toContain('hello <&"\n/host ***********\n')
  const programs = [await take('nc'), await take('python'), await take('c')]
  expect(programs[1]).toContain('s.sendall(b"hello <&\\"\\n/host ***********\\n")')
  for (const content of [text, svg, pcap, ...programs]) expect(content).not.toContain(HOST_KEY)
})
