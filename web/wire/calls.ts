/**
 * The calls of a server and of its client, as a book about sockets lists them, and which of them have been
 * made. Those of the client are concluded from what the server sees.
 */
import { signal } from '@preact/signals'
import type { Rung } from '../../shared/wire.ts'

/** Time, in ms, for which a call that was just made stands out. */
const NOW_MS = 700

type Call = { name: CallName; python: string; c: string }
export type CallName =
  | 'socket'
  | 'bind'
  | 'listen'
  | 'accept'
  | 'connect'
  | 'recv'
  | 'send'
  | 'recvfrom'
  | 'sendto'
  | 'shutdown'
  | 'close'

const socket: Call = {
  name: 'socket',
  python: 's = socket.socket()',
  c: 'int s = socket(AF_INET, SOCK_STREAM, 0);',
}
const recv: Call = {
  name: 'recv',
  python: 'data = c.recv(4096)',
  c: 'ssize_t n = recv(c, buf, sizeof buf, 0);',
}
const send: Call = { name: 'send', python: 'c.sendall(data)', c: 'send(c, data, n, 0);' }
const shutdown: Call = {
  name: 'shutdown',
  python: 'c.shutdown(socket.SHUT_WR)',
  c: 'shutdown(c, SHUT_WR);',
}
const close: Call = { name: 'close', python: 'c.close()', c: 'close(c);' }

const bind: Call = {
  name: 'bind',
  python: 's.bind(("0.0.0.0", 8080))',
  c: 'bind(s, (struct sockaddr *)&address, sizeof address);',
}

const TCP: Record<Side, readonly Call[]> = {
  server: [
    socket,
    bind,
    { name: 'listen', python: 's.listen()', c: 'listen(s, SOMAXCONN);' },
    { name: 'accept', python: 'c, address = s.accept()', c: 'int c = accept(s, NULL, NULL);' },
    recv,
    send,
    shutdown,
    close,
  ],
  client: [
    socket,
    {
      name: 'connect',
      python: 'c.connect((host, port))',
      c: 'connect(c, (struct sockaddr *)&address, sizeof address);',
    },
    send,
    recv,
    shutdown,
    close,
  ],
}

const udpSocket: Call = {
  name: 'socket',
  python: 's = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)',
  c: 'int s = socket(AF_INET, SOCK_DGRAM, 0);',
}
const recvfrom: Call = {
  name: 'recvfrom',
  python: 'data, address = s.recvfrom(1024)',
  c: 'ssize_t n = recvfrom(s, buf, sizeof buf, 0, (struct sockaddr *)&address, &size);',
}
const sendto: Call = {
  name: 'sendto',
  python: 's.sendto(data, address)',
  c: 'sendto(s, data, n, 0, (struct sockaddr *)&address, size);',
}

const UDP: Record<Side, readonly Call[]> = {
  server: [udpSocket, bind, recvfrom, sendto],
  client: [udpSocket, sendto, recvfrom],
}

/** The calls of both sides. `via`: as of a member. */
export function callsOf(via: string): Record<Side, readonly Call[]> {
  return via === 'udp' ? UDP : TCP
}

type Side = 'server' | 'client'
/** `server recv` → how often it was made. */
type Made = Readonly<Record<string, number>>

const AT_ONCE: Made = {
  'server socket': 1,
  'server bind': 1,
  'server listen': 1,
  'server accept': 1,
  'client socket': 1,
  'client connect': 1,
}

export class Calls {
  readonly made = signal<Made>(AT_ONCE)
  /** Those that were just made. */
  readonly now = signal<ReadonlySet<string>>(new Set())
  #timer: ReturnType<typeof setTimeout> | undefined

  clear(): void {
    this.made.value = AT_ONCE
    this.now.value = new Set()
  }

  take(rungs: readonly Rung[]): void {
    const now = rungs.flatMap(callsBehind)
    if (now.length === 0) return
    const made = { ...this.made.peek() }
    for (const call of now) made[call] = (made[call] ?? 0) + 1
    this.made.value = made
    this.now.value = new Set(now)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.now.value = new Set()
    }, NOW_MS)
  }
}

/** Of TCP and of UDP: each side has only those of its protocol. */
function callsBehind(rung: Rung): string[] {
  if (rung.type === 'read')
    return ['client send', 'client sendto', 'server recv', 'server recvfrom']
  if (rung.type === 'write')
    return ['server send', 'server sendto', 'client recv', 'client recvfrom']
  if (rung.type !== 'event') return []
  switch (rung.what) {
    case 'client ended':
      return ['client shutdown']
    case 'server ended':
      return ['server shutdown']
    case 'closed':
      return ['server close', 'client close']
    default:
      return []
  }
}

export function callOf(side: Side, name: CallName): string {
  return `${side} ${name}`
}
