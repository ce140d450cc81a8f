/**
 * The operator: whoever runs the server, in the room as `Server`. An edge like any other,
 * carried by the server's own terminal.
 */
import { type CommandName, commands, helpLines, parseTyped } from '../../../shared/commands.ts'
import type { Decoded, Dialect } from '../../../shared/dialect/dialect.ts'
import { PROTOCOL_VERSION } from '../../../shared/limits.ts'
import { Edge } from '../../net/connection/connection.ts'
import type { Edges } from '../../net/connection/connections.ts'
import type { Transport } from '../../net/connection/transport.ts'
import type { Encoded } from '../../room/feed.ts'
import type { Room } from '../../room/room.ts'
import { OPERATOR_ID, OPERATOR_NAME } from '../../room/roster.ts'
import { tokenFor } from '../../room/token.ts'

/** Names that can be completed. */
const NAMES = 1000

/** The operator's terminal, as the room sees it. */
export type OperatorTerminal = {
  readonly columns: number
  readonly colours: boolean
  /** Lines that are safe to write. */
  print(lines: readonly string[]): void
  /** The operator wants the server to stop. */
  quit(): void
}

export type OperatorOptions = {
  room: Room
  edges: Edges
  dialect: Dialect
  terminal: OperatorTerminal
}

export class Operator implements Transport {
  readonly #room: Room
  readonly #edge: Edge
  readonly #terminal: OperatorTerminal
  #typed: Decoded[]

  constructor({ room, edges, dialect, terminal }: OperatorOptions) {
    this.#room = room
    this.#terminal = terminal
    const token = tokenFor(OPERATOR_ID, room.log.secret)
    const hello = { type: 'hello', protocol: PROTOCOL_VERSION, name: OPERATOR_NAME, token } as const
    this.#typed = [{ type: 'request', request: hello }]
    const place = { room, edges, flood: { perSecond: Infinity, burst: 1 } }
    this.#edge = new Edge(place, this, {
      dialect: operatorDialect(dialect.styled({ color: terminal.colours })),
      via: 'server',
      remote: 'console',
    })
    this.#edge.intake.pump()
  }

  /** What the operator may mean to type. */
  get words(): { commands: string[]; names: string[] } {
    const others = this.#room.roster.list(NAMES).filter(({ id }) => id !== OPERATOR_ID)
    return {
      commands: commands.filter(({ name }) => has(name)).map(({ name }) => `/${name}`),
      names: others.map(({ name }) => name),
    }
  }

  /** A line that was typed: said, or a command. */
  type(line: string): void {
    const decoded = this.#edge.dialect.decode(line)
    const request = decoded.type === 'request' ? decoded.request : undefined
    if (request?.type === 'bye') {
      this.#terminal.quit()
    } else if (request?.type === 'help' && request.about === undefined) {
      this.#terminal.print(helpLines(this.#terminal.columns, help))
    } else {
      this.#give(decoded)
    }
  }

  /** Says the text as it is. */
  say(text: string): void {
    this.#give({ type: 'request', request: { type: 'say', text } })
  }

  next(): Decoded | undefined {
    return this.#typed.shift()
  }

  get columns(): number {
    return this.#terminal.columns
  }

  /** A person types no faster than can be read. */
  setReading(): void {}

  write(batch: readonly Encoded[]): boolean {
    this.#terminal.print(batch.flatMap(({ units }) => units.map(({ text }) => text)))
    return true
  }

  end(): void {
    this.#edge.gone('closed')
  }

  destroy(): void {
    this.#edge.gone('closed')
  }

  #give(decoded: Decoded): void {
    this.#typed.push(decoded)
    this.#edge.intake.pump()
  }
}

/**
 * The line dialect for one who needs no greeting, reads their own words above the line
 * they type next, and stays who they are.
 */
function operatorDialect(dialect: Dialect): Dialect {
  return {
    name: 'line',
    skipsOwn: false,
    decode(line) {
      // To people it is a farewell; only /quit stops the server.
      if (line.trim() === 'bye') return { type: 'request', request: { type: 'say', text: line } }
      const typed = parseTyped(line)
      if (typed.type !== 'command' || has(typed.name)) return dialect.decode(line)
      const message = `There is no /${typed.name} here: this is the server's own terminal.`
      return { type: 'fault', fault: { code: 'unknown_command', message } }
    },
    encode(message) {
      if (message.type === 'welcome') return []
      const units = dialect.encode(message)
      return message.type === 'presence' ? units.filter(({ own }) => own !== OPERATOR_ID) : units
    },
    styled: (change) => operatorDialect(dialect.styled(change)),
  }
}

/** The operator has one name, one place, and no other program to read with. */
const absent: readonly CommandName[] = ['name', 'resume', 'turn']

function has(name: CommandName): boolean {
  return !absent.includes(name)
}

const help = commands
  .filter(({ name }) => has(name))
  .map(({ name, usage, summary }) =>
    name === 'quit' ? { usage: '/quit', summary: 'Stop the server.' } : { usage, summary },
  )
