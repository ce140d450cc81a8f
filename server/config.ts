/**
 * The configuration: option values as text → one frozen Config. One table has each option's
 * flag, default, help and rule; the command line is made from it.
 *
 * All faults MUST be reported at once, each as one sentence that names the option.
 */
import { isIP } from 'node:net'
import { type Address, readAddress } from '../shared/address.ts'
import { relayFormatFault } from '../shared/dialect/relay.ts'
import { errors } from '../shared/errors.ts'
import { foldName } from '../shared/fold.ts'
import { MAX_ROOMS } from '../shared/limits.ts'
import { checkRoomName } from '../shared/names.ts'
import { readPageUrl } from './net/public.ts'
import { readNetworks } from './net/trust.ts'
import { wordsFault } from './room/doors/code.ts'
import { hostKeyFault } from './room/hosts/key.ts'
import type { Rate } from './room/rate.ts'
import type { RoomsRule } from './room/rooms.ts'

export { hostKeyFault }

export type Config = Readonly<{
  /** Address or host name on which both ports listen. */
  host: string
  /** Port of the page, WebSocket and HTTP API; 0: any free port. */
  webPort: number
  /** Port for raw TCP; 0: any free port. */
  tcpPort: number
  /** Port for UDP; 0: any free port; undefined: none. */
  udpPort: number | undefined
  /** One port for all of that, in place of the two; 0: any free port. */
  port: number | undefined
  /** Files in PEM format, both or neither: all ports speak TLS. */
  tlsCert: string | undefined
  tlsKey: string | undefined
  /** Whether raw clients without TLS are refused. */
  tlsOnly: boolean
  /**
   * Folder of the log, or the URL of a PostgreSQL database, which may have a password and MUST NOT be
   * shown; ':memory:' stores nothing.
   */
  data: string
  /** How many of the latest events are kept; 0: all. */
  retain: number
  /** For how many days events are kept; 0: without limit. */
  retainDays: number
  /** How many messages one connection may send. */
  flood: Rate
  /** The room code; undefined: the stored one, or a new one. */
  code: string | undefined
  /** Whether any client that reaches the ports may join. */
  open: boolean
  trust: Trust
  /** Most open connections of one address. */
  addressConnections: number
  /** How often the clients of one address together may do this. */
  addressConnects: Rate
  addressMessages: Rate
  addressJoins: Rate
  addressRenames: Rate
  /** Wrong room codes. */
  addressCodes: Rate
  logLevel: string
  /** Addresses and ranges of the proxies that tell the addresses of their clients. */
  trustProxy: readonly string[]
  /** The address of the page that people use; undefined: the one at which they reach it. */
  publicUrl: URL | undefined
  /** The same of the raw port. */
  publicTcp: Address | undefined
  /** Further host names under which the page may be opened. */
  allowHost: readonly string[]
  /** Name of the room in which everybody begins. */
  lobby: string
  /** Which rooms there are beside the lobby. */
  rooms: RoomsRule
  /** Whether people can register their names. */
  reserve: boolean
  /** Replaces the key that makes a person a host; undefined: it stays. */
  hostKey: string | undefined
  /** Whether people only read until a host lets them write. */
  readonlyDefault: boolean
  /** Another TCP chat server that a room joins as a client; undefined: none. */
  relay: RelayTarget | undefined
  /** The room code of that server, if it is a Oneroom that needs one. */
  relayCode: string | undefined
  /** Pattern of the line sent to that server for a message: contains {text}, usually {name}. */
  relayFormat: string
  /** Latest reads, writes and messages that the wire view keeps of each connection; 0: only while a client views it. */
  wire: number
}>

/**
 * `networks`: addresses and ranges whose clients need no code and have no limits by address.
 * `limitsLocal`: whether clients on this machine have these limits.
 */
export type Trust = { networks: readonly string[]; limitsLocal: boolean }

/** `room`: undefined for the lobby. */
export type RelayTarget = { address: Address; room: string | undefined }

