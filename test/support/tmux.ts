/** A real terminal: a program in tmux. Tests press keys and read the screen. */
import { execFileSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { testFolder } from './folder.ts'
import { need } from './installed.ts'
import { HANGING_MS } from './waiting.ts'

export const tmux = need('tmux')
export const main = resolve(import.meta.dirname, '../../dist/server/main.js')

export class Screen {
  readonly #socket: string
  #isClosed = false

  /** Runs `program`, which is `oneroom` unless given, with `args`. When it exits, the screen shows its exit code. */
  constructor(
    args: readonly string[],
    columns = 80,
    background = false,
    program: readonly string[] = [process.execPath, main],
  ) {
    this.#socket = join(testFolder(), 'tmux')
    const words = [...program, ...args].map((word) => `'${word}'`).join(' ')
    // tmux sends SIGHUP to the foreground process only.
    const inBackground = `set -m; ${words} & trap "kill $!" HUP; wait`
    const run = background ? inBackground : `(exec ${words})`
    const command = `${run}; echo "exit $?"; exec sleep 600`
    const size = ['-x', `${columns}`, '-y', '24']
    this.#run('-f', '/dev/null', 'new-session', '-d', ...size, 'sh', '-c', command)
    onTestFinished(() => this.close())
  }

  /** Closes the terminal: its foreground process gets SIGHUP. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#run('kill-server')
  }

  #run(...args: string[]): string {
    const env = { ...process.env, LC_ALL: 'C.UTF-8', TERM: 'xterm-256color' }
    return execFileSync(tmux as string, ['-S', this.#socket, ...args], { encoding: 'utf8', env })
  }

  /** Reads when no change is being drawn: the program hides the cursor meanwhile. */
  #read(...command: string[]): string {
    const since = performance.now()
    for (;;) {
      const read = this.#run(...command, ';', 'display-message', '-p', '#{cursor_flag}')
      const isWhole = read.endsWith('1\n')
      if (isWhole || performance.now() - since > HANGING_MS) return read.slice(0, -2)
    }
  }

  /** Types the text as it is. */
  type(text: string): this {
    this.#run('send-keys', '-l', '--', text)
    return this
  }

  /** Presses keys by their names in tmux. */
  press(...keys: string[]): this {
    this.#run('send-keys', ...keys)
    return this
  }

  /** Pastes text: between brackets when the program has turned on bracketed paste. */
  paste(text: string): this {
    this.#run('set-buffer', text)
    this.#run('paste-buffer', '-p')
    return this
  }

  resize(columns: number, rows: number): this {
    this.#run('resize-window', '-x', `${columns}`, '-y', `${rows}`)
    return this
  }

  /** The visible rows, without the empty ones at the end. */
  get text(): string {
    return this.#read('capture-pane', '-p').trimEnd()
  }

  /** The same with the rows that have scrolled away. Wrapped rows are joined. */
  get everything(): string {
    return this.#read('capture-pane', '-p', '-J', '-S', '-').replace(/ +$/gm, '').trimEnd()
  }

  /** The visible rows with colours. */
  get coloured(): string {
    return this.#read('capture-pane', '-p', '-e')
  }

  /** Column and row of the cursor, from 0. */
  get cursor(): [number, number] {
    const text = this.#read('display-message', '-p', '#{cursor_x},#{cursor_y}')
    return text.split(',').map(Number) as [number, number]
  }

  /** Waits until the visible rows match; returns them. tmux does not report changes, so it is polled. */
  async until(pattern: string | RegExp): Promise<string> {
    const wanted = typeof pattern === 'string' ? expect.stringContaining(pattern) : undefined
    let text = ''
    const read = (): string => {
      text = this.text
      return text
    }
    await expect.poll(read).toEqual(wanted ?? expect.stringMatching(pattern))
    return text
  }
}
