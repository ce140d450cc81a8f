/**
 * The UDP port: datagrams of addresses that are members, and of those that are not yet.
 *
 * MUST keep nothing for an address that has not proved that it receives, and MUST send it no room
 * traffic: its source may be forged.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { addressText } from '../../../shared/address.ts'
import type { Dialect } from '../../../shared/dialect/dialect.ts'
import { jsonDialect } from '../../../shared/dialect/json.ts'
import { lineDialect } from '../../../shared/dialect/line.ts'
import type { Network } from '../../room/doors/networks.ts'
import { networkOf } from '../addresses.ts'
import { admit } from '../connection/admission.ts'
import type { Line } from '../raw/lines.ts'
import { Answers, cookieAnswer, refusalAnswer } from './answers.ts'
import { Cookies } from './cookie.ts'
import { firstOf, linesOf, messageTypeOf, saysSomething } from './datagram.ts'
import { type HandedMember, Member, type MemberOptions } from './member.ts'

/** Limit on members by UDP. */
const MAX_MEMBERS = 1000
/** Ports below are those of system services, some of which reply to every datagram. */
const FIRST_PORT = 1024
/** Limit on bytes that wait for the operating system. Above it, datagrams are dropped. */
const UNSENT_BYTES = 4 * 1024 * 1024

type Source = Pick<RemoteInfo, 'address' | 'port'>

export class UdpPort {
  readonly port: number
  /** The members that the next server goes on with. */
  readonly handed: HandedMember[] = []
  /** Address and port. */
  readonly #local: string
  readonly #socket: Socket
  readonly #options: MemberOptions
  readonly #cookies = new Cookies()
  readonly #answers = new Answers()
  /** By address and port. */
  readonly #members = new Map<string, Member>()
  #closed: Promise<unknown> | undefined

  /** Listens. `port`: 0 for any free port. Rejects with the error of the system. */
  static async listen(
    { host, port }: { host: string; port: number },
    options: MemberOptions,
  ): Promise<UdpPort> {
    const { address, family } = await lookup(host)
    const socket = createSocket({
      type: family === 6 ? 'udp6' : 'udp4',
      // Only to addresses that datagrams came from: a look-up would take another turn.
      lookup: (to, _options, done) => done(null, to, family),
    })
    const listening = once(socket, 'listening')
    socket.bind(port, address)
    await listening
    return new UdpPort(socket, options)
  }

  private constructor(socket: Socket, options: MemberOptions) {
    const { address, port } = socket.address()
    this.port = port
    this.#local = addressText({ host: address, port })
    this.#socket = socket
    this.#options = options
    socket.on('message', (datagram, from) => this.#socketOnMessage(datagram, from))
    socket.on('error', (err) => options.connections.log.warn({ err }, 'the UDP port has a fault'))
  }

  /** Stops. MUST be called after the members have left. */
  close(): Promise<unknown> {
    this.#closed ??= once(this.#socket.close(), 'close')
    return this.#closed
  }

  #socketOnMessage(datagram: Buffer, from: RemoteInfo): void {
    const { rooms } = this.#options
    rooms.tally.bytesIn += datagram.length
    if (from.port < FIRST_PORT || from.port === this.port) return
    const key = keyOf(from)
    const member = this.#members.get(key)
    if (member !== undefined) {
      member.receive(datagram, (text) => this.#dialectOf(text, key) !== undefined)
      return
    }
    const lines = linesOf(datagram, jsonDialect.unitBytes, false)
    if (!saysSomething(lines)) return
    const proved = this.#dialectOf(lines[0]?.text.trim() ?? '', key)
    if (proved !== undefined) lines.shift()
    const spoken = messageTypeOf(firstOf(lines)) === undefined ? lineDialect : jsonDialect
    if (proved !== undefined || rooms.doors.networks.isExempt(from.address)) {
      this.#enter(from, proved ?? spoken, { datagram, lines })
    } else this.#askForProof(from, key, spoken, datagram.length)
  }

  /** Sends a cookie. `received`: bytes of the datagram. */
  #askForProof(from: RemoteInfo, key: string, spoken: Dialect, received: number): void {
    const now = this.#options.rooms.clock.monotonic()
    if (!this.#answers.allows(networkOf(from.address), now)) return
    const cookie = this.#cookies.cookieFor(`${key} ${spoken.name}`, now)
    const answer = cookieAnswer(cookie, received, spoken === jsonDialect)
    if (answer !== undefined) this.#send(Buffer.from(answer), from)
  }

  /** The dialect of the datagram that a cookie has answered; undefined if the text is no cookie. */
  #dialectOf(text: string, key: string): Dialect | undefined {
    const now = this.#options.rooms.clock.monotonic()
    const dialects = [lineDialect, jsonDialect]
    return dialects.find(({ name }) => this.#cookies.isRight(text, `${key} ${name}`, now))
  }

  /** The address becomes a member, unless there are too many. */
  #enter(
    from: RemoteInfo,
    dialect: Dialect,
    { datagram, lines }: { datagram: Buffer; lines: readonly Line[] },
  ): void {
    const { clock } = this.#options.rooms
    const { source, refusal } = admit(from.address, this.#options)
    const code = this.#members.size < MAX_MEMBERS ? refusal : 'room_full'
    if (code !== undefined) {
      if (!this.#answers.allows(source.name, clock.monotonic())) return
      this.#send(Buffer.from(refusalAnswer(code, dialect)), from)
      return
    }
    this.#add(from, { source, dialect }).begin(datagram, lines)
  }

  #add(
    { address, port }: Source,
    member: { source: Network; dialect: Dialect },
    handed?: HandedMember,
  ): Member {
    const key = keyOf({ address, port })
    const own = {
      local: this.#local,
      send: (datagram: Uint8Array) => this.#send(datagram, { address, port }),
      forget: () => this.#members.delete(key),
      handOver: (state: Omit<HandedMember, 'address' | 'port'>) =>
        this.handed.push({ ...state, address, port }),
    }
    const remote = addressText({ host: address, port })
    const added = new Member(this.#options, own, { ...member, remote }, handed)
    this.#members.set(key, added)
    return added
  }

  /** Goes on with a member that another server had. */
  goOn(handed: HandedMember): void {
    const source = this.#options.rooms.doors.networks.of(handed.address)
    const dialect = handed.connection.dialect === 'json' ? jsonDialect : lineDialect
    this.#add(handed, { source, dialect }, handed).take([])
  }

  #send(datagram: Uint8Array, { address, port }: Source): void {
    if (this.#socket.getSendQueueSize() > UNSENT_BYTES) return
    this.#options.rooms.tally.bytesOut += datagram.length
    this.#socket.send(datagram, port, address)
  }
}

function keyOf({ address, port }: Source): string {
  return `${address} ${port}`
}
