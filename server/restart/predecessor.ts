/** The server before this one, as its successor sees it. */
import type { Socket } from 'node:net'
import type { Arrived, Inheritance, Inherited, Port } from '../net/handover.ts'
import type { HandedRaw } from '../net/raw/tcp.ts'
import type { HandedMember } from '../net/udp/member.ts'
import type { Handed } from '../room/people.ts'
import { type FromSuccessor, SUCCESSION, type Succession, type ToSuccessor } from './messages.ts'

/** Undefined if this process was not started by a server that restarts. */
export function predecessorOf(env: NodeJS.ProcessEnv): Predecessor | undefined {
  const succession = env[SUCCESSION]
  delete env[SUCCESSION]
  return succession === undefined || process.send === undefined
    ? undefined
    : new Predecessor(JSON.parse(succession))
}

export class Predecessor {
  /** Descriptor of the leash. */
  readonly leash: number
  readonly #listening: Inherited['listening'] = {}
  readonly #udpPort: number | undefined
  #people: readonly Handed[] = []
  #members: readonly HandedMember[] = []
  readonly #clients = new Map<number, { socket: Socket; state: HandedRaw; unsent: Uint8Array }>()
  readonly #arrived: Arrived[] = []
  #stops = false
  #hasAll = false
  #mayOpen = false
  #isGone = false
  #onChange: () => void = () => {}

  constructor({ listening, leash, udpPort }: Succession) {
    this.leash = leash
    this.#udpPort = udpPort
    for (const [port, fd] of Object.entries(listening)) this.#listening[port as Port] = { fd }
    process.on('message', (message, socket) => {
      this.#take(message as ToSuccessor, socket as Socket | undefined)
      this.#onChange()
    })
    process.on('disconnect', () => {
      this.#isGone = true
      this.#onChange()
    })
  }

  get inherited(): Inherited {
    const receive = () => this.#receive()
    return { listening: this.#listening, udpPort: this.#udpPort, receive }
  }

  /** Whether the server was told to stop while it handed over. */
  get stops(): boolean {
    return this.#stops
  }

  #take(message: ToSuccessor, socket: Socket | undefined): void {
    // A client that is lost before anything listens for it.
    socket?.on('error', () => {})
    switch (message.type) {
      case 'open':
        this.#mayOpen = true
        return
      case 'people':
        this.#people = message.people
        return
      case 'members':
        this.#members = message.members
        return
      case 'client': {
        const { at, state } = message
        if (socket !== undefined) this.#clients.set(at, { socket, state, unsent: new Uint8Array() })
        return
      }
      case 'unsent': {
        const client = this.#clients.get(message.at)
        if (client !== undefined) client.unsent = message.bytes
        return
      }
      case 'arrived': {
        const { port, bytes, client } = message
        if (socket !== undefined) this.#arrived.push({ port, socket, bytes, client })
        return
      }
      case 'all':
        this.#hasAll = true
        this.#stops = message.stops
    }
  }

  /** Says that this process can open the log. Returns whether it may. */
  async prepared(): Promise<boolean> {
    this.#tell({ type: 'prepared' })
    while (!this.#mayOpen && !this.#isGone) await this.#change()
    return this.#mayOpen
  }

  /** If the server before is lost in between, goes on with what has come. */
  async #receive(): Promise<Inheritance> {
    this.#tell({ type: 'opened' })
    while (!this.#hasAll && !this.#isGone) await this.#change()
    const clients = [...this.#clients.values()]
    return { people: this.#people, clients, arrived: this.#arrived, members: this.#members }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#onChange = resolve
    })
  }

  serving(): void {
    this.#tell({ type: 'serving' })
  }

  /** This process does not take over. */
  async failed(sentence: string): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#tell({ type: 'failed', sentence }, resolve)
    })
  }

  #tell(message: FromSuccessor, done: () => void = () => {}): void {
    if (this.#isGone) done()
    else process.send?.(message, undefined, undefined, done)
  }
}
