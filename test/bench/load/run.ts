/** Runs the load generator against a server, on the core that the server does not have. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { build } from 'vite'
import { onCore, type Peer } from '../peers/peer.ts'
import type { Result, Spec } from './main.ts'
import type { SendersResult } from './senders.ts'

export type { Result } from './main.ts'

const dist = resolve(import.meta.dirname, '../../../dist/bench')

export type Load = Pick<Spec, 'readerCount' | 'pace' | 'seconds'> &
  Partial<Pick<Spec, 'roomCount' | 'settleSeconds' | 'publisher'>>

/** Builds the programs that run in other processes. MUST be called before any of them is run. */
export async function buildPrograms(): Promise<void> {
  await build({ configFile: resolve(import.meta.dirname, '../vite.config.ts') })
}

/** 100-byte messages from one publisher in each room; a second of them before it is measured. */
export async function runLoad({ pid, readers }: Peer, load: Load): Promise<Result> {
  const publisher = readers[0]
  if (publisher === undefined) throw new Error('a peer without a way in')
  const spec: Spec = {
    ...{ pid, readers, publisher, roomCount: 1, size: 100, warmSeconds: 1, settleSeconds: 0 },
    ...load,
  }
  return (await runProgram('load.js', spec)) as Result
}

/** Resolves with the one JSON value that the program prints. */
async function runProgram(file: string, spec: object): Promise<unknown> {
  const command = [process.execPath, resolve(dist, file), JSON.stringify(spec)]
  const child = spawn(...onCore(1, command), { stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${file} ended with ${code}`)
  return JSON.parse(printed)
}

/** Senders that each wait for their own event before they send again. */
export async function runSenders({ readers }: Peer, senders: number): Promise<SendersResult> {
  const endpoint = readers.find(({ speech }) => speech === 'oneroom web')
  const spec = { endpoint, senders, warmSeconds: 1, seconds: 5 }
  return (await runProgram('senders.js', spec)) as SendersResult
}
