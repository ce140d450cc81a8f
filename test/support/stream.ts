/** A reader of Server-Sent Events, as a browser parses them (HTML, section 9.2.6). */
import { onTestFinished } from 'vitest'
import type { RoomEvent } from '../../shared/protocol.ts'
import { Waiting } from './waiting.ts'

/** `id`: the last that was received. */
export type Block = { event: string; id: string; data: Record<string, unknown> }

export class Stream {
  readonly blocks: Block[] = []
  readonly response: Response
  /** Everything received so far. */
  text = ''
  ended = false
  id = ''
  readonly #abort: AbortController
  readonly #waiting = new Waiting()

  static async open(url: string, headers: Record<string, string> = {}): Promise<Stream> {
    const abort = new AbortController()
    onTestFinished(() => abort.abort())
    const response = await fetch(url, {
      headers: { accept: 'text/event-stream', ...headers },
      signal: abort.signal,
    })
    return new Stream(response, abort)
  }

  private constructor(response: Response, abort: AbortController) {
    this.response = response
    this.#abort = abort
    void this.#read().catch(() => {})
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder()
    let rest = ''
    try {
      for await (const chunk of this.response.body ?? []) {
        const text = decoder.decode(chunk, { stream: true })
        this.text += text
        const parts = (rest + text).split('\n\n')
        rest = parts.pop() as string
        for (const part of parts) this.#take(part)
        this.#waiting.changed()
      }
    } finally {
      this.ended = true
      this.#waiting.changed()
    }
  }

  #take(part: string): void {
    let event = 'message'
    let data: string | undefined
    for (const line of part.split('\n')) {
      const [, field, value = ''] = /^([a-z]*): ?(.*)$/.exec(line) ?? []
      if (field === 'id') this.id = value
      else if (field === 'event') event = value
      else if (field === 'data') data = value
    }
    if (data !== undefined) this.blocks.push({ event, id: this.id, data: JSON.parse(data) })
  }

  get events(): RoomEvent[] {
    const messages = this.blocks.filter(({ event }) => event === 'message')
    return messages.map(({ data }) => data as RoomEvent)
  }

  get texts(): string[] {
    return this.events.map(({ text }) => text)
  }

  /** The first block of the kind, whether it was received before or is received later. */
  async next(event: string): Promise<Block['data']> {
    const find = () => this.blocks.find((block) => block.event === event)
    await this.until(() => find() !== undefined, `a block ${event}`)
    return find()?.data ?? {}
  }

  async until(isTrue: () => boolean, what: string): Promise<void> {
    await this.#waiting.until(isTrue, () => `${what} in ${this.text.slice(-600)}`)
  }

  async untilText(text: string): Promise<void> {
    await this.until(() => this.texts.includes(text), text)
  }

  close(): void {
    this.#abort.abort()
  }
}
