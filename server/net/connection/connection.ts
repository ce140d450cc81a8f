/**
 * A connection, from its first byte to its last, over any transport. One loop drives it:
 *
 *   bytes → Input → Intake → Codec → Session → Rooms → Outbox → Transport
 *
 * MUST end exactly once, leave no timer and no listener, and log why it ended.
 */
import type { Socket } from 'node:net'
import { loadAscii } from '../../../shared/dialect/ascii.ts'
import type {
  Codec,
  Decoded,
  Dialect,
  Outgoing,
  Request,
  Setting,
} from '../../../shared/dialect/dialect.ts'
import type { Ignored } from '../../../shared/dialect/ignoring.ts'
import { errorMessage, errors } from '../../../shared/errors.ts'
import type { PersonName } from '../../../shared/person.ts'
import type { Via } from '../../../shared/protocol.ts'
import type { Channel } from '../../room/channel.ts'
import type { Conversation, Named } from '../../room/conversation.ts'
import type { Network } from '../../room/doors/networks.ts'
import type { LogKey } from '../../room/log.ts'
import type { Bucket, Rate } from '../../room/rate.ts'
import type { Cursor, Ending, Reader } from '../../room/reader.ts'
import type { Rooms } from '../../room/rooms.ts'
import { Session } from '../../room/session/session.ts'
import type { Connections } from './connections.ts'
import type { Datagrams } from './datagrams.ts'
import { Delay } from './delay.ts'
import type { HandedConnection } from './handed.ts'
import type { Arrived, Input } from './input.ts'
import { Intake } from './intake.ts'
import { Outbox } from './outbox.ts'
import { Pace } from './pace.ts'
import { afterSilence } from './silence.ts'
import type { Tap } from './tap.ts'
import type { Transport } from './transport.ts'

/**
 * How long, in ms, a connection may take to close after everything that was received is
 * processed. Some clients close on a reset only.
 */
const LINGER_MS = 2000
/** The same when the server restarts, for which the others wait. */
const RESTART_LINGER_MS = 500
/** How long, in ms, a client may wait outside for the room code, or for a host. */
const CODE_MS = 600_000
/**
 * How long, in ms, the messages of a connection that has closed may wait for flood control. The
 * rest is dropped then, with a warning in the log.
 */
const FINISH_MS = 60_000

/** The same for all connections of a port. */
export type ConnectionOptions = { rooms: Rooms; connections: Connections; flood: Rate }

export type ConnectionStart = {
  dialect: Dialect
  via: Via
  /** Address for the log: `127.0.0.1:51471`. */
  remote: string
  /** Network of the client, for limits. */
  source: Network
  /** Id of the member, if the server itself chose it: the console, a relay. */
  identity?: string
  /** Whether another server had the client before. */
  isHanded?: boolean
  /** Undefined: the usual flood control, which reads the client more slowly. */
  pace?: Pick<Bucket, 'take'>
}

export class Connection implements Reader {
  readonly session: Session
  readonly source: Network
  readonly #options: ConnectionOptions
  readonly #transport: Transport
  readonly #intake: Intake
  readonly #outbox: Outbox
  /** 1, 2, 3 … since the start. */
  readonly number: number
  /** Address of the client: `127.0.0.1:51471`. */
  readonly remote: string
  /** Set while the wire view looks at the connection. */
  tap: Tap | undefined
  /**
   * `closing`: the goodbye is not said yet. `ending`: it is said. `gone`: the transport has closed.
   * In the last two, what was received before may still be processed.
   */
  #state: 'open' | 'closing' | 'ending' | 'gone' = 'open'
  #dialect: Dialect
  #codec: Codec
  #via: Via
  #ending: Ending | undefined
  /** What the goodbye says, if it is more than the error table does. */
  #farewell: string | undefined
  /** Resolves when the session has left the room; undefined while the connection is open. */
  #left: Promise<void> | undefined
  /** Monotonic time, in ms, at which the last write was seen to be held by lockstep mode. */
  #heldAt = -Infinity
  #cancelLinger: (() => void) | undefined
  #cancelHelloTimeout: (() => void) | undefined

