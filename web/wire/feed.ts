/** What the server tells about a wire, live: the list of connections, and the rungs of one of them. */
import { signal } from '@preact/signals'
import type { Kernel, LabOrder, Rung, Station, WireMessage } from '../../shared/wire.ts'
import { root } from '../root.ts'
import { Calls } from './calls.ts'

/** Pause before the feed is asked for again, in ms. */
const AGAIN_MS = 1000
/** HTTP: the server shows this page no wire, or no longer this connection. */
const DENIED = 403
const GONE = 404
/** A key in the link that /wire prints at a terminal. */
const IN_LINK = /^#wire=([\w-]+)/u

/** `denied`: the server shows this page no wire. */
type Phase = 'connecting' | 'open' | 'denied'

export class WireFeed {
  readonly stations = signal<readonly Station[] | null>(null)
  readonly isHost = signal(false)
  readonly phase = signal<Phase>('connecting')
  /** The number of the connection that is shown. */
  readonly chosen = signal<number | null>(null)
  readonly calls = new Calls()
  /** Whether the server has not done what the person asked for last. */
  readonly hasFailed = signal(false)
  readonly kernel = signal<Kernel | null>(null)
  /** Receives the rungs of the one that is shown; `null`: it is another one now. */
  onRungs: (rungs: readonly Rung[] | null) => void = () => {}
  readonly #key: string | undefined
  readonly #token: () => string | null
  #abort = new AbortController()
  #isOver = false
  /** Whether a person has chosen it, or the page for them. */
  #hasChosen = false

  /** `token`: of the person at this page. */
  constructor(token: () => string | null) {
    this.#token = token
    this.#key = keyInLink()
  }

  /** Whether the link has a key, with which nobody needs to join. */
  static get hasKey(): boolean {
    return keyInLink() !== undefined
  }

  start(): void {
    void this.#run()
  }

  stop(): void {
    this.#isOver = true
    this.#abort.abort()
  }

  choose(number: number): void {
    this.#hasChosen = true
    if (this.chosen.peek() === number) return
    this.chosen.value = number
    this.#abort.abort()
  }

  /** Saves what the server has kept of the connection that is shown. */
  async save(form: 'pcap' | 'text' | 'svg'): Promise<void> {
    const of = this.chosen.peek()
    const response = await this.#ask({ of, as: form }).catch(() => null)
    const content = response?.ok ? await response.blob().catch(() => null) : null
    this.hasFailed.value = content === null
    if (content === null) return
    const link = document.createElement('a')
    link.href = URL.createObjectURL(content)
    link.download = `wire-${of}.${form === 'text' ? 'txt' : form}`
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), AGAIN_MS)
  }

  /** What the client of the connection that is shown has sent, as a program. `null`: it cannot be had. */
  async textAs(language: 'nc' | 'python' | 'c'): Promise<string | null> {
    const asked = this.#ask({ of: this.chosen.peek(), as: language })
    const response = await asked.catch(() => null)
    const text = response?.ok ? await response.text().catch(() => null) : null
    this.hasFailed.value = text === null
    return text
  }

  /** Does something to the wire that is shown, or to all raw ones of its room; for hosts. */
  async lab(fault: LabOrder['fault'], all: boolean): Promise<void> {
    const of = this.chosen.peek()
    if (of === null) return
    const headers = { ...this.#headers, 'content-type': 'application/json' }
    const body = JSON.stringify({ of, fault, all } satisfies LabOrder)
    const asked = fetch(`${root}api/wire`, { method: 'POST', headers, body })
    const response = await asked.catch(() => null)
    this.hasFailed.value = !response?.ok
  }

  get #headers(): Record<string, string> {
    const token = this.#token()
    return token === null ? {} : { authorization: `Bearer ${token}` }
  }

  #ask(wanted: Record<string, unknown>, signal?: AbortSignal): Promise<Response> {
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries({ ...wanted, key: this.#key })) {
      if (value !== null && value !== undefined) query.set(name, String(value))
    }
    const headers = this.#headers
    return fetch(`${root}api/wire?${query}`, { headers, ...(signal && { signal }) })
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      this.#abort = new AbortController()
      const again = await this.#follow().catch(() => true)
      const isAborted = this.#abort.signal.aborted
      if (!isAborted && this.phase.peek() === 'open') this.phase.value = 'connecting'
      this.#abort.abort()
      if (again && !isAborted) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
    }
  }

  /** Returns whether the server is to be left alone for a moment. */
  async #follow(): Promise<boolean> {
    const { signal } = this.#abort
    const of = this.chosen.peek()
    const response = await this.#ask({ of }, signal)
    if (!response.ok || response.body === null) {
      this.phase.value =
        response.status === DENIED || response.status === GONE ? 'denied' : 'connecting'
      // The connection that was shown may be gone.
      if (response.status === GONE && of !== null && this.stations.peek() !== null) {
        this.chosen.value = null
        this.#hasChosen = false
        this.onRungs(null)
      }
      return true
    }
    this.phase.value = 'open'
    this.kernel.value = null
    this.calls.clear()
    this.onRungs(null)
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    let rest = ''
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return true
      const lines = (rest + value).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) this.#take(JSON.parse(line) as WireMessage)
    }
  }

  #take(message: WireMessage): void {
    if (message.type === 'rungs') {
      if (message.of === this.chosen.peek()) this.onRungs(message.rungs)
      return
    }
    if (message.type === 'kernel') {
      if (message.of === this.chosen.peek()) this.kernel.value = message.kernel
      return
    }
    this.stations.value = message.stations
    this.isHost.value = message.isHost
    if (this.#hasChosen) return
    const best = firstChoice(message.stations, message.isHost)
    if (best !== undefined) this.choose(best.number)
  }
}

/** A host rather wants to see a raw client, and anybody else themselves. */
function firstChoice(stations: readonly Station[], isHost: boolean): Station | undefined {
  const open = stations.filter(({ state }) => state === 'open')
  const raw = isHost ? open.findLast(({ via }) => via !== 'web') : undefined
  return raw ?? open.find(({ isOwn }) => isOwn) ?? open.at(-1)
}

function keyInLink(): string | undefined {
  return IN_LINK.exec(location.hash)?.[1]
}
