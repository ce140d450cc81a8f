/**
 * A member by UDP: an address and port, for as long as datagrams come from it.
 *
 * MUST queue at most QUEUED_UNITS of received lines: a datagram is processed or dropped, never held for
 * flood control.
 */
import type { Dialect } from '../../../shared/dialect/dialect.ts'
import { lineDialect } from '../../../shared/dialect/line.ts'
import { LINE_HELLO } from '../../../shared/dialect/typed.ts'
import { errorMessage } from '../../../shared/errors.ts'
import { PROTOCOL_VERSION } from '../../../shared/limits.ts'
import type { Network } from '../../room/doors/networks.ts'
import type { Part } from '../../room/encoded.ts'
import { Bucket } from '../../room/rate.ts'
import { Connection, type ConnectionOptions } from '../connection/connection.ts'
import type { Datagrams, DatagramTap } from '../connection/datagrams.ts'
import type { HandedConnection } from '../connection/handed.ts'
import type { Arrived, Input } from '../connection/input.ts'
import type { Transport } from '../connection/transport.ts'
import type { Line } from '../raw/lines.ts'
import { Lockstep, type LockstepState, oneReadChunks } from '../raw/lockstep.ts'
import { type DatagramUnit, datagramDialect, datagrams } from './codec.ts'
import { firstOf, isAnswer, linesOf, messageTypeOf } from './datagram.ts'
import { Sent } from './sent.ts'

