/**
 * A raw TCP client: bytes out, text in, and waiting for text instead of for time.
 */
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { Waiting } from './waiting.ts'

export class RawClient {
  readonly socket: Socket
  /** Everything received so far. */
  text = ''
  /** The chunks in which it came. */
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

  /** Writes as it is; ends of lines are the caller's. */
  send(text: string | Uint8Array): this {
    this.socket.write(text)
    return this
  }

  /** Forgets what was received, where a test goes on for long. */
  forget(): void {
    this.text = ''
    this.chunks.length = 0
  }

  /** Waits until the received text matches; answers the text. */
  async until(pattern: RegExp | string, ms = 8000): Promise<string> {
    const found = (): boolean =>
      typeof pattern === 'string' ? this.text.includes(pattern) : pattern.test(this.text)
    await this.#waiting.until(
      found,
      () => `${pattern} in ${JSON.stringify(this.text.slice(-600))}`,
      ms,
    )
    return this.text
  }

  async untilClosed(ms = 8000): Promise<string> {
    await this.#waiting.until(
      () => this.closed,
      () => 'the connection to close',
      ms,
    )
    return this.text
  }

  async untilEnded(ms = 8000): Promise<string> {
    await this.#waiting.until(
      () => this.ended || this.closed,
      () => 'the other side to end',
      ms,
    )
    return this.text
  }
}

/** Connects; ending it is the caller's. */
export async function openRaw(port: number): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
  const client = new RawClient(socket)
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  return client
}

/** Connects; destroyed when the test is over. */
export async function rawClient(port: number): Promise<RawClient> {
  const client = await openRaw(port)
  onTestFinished(() => {
    client.socket.destroy()
  })
  return client
}

/** Connects and waits to be greeted; answers the client and its name. */
export async function greeted(port: number): Promise<{ client: RawClient; name: string }> {
  const client = await rawClient(port)
  const text = await client.until(/bye leaves\.\n/)
  return { client, name: /You are (\S+);/.exec(text)?.[1] ?? '' }
}
