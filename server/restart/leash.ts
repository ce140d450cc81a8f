/**
 * The leash: a pair of sockets between the process that the operator has started, the keeper, and the
 * server, which is another process after a restart. Each server passes its end on to the next one.
 *
 * MUST end both: the keeper ends when the last server has closed the leash, and the server stops when
 * the keeper has.
 */
import { writeSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** What the keeper tells the server, each on a line. */
const ORDERS = ['stop', 'kill', 'restart', 'reload'] as const
type Order = (typeof ORDERS)[number]
/** The server's last line: `exit 0`. */
const EXIT = /^exit (\d+)$/m

/** The server's end. */
export class Leash {
  readonly fd: number
  readonly #socket: Socket

  /** `onOrder`: also receives `stop` when the keeper is gone. */
  constructor(fd: number, onOrder: (order: Order) => void) {
    this.fd = fd
    this.#socket = new Socket({ fd, readable: true, writable: true })
    this.#socket.setEncoding('utf8')
    this.#socket.on('data', (text: string) => {
      // Short lines, written one at a time: none is cut.
      for (const line of text.split('\n')) {
        if ((ORDERS as readonly string[]).includes(line)) onOrder(line as Order)
      }
    })
    this.#socket.on('end', () => onOrder('stop'))
    this.#socket.on('error', () => onOrder('stop'))
    // It keeps no process alive that has nothing else to do.
    this.#socket.unref()
  }

  /** The next server has the leash. */
  release(): void {
    this.#socket.removeAllListeners().destroy()
  }

  /** The process is about to end. */
  exit(code: number): void {
    try {
      writeSync(this.fd, `exit ${code}\n`)
    } catch {
      // The keeper is gone.
    }
  }
}

/** What is left of the first process: passes signals on, and ends as the last server does. */
export function keep(leash: Duplex): void {
  let said = ''
  let isStopping = false
  const tell = (order: Order): void => {
    leash.write(`${order}\n`)
  }
  const onStop = (): void => {
    tell(isStopping ? 'kill' : 'stop')
    isStopping = true
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.removeAllListeners(signal).on(signal, onStop)
  }
  process.removeAllListeners('SIGUSR2').on('SIGUSR2', () => tell('restart'))
  // Without a certificate, nothing listens for it, and it ends the process.
  if (process.listenerCount('SIGHUP') > 0) {
    process.removeAllListeners('SIGHUP').on('SIGHUP', () => tell('reload'))
  }
  leash.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-100)
  })
  leash.on('error', () => {})
  // Killed, if it has said nothing.
  leash.on('close', () => process.exit(Number(EXIT.exec(said)?.[1] ?? 1)))
}
