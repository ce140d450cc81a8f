/** A raw TCP client that waits for received text. */
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { Waiting } from './waiting.ts'

export class RawClient {
  readonly socket: Socket
  /** Everything received so far. */
  text = ''
  /** The same, as the chunks that were read. */
  readonly chunks: Buffer[] = []
  closed = false
  ended = false
  readonly #waiting = new Waiting()

  constructor(socket: Socket) {
    this.socket = socket
    const decoder = new TextDecoder()
    socket.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk)
      this.text += decoder.decode(chunk, { stream: true })
      this.#waiting.changed()
    })
    socket.on('end', () => {
      this.ended = true
      this.#waiting.changed()
    })
    socket.on('close', () => {
      this.closed = true
      this.#waiting.changed()
    })
    socket.on('error', () => {})
  }

  /** Writes the bytes as they are; the caller ends the lines. */
  send(text: string | Uint8Array): this {
    this.socket.write(text)
    return this
  }

  /** Forgets what was received so far. */
  forget(): void {
    this.text = ''
    this.chunks.length = 0
  }

  /** Waits until the received text matches; returns the text. */
  async until(pattern: RegExp | string): Promise<string> {
    const found = (): boolean =>
      typeof pattern === 'string' ? this.text.includes(pattern) : pattern.test(this.text)
    await this.#waiting.until(found, () => `${pattern} in ${JSON.stringify(this.text.slice(-600))}`)
    return this.text
  }

  async untilClosed(): Promise<string> {
    await this.#waiting.until(
      () => this.closed,
      () => 'the connection to close',
    )
    return this.text
  }

  async untilEnded(): Promise<string> {
    await this.#waiting.until(
      () => this.ended || this.closed,
      () => 'the other side to end',
    )
    return this.text
  }
}

/** Sockets that are open. Tests of one process run one after the other. */
const openSockets = new Set<Socket>()

/** Ends all connections, so that a server that stops does not wait for their ends. */
export function destroyRawClients(): void {
  for (const socket of openSockets) socket.destroy()
}

/** Connects; the caller ends the connection. `from`: the address of the client. */
export async function openRaw(port: number, from = '127.0.0.1'): Promise<RawClient> {
  const options = { host: '127.0.0.1', localAddress: from, allowHalfOpen: true, noDelay: true }
  const socket = connect({ port, ...options })
  openSockets.add(socket)
  socket.on('close', () => openSockets.delete(socket))
  const client = new RawClient(socket)
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  return client
}

/** Connects; the socket is destroyed when the test is over. */
export async function rawClient(...how: Parameters<typeof openRaw>): Promise<RawClient> {
  const client = await openRaw(...how)
  onTestFinished(() => {
    client.socket.destroy()
  })
  return client
}

/** Connects and waits for the greeting; returns the client and its name. */
export async function greeted(
  ...how: Parameters<typeof openRaw>
): Promise<{ client: RawClient; name: string }> {
  const client = await rawClient(...how)
  const text = await client.until(/bye leaves\.\n/)
  return { client, name: /You are (\S+);/.exec(text)?.[1] ?? '' }
}

/** The code of the person for /resume, which the server tells nobody else. */
export async function codeOf(client: Pick<RawClient, 'send' | 'until'>): Promise<string> {
  client.send('/resume\n')
  const text = await client.until(/\/resume \S+ takes/)
  return /\/resume (\S+) takes/.exec(text)?.[1] ?? ''
}