/** Shortest time, in ms, between two errors that a member receives. */
const ERROR_MS = 1000
/** UTF-16 units of lines that wait until those before them are processed. */
const QUEUED_UNITS = 65_536
const TOO_FAST = 'Too fast: what you sent is dropped. Wait a moment and send it again.'
const HELLO = { type: 'hello', protocol: PROTOCOL_VERSION } as const
const WELCOME = /^\{"type":"welcome"/

export type MemberOptions = ConnectionOptions & {
  /** Time without a datagram, in ms, after which a member has left. */
  silentMs: number
}

/**
 * A member as data, for the next server. `lines`: received and not processed yet. `count` and `welcome`:
 * see `Member`. `silentMs`: time since its last datagram.
 */
export type HandedMember = {
  address: string
  port: number
  connection: HandedConnection
  lines: readonly string[]
  count: number
  lockstep: LockstepState
  welcome: Uint8Array | undefined
  silentMs: number
}

/** What a member needs of the port. */
export type MemberPort = {
  /** Address and port of the server. */
  readonly local: string
  /** The next server has the member. */
  handOver(handed: Omit<HandedMember, 'address' | 'port'>): void
  /** Sends one datagram to the member. */
  send(bytes: Uint8Array): void
  /** The member has left. */
  forget(): void
}

export class Member implements Transport, Input, Datagrams {
  /** Listens to the datagrams, for the wire view. */
  tap: DatagramTap | undefined
  readonly local: string
  readonly #options: MemberOptions
  readonly #port: MemberPort
  readonly #source: Network
  readonly #dialect: Dialect
  readonly #flood: Bucket
  readonly #connection: Connection
  readonly #lockstep: Lockstep
  /** The latest datagrams to the member, which an echo service sends back. */
  readonly #sent = new Sent()
  readonly #steps: Arrived[] = []
  #queued = 0
  /** Datagrams with a message or a command. */
  #count = 0
  /** The answer to the hello of a program, which may be lost. */
  #welcome: Buffer | undefined
  /** Monotonic times, in ms, of the last datagram and of the last error sent. */
  #seenAt: number
  #errorAt = -Infinity

  /** `remote`: address and port. */
  constructor(
    options: MemberOptions,
    port: MemberPort,
    { source, remote, dialect }: { source: Network; remote: string; dialect: Dialect },
    handed?: HandedMember,
  ) {
    const { clock } = options.rooms
    this.#options = options
    this.#port = port
    this.local = port.local
    this.#source = source
    this.#seenAt = clock.monotonic() - (handed?.silentMs ?? 0)
    this.#flood = new Bucket(options.flood, clock.monotonic())
    this.#lockstep = new Lockstep((chunk, done) => {
      // What is released when the mode ends does not fit into a datagram.
      for (const datagram of oneReadChunks(chunk)) this.#send(datagram)
      clock.turn(done)
    })
    this.#dialect = datagramDialect(dialect, () => this.#mayComplain())
    if (handed !== undefined) this.#goOn(handed)
    else if (dialect === lineDialect) this.#steps.push(LINE_HELLO)
    this.#connection = new Connection(options, this, this, {
      dialect: this.#dialect,
      via: 'udp',
      remote,
      source,
      isHanded: handed !== undefined,
      // Messages above the rate are dropped when they arrive.
      pace: { take: () => 0 },
    })
  }

  get datagrams(): Datagrams {
    return this
  }

  /** Takes the datagram with which the address became a member. `lines`: of it, without a cookie. */
  begin(datagram: Buffer, lines: readonly Line[]): void {
    const take = (): void => this.take(lines)
    if (this.tap === undefined) take()
    else this.tap.received(datagram, take)
  }

  /** Takes a datagram. `isCookie`: whether a text is a cookie of this member, which was sent again. */
  receive(datagram: Buffer, isCookie: (text: string) => boolean): void {
    const take = (): void => this.#read(datagram, isCookie)
    if (this.tap === undefined) take()
    else this.tap.received(datagram, take)
  }

  #read(datagram: Buffer, isCookie: (text: string) => boolean): void {
    this.#seenAt = this.#options.rooms.clock.monotonic()
    if (this.#connection.ignoresInput || this.#sent.has(datagram)) return
    const lines = linesOf(datagram, this.#dialect.unitBytes, true)
    if (isCookie(lines[0]?.text.trim() ?? '')) lines.shift()
    if (!isAnswer(lines[0]?.text ?? '')) this.take(lines)
  }

  /** Takes the lines of a datagram. */
  take(lines: readonly Line[]): void {
    const first = firstOf(lines)
    if (first !== '') this.#count += 1
    if (first !== '') this.#lockstep.received()
    if (this.#dialect.name === 'json' && this.#count === 1) this.#greetFor(first)
    for (const line of lines) {
      if (!this.#allows(line)) {
        this.#refuse()
        break
      }
      this.#push(line)
    }
    this.#connection.received()
  }

  /** Says hello for a program whose first message is another one. */
  #greetFor(first: string): void {
    if (messageTypeOf(first) !== 'hello') this.#steps.push({ type: 'request', request: HELLO })
  }

  #goOn({ connection, lines, count, lockstep, welcome }: HandedMember): void {
    this.#count = count
    this.#lockstep.goOn(lockstep)
    this.#welcome = welcome && Buffer.from(welcome)
    // One that became a member when the other server had stopped reading was not greeted there.
    if (connection.session.type !== 'new') this.#steps.push({ type: 'go_on', from: connection })
    else if (this.#dialect.name === 'line') this.#steps.push(LINE_HELLO)
    else this.#greetFor(lines[0] ?? '')
    for (const text of lines) this.#push({ text, cut: false })
  }

  readonly canHandOver = true

  handOver(connection: HandedConnection): void {
    this.#port.handOver({
      connection,
      lines: this.#steps.flatMap((step) => (step.type === 'unit' ? step.text : [])),
      count: this.#count,
      lockstep: this.#lockstep.state,
      welcome: this.#welcome,
      silentMs: this.#options.rooms.clock.monotonic() - this.#seenAt,
    })
  }

  #push({ text, cut }: Line): void {
    // Part of an object is not an object.
    const isLost = cut && this.#dialect.name === 'json'
    if (!isLost) this.#steps.push({ type: 'unit', text })
    if (!isLost) this.#queued += text.length
    if (cut) this.#steps.push({ type: 'fault', fault: { code: 'line_too_long' } })
  }

  /** Counts a line, unless it is above a limit. */
  #allows({ text }: Line): boolean {
    const now = this.#options.rooms.clock.monotonic()
    if (this.#queued + text.length > QUEUED_UNITS) return false
    if (this.#flood.wait(now) > 0 || !this.#source.allows('messages')) return false
    this.#flood.take(now)
    return true
  }

  #refuse(): void {
    this.#options.rooms.tally.refused('too_fast')
    this.#connection.deliver(errorMessage({ code: 'too_fast', message: TOO_FAST }))
  }

  #mayComplain(): boolean {
    const now = this.#options.rooms.clock.monotonic()
    if (now - this.#errorAt < ERROR_MS) return false
    this.#errorAt = now
    return true
  }

  next(): Arrived | undefined {
    for (;;) {
      const step = this.#steps.shift()
      if (step?.type !== 'unit') return step
      this.#queued -= step.text.length
      if (this.#welcome === undefined || messageTypeOf(step.text) !== 'hello') return step
      this.#send(this.#welcome)
    }
  }

  /** Nothing can slow the sender of datagrams down. */
  listen(): void {}
  pause(): void {}

  lockstep(on: boolean): void {
    this.#lockstep.set(on)
  }

  get isHeld(): boolean {
    return this.#lockstep.isHolding
  }

  write(parts: readonly Part[], done: () => void): boolean {
    const all = parts.flatMap(({ encoded, omit }) => {
      const list = encoded.framed(datagrams)
      return list.filter((_, at) => !omit.includes(at) && !this.#isFirst(encoded.units[at]))
    })
    if (this.#lockstep.isOn && all.length > 0) {
      this.#lockstep.write(Buffer.concat(all), done)
      return false
    }
    for (const datagram of all) this.#send(datagram)
    return true
  }

  /**
   * Whether the unit is its own event of its first datagram. The receipt of a program that reads once for
   * each datagram is its own line, but the first receipt is the greeting.
   */
  #isFirst(unit: DatagramUnit | undefined): boolean {
    return (
      this.#count < 2 && unit?.sender !== undefined && unit.sender === this.#connection.personId
    )
  }

  #send(datagram: Buffer): void {
    this.#sent.add(datagram)
    if (this.#dialect.name === 'json' && WELCOME.test(datagram.toString('latin1', 0, 20))) {
      this.#welcome = datagram
    }
    const send = (): void => this.#port.send(datagram)
    if (this.tap === undefined) send()
    else this.tap.sent(datagram, send)
  }

  beat(now: number): void {
    if (now - this.#seenAt > this.#options.silentMs) this.#connection.close('udp_silent')
  }

  end(): void {
    this.destroy()
  }

  destroy(): void {
    this.#port.forget()
    this.tap?.closed()
    // As with a socket, the connection is gone later than it ends.
    this.#options.rooms.clock.turn(() => this.#connection.gone('closed'))
  }
}
