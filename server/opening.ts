/**
 * Opens what a gateway needs before it listens: its files, the store, the doors and the rooms. Each
 * rejects with a StartError if the operator can mend the fault.
 */
import { existsSync } from 'node:fs'
import { BlockList } from 'node:net'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import { memoryStore } from './log/memory.ts'
import { isPostgresUrl } from './log/postgres/url.ts'
import { sqliteStore } from './log/sqlite/store.ts'
import { LogUnusable } from './log/unusable.ts'
import {
  CertificateFault,
  type CertificateFiles,
  filesAt,
  type Pair,
  readPair,
} from './net/listen/certificate.ts'
import { isLoopback, originIn, readNetworks } from './net/trust.ts'
import type { Clock } from './room/clock.ts'
import { Doors } from './room/doors/doors.ts'
import { Networks } from './room/doors/networks.ts'
import type { Store } from './room/log.ts'
import { LobbyTaken, Rooms, type RoomsOptions } from './room/rooms.ts'

/** Joins and leaves of one address, each of which is a line for everybody; more are counted. */
const PRESENCE_RATE = { perSecond: 0.5, burst: 40 }

export type Certificate = { files: CertificateFiles; pair: Pair }

/** The server cannot start. The message is one sentence for the operator. */
export class StartError extends Error {}

/**
 * Checks the files without which the server does not start. Returns the certificate, if there is one.
 * `webRoot`: folder of the built page.
 */
export async function readFiles(config: Config, webRoot: string): Promise<Certificate | undefined> {
  if (!existsSync(join(webRoot, 'index.html'))) {
    throw new StartError(`The page is not built: ${webRoot} has no index.html. Run npm run build.`)
  }
  if (config.tlsCert === undefined || config.tlsKey === undefined) return undefined
  const files = filesAt(config.tlsCert, config.tlsKey)
  try {
    return { files, pair: await readPair(files) }
  } catch (error) {
    throw error instanceof CertificateFault ? new StartError(error.message) : error
  }
}

export async function openStore(
  config: Config,
  log: Logger,
  worker: URL | undefined,
  onLost: () => void,
): Promise<Store> {
  const { data, retain, retainDays } = config
  if (data === ':memory:') return memoryStore(retain)
  const onWarning = (sentence: string): void => log.warn(sentence)
  try {
    if (isPostgresUrl(data)) {
      // Loaded only when it is used.
      const { postgresStore } = await import('./log/postgres/store.ts')
      return await postgresStore({ url: data, retain, retainDays, onWarning }, (err) => {
        log.error({ err }, 'the log cannot be used any more; the server starts again')
        onLost()
      })
    }
    const threadOnLost = (err: Error): void => {
      log.fatal({ err }, 'the log cannot be used any more; restart the server')
    }
    return await sqliteStore({ folder: data, retain, retainDays, onWarning }, threadOnLost, worker)
  } catch (error) {
    throw error instanceof LogUnusable ? new StartError(error.message) : error
  }
}

/** Closes the store if the doors cannot be opened. */
export async function openDoors(
  config: Config,
  store: Store,
  clock: Clock,
  maxConnections: number,
): Promise<Doors> {
  const { trust, code, open } = config
  const networks = new Networks({
    limits: {
      connections: config.addressConnections,
      connects: config.addressConnects,
      messages: config.addressMessages,
      joins: config.addressJoins,
      renames: config.addressRenames,
      codes: config.addressCodes,
      presence: PRESENCE_RATE,
    },
    clock,
    maxConnections,
    limitsLocal: trust.limitsLocal,
    originOf: originIn(readNetworks(trust.networks) ?? new BlockList()),
  })
  const isOpen = open || (code === undefined && isLoopback(config.host) && !isProxied(config))
  const rule = isOpen ? ({ type: 'open' } as const) : ({ type: 'code', words: code } as const)
  try {
    return await Doors.open({ store, clock, networks, rule })
  } catch (error) {
    await store.close()
    throw new StartError(`The room code cannot be stored: ${(error as Error).message}.`)
  }
}

/** Closes the store if the rooms cannot be opened. */
export async function openRooms(
  { lobby, rooms: rule, reserve }: Config,
  options: Omit<RoomsOptions, 'lobby' | 'rule' | 'reserve'>,
): Promise<Rooms> {
  try {
    return await Rooms.open({ ...options, lobby, rule, reserve })
  } catch (error) {
    await options.store.close()
    throw error instanceof LobbyTaken ? new StartError(`--lobby ${error.message}`) : error
  }
}

/** Whether a proxy leads other machines to the server, on whatever address it listens. */
export function isProxied({ trustProxy, publicUrl, publicTcp }: Config): boolean {
  return trustProxy.length > 0 || publicUrl !== undefined || publicTcp !== undefined
}
