/**
 * A real terminal: a program in tmux, with keys going in and the screen to look at.
 */
import { execFileSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { testFolder } from './folder.ts'
import { need } from './installed.ts'

export const tmux = need('tmux')
export const main = resolve(import.meta.dirname, '../../dist/server/main.js')

export class Screen {
  readonly #socket: string

  /** Runs `oneroom` with `args`; what it exits with is said below what it leaves behind. */
  constructor(args: readonly string[], columns = 80, background = false) {
    this.#socket = join(testFolder(), 'tmux')
    const words = [process.execPath, main, ...args].map((word) => `'${word}'`).join(' ')
    // tmux hangs up on what is in the foreground; what is not has to be told.
    const inBackground = `set -m; ${words} & trap "kill $!" HUP; wait`
    const run = background ? inBackground : `(exec ${words})`
    const command = `${run}; echo "exit $?"; exec sleep 60`
    const size = ['-x', `${columns}`, '-y', '24']
    this.#run('-f', '/dev/null', 'new-session', '-d', ...size, 'sh', '-c', command)
    onTestFinished(() => {
      this.#run('kill-server')
    })
  }

  #run(...args: string[]): string {
    const env = { ...process.env, LC_ALL: 'C.UTF-8', TERM: 'xterm-256color' }
    return execFileSync(tmux as string, ['-S', this.#socket, ...args], { encoding: 'utf8', env })
  }

  /** Types the text as it is. */
  type(text: string): this {
    this.#run('send-keys', '-l', text)
    return this
  }

  /** Presses keys by their names in tmux. */
  press(...keys: string[]): this {
    this.#run('send-keys', ...keys)
    return this
  }

  /** As a terminal pastes: between brackets, where the program has asked for them. */
  paste(text: string): this {
    this.#run('set-buffer', text)
    this.#run('paste-buffer', '-p')
    return this
  }

  resize(columns: number, rows: number): this {
    this.#run('resize-window', '-x', `${columns}`, '-y', `${rows}`)
    return this
  }

  /** What is to be seen, without the empty rows at its end. */
  get text(): string {
    return this.#run('capture-pane', '-p').trimEnd()
  }

  /** The same with all that has scrolled away; rows that the terminal has broken are whole. */
  get everything(): string {
    return this.#run('capture-pane', '-p', '-J', '-S', '-').replace(/ +$/gm, '').trimEnd()
  }

  /** The same with colours. */
  get coloured(): string {
    return this.#run('capture-pane', '-p', '-e')
  }

  /** Column and row of the cursor, from 0. */
  get cursor(): [number, number] {
    const text = this.#run('display-message', '-p', '#{cursor_x},#{cursor_y}')
    return text.split(',').map(Number) as [number, number]
  }

  /** Waits until what is to be seen matches; answers it. tmux tells of no changes. */
  async until(pattern: string | RegExp, ms = 10_000): Promise<string> {
    const wanted = typeof pattern === 'string' ? expect.stringContaining(pattern) : undefined
    await expect
      .poll(() => this.text, { timeout: ms, interval: 20 })
      .toEqual(wanted ?? expect.stringMatching(pattern))
    return this.text
  }
}
