/** Real processes: the server as a user starts it, and the clients that users have. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { onTestFinished } from 'vitest'
import { Waiting } from './waiting.ts'

const main = resolve(import.meta.dirname, '../../dist/server/main.js')

export class Program {
  readonly child: ChildProcess
  /** Everything printed so far. */
  stdout = ''
  stderr = ''
  exitCode: number | undefined
  readonly #waiting = new Waiting()

  /** `inherits`: descriptors that the process has from 3 on. */
  constructor(
    command: string,
    args: readonly string[],
    options: SpawnOptions = {},
    inherits: readonly number[] = [],
  ) {
    const stdio = ['pipe', 'pipe', 'pipe', ...inherits] as const
    this.child = spawn(command, args, { ...options, stdio: [...stdio] })
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
      this.#waiting.changed()
    })
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
      this.#waiting.changed()
    })
    this.child.on('close', (code, signal) => {
      this.exitCode = code ?? (signal === null ? -1 : 128)
      this.#waiting.changed()
    })
    // EPIPE: a client may end before it has read all its input.
    this.child.stdin?.on('error', () => {})
    onTestFinished(async () => {
      if (this.exitCode !== undefined) return
      this.child.kill('SIGKILL')
      await once(this.child, 'close')
    })
  }

  type(text: string): this {
    this.child.stdin?.write(text)
    return this
  }

  async until(pattern: string | RegExp): Promise<string> {
    const found = (): boolean =>
      typeof pattern === 'string' ? this.stdout.includes(pattern) : pattern.test(this.stdout)
    await this.#waiting.until(
      () => found() || this.exitCode !== undefined,
      () => `${pattern} in ${JSON.stringify(this.stdout.slice(-800))}`,
    )
    if (found()) return this.stdout
    throw new Error(`ended with ${this.exitCode} before ${pattern}: ${this.stdout}${this.stderr}`)
  }

  async untilExit(): Promise<number> {
    await this.#waiting.until(
      () => this.exitCode !== undefined,
      () => `the end of ${this.child.spawnargs.join(' ')}`,
    )
    return this.exitCode as number
  }
}

export function oneroom(...args: string[]): Program {
  return new Program(process.execPath, [main, ...args])
}

export type Served = { webUrl: string; tcpPort: number }

/** Starts `oneroom serve` on free ports and waits until it is ready. It stores nothing unless `args` name a folder. */
export async function serve(...args: string[]): Promise<Served & { server: Program }> {
  const server = oneroom(
    'serve',
    '--web-port',
    '0',
    '--tcp-port',
    '0',
    '--data',
    ':memory:',
    ...args,
  )
  const ready = await server.until('Waiting for client request..\n')
  const webUrl = /web {2}(\w+:\/\/[^/\s]+)/.exec(ready)?.[1] ?? ''
  const tcpPort = Number(/tcp {2}nc \S+ (\d+)/.exec(ready)?.[1])
  return { server, webUrl, tcpPort }
}

/** The system chooses ports from 32768 (Linux) or 49152 (macOS, Windows) by itself. */
const [FIRST_PORT, PORTS, WORKERS] = [20_000, 1250, 8]
/** Test files run side by side: up to 8 workers have ports of their own. */
const firstOwn = FIRST_PORT + (Number(process.env.VITEST_POOL_ID ?? 0) % WORKERS) * PORTS
const usedPorts = new Set<number>()

/**
 * A free port for a server that is started again on it. The system does not choose this port
 * for another socket while that server is down.
 */
export async function fixedPort(): Promise<number> {
  for (;;) {
    const port = firstOwn + Math.floor(Math.random() * PORTS)
    if (usedPorts.has(port)) continue
    usedPorts.add(port)
    const probe = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false))
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
    })
    if (isFree) return port
  }
}