type Option<T> = {
  /** Without a value in it: `given` is not '' if the option is given. */
  flag: string
  default: string
  help: string
  /** Returns the value, or the end of a sentence that begins with the option and the given text. */
  read: (given: string) => { value: T } | { fault: string }
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']
const FLOOD = /^(\d+(?:\.\d+)?)\/s:(\d+)$/

export const options: { [K in keyof Config]: Option<Config[K]> } = {
  host: {
    flag: '--host <address>',
    default: '127.0.0.1',
    help: 'address to listen on; 0.0.0.0 for all networks',
    read: (given) =>
      isIP(given) !== 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(given)
        ? { value: given }
        : { fault: 'is not an address or a host name' },
  },
  webPort: {
    flag: '--web-port <port>',
    default: '3000',
    help: 'port of the page, WebSocket and HTTP API; 0 for any free port',
    read: readPort,
  },
  tcpPort: {
    flag: '--tcp-port <port>',
    default: '8080',
    help: 'port for raw TCP; 0 for any free port',
    read: readPort,
  },
  udpPort: {
    flag: '--udp-port <port>',
    default: '',
    help: 'port for UDP, which is off without it; 0 for any free port',
    read: readOptionalPort,
  },
  port: {
    flag: '--port <port>',
    default: '',
    help: 'one port for all, in place of --web-port and --tcp-port; 0 for any free port',
    read: readOptionalPort,
  },
  tlsCert: {
    flag: '--tls-cert <file>',
    default: '',
    help: 'certificate (PEM) with which the server speaks HTTPS, and TLS with raw clients that begin it',
    read: (given) => ({ value: given || undefined }),
  },
  tlsKey: {
    flag: '--tls-key <file>',
    default: '',
    help: 'the key of the certificate (PEM)',
    read: (given) => ({ value: given || undefined }),
  },
  tlsOnly: {
    flag: '--tls-only',
    default: '',
    help: 'refuse raw clients without TLS; any value turns it on',
    read: (given) => ({ value: given !== '' }),
  },
  data: {
    flag: '--data <folder>',
    default: './data',
    help: "folder of the log, or the URL of a PostgreSQL database; ':memory:' stores nothing",
    read: (given) =>
      given === '' ? { fault: 'is empty; it must name a folder' } : { value: given },
  },
  retain: {
    flag: '--retain <events>',
    default: '1000000',
    help: 'how many of the latest events to keep; 0 for all',
    read: readCount,
  },
  retainDays: {
    flag: '--retain-days <days>',
    default: '0',
    help: 'how many days to keep events; 0 for no limit',
    read: readCount,
  },
  flood: {
    flag: '--flood <rate>',
    default: '4/s:12',
    help: "messages that one connection may send, per second and in a burst; or 'off'",
    read: readRate,
  },
  code: {
    flag: '--code <words>',
    default: '',
    help: 'the code that people need to come in; without it the server makes one, unless it listens on this machine only',
    read: readCode,
  },
  open: {
    flag: '--open',
    default: '',
    help: 'admit every client that reaches the ports; any value turns it on',
    read: (given) => ({ value: given !== '' }),
  },
  trust: {
    flag: '--trust <networks>',
    default: '',
    help: "addresses and networks (CIDR) without code and limits, separated by commas; 'none': this machine has limits, too",
    read: readTrust,
  },
  addressConnections: {
    flag: '--address-connections <count>',
    default: '64',
    help: "connections that one address may have open; or 'off'",
    read: (given) => (given === 'off' ? { value: Infinity } : readCount(given)),
  },
  addressConnects: rateOption('connects', '2/s:100', 'new connections of one address'),
  addressMessages: rateOption('messages', '20/s:200', 'messages of one address'),
  addressJoins: rateOption('joins', '1/s:60', 'changes of room of one address'),
  addressRenames: rateOption('renames', '0.2/s:20', 'changes of name of one address'),
  addressCodes: rateOption('codes', '0.2/s:40', 'wrong room codes of one address'),
  logLevel: {
    flag: '--log-level <level>',
    default: 'info',
    help: `least important messages to log: ${LOG_LEVELS.join(', ')}`,
    read: (given) =>
      LOG_LEVELS.includes(given)
        ? { value: given }
        : { fault: `is not one of ${LOG_LEVELS.join(', ')}` },
  },
  trustProxy: {
    flag: '--trust-proxy <networks>',
    default: '',
    help: "proxies that tell their clients' addresses: addresses and networks (CIDR), separated by commas",
    read: (given) => {
      const networks = given.split(',').flatMap((one) => one.trim() || [])
      return readNetworks(networks) === undefined
        ? { fault: 'is not a list of addresses and networks such as 127.0.0.1' }
        : { value: networks }
    },
  },
  publicUrl: {
    flag: '--public-url <url>',
    default: '',
    help: 'address of the page that people use, if a proxy is before it',
    read: (given) => {
      const value = given === '' ? undefined : readPageUrl(given)
      return value === undefined && given !== ''
        ? { fault: 'is not a URL such as https://chat.example/room/' }
        : { value }
    },
  },
  publicTcp: {
    flag: '--public-tcp <host:port>',
    default: '',
    help: 'the same of the raw port',
    read: (given) => {
      const value = given === '' ? undefined : readAddress(given)
      return value === undefined && given !== ''
        ? { fault: 'is not of the form host:port' }
        : { value }
    },
  },
  allowHost: {
    flag: '--allow-host <names>',
    default: '',
    help: 'further host names of the page, separated by commas',
    read: (given) => ({ value: given.split(',').flatMap((name) => name.trim() || []) }),
  },
  lobby: {
    flag: '--lobby <name>',
    default: 'lobby',
    help: 'name of the room in which everybody begins',
    read: readRoom,
  },
  rooms: {
    flag: '--rooms <rule>',
    default: 'open',
    help: "'open': people can make rooms; 'off': there is only the lobby; or names, separated by commas",
    read: readRooms,
  },
  reserve: {
    flag: '--reserve',
    default: '',
    help: 'people can register their names; any value turns it on',
    read: (given) => ({ value: given !== '' }),
  },
  hostKey: {
    flag: '--host-key <key>',
    default: '',
    help: 'replaces the key with which a person becomes a host',
    read: readHostKey,
  },
  readonlyDefault: {
    flag: '--readonly-default <on|off>',
    default: 'off',
    help: "'on': people only read until a host lets them write",
    read: (given) =>
      given === 'on' || given === 'off'
        ? { value: given === 'on' }
        : { fault: "is neither 'on' nor 'off'" },
  },
  relay: {
    flag: '--relay <host:port>',
    default: '',
    help: 'another TCP chat server, which the lobby joins as one client; host:port=ROOM for another room',
    read: readRelay,
  },
  relayCode: {
    flag: '--relay-code <words>',
    default: '',
    help: 'the room code of that server, if it is a Oneroom',
    read: readCode,
  },
  relayFormat: {
    flag: '--relay-format <pattern>',
    default: '{name}: {text}',
    help: 'line sent to that server for a message',
    read: (given) => {
      const fault = relayFormatFault(given)
      return fault === undefined ? { value: given } : { fault }
    },
  },
  wire: {
    flag: '--wire <count>',
    default: '0',
    help: 'latest reads, writes and messages of each connection to keep for the wire view; 0: only while a client views it',
    read: (given) =>
      /^\d{1,4}$|^10000$/.test(given)
        ? { value: Number(given) }
        : { fault: 'is not a whole number from 0 to 10000' },
  },
}

export const optionNames = Object.keys(options) as (keyof Config)[]

/** `tcpPort` → `ONEROOM_TCP_PORT`. */
export function environmentName(name: keyof Config): string {
  return `ONEROOM_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
}

/** `tcpPort` → `--tcp-port`. */
export function flagName(name: keyof Config): string {
  return options[name].flag.split(' ', 1)[0] as string
}

/**
 * Reads the given texts; the defaults apply to all other options. `nameOf`: the name by
 * which faults call an option.
 */
export function readConfig(
  given: Partial<Record<keyof Config, string>>,
  nameOf: (name: keyof Config) => string = flagName,
): { ok: true; config: Config } | { ok: false; faults: string[] } {
  const faults: string[] = []
  const values: Partial<Record<keyof Config, unknown>> = {}
  for (const name of optionNames) {
    const text = given[name] ?? options[name].default
    const read = options[name].read(text)
    if ('fault' in read) faults.push(`${nameOf(name)} ${JSON.stringify(text)} ${read.fault}.`)
    else values[name] = read.value
  }
  const { webPort, tcpPort, port } = values
  if (port === undefined && webPort === tcpPort && typeof webPort === 'number' && webPort !== 0) {
    faults.push(`--web-port and --tcp-port are both ${webPort}; each needs its own port.`)
  }
  for (const name of ['webPort', 'tcpPort'] as const) {
    if (port === undefined || (given[name] ?? options[name].default) === options[name].default)
      continue
    faults.push(`--port takes the place of ${nameOf(name)}; give one of the two.`)
  }
  const { tlsCert, tlsKey, tlsOnly } = values as Partial<Config>
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    faults.push('--tls-cert and --tls-key belong together; give both.')
  } else if (tlsOnly && tlsCert === undefined) {
    faults.push('--tls-only needs a certificate; give --tls-cert and --tls-key.')
  }
  if (tlsOnly && values.udpPort !== undefined) {
    faults.push('--tls-only refuses clients without TLS, and UDP has none; give no --udp-port.')
  }
  const { relay, relayCode, rooms, lobby, open, code } = values as Partial<Config>
  if (open && code !== undefined) {
    faults.push('--open lets everybody in and --code does not; give one of the two.')
  }
  if (relayCode !== undefined && relay === undefined) {
    faults.push('--relay-code is for the server that --relay names; give both.')
  }
  const room = relay?.room
  if (room !== undefined && rooms?.type === 'listed') {
    const known = [lobby ?? '', ...rooms.names].map(foldName)
    if (!known.includes(foldName(room))) {
      faults.push(`--relay names the room ${room}, which --rooms does not allow.`)
    }
  }
  return faults.length > 0
    ? { ok: false, faults }
    : { ok: true, config: Object.freeze(values) as Config }
}

function readPort(given: string): { value: number } | { fault: string } {
  const port = Number(given)
  return /^\d{1,5}$/.test(given) && port <= 65_535
    ? { value: port }
    : { fault: 'is not a port number from 0 to 65535' }
}

function readOptionalPort(given: string): { value: number | undefined } | { fault: string } {
  return given === '' ? { value: undefined } : readPort(given)
}

function readCode(given: string): { value: string | undefined } | { fault: string } {
  const fault = given === '' ? undefined : wordsFault(given)
  return fault === undefined ? { value: given || undefined } : { fault }
}

function readHostKey(given: string): { value: string | undefined } | { fault: string } {
  if (given === '') return { value: undefined }
  const fault = hostKeyFault(given)
  return fault === undefined ? { value: given } : { fault }
}

function readRelay(given: string): { value: RelayTarget | undefined } | { fault: string } {
  if (given === '') return { value: undefined }
  const [, host = '', room] = /^([^=]*)(?:=(.*))?$/s.exec(given) ?? []
  const address = readAddress(host)
  if (address === undefined) return { fault: 'is not of the form host:port or host:port=ROOM' }
  if (room === undefined) return { value: { address, room } }
  const read = readRoom(room)
  return 'fault' in read ? read : { value: { address, room: read.value } }
}

function readRoom(given: string): { value: string } | { fault: string } {
  const checked = checkRoomName(given)
  if (checked.ok) return { value: checked.name }
  const reason = checked.fault.message ?? errors.room_invalid.text
  return { fault: `cannot be the name of a room: ${reason.replace(/\.$/, '')}` }
}

function readRooms(given: string): { value: RoomsRule } | { fault: string } {
  if (given === 'open') return { value: { type: 'open' } }
  if (given === 'off') return { value: { type: 'listed', names: [] } }
  const names: string[] = []
  for (const part of given.split(',')) {
    const read = readRoom(part)
    if ('fault' in read) return read
    names.push(read.value)
  }
  return names.length < MAX_ROOMS
    ? { value: { type: 'listed', names } }
    : { fault: `has more than ${MAX_ROOMS - 1} names` }
}

function rateOption(name: string, rate: string, what: string): Option<Rate> {
  const help = `${what}, per second and in a burst; or 'off'`
  return { flag: `--address-${name} <rate>`, default: rate, help, read: readRate }
}

function readTrust(given: string): { value: Trust } | { fault: string } {
  const networks = given.split(',').flatMap((one) => one.trim() || [])
  const limitsLocal = networks.includes('none')
  const others = networks.filter((one) => one !== 'none')
  return readNetworks(others) === undefined
    ? { fault: 'is not a list of addresses and networks such as 192.168.1.0/24' }
    : { value: { networks: others, limitsLocal } }
}

function readCount(given: string): { value: number } | { fault: string } {
  return /^\d{1,12}$/.test(given)
    ? { value: Number(given) }
    : { fault: 'is not a whole number of 0 or more' }
}

function readRate(given: string): { value: Rate } | { fault: string } {
  if (given === 'off') return { value: { perSecond: Infinity, burst: 1 } }
  const [, perSecond, burst] = FLOOD.exec(given) ?? []
  return Number(perSecond) > 0 && Number(burst) >= 1
    ? { value: { perSecond: Number(perSecond), burst: Number(burst) } }
    : { fault: "is neither a rate such as 4/s:12 nor 'off'" }
}
