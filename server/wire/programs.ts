/** What a client has sent, as a program that sends the same: with nc, in Python and in C. Pure. */
import { tokensOf } from '../../shared/wire.ts'
import type { Endpoint, Protocol, Segment } from './pcap.ts'

export const LANGUAGES = ['nc', 'python', 'c'] as const
export type Language = (typeof LANGUAGES)[number]

/** What a program sends at most: sends, and their bytes. The rest is left out. */
const MOST_SENDS = 100
const MOST_BYTES = 16_384
/** Pauses, in ms: a shorter one is left out, and a longer one is cut to it. */
const PAUSES = [50, 3000] as const

/** `pause`: before it, in seconds; 0 for none. */
type Send = { pause: number; bytes: Buffer }

export function programOf(
  language: Language,
  protocol: Protocol,
  server: Endpoint,
  segments: readonly Segment[],
): string {
  return WRITERS[language]({ ...server, isUdp: protocol === 'udp' }, sendsOf(segments))
}

function sendsOf(segments: readonly Segment[]): Send[] {
  const sends: Send[] = []
  let size = 0
  let before: number | undefined
  for (const { at, from, payload } of segments) {
    if (from !== 'client' || payload.length === 0) continue
    size += payload.length
    if (sends.length === MOST_SENDS || size > MOST_BYTES) break
    const gap = Math.min(at - (before ?? at), PAUSES[1])
    sends.push({ pause: gap < PAUSES[0] ? 0 : Math.round(gap) / 1000, bytes: payload })
    before = at
  }
  return sends
}

type Target = Endpoint & { isUdp: boolean }

const WRITERS: Record<Language, (target: Target, sends: readonly Send[]) => string> = {
  nc: ({ host, port, isUdp }, sends) => {
    const steps = sends.flatMap(({ pause, bytes }, at) => {
      // Without a pause, nc may read two of them at once, and send one datagram.
      const seconds = isUdp && at > 0 ? Math.max(pause, 0.1) : pause
      return [
        ...(seconds > 0 ? [`  sleep ${seconds}`] : []),
        `  printf -- '${literal(bytes).replaceAll('%', '%%').replaceAll("'", "'\\''")}'`,
      ]
    })
    const nc = isUdp ? 'nc -u -w 1' : 'nc'
    // Time to read the answers, since some programs called nc close at the end of their input.
    return ['{', ...steps, '  sleep 1', `} | ${nc} ${host} ${port}`, ''].join('\n')
  },
  python: ({ host, port, isUdp }, sends) => {
    const steps = sends.flatMap(({ pause, bytes }) => [
      ...(pause > 0 ? [`    time.sleep(${pause})`] : []),
      `    s.${isUdp ? 'send' : 'sendall'}(${pythonBytes(bytes)})`,
    ])
    const family = host.includes(':') ? 'AF_INET6' : 'AF_INET'
    const begin = isUdp
      ? [
          `with socket.socket(socket.${family}, socket.SOCK_DGRAM) as s:`,
          `    s.connect(("${host}", ${port}))`,
        ]
      : [`with socket.create_connection(("${host}", ${port})) as s:`]
    const end = isUdp
      ? [
          '    s.settimeout(1)',
          '    try:',
          '        while True:',
          '            print(s.recv(4096).decode(errors="replace"), end="")',
          '    except socket.timeout:',
          '        pass',
        ]
      : [
          '    s.shutdown(socket.SHUT_WR)',
          '    while data := s.recv(4096):',
          '        print(data.decode(errors="replace"), end="")',
        ]
    return ['import socket, time', '', ...begin, ...steps, ...end, ''].join('\n')
  },
  c: ({ host, port, isUdp }, sends) => {
    const steps = sends.flatMap(({ pause, bytes }) => [
      ...(pause > 0 ? [`  usleep(${Math.round(pause * 1e6)});`] : []),
      // Without trigraphs: `??/` is a backslash in C before C23.
      `  send(s, "${quoted(bytes).replaceAll('?', '\\?')}", ${bytes.length}, 0);`,
    ])
    const end = isUdp
      ? [
          '  struct timeval second = {.tv_sec = 1};',
          '  setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);',
        ]
      : ['  shutdown(s, SHUT_WR);']
    return [
      '#include <netdb.h>',
      '#include <stdio.h>',
      '#include <sys/socket.h>',
      ...(isUdp ? ['#include <sys/time.h>'] : []),
      '#include <unistd.h>',
      '',
      'int main(void) {',
      `  struct addrinfo hints = {.ai_socktype = ${isUdp ? 'SOCK_DGRAM' : 'SOCK_STREAM'}}, *at;`,
      `  if (getaddrinfo("${host}", "${port}", &hints, &at) != 0) return 1;`,
      '  int s = socket(at->ai_family, at->ai_socktype, 0);',
      '  if (connect(s, at->ai_addr, at->ai_addrlen) != 0) return 1;',
      ...steps,
      ...end,
      '  char buf[4096];',
      '  ssize_t n;',
      '  while ((n = recv(s, buf, sizeof buf, 0)) > 0) fwrite(buf, 1, n, stdout);',
      '  return 0;',
      '}',
      '',
    ].join('\n')
  },
}

/** UTF-8 as it is, and other bytes as escapes that a shell, C and Python read in the same way. */
function literal(bytes: Uint8Array): string {
  return tokensOf(bytes)
    .map(({ text, isEscape }) => (isEscape ? escapeOf(text) : text.replaceAll('\\', '\\\\')))
    .join('')
}

function quoted(bytes: Uint8Array): string {
  return literal(bytes).replaceAll('"', '\\"')
}

/** Octal and with three digits, so that a digit may follow. */
function escapeOf(shown: string): string {
  if (/^\\[nrt]$/.test(shown)) return shown
  const byte = shown === '\\0' ? 0 : shown === '\\e' ? 27 : Number.parseInt(shown.slice(2), 16)
  return `\\${byte.toString(8).padStart(3, '0')}`
}

function pythonBytes(bytes: Buffer): string {
  if (bytes.every((byte) => byte < 0x80)) return `b"${quoted(bytes)}"`
  const text = quoted(bytes)
  // In a string, an escape is a character and not a byte.
  if (!/\\[23]\d\d/.test(text)) return `"${text}".encode()`
  const single = [...bytes].map((byte) => quoted(Buffer.of(byte)))
  return `b"${single.join('')}"`
}
