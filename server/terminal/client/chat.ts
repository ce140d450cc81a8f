/**
 * `oneroom connect` at a terminal: one person, in one room at a time. Messages appear above
 * the line that is typed.
 */
import type { ReadStream, WriteStream } from 'node:tty'
import type { Recipient } from '../../../shared/client/pending.ts'
import type { Command } from '../../../shared/command.ts'
import { commands } from '../../../shared/commands.ts'
import { loadAscii } from '../../../shared/dialect/ascii.ts'
import { callsFor } from '../../../shared/dialect/bell.ts'
import { isEnd } from '../../../shared/dialect/block.ts'
import type { Outgoing, Request, Setting } from '../../../shared/dialect/dialect.ts'
import { LineCodec } from '../../../shared/dialect/line.ts'
import { TAIL_EVENTS } from '../../../shared/dialect/typed.ts'
import { errorMessage } from '../../../shared/errors.ts'
import { CONTINUED } from '../../../shared/lines.ts'
import { marked } from '../../../shared/mention.ts'
import { checkRoomName } from '../../../shared/names.ts'
import type { RoomEvent } from '../../../shared/protocol.ts'
import type { ActRequest } from '../../../shared/requests.ts'
import type { Words } from '../editor/completion.ts'
import type { Outcome } from '../editor/editor.ts'
import type { Prompt } from '../editor/layout.ts'
import { reversed, type Shown, shownLines } from '../editor/style.ts'
import { Terminal } from '../editor/terminal.ts'
import { wrapWords } from '../editor/wrapping.ts'
import { Client } from './client.ts'
import { Conversation } from './conversation.ts'
import { Correspondence } from './correspondence.ts'
import { localReply } from './local.ts'
import { recipientNamed } from './outbox.ts'
import { Palette } from './palette.ts'
import type { Destination } from './tls.ts'
import { arrivalLines, greetingLines, promptFor, statusRows } from './view.ts'

/** Limit on pending messages. */
const MOST_PENDING = 500
/** When leaving: the time limit for the acknowledgement of the last messages. */
const LEAVING_MS = 3_000

export type ChatOptions = {
  address: Destination
  /** The room to begin in; undefined for the lobby. */
  room: string | undefined
  name: string | undefined
  /** The room code; undefined: none is given. */
  code: string | undefined
  colours: boolean
  input: ReadStream
  output: WriteStream
}

/** The client resumes by itself, and nothing here reads one reply for each line. */
const all: readonly Command[] = commands
const offered = all.filter(
  ({ name, ofConsole }) => !ofConsole && name !== 'resume' && name !== 'turn',
)

/** Requests that wait for their acknowledgement. */
const kept: ReadonlySet<Request['type']> = new Set(['say', 'direct', 'reply'])

const noConnection = ['! There is no connection now. Try again when it is back.']

const noPeer = ['! No direct message has arrived yet. Write one with /msg NAME TEXT.']

/** Resolves with the exit code. */
export function chat(options: ChatOptions): Promise<number> {
  return new Promise((resolve) => new Chat(options, resolve).begin())
}

class Chat {
  readonly #address: Destination
  readonly #terminal: Terminal
  readonly #client: Client
  readonly #resolve: (code: number) => void
  readonly #onSignal = (): void => void this.#finish()
  readonly #onHangup = (): void => void this.#hangUp()
  readonly #codec: LineCodec
  /** The text of the latest message if it was an error: it is on the screen, and may be why the connection ends. */
  #lastError = ''
  readonly #paint: (name: string) => string
  #colours: boolean
  /** Set while the last messages wait for their acknowledgement. */
  #leaving: NodeJS.Timeout | undefined
  /** The person was warned that leaving loses messages; reset by the next line. */
  #warned = false
  #finished = false
  /** To whom the latest message was written; undefined if it was for a room. */
  #lastTold: Recipient | undefined

