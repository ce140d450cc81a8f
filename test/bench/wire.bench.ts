/** What the wire view costs at a saturated fan-out: off, kept for all connections, and looked at. */
import { beforeAll, test } from 'vitest'
import type { WireMessage } from '../../shared/wire.ts'
import { HOST_KEY } from '../support/hosts.ts'
import { buildPrograms } from './load/run.ts'
import { measure, printSpeed, rowName } from './measure.ts'
import type { Start } from './peers/peer.ts'
import { allOneroom, startOneroom } from './peers/peers.ts'

beforeAll(buildPrograms)

/** A host looks at one connection from the time at which so many are open. */
const LOOKS_AT = 50

test('wire', async () => {
  const load = { readerCount: 200, pace: { ahead: 256 }, seconds: 3 }
  const kept = startOneroom(undefined, undefined, ['--wire', '1000'])
  const measured = await measure([
    ...allOneroom.map((start) => ({ start, load })),
    { start: lookedAt, load, what: 'a host looks at one connection' },
    { start: kept, load, what: '--wire 1000' },
  ])
  printSpeed('200 readers, the sender always 256 ahead', measured, rowName('oneroom'))
})

const lookedAt: Start = async () => {
  const peer = await startOneroom(undefined, undefined, ['--host-key', HOST_KEY])()
  const web = peer?.readers.find(({ speech }) => speech === 'oneroom web')
  if (peer === undefined || web === undefined) return undefined
  const viewer = new AbortController()
  void look(`http://127.0.0.1:${web.port}/api/wire`, viewer.signal).catch((error: Error) => {
    if (!viewer.signal.aborted) throw error
  })
  return {
    ...peer,
    stop: () => {
      viewer.abort()
      return peer.stop()
    },
  }
}

async function look(url: string, signal: AbortSignal): Promise<void> {
  const number = await numberOf(url, signal)
  for await (const _message of messages(`${url}?of=${number}`, signal));
}

/** The number of a connection, when LOOKS_AT of them are open. */
async function numberOf(url: string, signal: AbortSignal): Promise<number> {
  for await (const message of messages(url, signal)) {
    if (message.type !== 'stations' || message.stations.length < LOOKS_AT) continue
    return message.stations.at(-1)?.number ?? 0
  }
  throw new Error('the server has ended the list of connections')
}

async function* messages(url: string, signal: AbortSignal): AsyncGenerator<WireMessage> {
  const headers = { authorization: `Bearer ${HOST_KEY}` }
  const { body } = await fetch(url, { headers, signal })
  let rest = ''
  for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield JSON.parse(line) as WireMessage
  }
}
