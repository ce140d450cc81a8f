/** A gateway in the test's process, on free ports. The test can read its log lines. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import type { Config } from '../../server/config.ts'
import { type Gateway, startGateway, type Tuning } from '../../server/gateway.ts'

export type TestGateway = Gateway & {
  logged: { level: number; msg: string; [key: string]: unknown }[]
}

const FLOOD_OFF = { perSecond: Infinity, burst: 1 }

/** Starts a gateway that closes when the test is over. Flood control is off unless `config` sets it. */
export async function testGateway(
  config: Partial<Config> = {},
  tuning: Partial<Tuning> = {},
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
    data: ':memory:',
    retain: 0,
    retainDays: 0,
    flood: FLOOD_OFF,
    logLevel: 'info',
    allowHost: [],
    relay: undefined,
    relayFormat: '{name}: {text}',
    ...config,
  }
  const webRoot = mkdtempSync(join(tmpdir(), 'oneroom-web-'))
  onTestFinished(() => rmSync(webRoot, { recursive: true }))
  writeFileSync(join(webRoot, 'index.html'), '<!doctype html><title>Oneroom</title>')
  const gateway = await startGateway(full, pino({ level: full.logLevel }, stream), webRoot, {
    logWorker: new URL('../../dist/server/worker.js', import.meta.url),
    ...tuning,
  })
  onTestFinished(() => gateway.close())
  return { ...gateway, logged }
}
