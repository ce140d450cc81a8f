/** The next server, as the server before it sees it: a process that takes over, or does not. */
import { type ChildProcess, type Serializable, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Server, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Handover, Port, Servers } from '../net/handover.ts'
import { descriptorOf } from '../net/raw/socket.ts'
import { type FromSuccessor, SUCCESSION, type Succession, type ToSuccessor } from './messages.ts'

/**
 * Longest times, in ms, until the program of the successor runs, until it has opened the log, and
 * until it accepts connections. Clients wait during the last two.
 */
const PREPARE_MS = 30_000
const OPEN_MS = 15_000
const SERVE_MS = 30_000
/** The first descriptor after standard input, output and error. */
const FIRST_FD = 3

type Report = Exclude<FromSuccessor['type'], 'failed'>

export class Successor {
  readonly #child: ChildProcess
  readonly #leashFd: number
  readonly #reports = new Set<Report>()
  /** Why it will not take over; '' if it may. */
  #fault = ''
  #onChange: () => void = () => {}

  /**
   * Starts the program of this process again, as it is on the disk now. Resolves when it is prepared;
   * rejects with a sentence. `leash`: descriptor of the leash of this process; undefined if this is
   * the process that the operator has started. `stopped`: aborted when this server stops, which does
   * not wait for a program that does not start.
   */
  static async start(
    { servers, udpPort }: { servers: Servers; udpPort: number | undefined },
    leash: number | undefined,
    stopped: AbortSignal,
  ): Promise<Successor> {
    const successor = new Successor(servers, udpPort, leash)
    const onStop = (): void => successor.#fail('the server stops')
    stopped.addEventListener('abort', onStop)
    try {
      await successor.#until('prepared', PREPARE_MS)
      return successor
    } catch (error) {
      await successor.kill()
      throw error
    } finally {
      stopped.removeEventListener('abort', onStop)
    }
  }

  private constructor(servers: Servers, udpPort: number | undefined, leash: number | undefined) {
    const ports = (Object.entries(servers) as [Port, Server][]).filter(([, one]) => one.listening)
    this.#leashFd = FIRST_FD + ports.length
    const listening = Object.fromEntries(ports.map(([port], at) => [port, FIRST_FD + at]))
    const succession: Succession = { listening, leash: this.#leashFd, udpPort }
    const [, ...args] = process.argv
    this.#child = spawn(process.execPath, [...process.execArgv, ...args], {
      env: { ...process.env, [SUCCESSION]: JSON.stringify(succession) },
      serialization: 'advanced',
      stdio: [
        ...(['inherit', 'inherit', 'inherit'] as const),
        ...ports.map(([, server]) => descriptorOf(server)),
        leash ?? 'pipe',
        'ipc',
      ],
    })
    this.#child.on('message', (message: FromSuccessor) => {
      if (message.type === 'failed') this.#fault = message.sentence
      else this.#reports.add(message.type)
      this.#onChange()
    })
    this.#child.on('error', ({ message }) => this.#fail(`it could not be started: ${message}`))
    this.#child.on('exit', (code, signal) => this.#fail(`it ended with ${signal ?? code}`))
  }

  /** The other end of the leash, if this process has made it. */
  get leash(): Duplex {
    return this.#child.stdio[this.#leashFd] as Duplex
  }

  #fail(fault: string): void {
    if (this.#fault === '') this.#fault = fault
    this.#onChange()
  }

  async #until(report: Report, ms: number): Promise<void> {
    const timer = setTimeout(() => this.#fail(`it was not ${report} within ${ms} ms`), ms)
    try {
      while (!this.#reports.has(report)) {
        if (this.#fault !== '') throw new Error(this.#fault)
        await new Promise<void>((resolve) => {
          this.#onChange = resolve
        })
      }
    } finally {
      clearTimeout(timer)
    }
  }

  /** Resolves when it has opened the log, which MUST be closed. Rejects with a sentence. */
  async open(): Promise<void> {
    await this.#send({ type: 'open' })
    await this.#until('opened', OPEN_MS)
  }

  /**
   * Gives it all sockets. Resolves when it accepts connections. `conclude`: called before the last
   * message; returns whether this server was told to stop meanwhile.
   */
  async take(handover: Handover, conclude: () => boolean): Promise<void> {
    for (const listening of Object.values(handover.listening)) listening.close()
    await this.#send({ type: 'people', people: handover.people })
    await this.#send({ type: 'members', members: handover.members })
    for (const [at, { socket, state, takeUnsent }] of handover.clients.entries()) {
      if (socket.destroyed) continue
      await this.#send({ type: 'client', at, state }, socket)
      await this.#send({ type: 'unsent', at, bytes: takeUnsent() })
    }
    for (const { socket, ...arrived } of handover.arrived) {
      if (socket.destroyed) continue
      await this.#send({ type: 'arrived', ...arrived }, socket)
      socket.destroy()
    }
    await this.#send({ type: 'all', stops: conclude() })
    await this.#until('serving', SERVE_MS)
    this.#child.removeAllListeners('exit')
    this.#child.disconnect()
    this.#child.unref()
  }

  /** Resolves when the kernel has the message and the socket, which stays open in this process. */
  #send(message: ToSuccessor, socket?: Socket): Promise<void> {
    return new Promise((resolve, reject) => {
      const sent = (error: Error | null): void => (error === null ? resolve() : reject(error))
      this.#child.send(message as Serializable, socket, { keepOpen: true }, sent)
    })
  }

  /** Resolves when the process has ended, and so holds no lock any more. */
  async kill(): Promise<void> {
    const { exitCode, signalCode, pid } = this.#child
    if (pid === undefined || exitCode !== null || signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }
}
