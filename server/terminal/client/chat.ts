/**
 * `oneroom connect` at a terminal: a person in the room. What others say appears above
 * the line that is being typed.
 */
import type { ReadStream, WriteStream } from 'node:tty'
import { type Address, addressText } from '../../../shared/address.ts'
import { commands, helpAbout, helpLines } from '../../../shared/commands.ts'
import { loadAscii } from '../../../shared/dialect/ascii.ts'
import type { Request, Setting } from '../../../shared/dialect/dialect.ts'
import { LineCodec } from '../../../shared/dialect/line.ts'
import { nameList } from '../../../shared/dialect/replies.ts'
import { painted } from '../../../shared/dialect/style.ts'
import { TAIL_EVENTS } from '../../../shared/dialect/typed.ts'
import { errorMessage } from '../../../shared/errors.ts'
import type { Welcome } from '../../../shared/protocol.ts'
import { wrap } from '../../../shared/wrap.ts'
import type { Outcome } from '../editor/editor.ts'
import type { Prompt } from '../editor/layout.ts'
import { dim, loud, type Shown, shownLines } from '../editor/style.ts'
import { Terminal } from '../editor/terminal.ts'
import { shortened } from '../editor/width.ts'
import { Client } from './client.ts'
import { Conversation } from './conversation.ts'

/** Messages that may wait for a connection. */
const MOST_PENDING = 500
/** Of those, so many are shown. */
const PENDING_ROWS = 3
/** An answer that takes longer is waited for visibly, in ms. */
const PATIENCE_MS = 500
/** How long what was said last may take when one leaves, in ms. */
const LEAVING_MS = 3000
const NAMES_BYTES = 16_384

export type ChatOptions = {
  address: Address
  name: string | undefined
  colours: boolean
  input: ReadStream
  output: WriteStream
}

/** Answers the exit code. */
export function chat(options: ChatOptions): Promise<number> {
  return new Promise((resolve) => new Chat(options, resolve).begin())
}

class Chat {
  readonly #address: Address
  readonly #terminal: Terminal
  readonly #client: Client
  readonly #resolve: (code: number) => void
  readonly #onSignal = (): void => void this.#finish()
  readonly #onHangup = (): void => void this.#hangUp()
  readonly #codec: LineCodec
  #colours: boolean
  #leaving: NodeJS.Timeout | undefined
  /** It was said once that something would be lost. */
  #warned = false
  #finished = false

