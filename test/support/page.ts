/**
 * A WebSocket client that speaks the JSON dialect as the page does, and checks each message
 * that it receives against the schema.
 */
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import type { RoomEvent } from '../../shared/protocol.ts'
import { type ServerMessage, serverMessages, type Welcome } from '../../shared/replies.ts'
import type { ClientMessage, Hello } from '../../shared/requests.ts'
import { Waiting } from './waiting.ts'

const check = Compile(Type.Union(Object.values(serverMessages)))

type Of<K extends ServerMessage['type']> = Extract<ServerMessage, { type: K }>

export class PageClient {
  readonly socket: WebSocket
  readonly messages: ServerMessage[] = []
  closeCode: number | undefined
  readonly #waiting = new Waiting()

  constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data) => {
      const message: unknown = JSON.parse(String(data))
      if (!check.Check(message)) throw new Error(`not of the protocol: ${data}`)
      this.messages.push(message as ServerMessage)
      this.#waiting.changed()
    })
    socket.on('close', (code) => {
      this.closeCode = code
      this.#waiting.changed()
    })
    socket.on('error', () => {})
  }

  get events(): RoomEvent[] {
    return this.messages.flatMap((message) => (message.type === 'events' ? message.events : []))
  }

  get texts(): string[] {
    return this.events.map(({ text }) => text)
  }

  send(message: ClientMessage): this {
    this.socket.send(JSON.stringify(message))
    return this
  }

  async hello(fields: Omit<Hello, 'type' | 'protocol'> = {}): Promise<Welcome> {
    this.send({ type: 'hello', protocol: 1, ...fields })
    return this.next('welcome')
  }

  /** The first message of a type that matches, whether it was received before or is received later. */
  async next<K extends ServerMessage['type']>(
    type: K,
    matches: (message: Of<K>) => boolean = () => true,
  ): Promise<Of<K>> {
    const find = (): Of<K> | undefined =>
      this.messages.find((one): one is Of<K> => one.type === type && matches(one as Of<K>))
    await this.#waiting.until(
      () => find() !== undefined,
      () => `a ${type} message; the latest: ${this.#latest()}`,
    )
    return find() as Of<K>
  }

  async until(text: string): Promise<RoomEvent> {
    const find = (): RoomEvent | undefined => this.events.find((event) => event.text === text)
    await this.#waiting.until(
      () => find() !== undefined,
      () => `the event ${JSON.stringify(text)}`,
    )
    return find() as RoomEvent
  }

  /** For the report of a failed test. */
  #latest(): string {
    return JSON.stringify([...this.messages.slice(-3), this.closeCode]).slice(0, 1000)
  }

  async untilClosed(): Promise<number> {
    await this.#waiting.until(
      () => this.closeCode !== undefined,
      () => 'the close',
    )
    return this.closeCode as number
  }
}

/** Opens a connection that has not sent a hello. The caller ends it. `localAddress`: to connect from. */
export async function openPage(
  webUrl: string,
  protocol = 'oneroom.v1',
  headers: Record<string, string> = {},
  localAddress?: string,
): Promise<PageClient> {
  const address = `${webUrl.replace('http', 'ws')}/ws`
  const socket = new WebSocket(address, protocol, { headers, localAddress })
  const client = new PageClient(socket)
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  return client
}

/** The same; the connection ends when the test is over. */
export async function pageClient(...how: Parameters<typeof openPage>): Promise<PageClient> {
  const client = await openPage(...how)
  onTestFinished(() => client.socket.terminate())
  return client
}
