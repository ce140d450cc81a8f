/**
 * The configuration: option values as text → one frozen Config. One table has each option's
 * flag, default, help and rule; the command line is made from it.
 *
 * All faults MUST be reported at once, each as one sentence that names the option.
 */
import { isIP } from 'node:net'
import { type Address, readAddress } from '../shared/address.ts'
import { relayFormatFault } from '../shared/dialect/relay.ts'
import type { FloodRate } from './net/connection/flood.ts'

export type Config = Readonly<{
  /** Address or host name on which both ports listen. */
  host: string
  /** Port of the page, WebSocket and HTTP API; 0: any free port. */
  webPort: number
  /** Port for raw TCP; 0: any free port. */
  tcpPort: number
  /** Folder of the log; ':memory:' stores nothing on disk. */
  data: string
  /** How many of the latest events are kept; 0: all. */
  retain: number
  /** For how many days events are kept; 0: without limit. */
  retainDays: number
  /** How many messages one connection may send. */
  flood: FloodRate
  logLevel: string
  /** Further host names under which the page may be opened. */
  allowHost: readonly string[]
  /** Another TCP chat server that the room joins as a client; undefined: none. */
  relay: Address | undefined
  /** Pattern of the line sent to that server for a message: contains {text}, usually {name}. */
  relayFormat: string
}>

type Option<T> = {
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
  data: {
    flag: '--data <folder>',
    default: './data',
    help: "folder of the log; ':memory:' stores nothing on disk",
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
    read: readFlood,
  },
  logLevel: {
    flag: '--log-level <level>',
    default: 'info',
    help: `least important messages to log: ${LOG_LEVELS.join(', ')}`,
    read: (given) =>
      LOG_LEVELS.includes(given)
        ? { value: given }
        : { fault: `is not one of ${LOG_LEVELS.join(', ')}` },
  },
  allowHost: {
    flag: '--allow-host <names>',
    default: '',
    help: 'further host names of the page, separated by commas',
    read: (given) => ({ value: given.split(',').flatMap((name) => name.trim() || []) }),
  },
  relay: {
    flag: '--relay <host:port>',
    default: '',
    help: 'another TCP chat server, which the room joins as one client',
    read: readRelay,
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
  const { webPort, tcpPort } = values
  if (webPort === tcpPort && typeof webPort === 'number' && webPort !== 0) {
    faults.push(`--web-port and --tcp-port are both ${webPort}; each needs its own port.`)
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

function readRelay(given: string): { value: Address | undefined } | { fault: string } {
  const value = given === '' ? undefined : readAddress(given)
  return given !== '' && value === undefined ? { fault: 'is not of the form host:port' } : { value }
}

function readCount(given: string): { value: number } | { fault: string } {
  return /^\d{1,12}$/.test(given)
    ? { value: Number(given) }
    : { fault: 'is not a whole number of 0 or more' }
}

function readFlood(given: string): { value: FloodRate } | { fault: string } {
  if (given === 'off') return { value: { perSecond: Infinity, burst: 1 } }
  const [, perSecond, burst] = FLOOD.exec(given) ?? []
  return Number(perSecond) > 0 && Number(burst) >= 1
    ? { value: { perSecond: Number(perSecond), burst: Number(burst) } }
    : { fault: "is neither a rate such as 4/s:12 nor 'off'" }
}