  constructor(
    { address, room, name, code, colours, input, output }: ChatOptions,
    resolve: (code: number) => void,
  ) {
    this.#address = address
    this.#resolve = resolve
    this.#colours = colours
    const palette = new Palette()
    this.#paint = (name) => palette.paint(name)
    this.#codec = new LineCodec({ color: colours }, () => this.#terminal.columns, {
      paint: this.#paint,
      mark: (event) => this.#mark(event),
    })
    this.#terminal = new Terminal(input, output, {
      words: () => this.#words(),
      prompt: () => this.#prompt(),
      above: (cells) => statusRows(this.#client, this.#address, cells, this.#colours),
      onOutcome: (outcome) => this.#terminalOnOutcome(outcome),
    })
    const conversation = new Conversation(name, TAIL_EVENTS, room, new Correspondence())
    conversation.code = code
    this.#client = new Client(address, conversation, {
      onMessage: (message) => this.#clientOnMessage(message),
      onChange: () => this.#clientOnChange(),
    })
  }

  begin(): void {
    process.on('SIGTERM', this.#onSignal).on('SIGHUP', this.#onHangup)
    this.#terminal.open()
    this.#client.open()
  }

  #words(): Words {
    const { members, me, rooms } = this.#client.conversation
    return {
      commands: offered.map(({ name }) => `/${name}`),
      rooms,
      names: [...members.values()].filter(({ id }) => id !== me?.id).map(({ name }) => name),
    }
  }

  #prompt(): Prompt {
    const { me, room, connection } = this.#client.conversation
    const offline = connection.phase === 'online' ? '' : 'offline'
    const state = this.#leaving === undefined ? offline : 'leaving'
    if (this.#codec.block !== undefined) return { text: CONTINUED, paint: (shown) => shown }
    return promptFor(me?.name ?? '', room, state, this.#colours ? this.#paint : undefined)
  }

  /** Sets off the person's own name in what other people say. */
  #mark({ from, text }: RoomEvent): string {
    const { me } = this.#client.conversation
    return me === null || from.id === me.id ? text : marked(text, me.name, reversed)
  }

  #clientOnMessage(message: Shown): void {
    const { columns } = this.#terminal
    this.#lastError = message.type === 'error' ? message.message : ''
    switch (message.type) {
      case 'welcome':
        this.#showLines(greetingLines(message, this.#address, columns))
        break
      case 'joined':
        this.#showLines(arrivalLines(message, this.#client.conversation.me?.id, columns))
        break
      case 'registered':
        this.#show(message)
        if (message.name !== undefined) this.#showLines([this.#code])
        return
      default:
        this.#show(message)
        if (message.type !== 'lines') this.#ringFor(message)
        return
    }
    const { events } = message
    if (events.length > 0) this.#show({ type: 'history', events, more: false })
  }

  #ringFor(message: Outgoing): void {
    const { me } = this.#client.conversation
    if (this.#codec.style.bell && me !== null && callsFor(message, me)) this.#terminal.ring()
  }

  /** The greeting of this client has no code, because it resumes by itself for as long as it runs. */
  get #code(): string {
    return `* Your code is ${this.#client.conversation.token}. Keep it: at nc, /resume CODE is you again.`
  }

  #clientOnChange(): void {
    if (this.#finished) return
    const { connection, pending } = this.#client.conversation
    if (connection.phase === 'ended') {
      const { trouble } = this.#client
      if (trouble !== this.#lastError) this.#showLines([`! ${trouble}`])
      void this.#finish()
    } else if (this.#leaving !== undefined && pending.length === 0) {
      void this.#finish()
    }
    this.#terminal.refresh()
  }

  #terminalOnOutcome(outcome: Exclude<Outcome, { type: 'suspend' | 'clear' }>): void {
    switch (outcome.type) {
      case 'line':
        this.#takeLine(outcome.text)
        return
      case 'messages':
        this.#takePasted(outcome.texts)
        return
      case 'admit':
        if (this.#client.conversation.me?.role === 'host') this.#takeRequest(outcome)
        return
      case 'refused':
        this.#showLines([`! ${outcome.why}`])
        return
      case 'interrupt':
        if (this.#codec.block === undefined) this.#leave()
        else this.#dropBlock()
        return
      case 'end':
        this.#endBlock()
        this.#leave()
    }
  }

  /** After `/paste`, what is pasted belongs to the block. */
  #takePasted(texts: readonly string[]): void {
    if (this.#codec.block !== undefined) {
      for (const line of texts.flatMap((text) => text.split('\n'))) this.#takeLine(line)
    } else if (this.#hasRoom(texts.length)) this.#client.say(texts)
  }

  #dropBlock(): void {
    this.#codec.end()
    this.#showLines(['* Nothing was sent.'])
  }

  /** The lines after `/paste` are sent as they are. */
  #endBlock(): void {
    const unfinished = this.#codec.end()
    if (unfinished.type === 'request') this.#takeRequest(unfinished.request)
  }

  #takeLine(line: string): void {
    this.#warned = false
    // A block that cannot be sent now stays.
    if (this.#codec.block !== undefined && isEnd(line) && !this.#hasRoom(1)) return
    if (this.#client.lacksCode) {
      this.#client.giveCode(line.trim())
      return
    }
    const decoded = this.#codec.decode(line)
    if (decoded.type === 'fault') this.#show(errorMessage(decoded.fault))
    if (decoded.type === 'setting')
      this.#apply(decoded.setting).catch(() =>
        this.#showLines(['! The setting could not be changed.']),
      )
    if (decoded.type !== 'request') return
    if (kept.has(decoded.request.type) && !this.#hasRoom(1)) this.#terminal.reader.restore(line)
    else this.#takeRequest(decoded.request)
  }

  #takeRequest(request: Request): void {
    switch (request.type) {
      case 'say':
        this.#lastTold = undefined
        this.#client.say([request.text], request)
        return
      case 'direct':
        this.#tell(request.to, request.text)
        return
      case 'reply':
        this.#reply(request.text)
        return
      case 'bye':
        this.#leave()
        return
      case 'move':
        this.#move(request.room)
        return
      case 'name':
      case 'topic':
      case 'history':
      case 'search':
      case 'transcript':
      case 'rooms':
      case 'ignore':
      case 'register':
      case 'host':
      case 'act':
      case 'bans':
      case 'hands':
      case 'admit':
        if (request.type === 'act') request = this.#addressed(request)
        // The server's reply arrives later as a message.
        if (!this.#client.ask(request)) this.#showLines(noConnection)
        return
      default:
        this.#showLocalReply(request)
    }
  }

  /** /undo alone is about the latest message, wherever it was said. */
  #addressed(request: ActRequest): ActRequest {
    const { act, direct = this.#lastTold?.address } = request
    const isUndo = act.type === 'redact' && act.seq === undefined && act.person === undefined
    return isUndo && direct !== undefined ? { ...request, direct } : request
  }

  #tell(name: string, text: string): void {
    this.#lastTold = recipientNamed(name, this.#client.conversation.members)
    this.#client.tell(this.#lastTold, text)
  }

  #reply(text: string): void {
    const peer = this.#client.conversation.lastPeer
    if (peer === undefined) {
      this.#showLines(noPeer)
      return
    }
    this.#lastTold = { address: peer.id, name: peer.name }
    this.#client.tell(this.#lastTold, text)
  }

  #showLocalReply(request: Request): void {
    const { columns } = this.#terminal
    this.#showLines(localReply(request, this.#client.conversation, offered, columns))
  }

  #move(wanted: string): void {
    const checked = checkRoomName(wanted)
    if (!checked.ok) this.#show(errorMessage(checked.fault))
    else if (!this.#client.move(checked.name)) this.#showLines(noConnection)
  }

  async #apply(setting: Setting): Promise<void> {
    if (setting.type === 'paste') return this.#show({ type: 'setting', setting, applied: true })
    if (setting.type === 'lockstep') {
      this.#showLines([
        '! /turn is for programs that send and read in turns, and does nothing here.',
      ])
      return
    }
    if (setting.change.ascii === true) await loadAscii()
    this.#codec.restyle(setting.change)
    this.#colours = setting.change.color ?? this.#colours
    this.#show({ type: 'setting', setting, applied: true })
  }

  #hasRoom(count: number): boolean {
    const waiting = this.#client.conversation.pending.length
    if (waiting + count <= MOST_PENDING) return true
    const limit = `${waiting} messages wait already; the limit is ${MOST_PENDING}.`
    this.#showLines([`! ${limit} Nothing was sent.`])
    return false
  }

  /** Online, waits for the last acknowledgements; a second call leaves at once. */
  #leave(): void {
    const { connection, pending } = this.#client.conversation
    const count = pending.length
    if (count === 0 || this.#warned || this.#leaving !== undefined) {
      void this.#finish()
    } else if (connection.phase === 'online') {
      this.#leaving = setTimeout(() => void this.#finish(), LEAVING_MS)
    } else {
      this.#warned = true
      const subject = count === 1 ? '1 message was' : `${count} messages were`
      this.#showLines([`! ${subject} not sent yet. Leave again to leave without sending.`])
    }
  }

  async #finish(): Promise<void> {
    if (this.#finished) return
    this.#finished = true
    clearTimeout(this.#leaving)
    process.off('SIGTERM', this.#onSignal).off('SIGHUP', this.#onHangup)
    const { connection, pending } = this.#client.conversation
    const unsent = pending.length
    if (unsent > 0) this.#showLines([`! ${unsent} of your messages may not have been sent.`])
    this.#terminal.close()
    await this.#client.close()
    this.#resolve(unsent > 0 || connection.phase === 'ended' ? 1 : 0)
  }

  /** The terminal is gone. Ends by the signal, because `exit` would restore the terminal. */
  async #hangUp(): Promise<void> {
    this.#finished = true
    this.#terminal.abandon()
    await this.#client.close()
    process.off('SIGHUP', this.#onHangup)
    process.kill(process.pid, 'SIGHUP')
  }

  #show(message: Shown): void {
    const lines = shownLines(message, this.#codec, this.#colours)
    this.#terminal.print(lines.flatMap((line) => wrapWords(line, this.#terminal.columns)))
  }

  #showLines(lines: string[]): void {
    if (lines.length > 0) this.#show({ type: 'lines', lines })
  }
}
