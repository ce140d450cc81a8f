/** A real nginx before the server. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect } from 'vitest'
import { testFolder } from './folder.ts'
import { Program } from './program.ts'

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']

/** Starts nginx with these directives of `http`, and waits until it listens on `port`. */
export async function startNginx(path: string, directives: string, port: number): Promise<void> {
  const folder = testFolder()
  mkdirSync(join(folder, 'tmp'))
  const temporary = TEMPORARY.map((name) => `${name}_temp_path ${join(folder, 'tmp', name)};`)
  const lines = [
    `daemon off; master_process off; error_log stderr; pid ${join(folder, 'pid')};`,
    'events {}',
    `http { access_log off; ${temporary.join(' ')}`,
    directives,
    '}',
  ]
  const config = join(folder, 'nginx.conf')
  writeFileSync(config, lines.join('\n'))
  const program = new Program(path, ['-e', 'stderr', '-c', config])
  await untilListening(port, program)
}

/** Waits until a program listens on a port of this machine. */
export async function untilListening(port: number, program: Program): Promise<void> {
  const isListening = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => socket.destroy())
      socket.once('error', () => resolve(false))
      socket.once('close', (isFailed) => resolve(!isFailed))
    })
  await expect
    .poll(async () => (program.exitCode === undefined ? await isListening() : program.stderr))
    .toBe(true)
}
