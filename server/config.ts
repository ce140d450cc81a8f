/**
 * The configuration: flags and environment → one frozen Config. One table names each
 * option, its default and its rule; the command line and `--help` are made from it.
 *
 * MUST report every fault at once, each as one sentence that names the option.
 */
import { isIP } from 'node:net'
import { type Address, readAddress } from '../shared/address.ts'
import { relayFormatFault } from '../shared/dialect/relay.ts'
import type { FloodRate } from './net/connection/flood.ts'

export type Config = Readonly<{
  /** Address or host name that both listeners bind. */
  host: string
  /** 0: any free port. */
  webPort: number
  tcpPort: number
  /** Folder of the log; ':memory:' keeps nothing over a restart. */
  data: string
  /** Events kept; 0: all. */
  retain: number
  /** Days for which they are kept; 0: for ever. */
  retainDays: number
  flood: FloodRate
  logLevel: string
  /** More host names under which the page may be opened. */
  allowHost: readonly string[]
  /** Somebody else's chat server that the room joins; undefined: none. */
  relay: Address | undefined
  /** What that server is told of a message: has {text} in it, and mostly {name}. */
  relayFormat: string
}>

type Option<T> = {
  flag: string
  default: string
  help: string
  /** The value, or a fault as the end of a sentence that begins with the option and its value. */
  read: (given: string) => { value: T } | { fault: string }
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']
const FLOOD = /^(\d+(?:\.\d+)?)\/s:(\d+)$/

export const options: { [K in keyof Config]: Option<Config[K]> } = {
  host: {
    flag: '--host <address>',
    default: '127.0.0.1',
    help: 'what both listeners bind; 0.0.0.0 for every network',
    read: (given) =>
      isIP(given) !== 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(given)
        ? { value: given }
        : { fault: 'is not an address or a host name' },
  },
  webPort: {
    flag: '--web-port <port>',
    default: '3000',
    help: 'page, WebSocket and HTTP; 0 for any free port',
    read: readPort,
  },
  tcpPort: {
    flag: '--tcp-port <port>',
    default: '8080',
    help: 'raw TCP; 0 for any free port',
    read: readPort,
  },
  data: {
    flag: '--data <folder>',
    default: './data',
    help: "where the log is kept; ':memory:' keeps nothing over a restart",
    read: (given) => (given === '' ? { fault: 'is not a folder' } : { value: given }),
  },
  retain: {
    flag: '--retain <events>',
    default: '1000000',
    help: 'how many of the latest events are kept; 0 for all',
    read: readCount,
  },
  retainDays: {
    flag: '--retain-days <days>',
    default: '0',
    help: 'how long events are kept; 0 for ever',
    read: readCount,
  },
  flood: {
    flag: '--flood <rate>',
    default: '4/s:12',
    help: "what one connection may send, per second and at once; or 'off'",
    read: readFlood,
  },
  logLevel: {
    flag: '--log-level <level>',
    default: 'info',
    help: LOG_LEVELS.join(', '),
    read: (given) =>
      LOG_LEVELS.includes(given)
        ? { value: given }
        : { fault: `is not one of ${LOG_LEVELS.join(', ')}` },
  },
  allowHost: {
    flag: '--allow-host <names>',
    default: '',
    help: 'host names, with commas between, that also lead to the page',
    read: (given) => ({ value: given.split(',').flatMap((name) => name.trim() || []) }),
  },
  relay: {
    flag: '--relay <host:port>',
    default: '',
    help: "someone else's TCP chat server, which the room joins as one client",
    read: readRelay,
  },
  relayFormat: {
    flag: '--relay-format <pattern>',
    default: '{name}: {text}',
    help: 'what that server is told of a message',
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

/** `flags`: as given on the command line, which wins over the environment. */
export function readConfig(
  flags: Partial<Record<keyof Config, string>>,
  environment: NodeJS.ProcessEnv,
): { ok: true; config: Config } | { ok: false; faults: string[] } {
  const faults: string[] = []
  const values: Partial<Record<keyof Config, unknown>> = {}
  for (const name of optionNames) {
    const fromEnvironment = environment[environmentName(name)]
    const given = flags[name] ?? fromEnvironment ?? options[name].default
    const read = options[name].read(given)
    const [flag] = options[name].flag.split(' ')
    const source =
      flags[name] === undefined && fromEnvironment !== undefined ? environmentName(name) : flag
    if ('fault' in read) faults.push(`${source} ${JSON.stringify(given)} ${read.fault}.`)
    else values[name] = read.value
  }
  const { webPort, tcpPort } = values
  if (webPort === tcpPort && typeof webPort === 'number' && webPort !== 0) {
    faults.push(`--web-port and --tcp-port are both ${webPort}; each needs a port of its own.`)
  }
  return faults.length > 0
    ? { ok: false, faults }
    : { ok: true, config: Object.freeze(values) as Config }
}

function readPort(given: string): { value: number } | { fault: string } {
  const port = Number(given)
  return /^\d{1,5}$/.test(given) && port <= 65_535
    ? { value: port }
    : { fault: 'is not a port, which is a number from 0 to 65535' }
}

function readRelay(given: string): { value: Address | undefined } | { fault: string } {
  const value = given === '' ? undefined : readAddress(given)
  return given !== '' && value === undefined ? { fault: 'is not a host:port' } : { value }
}

function readCount(given: string): { value: number } | { fault: string } {
  return /^\d{1,12}$/.test(given)
    ? { value: Number(given) }
    : { fault: 'is not a whole number, 0 or more' }
}

function readFlood(given: string): { value: FloodRate } | { fault: string } {
  if (given === 'off') return { value: { perSecond: Infinity, burst: 1 } }
  const [, perSecond, burst] = FLOOD.exec(given) ?? []
  return Number(perSecond) > 0 && Number(burst) >= 1
    ? { value: { perSecond: Number(perSecond), burst: Number(burst) } }
    : { fault: "is not a rate such as 4/s:12, nor 'off'" }
}
