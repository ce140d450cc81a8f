/** A UDP socket of a client. The test reads what it receives. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { Waiting } from './waiting.ts'

export class UdpClient {
  readonly socket: Socket
  /** Every datagram received so far. */
  readonly received: string[] = []
  /** Bytes in both directions. */
  sentBytes = 0
  receivedBytes = 0
  readonly #port: number
  readonly #waiting = new Waiting()

  /** `port`: of the server, at 127.0.0.1. */
  constructor(socket: Socket, port: number) {
    this.socket = socket
    this.#port = port
    socket.on('message', (datagram) => {
      this.received.push(datagram.toString())
      this.receivedBytes += datagram.length
      this.#waiting.changed()
    })
  }

  get text(): string {
    return this.received.join('')
  }

  /** Sends one datagram as it is. */
  send(datagram: string | Uint8Array): this {
    this.sentBytes += Buffer.byteLength(datagram)
    this.socket.send(datagram, this.#port, '127.0.0.1')
    return this
  }

  /** Waits until a datagram matches; returns it. */
  async until(pattern: RegExp | string): Promise<string> {
    const isFound = (one: string): boolean =>
      typeof pattern === 'string' ? one.includes(pattern) : pattern.test(one)
    await this.#waiting.until(
      () => this.received.some(isFound),
      () => `${pattern} in ${JSON.stringify(this.received.slice(-8))}`,
    )
    return this.received.find(isFound) as string
  }

  /** Waits until so many datagrams are received that contain the text; returns the last of them. */
  async untilCount(count: number, text = ''): Promise<string> {
    const found = (): string[] => this.received.filter((one) => one.includes(text))
    await this.#waiting.until(
      () => found().length >= count,
      () => `${count} of ${text} in ${JSON.stringify(this.received)}`,
    )
    return found()[count - 1] as string
  }
}

/** Binds a socket, which is closed when the test is over. `own`: its port; 0 for any. */
export async function udpClient(port: number, from = '127.0.0.1', own = 0): Promise<UdpClient> {
  const socket = createSocket('udp4')
  onTestFinished(() => {
    socket.close()
  })
  await once(socket.bind(own, from), 'listening')
  return new UdpClient(socket, port)
}
