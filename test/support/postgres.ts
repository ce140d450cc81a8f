/**
 * A real PostgreSQL server on the loopback, in a temporary folder, with the settings that it has by
 * itself: it syncs every commit.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import postgres from 'postgres'
import { afterAll } from 'vitest'
import { postgresPrograms } from './installed.ts'
import { fixedPort } from './program.ts'

/** PostgreSQL refuses to run as root. */
const user = process.getuid?.() === 0 ? idsOf('postgres') : undefined

function idsOf(name: string): { uid: number; gid: number } {
  const ask = (flag: string) => Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout)
  return { uid: ask('-u'), gid: ask('-g') }
}

export class PostgresServer {
  readonly port: number
  readonly #data: string
  readonly #programs: string
  #process: ChildProcess | undefined
  #schemas = 0

  private constructor(programs: string, data: string, port: number) {
    this.#programs = programs
    this.#data = data
    this.port = port
  }

  static start(programs: string): Promise<PostgresServer> {
    return PostgresServer.#make(programs, 'initdb', [
      '--no-sync',
      '--auth=trust',
      '--username=oneroom',
      '--encoding=UTF8',
    ])
  }

  /** A standby of this server, which follows it on a port of its own. */
  standby(): Promise<PostgresServer> {
    const from = ['-h', '127.0.0.1', '-p', `${this.port}`, '-U', 'oneroom']
    const how = ['--write-recovery-conf', '--checkpoint=fast', '--no-sync']
    return PostgresServer.#make(this.#programs, 'pg_basebackup', [...from, ...how])
  }

  static async #make(programs: string, program: string, args: string[]): Promise<PostgresServer> {
    const server = new PostgresServer(programs, newFolder(), await fixedPort())
    try {
      server.run(program, ...args)
      await server.begin()
      return server
    } catch (error) {
      await server.remove()
      throw error
    }
  }

  /** Of the process whose children serve the connections. */
  get pid(): number | undefined {
    return this.#process?.pid
  }

  /**
   * A URL for the server's log in the database `postgres`. `schema`: a new one, if none is given.
   * `port`: of a way to this server.
   */
  url(schema = this.newSchema(), port = this.port): string {
    return `postgres://oneroom:not-shown@127.0.0.1:${port}/postgres?schema=${schema}`
  }

  newSchema(): string {
    this.#schemas += 1
    return `test_${process.pid}_${this.#schemas}`
  }

  /** A client of its own, which sees the tables of the schema. The caller MUST end it. */
  client(schema: string): postgres.Sql {
    return postgres(`postgres://oneroom@127.0.0.1:${this.port}/postgres`, {
      max: 1,
      fetch_types: false,
      onnotice: () => {},
      connection: { search_path: schema },
    })
  }

  /** Runs a program of PostgreSQL on the data of this server. */
  run(program: string, ...args: string[]): void {
    const { status, stderr } = spawnSync(
      join(this.#programs, program),
      ['-D', this.#data, ...args],
      {
        ...user,
        encoding: 'utf8',
        cwd: this.#data,
        env: { ...process.env, LC_ALL: 'C' },
      },
    )
    if (status !== 0) throw new Error(`${program} failed: ${stderr}`)
  }

  /** Starts the server, also after it was killed. */
  async begin(): Promise<void> {
    for (;;) {
      const lines = await this.#begin()
      if (lines === undefined) return
      // The processes that a killed server has left behind end by themselves.
      if (!/shared memory block|lock file/.test(lines)) throw new Error(lines)
    }
  }

  /** Kills the server, whose other processes notice it. */
  async kill(): Promise<void> {
    const server = this.#process
    this.#process = undefined
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return
    server.kill('SIGKILL')
    await once(server, 'exit')
  }

  /** Ends it at once, in order or not, and removes its files. */
  async remove(): Promise<void> {
    const server = this.#process
    if (server !== undefined && server.exitCode === null && server.signalCode === null) {
      server.kill('SIGQUIT')
      await once(server, 'exit')
    }
    rmSync(this.#data, { recursive: true, force: true, maxRetries: 10 })
  }

  /** Returns what it has printed if it did not start. */
  async #begin(): Promise<string | undefined> {
    const settings = { port: this.port, listen_addresses: '127.0.0.1', unix_socket_directories: '' }
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const server = spawn(join(this.#programs, 'postgres'), ['-D', this.#data, ...args], {
      ...user,
      stdio: ['ignore', 'ignore', 'pipe'],
      cwd: this.#data,
      env: { ...process.env, LC_ALL: 'C' },
    })
    this.#process = server
    // A test process that ends early takes its server along.
    const processOnExit = (): void => {
      server.kill('SIGQUIT')
    }
    process.once('exit', processOnExit)
    server.once('exit', () => process.removeListener('exit', processOnExit))
    const printed: string[] = []
    return new Promise((resolve) => {
      createInterface(server.stderr).on('line', (line) => {
        if (printed.length < 100) printed.push(line)
        if (/ready to accept( read-only)? connections/.test(line)) resolve(undefined)
      })
      server.once('exit', () => resolve(printed.join('\n')))
    })
  }
}

/**
 * The server of a test file, or undefined if PostgreSQL is not installed. To call at the top of the
 * file, with `await`.
 */
export async function testPostgres(): Promise<PostgresServer | undefined> {
  const programs = postgresPrograms()
  if (programs === undefined) return undefined
  const server = await PostgresServer.start(programs)
  afterAll(() => server.remove())
  return server
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'oneroom-postgres-'))
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  return folder
}