  constructor(
    options: ConnectionOptions,
    transport: Transport,
    input: Input,
    { dialect, via, remote, source, identity, isHanded = false, pace }: ConnectionStart,
  ) {
    const { rooms, connections, flood } = options
    this.#options = options
    this.#transport = transport
    this.#dialect = dialect
    this.#codec = this.#openCodec(dialect)
    this.#via = via
    this.remote = remote
    this.source = source
    this.session = new Session(rooms, this, identity)
    this.#outbox = new Outbox(rooms, transport, this)
    const delay = new Delay(input, (notice) => this.deliver(notice))
    this.#intake = new Intake({
      input,
      transport,
      clock: rooms.clock,
      flood: pace ?? new Pace(flood, source, rooms.clock.monotonic()),
      process: (arrived) => this.#process(arrived),
      isPart: () => this.#codec.gathers === true,
      roomForReplies: () => this.#outbox.hasRoom(),
      onPace: (ms, now, idleMs) => delay.paced(ms, now, idleMs),
      onError: (error) => this.failed(error),
    })
    this.number = connections.add(this)
    const client = { connection: this.number, remote, via }
    if (isHanded) connections.log.debug(client, 'taken over')
    else connections.log.info(client, 'connected')
    this.#expectHello()
    connections.onAdded?.(this, !isHanded)
  }

  get via(): Via {
    return this.#via
  }

  /** What carries its bytes; undefined if there is nothing of its own. */
  get wire(): Socket | Datagrams | undefined {
    return this.#transport.socket ?? this.#transport.datagrams
  }

  get dialect(): Dialect {
    return this.#dialect
  }

  get codec(): Codec {
    return this.#codec
  }

  get remembersSeat(): boolean {
    return this.#dialect.remembersSeat
  }

  get isTyped(): boolean {
    return this.#dialect.name === 'line'
  }

  get personId(): string | undefined {
    return this.session.personId
  }

  /** Id of the person whose own units are left out; undefined if none are. */
  get omits(): string | undefined {
    return this.#codec.broadcast.skipsOwn && !this.#transport.echoes ? this.personId : undefined
  }

  get page(): string | undefined {
    return this.#transport.page
  }

  get awaitsAnswer(): boolean {
    return this.omits !== undefined && this.#transport.awaitsAnswer === true
  }

  get called(): PersonName | undefined {
    const { personId: id, name } = this.session
    if (this.#codec.style?.bell !== true || id === undefined || name === undefined) return undefined
    return { id, name }
  }

  get ignored(): Ignored {
    return this.session.ignored
  }

  seqIn(channel: Channel): number | undefined {
    return this.#outbox.seqIn(channel)
  }

  get positions(): Record<LogKey, number> {
    return this.#outbox.positions
  }

  get lag(): number {
    return this.#outbox.lag
  }

  get isGone(): boolean {
    return this.#state === 'ending' || this.#state === 'gone'
  }

  /** Whether nothing more is processed, so that received bytes need not be kept. */
  get ignoresInput(): boolean {
    return this.#intake.isStopped
  }

  /** The input has a next step. */
  received(): void {
    this.#intake.pump()
  }

  #process(arrived: Arrived): Promise<void> | void {
    switch (arrived.type) {
      case 'dialect':
        return this.#changeDialect(arrived)
      case 'style':
        return this.#codec.restyle(arrived.change)
      case 'go_on':
        return this.#goOn(arrived.from)
      case 'end':
        return this.#end()
      case 'unit':
        return this.#perform(this.#decode(arrived.text))
      default:
        return this.#perform(arrived)
    }
  }

  #decode(text: string): Decoded {
    const decoded = this.#codec.decode(text)
    this.tap?.message(text, decoded, this.session.isOutside)
    return decoded
  }

  #end(): Promise<void> | void {
    const close = () => this.#startClosing('bye', this.#dialect.reconnects)
    const underWay = this.#finishUnit()
    return underWay === undefined ? close() : underWay.then(close)
  }

  /** The client sends nothing more: an unfinished message is sent. */
  #finishUnit(): Promise<void> | void {
    return this.#perform(this.#codec.end?.() ?? { type: 'nothing' })
  }

  #perform(decoded: Decoded): Promise<void> | void {
    // A draining connection gets no replies to queries, which would delay its messages.
    if (this.#intake.isDraining && isQuery(decoded)) return undefined
    return decoded.type === 'setting' ? this.#apply(decoded.setting) : this.session.receive(decoded)
  }

  /** A member that was greeted in another dialect leaves, and joins again by its hello. */
  #changeDialect({ dialect, via }: { dialect: Dialect; via: Via }): void {
    if (this.personId !== undefined || this.session.isOutside) {
      this.session.startOver()
      this.#outbox.stopFollowing()
      this.#expectHello()
    }
    this.#via = via
    this.#dialect = dialect
    this.#codec = this.#openCodec(dialect)
  }

  #openCodec(dialect: Dialect): Codec {
    return dialect.open(() => this.#transport.columns ?? Infinity)
  }

  #apply(setting: Setting): Promise<void> | void {
    if (setting.type === 'paste') return this.deliver({ type: 'setting', setting, applied: true })
    if (setting.type === 'lockstep') {
      const applied = this.#setLockstep(setting.on)
      return this.deliver({ type: 'setting', setting, applied })
    }
    if (setting.change.ascii === true) return loadAscii().then(() => this.#restyle(setting))
    return this.#restyle(setting)
  }

  #restyle(setting: Extract<Setting, { type: 'style' }>): void {
    this.#codec.restyle(setting.change)
    this.deliver({ type: 'setting', setting, applied: true })
  }

  /** Returns whether the transport supports the mode. */
  #setLockstep(on: boolean): boolean {
    if (this.#transport.lockstep === undefined) return false
    this.#transport.lockstep(on)
    this.#outbox.writesLittle = on
    return true
  }

  /** Whether the next server can go on with the client, after a restart. */
  get canHandOver(): boolean {
    return this.#state === 'open' && this.#transport.canHandOver === true
  }

  /** Processes nothing more. Resolves when everything that was taken is settled. */
  async hold(): Promise<void> {
    // A client that reads nothing MUST NOT keep the server from restarting.
    this.#outbox.endWaits()
    await this.#intake.hold()
    await this.session.settled()
  }

  /** Gives the client to the next server, if it can be given. MUST be called after `hold`. */
  handOver(): void {
    if (!this.canHandOver) return
    this.#transport.handOver?.({
      dialect: this.#dialect.name === 'json' ? 'json' : 'line',
      via: this.#via,
      style: this.#codec.style,
      block: this.#codec.block,
      isInLockstep: this.#outbox.writesLittle,
      session: this.session.handed,
      ...this.#outbox.handOver(),
    })
    this.#state = 'gone'
    this.#cancelHelloTimeout?.()
    this.#options.connections.handedOver(this)
  }

  /** Goes on with a client that another server had. */
  async #goOn(from: HandedConnection): Promise<void> {
    if (from.style?.ascii === true) await loadAscii()
    if (from.style !== undefined) this.#codec.restyle(from.style)
    if (from.block !== undefined) this.#codec.goOn?.(from.block)
    this.#outbox.writesLittle = from.isInLockstep
    await this.session.goOn(from.session, from.positions)
    this.#outbox.goOn(from.replies)
  }

  #expectHello(): void {
    if (this.#state !== 'open') return
    const { rooms, connections } = this.#options
    this.#cancelHelloTimeout?.()
    this.#cancelHelloTimeout = rooms.clock.after(connections.helloMs, () => {
      if (this.session.isOutside) this.#expectCode()
      else if (this.personId === undefined) this.close('hello_timeout')
    })
  }

  #expectCode(): void {
    this.#cancelHelloTimeout = this.#options.rooms.clock.after(CODE_MS, () => {
      if (this.personId === undefined) this.close('code_timeout')
    })
  }

  deliver(message: Outgoing, channel?: Channel): void {
    if (this.isGone) return
    // While it drains, the intake does not wait for the client to read.
    if (this.#intake.isDraining && this.#outbox.isFull) return
    this.#outbox.deliver(message, channel)
    if (!this.#outbox.writesLittle || !this.#outbox.isFull) return
    // The intake waits for room, so the client could never send the message that releases more.
    this.#setLockstep(false)
    this.deliver({ type: 'lockstep_over' })
  }

  follow(channel: Channel, cursor: Cursor): void {
    if (this.#cancelHelloTimeout !== undefined) {
      this.#cancelHelloTimeout()
      this.#cancelHelloTimeout = undefined
      const { name, personId: person } = this.session
      this.#options.connections.log.info({ connection: this.number, name, person }, 'joined')
    }
    this.#outbox.follow(channel, cursor)
    // The goodbye is said: the position counts, but nothing more is written.
    if (this.isGone) this.#outbox.stopFollowing()
  }

  written(channel: Channel): Promise<void> | undefined {
    return this.#state === 'open' ? this.#outbox.written(channel) : undefined
  }

  unfollow(channel: Channel): void {
    this.#outbox.unfollow(channel)
  }

  stopFollowing(): void {
    this.#outbox.stopFollowing()
  }

  invite(conversation: Conversation, sender: Named | undefined): void {
    this.session.invite(conversation, sender)
  }

  wake(): void {
    if (this.#state === 'open' || this.#state === 'closing') this.#outbox.wake()
  }

  lost(): void {
    this.#outbox.stopFollowing()
    this.close('catch_up_failed')
  }

  close(ending: Ending, message?: string): void {
    if (this.#state === 'open') this.#farewell = message
    // The server stops: what a closed connection has sent is processed without flood control.
    if (isStop(ending) && this.#intake.isDraining) void this.#intake.drain('unlimited')
    const returns = this.#dialect.reconnects || (ending === 'restart' && this.session.isOfServer)
    this.#startClosing(ending, returns && (ending === 'too_slow' || ending === 'restart'))
  }

  #startClosing(ending: Ending, holdPlace: boolean): void {
    if (this.#state !== 'open') return
    this.#state = 'closing'
    this.#ending = ending
    this.#left = this.#leave(ending, holdPlace).catch((error) => this.failed(error))
  }

  /** Leaves all rooms, then says goodbye, so that the last messages come before the goodbye. */
  async #leave(ending: Ending, holdPlace: boolean): Promise<void> {
    if (isStop(ending)) {
      // A client that reads nothing MUST NOT keep what it sent from being processed.
      this.#outbox.endWaits()
      // LINGER_MS begins after everything received is processed, however long the log takes.
      await this.#intake.drain('unlimited')
      await this.#finishUnit()
      await this.session.leave(holdPlace)
      this.#lingerAtMost()
    } else if (ending === 'replaced') {
      // The person goes on elsewhere. What was received here is still processed.
      this.#outbox.stopFollowing()
      this.#lingerAtMost()
      this.#sayGoodbye(ending)
      return this.#finish()
    } else {
      this.#intake.stop()
      this.#lingerAtMost()
      await this.session.leave(holdPlace)
    }
    this.#sayGoodbye(ending)
  }

  #sayGoodbye(ending: Ending): void {
    // Writes that wait for the client come before the goodbye.
    this.#setLockstep(false)
    if (ending !== 'bye') {
      this.#options.rooms.tally.refused(ending)
      const message = this.#farewell
      this.deliver(errorMessage({ code: ending, ...(message !== undefined && { message }) }))
    }
    if (this.#state === 'closing') this.#state = 'ending'
    const code = ending === 'bye' ? 1000 : (errors[ending].close ?? 1011)
    this.#outbox.finish(() => this.#transport.end(code, ending))
  }

  #lingerAtMost(): void {
    if (this.#state !== 'closing') return
    const { clock } = this.#options.rooms
    const ms = this.#ending === 'restart' ? RESTART_LINGER_MS : LINGER_MS
    this.#cancelLinger = afterSilence(clock, ms, () => this.#transport.destroy())
  }

  /** The transport has closed. `how`: the reason for the log, if the server did not close it. */
  gone(how: string): void {
    if (this.#state === 'gone') return
    const { connections } = this.#options
    const before = this.#state
    this.#state = 'gone'
    connections.gone(this)
    if (before === 'open') this.#left = this.#finish().catch((error) => this.failed(error))
    const { name } = this.session
    connections.log.info({ connection: this.number, name, reason: this.#ending ?? how }, 'left')
    this.#cancelLinger?.()
    this.#cancelHelloTimeout?.()
    this.#outbox.stop()
    // Until its messages are in the log, a stop of the server waits for this connection.
    void this.#left?.then(() => {
      this.#outbox.release()
      connections.delete(this)
    })
  }

  /** Processes what was received before the transport closed, at the rate of flood control. */
  async #finish(): Promise<void> {
    const cancel = this.#options.rooms.clock.after(FINISH_MS, () => this.giveUp())
    await this.#intake.drain('flood')
    cancel()
    await this.#finishUnit()
    await this.session.leave(this.#dialect.reconnects)
  }

  /** Drops what was received from a connection that is gone, and is not processed yet. */
  giveUp(): void {
    if (!this.#intake.isDraining) return
    const { log } = this.#options.connections
    log.warn({ connection: this.number }, 'messages of a closed connection are dropped')
    this.#intake.stop()
  }

  /** A bug in the server. It ends this connection only. */
  failed(error: unknown): void {
    const { log } = this.#options.connections
    log.error({ connection: this.number, err: error }, 'a connection failed')
    this.#transport.destroy()
  }

  /** Checks the connection while it is open. Called every few seconds, with the monotonic time in ms. */
  beat(now: number): void {
    if (this.#state !== 'open') return
    if (this.#transport.isHeld) this.#heldAt = now
    const stalledMs = Math.min(this.#outbox.stalledFor(now), now - this.#heldAt)
    if (stalledMs <= this.#options.connections.stalledMs) {
      this.#transport.beat?.(now)
      return
    }
    this.#outbox.rewind()
    this.close('too_slow')
  }
}

function isStop(ending: Ending): boolean {
  return ending === 'shutdown' || ending === 'restart'
}

/** Requests that change nothing. */
const QUERIES: ReadonlySet<Request['type']> = new Set([
  'history',
  'search',
  'who',
  'rooms',
  'show_topic',
  'show_code',
  'hands',
  'help',
])

function isQuery(decoded: Decoded): boolean {
  const type = decoded.type === 'request' ? decoded.request.type : undefined
  return type !== undefined && QUERIES.has(type)
}
