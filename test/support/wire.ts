/** A client that looks at a wire. */
import { Writable } from 'node:stream'
import { onTestFinished } from 'vitest'
import { bytesOf, escaped, type Rung, type Station, type WireMessage } from '../../shared/wire.ts'
import { Waiting } from './waiting.ts'

export class WireClient {
  readonly response: Response
  stations: Station[] = []
  /** The latest form of each rung. */
  readonly rungs = new Map<number, Rung>()
  #isOver = false
  readonly #abort: AbortController
  readonly #waiting = new Waiting()

  static async open(webUrl: string, query: string, bearer?: string): Promise<WireClient> {
    const abort = new AbortController()
    onTestFinished(() => abort.abort())
    const headers = bearer === undefined ? undefined : { authorization: `Bearer ${bearer}` }
    const response = await fetch(`${webUrl}/api/wire${query}`, {
      signal: abort.signal,
      ...(headers && { headers }),
    })
    return new WireClient(response, abort)
  }

  private constructor(response: Response, abort: AbortController) {
    this.response = response
    this.#abort = abort
    if (response.ok) void this.#read().catch(() => this.#end())
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder()
    let rest = ''
    for await (const chunk of this.response.body ?? []) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) this.#take(JSON.parse(line) as WireMessage)
      this.#waiting.changed()
    }
    this.#end()
  }

  #end(): void {
    this.#isOver = true
    this.#waiting.changed()
  }

  #take(message: WireMessage): void {
    if (message.type === 'stations') this.stations = message.stations
    if (message.type === 'rungs') for (const rung of message.rungs) this.rungs.set(rung.n, rung)
  }

  close(): void {
    this.#abort.abort()
  }

  async ended(): Promise<void> {
    await this.#waiting.until(
      () => this.#isOver,
      () => 'the end of the response',
    )
  }

  /** All rungs, each in a few words. */
  get text(): string {
    return [...this.rungs.values()].map(worded).join('\n')
  }

  async until(text: string): Promise<void> {
    await this.#waiting.until(
      () => this.stations.length > 0 && this.text.includes(text),
      () => `${text} in\n${this.text}`,
    )
  }

  /** The codes of the diagnoses, in their order. */
  get codes(): string[] {
    return [...this.rungs.values()].flatMap((rung) =>
      rung.type === 'event' ? (rung.code ?? []) : [],
    )
  }

  async untilCode(code: string): Promise<string[]> {
    await this.#waiting.until(
      () => this.codes.includes(code),
      () => `${code} in ${this.codes} of\n${this.text}`,
    )
    return this.codes
  }

  async station(name: string): Promise<Station> {
    return this.#stationWith((one) => one.name === name, name)
  }

  /** `remote`: address and port of the client. */
  async stationAt(remote: string): Promise<Station> {
    return this.#stationWith((one) => one.remote === remote, remote)
  }

  async #stationWith(isWanted: (one: Station) => boolean, wanted: string): Promise<Station> {
    await this.#waiting.until(
      () => this.stations.some(isWanted),
      () => `${wanted} in ${JSON.stringify(this.stations)}`,
    )
    return this.stations.find(isWanted) as Station
  }
}

function worded(rung: Rung): string {
  if (rung.type === 'message') return `message ${rung.text} (${rung.end}, ${rung.from.length})`
  if (rung.type === 'event') return rung.text
  return `${rung.type} ${escaped(bytesOf(rung))}${rung.parts ? ` [${rung.parts}]` : ''}`
}

/** What a command has printed. */
export class Printed extends Writable {
  text = ''
  readonly #changes = new Waiting()

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk
    this.#changes.changed()
    done()
  }

  async until(pattern: string): Promise<void> {
    const wanted = new RegExp(pattern)
    await this.#changes.until(
      () => wanted.test(this.text),
      () => `${pattern} in ${this.text}`,
    )
  }
}
