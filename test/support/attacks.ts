/** What a hostile client does, from the address of this machine. Each ends by itself. */
import { connect, type Socket } from 'node:net'
import { WebSocket } from 'ws'
import type { Served } from './program.ts'

export type Attack = (server: Served) => Promise<void>

/** Attempts under way at once. */
const AT_ONCE = 100

/** Runs `one` so many times, AT_ONCE side by side. */
async function times(count: number, one: (at: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) {
      next += 1
      await one(next)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
}

/** Resolves when the connection is open, or has failed. */
function opened(port: number): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.on('error', () => {})
    socket.once('connect', () => resolve(socket)).once('close', () => resolve(socket))
  })
}

/** Resolves when the server has sent something, or has closed the connection. */
async function greeted(port: number): Promise<Socket> {
  const socket = await opened(port)
  if (socket.closed || socket.destroyed) return socket
  return new Promise((resolve) => {
    socket.once('data', () => resolve(socket)).once('close', () => resolve(socket))
  })
}

/** Sends the lines, reads what comes, and ends when the server has closed or all is answered. */
async function storm(port: number, lines: string): Promise<void> {
  const socket = await greeted(port)
  if (socket.destroyed) return
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve()).resume()
    socket.end(lines)
  })
}

const webPort = ({ webUrl }: Served): number => Number(new URL(webUrl).port)

/** `close`: when the attack is over. */
const held: { close(): void }[] = []

export function release(): void {
  for (const one of held.splice(0)) one.close()
}

function hold(socket: Socket): void {
  held.push({ close: () => socket.destroy() })
}

const HEADER = 'GET / HTTP/1.1\r\nHost: localhost\r\n'
const UPGRADE =
  'GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'

export const attacks: Record<string, Attack> = {
  '5,000 connections from one address': ({ tcpPort }) =>
    times(5000, async () => hold(await opened(tcpPort))),

  'connect, say, close, 2,000 times': ({ tcpPort }) =>
    times(2000, async (at) => {
      const socket = await opened(tcpPort)
      socket.end(`spam ${at}\n`)
      await new Promise((resolve) => socket.once('close', resolve).resume())
    }),

  '200 slow HTTP requests': async (server) =>
    times(200, async () => {
      const socket = await opened(webPort(server))
      socket.write(HEADER)
      hold(socket)
    }),

  '200 half-open upgrades': async (server) =>
    times(200, async () => {
      const socket = await opened(webPort(server))
      socket.write(UPGRADE)
      hold(socket)
    }),

  'codes guessed at full speed': async ({ webUrl }) =>
    times(100, async (lane) => {
      const socket = new WebSocket(`${webUrl.replace('http', 'ws')}/ws`, 'oneroom.v1')
      await new Promise<void>((resolve) => {
        let tries = 0
        const guess = (): void => {
          tries += 1
          if (tries > 20) socket.terminate()
          else socket.send(`{"type":"hello","protocol":1,"code":"guess-${lane}-${tries}"}`)
        }
        socket
          .on('open', guess)
          .on('message', guess)
          .on('error', () => {})
        socket.on('close', () => resolve())
      })
    }),

  'rooms entered and left': ({ tcpPort }) =>
    times(16, () => storm(tcpPort, '/join flip\n/join flop\n'.repeat(10))),

  'joined and left over JSON': ({ tcpPort }) =>
    times(300, async (at) => {
      const socket = await opened(tcpPort)
      socket.write(`{"type":"hello","protocol":1,"name":"flap-${at}"}\n`)
      await new Promise((resolve) => socket.once('data', resolve).once('close', resolve))
      socket.destroy()
    }),

  'a storm of renames': ({ tcpPort }) =>
    times(16, (lane) =>
      storm(tcpPort, Array.from({ length: 20 }, (_, at) => `/name n${lane}x${at}\n`).join('')),
    ),

  'history that is never read': ({ tcpPort }) =>
    times(64, async () => {
      const socket = await greeted(tcpPort)
      socket.pause()
      socket.write('/history 200\n'.repeat(200))
      hold(socket)
    }),

  'names of 10,000 characters': ({ tcpPort }) =>
    times(16, () => storm(tcpPort, `/name ${'x'.repeat(10_000)}\n`.repeat(10))),
}