  constructor(
    { address, name, colours, input, output }: ChatOptions,
    resolve: (code: number) => void,
  ) {
    this.#address = address
    this.#resolve = resolve
    this.#colours = colours
    this.#codec = new LineCodec({ color: colours }, () => this.#terminal.columns)
    this.#terminal = new Terminal(input, output, {
      words: () => this.#words(),
      prompt: () => this.#prompt(),
      above: (cells) => this.#waiting(cells),
      onOutcome: (outcome) => this.#terminalOnOutcome(outcome),
    })
    this.#client = new Client(address, new Conversation(name, TAIL_EVENTS), {
      onTold: (message) => this.#clientOnTold(message),
      onChange: () => this.#clientOnChange(),
    })
  }

  begin(): void {
    process.on('SIGTERM', this.#onSignal).on('SIGHUP', this.#onHangup)
    this.#terminal.open()
    this.#client.link.open()
  }

  #words() {
    const { members, me } = this.#client.conversation
    return {
      commands: commands.map(({ name }) => `/${name}`),
      names: [...members.values()].filter(({ id }) => id !== me?.id).map(({ name }) => name),
    }
  }

  #prompt(): Prompt {
    const { me } = this.#client.conversation
    const name = me?.name ?? ''
    const { phase } = this.#client.connection
    const state = this.#leaving !== undefined ? 'leaving' : phase === 'online' ? '' : 'offline'
    const text = me === undefined ? '' : `${name}${state === '' ? '' : ` (${state})`}> `
    return {
      text,
      paint: (shown) =>
        this.#colours && shown.startsWith(name) ? painted(name) + shown.slice(name.length) : shown,
    }
  }

  /** The state of the connection and what waits for it, while there is something to see. */
  #waiting(cells: number): string[] {
    const { connection, conversation, waitedMs } = this.#client
    const { pending } = conversation
    const state = this.#state()
    if (state === undefined && waitedMs < PATIENCE_MS) return []
    const set = connection.phase === 'waiting' ? loud : dim
    const shown = pending.slice(-PENDING_ROWS)
    const more = pending.length - shown.length
    return [
      ...(state === undefined ? [] : [state]),
      ...(more > 0 ? [`… ${more} more wait to be sent`] : []),
      ...shown.map(({ text }) => `… ${text}`),
    ]
      .map((row) => shortened(row, cells))
      .map((row) => (this.#colours ? set(row) : row))
  }

  #state(): string | undefined {
    const { connection, conversation } = this.#client
    if (connection.phase === 'connecting') {
      return conversation.me === undefined
        ? `Connecting to ${addressText(this.#address)} …`
        : 'Connecting …'
    }
    if (connection.phase !== 'waiting') return undefined
    const seconds = Math.max(0, Math.ceil((connection.retryAt - Date.now()) / 1000))
    return `Offline, trying again in ${seconds} s. ${connection.why}`
  }

  #clientOnTold(message: Shown): void {
    this.#tell(message.type === 'welcome' ? this.#greeting(message) : message)
    if (message.type === 'welcome' && message.events.length > 0) {
      this.#tell({ type: 'history', events: message.events, more: false })
    }
  }

  #greeting({ you, members, memberCount }: Welcome): Shown {
    const others = members.filter(({ id }) => id !== you.id)
    const here =
      others.length === 0
        ? 'Nobody else is here yet.'
        : `Here: ${nameList(others, memberCount - 1, NAMES_BYTES)}.`
    const lines = [
      `* You are ${you.name} at ${addressText(this.#address)}; /name NAME changes that.`,
      `* ${here}`,
      '* Type to talk. /help lists the commands, Tab completes, Ctrl-D leaves.',
    ]
    return told(...lines.flatMap((line) => wrap(line.split(' '), this.#terminal.columns, '')))
  }

  #clientOnChange(): void {
    const { connection, conversation } = this.#client
    if (connection.phase === 'ended') {
      this.#tell(told(`! ${connection.why}`))
      void this.#finish()
    } else if (this.#leaving !== undefined && conversation.pending.length === 0) {
      void this.#finish()
    }
    this.#terminal.refresh()
  }

  #terminalOnOutcome(outcome: Exclude<Outcome, { type: 'suspend' | 'clear' }>): void {
    switch (outcome.type) {
      case 'line':
        this.#typed(outcome.text)
        return
      case 'messages':
        if (this.#hasRoom(outcome.texts.length)) this.#client.say(outcome.texts)
        return
      case 'refused':
        this.#tell(told(`! ${outcome.why}`))
        return
      case 'interrupt':
      case 'end':
        this.#leave()
    }
  }

  #typed(line: string): void {
    this.#warned = false
    const decoded = this.#codec.decode(line)
    if (decoded.type === 'fault') this.#tell(errorMessage(decoded.fault))
    if (decoded.type === 'setting') void this.#apply(decoded.setting)
    if (decoded.type !== 'request') return
    if (decoded.request.type === 'say' && !this.#hasRoom(1)) this.#terminal.reader.restore(line)
    else this.#request(decoded.request)
  }

  #request(request: Request): void {
    if (request.type === 'say') {
      this.#client.say([request.text], request.action)
    } else if (request.type === 'bye') {
      this.#leave()
    } else {
      const answer = this.#answer(request)
      if (answer !== undefined) this.#tell(told(...answer))
    }
  }

  /** What can be answered without asking the room; undefined for what it was asked. */
  #answer(request: Exclude<Request, { type: 'say' | 'bye' }>): string[] | undefined {
    const { columns } = this.#terminal
    switch (request.type) {
      case 'who': {
        const { members, memberCount } = this.#client.conversation
        const list = nameList([...members.values()], memberCount, NAMES_BYTES)
        return wrap(`* ${memberCount} here: ${list}`.split(' '), columns)
      }
      case 'help':
        return request.about ? helpAbout(request.about, columns) : helpLines(columns)
      case 'resume':
        return ['! That goes by itself here: who comes back gets what they missed.']
      default:
        if (this.#client.link.send(request)) return undefined
        return ['! There is no connection right now; try again when it is back.']
    }
  }

  async #apply(setting: Setting): Promise<void> {
    const applied = setting.type === 'style'
    if (applied) {
      if (setting.change.ascii === true) await loadAscii()
      this.#codec.restyle(setting.change)
      this.#colours = setting.change.color ?? this.#colours
    }
    this.#tell({ type: 'setting', setting, applied })
  }

  #hasRoom(count: number): boolean {
    const waiting = this.#client.conversation.pending.length
    if (waiting + count <= MOST_PENDING) return true
    this.#tell(
      told(
        `! ${waiting} messages wait already, and at most ${MOST_PENDING} can. Nothing was sent.`,
      ),
    )
    return false
  }

  /** What was said last is waited for where that can help; asked again, it is given up. */
  #leave(): void {
    const { connection, conversation } = this.#client
    const count = conversation.pending.length
    if (count === 0 || this.#warned || this.#leaving !== undefined) {
      void this.#finish()
    } else if (connection.phase === 'online') {
      this.#leaving = setTimeout(() => void this.#finish(), LEAVING_MS)
    } else {
      this.#warned = true
      const what = count === 1 ? '1 message was' : `${count} messages were`
      this.#tell(told(`! ${what} not sent yet. Leave again to leave without.`))
    }
  }

  async #finish(): Promise<void> {
    if (this.#finished) return
    this.#finished = true
    clearTimeout(this.#leaving)
    process.off('SIGTERM', this.#onSignal).off('SIGHUP', this.#onHangup)
    const { connection, conversation } = this.#client
    const unsent = conversation.pending.length
    if (unsent > 0) this.#tell(told(`! ${unsent} of your messages may not have been said.`))
    this.#terminal.close()
    await this.#client.close()
    this.#resolve(unsent > 0 || connection.phase === 'ended' ? 1 : 0)
  }

  /** The terminal is gone. Ends by the signal: an exit would want to restore a terminal. */
  async #hangUp(): Promise<void> {
    this.#terminal.abandon()
    await this.#client.close()
    process.off('SIGHUP', this.#onHangup)
    process.kill(process.pid, 'SIGHUP')
  }

  #tell(message: Shown): void {
    this.#terminal.print(shownLines(message, this.#codec, this.#colours))
  }
}

function told(...lines: string[]): Shown {
  return { type: 'lines', lines }
}
