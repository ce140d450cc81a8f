/** Each server as it is measured: limits that would hold back a benchmark are off. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { freePort, isInstalled, type Peer, type Start, startProcess } from './peer.ts'

const dist = resolve(import.meta.dirname, '../../../dist')
/** The `dist` folder of an earlier build to compare with, from the environment. */
const before = process.env.BEFORE

/**
 * `data`: folder of the log; without it the log is in memory. `build`: the `dist` folder. `options`: more
 * of them.
 */
export function startOneroom(
  data = ':memory:',
  build = dist,
  options: readonly string[] = [],
): Start {
  return async () => {
    const { child, found, stop } = await startProcess(
      [
        process.execPath,
        join(build, 'server/main.js'),
        ...['--web-port', '0', '--tcp-port', '0', '--flood', 'off', '--log-level', 'error'],
        ...['--data', data, ...options],
      ],
      /web {2}http:\/\/[^:]+:(\d+)\n.*nc \S+ (\d+)\n/,
    )
    return {
      name: `oneroom${build === dist ? '' : ' before'}${data === ':memory:' ? '' : ', durable'}`,
      pid: child.pid as number,
      readers: [
        { speech: 'oneroom tcp', port: Number(found[2]) },
        { speech: 'oneroom web', port: Number(found[1]) },
      ],
      stop,
    }
  }
}

export const startHandwritten: Start = async () => {
  const { child, found, stop } = await startProcess(
    [process.execPath, join(dist, 'bench/handwritten.js')],
    /"tcpPort":(\d+),"webPort":(\d+)/,
  )
  return {
    name: 'hand-written net + ws',
    pid: child.pid as number,
    readers: [
      { speech: 'handwritten tcp', port: Number(found[1]) },
      { speech: 'handwritten web', port: Number(found[2]) },
    ],
    stop,
  }
}

export const startNats: Start = async () => {
  if (!isInstalled('nats-server')) return undefined
  const port = await freePort()
  const { child, stop } = await startProcess(
    ['nats-server', '-a', '127.0.0.1', '-p', String(port)],
    /Server is ready/,
  )
  return {
    name: 'nats-server',
    pid: child.pid as number,
    readers: [{ speech: 'nats', port }],
    stop,
  }
}

export const startMosquitto: Start = async () => {
  if (!isInstalled('mosquitto')) return undefined
  const [tcpPort, webPort] = [await freePort(), await freePort()]
  const file = configFile('mosquitto.conf', [
    ...['allow_anonymous true', 'set_tcp_nodelay true', 'max_queued_messages 0'],
    `listener ${tcpPort} 127.0.0.1`,
    `listener ${webPort} 127.0.0.1`,
    'protocol websockets',
  ])
  const { child, stop } = await startProcess(['mosquitto', '-c', file, '-v'], / running/)
  return {
    name: 'mosquitto',
    pid: child.pid as number,
    readers: [
      { speech: 'mqtt tcp', port: tcpPort },
      { speech: 'mqtt web', port: webPort },
    ],
    stop,
  }
}

export const startInspircd: Start = async () => {
  if (!isInstalled('inspircd')) return undefined
  const port = await freePort()
  const limits = 'globalmax="20000" localmax="20000" maxchans="20" limit="20000"'
  const queues = 'recvq="100M" softsendq="100M" hardsendq="100M" commandrate="100000000"'
  const file = configFile('inspircd.conf', [
    '<server name="bench.local" description="bench" network="bench" id="1AA">',
    '<admin name="bench" nick="bench" email="bench@localhost">',
    `<bind address="127.0.0.1" port="${port}" type="clients">`,
    `<connect name="all" allow="*" ${limits} ${queues} fakelag="no" threshold="1000000" timeout="60" pingfreq="120">`,
    '<performance netbuffersize="65534" somaxconn="1024" nouserdns="yes" quietbursts="yes">',
    '<options prefixquit="" syntaxhints="no" allowmismatch="yes">',
    '<dns enabled="no"><log method="file" target="/dev/null" type="* -USERINPUT -USEROUTPUT" level="none">',
    '<pid file="/dev/null"><class name="x" commands="*"><type name="x" classes="x">',
  ])
  const { child, stop } = await startProcess(
    ['inspircd', '--runasroot', '--nofork', '--nolog', '--nopid', '--config', file],
    /now running/,
  )
  return { name: 'InspIRCd', pid: child.pid as number, readers: [{ speech: 'irc', port }], stop }
}

const builds = [dist, ...(before === undefined ? [] : [before])]

/** This build, and an earlier one if there is one. */
export const allOneroom: Start[] = builds.map((build) => startOneroom(':memory:', build))

/** The servers to compare: this build and other products, or this build and an earlier one. */
export const all: Start[] =
  before === undefined
    ? [...allOneroom, startHandwritten, startNats, startMosquitto, startInspircd]
    : allOneroom

/** The same with a log on the disk, only of Oneroom. `folder` returns an empty folder. */
export function allDurable(folder: () => string): Start[] {
  return builds.map((build) => startOneroom(folder(), build))
}

/** The name of the server that figures are divided by, unless it is an earlier build. */
export function baseName(peer: string): string {
  return before === undefined ? peer : 'oneroom before'
}

/** Starts it, lets it be used, and ends it; undefined where it is not installed. */
export async function withPeer<T>(
  start: Start,
  use: (peer: Peer) => Promise<T>,
): Promise<T | undefined> {
  const peer = await start()
  if (peer === undefined) return undefined
  try {
    return await use(peer)
  } finally {
    await peer.stop()
  }
}

function configFile(name: string, lines: string[]): string {
  const file = join(mkdtempSync(join(tmpdir(), 'oneroom-bench-')), name)
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}
