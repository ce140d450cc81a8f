/**
 * The lines about new connections, in the form of the first version of the server. A line waits a
 * moment for the name of the client, which most clients have at once.
 *
 * MUST keep no connection for longer than that moment.
 */
import { sanitise } from '../../../shared/text.ts'
import type { LogRecord } from './record.ts'

/** Longest wait for a name, in ms. */
const NAME_MS = 300

type Waiting = { line: string; timer: NodeJS.Timeout }

export class Arrivals {
  readonly #print: (line: string) => void
  /** By the number of the connection. */
  readonly #waiting = new Map<unknown, Waiting>()

  constructor(print: (line: string) => void) {
    this.#print = print
  }

  /** Takes each record of the log, and ignores those that are about something else. */
  take({ msg, connection, remote, via, name }: LogRecord): void {
    if (msg === 'connected' && via === 'relay') {
      this.#print(`Connected to ${sanitise(String(remote))}`)
    } else if (msg === 'connected') {
      // The console itself has no port.
      const [, host, port] = /^(.*):(\d+)$/.exec(String(remote)) ?? []
      if (host === undefined) return
      const line = `Connected client : ('${sanitise(host)}', ${port})`
      const timer = setTimeout(() => this.#finish(connection, undefined), NAME_MS).unref()
      this.#waiting.set(connection, { line, timer })
    } else if (msg === 'joined' || msg === 'left') {
      this.#finish(connection, name)
    }
  }

  #finish(connection: unknown, name: unknown): void {
    const waiting = this.#waiting.get(connection)
    if (waiting === undefined) return
    this.#waiting.delete(connection)
    clearTimeout(waiting.timer)
    this.#print(name === undefined ? waiting.line : `${waiting.line} ${sanitise(String(name))}`)
  }
}
