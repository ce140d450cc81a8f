/**
 * The operator: the person at the server's own console, in the room as `Server`. A
 * connection like any other, over the server's terminal.
 */
import type { Command } from '../../../shared/command.ts'
import { type CommandName, commands } from '../../../shared/commands.ts'
import type { Codec, Dialect, Encoding } from '../../../shared/dialect/dialect.ts'
import { lineDialect } from '../../../shared/dialect/line.ts'
import { helpLines } from '../../../shared/help.ts'
import { PROTOCOL_VERSION } from '../../../shared/limits.ts'
import { parseTyped } from '../../../shared/typed.ts'
import { Connection } from '../../net/connection/connection.ts'
import type { Connections } from '../../net/connection/connections.ts'
import type { Arrived, Input } from '../../net/connection/input.ts'
import type { Transport } from '../../net/connection/transport.ts'
import { ownNetwork } from '../../room/doors/networks.ts'
import type { Part } from '../../room/encoded.ts'
import type { Rooms } from '../../room/rooms.ts'
import { OPERATOR_NAME } from '../../room/roster.ts'

/** Names offered for completion. */
const NAMES = 1000

const KEYS = '* Alt+Enter admits the client that has waited longest, Alt+Delete rejects it.'

/** The terminal of the operator. */
export type OperatorTerminal = {
  readonly columns: number
  readonly colours: boolean
  /** `lines`: without control characters. */
  print(lines: readonly string[]): void
  /** Stops the server. */
  quit(): void
}

/** `id`: of the operator. `page`: its address. */
export type OperatorOptions = {
  rooms: Rooms
  connections: Connections
  terminal: OperatorTerminal
  id: string
  page: string
}

export class Operator implements Transport, Input {
  readonly page: string
  readonly #connection: Connection
  readonly #rooms: Rooms
  readonly #id: string
  readonly #terminal: OperatorTerminal
  #steps: Arrived[]

  constructor({ rooms, connections, terminal, id, page }: OperatorOptions) {
    this.page = page
    this.#rooms = rooms
    this.#id = id
    this.#terminal = terminal
    // The operator of another server on the same store may have the name.
    const name = { name: OPERATOR_NAME, take: 'suggestion' } as const
    const hello = { type: 'hello', protocol: PROTOCOL_VERSION, ...name } as const
    this.#steps = [
      { type: 'style', change: { color: terminal.colours } },
      { type: 'request', request: hello },
    ]
    const options = { rooms, connections, flood: { perSecond: Infinity, burst: 1 } }
    this.#connection = new Connection(options, this, this, {
      dialect: dialectOf(id),
      via: 'server',
      remote: 'console',
      source: ownNetwork('console', rooms.clock),
      identity: id,
    })
    this.#connection.received()
  }

  /** Words offered for completion. */
  get words(): { commands: string[]; names: string[]; rooms: string[] } {
    const others = this.#connection.session.home.members
      .list(NAMES)
      .filter(({ id }) => id !== this.#id)
    return {
      commands: commands.filter(({ name }) => isOffered(name)).map(({ name }) => `/${name}`),
      names: others.map(({ name }) => name),
      rooms: this.#rooms.list().rooms.map(({ name }) => name),
    }
  }

  /** The room of the operator; undefined for the lobby. */
  get room(): string | undefined {
    return this.#connection.session.home.label
  }

  /** A line that was typed: a message or a command. */
  type(line: string): void {
    const decoded = this.#connection.codec.decode(line)
    const request = decoded.type === 'request' ? decoded.request : undefined
    if (request?.type === 'bye') {
      this.#terminal.quit()
    } else if (request?.type === 'help' && request.about === undefined) {
      this.#terminal.print(helpLines(this.#terminal.columns, help))
    } else {
      this.#receive(decoded)
    }
  }

  /** Sends the text as it is, even if it looks like a command. After `/paste`, it belongs to the block. */
  say(text: string): void {
    if (this.#connection.codec.block !== undefined) {
      for (const line of text.split('\n')) this.type(line)
      return
    }
    this.#receive({ type: 'request', request: { type: 'say', text } })
  }

  admit(on: boolean): void {
    this.#receive({ type: 'request', request: { type: 'admit', on } })
  }

  #receive(step: Arrived): void {
    this.#steps.push(step)
    this.#connection.received()
  }

  next(): Arrived | undefined {
    return this.#steps.shift()
  }

  get columns(): number {
    return this.#terminal.columns
  }

  // A person types no faster than the server reads.
  listen(): void {}
  pause(): void {}

  write(parts: readonly Part[]): boolean {
    this.#terminal.print(parts.flatMap(({ encoded }) => encoded.units.map(({ text }) => text)))
    return true
  }

  end(): void {
    this.#connection.gone('closed')
  }

  destroy(): void {
    this.#connection.gone('closed')
  }
}

/**
 * The line dialect without the greeting and without the commands that make no sense here.
 * The operator's own messages are printed above the line they type next.
 */
const dialectOf = (id: string): Dialect => ({
  ...lineDialect,
  open(columns) {
    const codec = lineDialect.open(columns)
    const encode: Codec['encode'] = (message) => {
      // Its own act is printed as an event.
      if (message.type === 'welcome' || message.type === 'acted') return []
      const units = codec.encode(message)
      if (message.type === 'knocks' && message.added > 0) units.push({ text: KEYS })
      return message.type === 'presence' ? units.filter(({ own }) => own !== id) : units
    }
    const encoding = (): Encoding => ({ skipsOwn: false, isCommon: false, encode })
    let broadcast = encoding()
    return {
      encode,
      decode(line) {
        if (codec.block !== undefined) return codec.decode(line)
        // In the room, bye is a farewell. Only /quit stops the server.
        if (line.trim() === 'bye') return { type: 'request', request: { type: 'say', text: line } }
        const typed = parseTyped(line)
        if (typed.type !== 'command' || isOffered(typed.name)) return codec.decode(line)
        const message = `There is no /${typed.name} at the server's own console.`
        return { type: 'fault', fault: { code: 'unknown_command', message } }
      },
      get block() {
        return codec.block
      },
      get broadcast() {
        return broadcast
      },
      restyle(change) {
        codec.restyle(change)
        broadcast = encoding()
      },
    }
  },
})

/** The operator's name and place are fixed, and the console is not a raw connection. */
const absent: readonly CommandName[] = [
  'name',
  'register',
  'unregister',
  'resume',
  'bell',
  'turn',
  'host',
]

function isOffered(name: CommandName): boolean {
  return !absent.includes(name)
}

const help = commands
  .filter(({ name }) => isOffered(name))
  .map((command: Command) => {
    const { name, summary } = command
    if (name === 'quit') return { ...command, usage: '/quit', summary: 'Stop the server.' }
    const key = name === 'admit' ? 'Alt+Enter' : name === 'turnaway' ? 'Alt+Delete' : undefined
    return {
      ...command,
      summary: key === undefined ? summary : `${summary.slice(0, -1)} (${key}).`,
    }
  })
