/** A gateway in the test's process, on free ports. The test can read its log lines. */
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import type { Config } from '../../server/config.ts'
import { type Gateway, startGateway, type Tuning } from '../../server/gateway.ts'
import type { Inherited } from '../../server/net/handover.ts'
import { UNLIMITED } from '../../server/room/rate.ts'
import type { Room } from '../../server/room/room.ts'
import { testFolder } from './folder.ts'
import type { Served } from './program.ts'
import { destroyRawClients } from './raw.ts'

/** `room`: the lobby. */
export type TestGateway = Gateway & {
  room: Room
  logged: { level: number; msg: string; [key: string]: unknown }[]
}

/** The page as `npm test` has built it. */
const builtPage = resolve(import.meta.dirname, '../../dist/web')

/**
 * Starts a gateway that closes when the test is over. Flood control is off unless `config`
 * sets it. Without `webRoot`, an empty page is served.
 */
export async function testGateway(
  config: Partial<Config> = {},
  tuning: Partial<Tuning> = {},
  webRoot = emptyPage(),
  inherited?: Inherited,
): Promise<TestGateway> {
  const logged: TestGateway['logged'] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      logged.push(JSON.parse(String(chunk)))
      done()
    },
  })
  const full: Config = {
    host: '127.0.0.1',
    webPort: 0,
    tcpPort: 0,
    udpPort: undefined,
    port: undefined,
    tlsCert: undefined,
    tlsKey: undefined,
    tlsOnly: false,
    data: ':memory:',
    retain: 0,
    retainDays: 0,
    flood: UNLIMITED,
    code: undefined,
    open: false,
    trust: { networks: [], limitsLocal: false },
    addressConnections: Infinity,
    addressConnects: UNLIMITED,
    addressMessages: UNLIMITED,
    addressJoins: UNLIMITED,
    addressRenames: UNLIMITED,
    addressCodes: UNLIMITED,
    logLevel: 'info',
    trustProxy: [],
    publicUrl: undefined,
    publicTcp: undefined,
    allowHost: [],
    lobby: 'lobby',
    rooms: { type: 'open' },
    reserve: false,
    hostKey: undefined,
    readonlyDefault: false,
    relay: undefined,
    relayCode: undefined,
    relayFormat: '{name}: {text}',
    wire: 0,
    ...config,
  }
  const logger = pino({ level: full.logLevel }, stream)
  const logWorker = new URL('../../dist/server/worker.js', import.meta.url)
  const all = { logWorker, ...tuning }
  const gateway = await startGateway(full, logger, webRoot, all, () => {}, inherited)
  onTestFinished(() => {
    destroyRawClients()
    return gateway.close()
  })
  return { ...gateway, room: gateway.rooms.lobby, logged }
}

function emptyPage(): string {
  const folder = testFolder()
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Oneroom</title>')
  return folder
}

/**
 * A gateway in this process with the built page. It starts faster than `serve()`, but cannot
 * be killed or suspended.
 */
export async function serveInProcess(
  config: Partial<Config> = {},
): Promise<Served & Pick<TestGateway, 'udpPort'>> {
  const { webUrl, tcp, udpPort } = await testGateway(config, {}, builtPage)
  return { webUrl, tcpPort: tcp.port, udpPort }
}
