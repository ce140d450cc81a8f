/**
 * The servers that are measured side by side, each a process of its own on free ports,
 * bound to one core where the machine has two.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import type { Endpoint } from '../load/client.ts'

export type Peer = {
  name: string
  pid: number
  readers: Endpoint[]
  stop(): Promise<void>
}

/** Starts a server; undefined where it is not installed. */
export type Start = () => Promise<Peer | undefined>

/** The command that binds a program to a core, so that the server and the load do not share one. */
export function onCore(core: number, command: string[]): [string, string[]] {
  const [first = '', ...rest] =
    availableParallelism() > 1 && isInstalled('taskset')
      ? ['taskset', '-c', String(core), ...command]
      : command
  return [first, rest]
}

export function isInstalled(command: string): boolean {
  return spawnSync('which', [command]).status === 0
}

/** A free port of this machine. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Starts a command on the first core; resolves with what it printed up to `ready`. */
export async function startProcess(
  command: string[],
  ready: RegExp,
): Promise<{ child: ChildProcess; found: RegExpExecArray; stop: () => Promise<void> }> {
  const child = spawn(...onCore(0, command), { stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  const found = await new Promise<RegExpExecArray>((resolve, reject) => {
    const look = (chunk: Buffer): void => {
      if (printed.length > 100_000) return
      printed += chunk
      const match = ready.exec(printed)
      if (match !== null) resolve(match)
    }
    child.stdout.on('data', look)
    child.stderr.on('data', look)
    child.on('error', reject)
    child.on('exit', (code) => reject(new Error(`${command[0]} ended with ${code}: ${printed}`)))
  })
  async function stop(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  return { child, found, stop }
}
