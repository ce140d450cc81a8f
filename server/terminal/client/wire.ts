/**
 * `oneroom wire`: lists the connections of a server, or shows the wire of one of them, live, to an
 * operator who has the key of the hosts.
 */
import type { Writable } from 'node:stream'
import { type Rung, rungLine, type Station, type WireMessage } from '../../../shared/wire.ts'

const DEFAULT_COLUMNS = 120
const UNTRUSTED = /SELF_SIGNED_CERT|ISSUER_CERT|LEAF_SIGNATURE/u
const TRUST =
  'If you trust the certificate, set NODE_EXTRA_CA_CERTS to the path of its file, or of that of its authority.'

export type WireFlags = { url: string; key?: string }

/** `who`: a name, or the number of a connection. Resolves with the reason if it cannot go on. */
export async function showWire(
  who: string | undefined,
  { url, key }: WireFlags,
  output: Writable & { columns?: number },
): Promise<string | undefined> {
  const at = URL.canParse(url) ? new URL('api/wire', url) : undefined
  if (at === undefined) return `--url ${url} is not the address of a page.`
  if (key === undefined) return 'Give the key of the hosts with --key, or in ONEROOM_HOST_KEY.'
  const headers = { authorization: `Bearer ${key}` }
  const print = (line: string): boolean => output.write(`${line}\n`)
  try {
    const list = await open(at, headers)
    if (typeof list === 'string') return list
    if (who === undefined) return await follow(list, new List(print))
    const number = await numberOf(who, list)
    if (number === undefined) return `No connection of ${who} is open. oneroom wire lists them.`
    at.searchParams.set('of', String(number))
    const wire = await open(at, headers)
    if (typeof wire === 'string') return wire
    return await follow(wire, new Rungs(print, output.columns ?? DEFAULT_COLUMNS))
  } catch (error) {
    const { cause, message } = error as Error & { cause?: NodeJS.ErrnoException }
    const hint = UNTRUSTED.test(cause?.code ?? '') ? ` ${TRUST}` : ''
    return `The server at ${url} cannot be reached: ${cause?.message ?? message}.${hint}`
  }
}

async function open(
  at: URL,
  headers: Record<string, string>,
): Promise<AsyncGenerator<WireMessage> | string> {
  const response = await fetch(at, { headers })
  if (response.ok && response.body !== null) return messagesOf(response.body)
  const { message } = (await response.json().catch(() => ({}))) as { message?: string }
  return response.status === 403 && message !== undefined
    ? 'The key is wrong.'
    : (message ?? `The server answers with status ${response.status}.`)
}

async function* messagesOf(body: NonNullable<Response['body']>): AsyncGenerator<WireMessage> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield JSON.parse(line) as WireMessage
  }
}

async function numberOf(
  who: string,
  messages: AsyncGenerator<WireMessage>,
): Promise<number | undefined> {
  for await (const message of messages) {
    if (message.type !== 'stations') continue
    const wanted = who.toLowerCase()
    const found = message.stations.findLast(
      ({ name, number }) => name?.toLowerCase() === wanted || String(number) === who,
    )
    return found?.number
  }
  return undefined
}

async function follow(
  messages: AsyncGenerator<WireMessage>,
  shown: { take(message: WireMessage): void },
): Promise<string> {
  for await (const message of messages) shown.take(message)
  return 'The server has closed the connection.'
}

/** Each connection when it comes, when its name changes and when it is closed. */
class List {
  readonly #print: (line: string) => unknown
  readonly #known = new Map<number, string>()

  constructor(print: (line: string) => unknown) {
    this.#print = print
  }

  take(message: WireMessage): void {
    if (message.type !== 'stations') return
    for (const station of message.stations) {
      const line = stationLine(station)
      if (this.#known.get(station.number) !== line) this.#print(line)
      this.#known.set(station.number, line)
    }
  }
}

function stationLine({ number, name, via, remote, state }: Station): string {
  const closed = state === 'closed' ? ' closed' : ''
  return `${String(number).padStart(4)}  ${(name ?? '-').padEnd(24)}  ${via.padEnd(6)}  ${remote}${closed}`
}

/** Each rung once: a terminal cannot change what it has printed. */
class Rungs {
  readonly #print: (line: string) => unknown
  readonly #columns: number
  #last: Rung | undefined

  constructor(print: (line: string) => unknown, columns: number) {
    this.#print = print
    this.#columns = columns
  }

  take(message: WireMessage): void {
    if (message.type !== 'rungs') return
    for (const rung of message.rungs) {
      if (rung.n <= (this.#last?.n ?? 0)) continue
      this.#print(rungLine(rung, this.#last, this.#columns))
      this.#last = rung
    }
  }
}
