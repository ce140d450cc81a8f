/**
 * The input of a raw connection: bytes → lines, in the line dialect, or in the JSON
 * dialect if the first line is a hello object. Pure: the caller has the socket and the
 * timers.
 *
 * MUST yield no step of a client before the guard has cleared its first bytes.
 */
import { isHello, jsonDialect } from '../../../shared/dialect/json.ts'
import { lineDialect } from '../../../shared/dialect/line.ts'
import { LINE_HELLO } from '../../../shared/dialect/typed.ts'
import { limits } from '../../../shared/limits.ts'
import type { Via } from '../../../shared/protocol.ts'
import type { HandedConnection } from '../connection/handed.ts'
import type { Arrived, Input } from '../connection/input.ts'
import { encodingAdvice, INTERRUPT_ADVICE, NUL_ADVICE, unendedAdvice } from './advice.ts'
import { type DecoderState, RawDecoder } from './decoder.ts'
import type { Refusal } from './guard.ts'
import type { Line } from './lines.ts'
import { hasColors } from './telnet.ts'

/** Time, in ms, that the possible start of an HTTP request waits for the rest. */
const OPENING_MS = 5000
/** Time, in ms, after which a client gets the advice to end its line. */
const UNENDED_MS = 3000
const BRACE = 0x7b

/**
 * All that the steps to come depend on. `steps` and the bytes in `decoder` are received and not
 * processed yet.
 */
export type RawInputState = {
  decoder: DecoderState
  phase: Phase
  steps: readonly StoredStep[]
  end: 'none' | 'received' | 'taken'
  silent: boolean
  spokeFirst: boolean
  lineCount: number
  terminal: string | undefined
  advised: readonly string[]
}

type Phase = 'opening' | 'greeted' | 'undecided' | 'lines' | 'json' | 'refused'
/** A step as data: a dialect, which has functions, is stored by its name. */
type StoredStep =
  | Exclude<Arrived, { type: 'dialect' }>
  | { type: 'dialect'; name: string; via: Via }
  | { type: 'line hello' }

export class RawInput implements Input {
  #decoder = new RawDecoder(lineDialect.unitBytes)
  /**
   * `opening`: the client has not been greeted, and its first bytes are not cleared.
   * `greeted`: it waited for the server to speak; its first bytes are not cleared.
   * `undecided`: cleared; its first line decides the dialect.
   */
  #phase: Phase = 'opening'
  readonly #steps: Arrived[] = []
  #refusal: Refusal | undefined
  #end: 'none' | 'received' | 'taken' = 'none'
  /** Whether the client has been silent since its last byte. */
  #silent = false
  /** Whether the client sent before the greeting, and ended no line, as lock-step programs do. */
  #spokeFirst = false
  /** Non-blank lines received so far. */
  #lineCount = 0
  #terminal: string | undefined
  /** Kinds of advice given. Each is given once. */
  #advised: Set<string> | undefined

  /** Goes on where another input was. */
  static from(state: RawInputState): RawInput {
    const input = new RawInput()
    input.#decoder = RawDecoder.from(lineDialect.unitBytes, state.decoder)
    input.#phase = state.phase
    input.#steps.push(...state.steps.map(stepOf))
    input.#end = state.end
    input.#silent = state.silent
    input.#spokeFirst = state.spokeFirst
    input.#lineCount = state.lineCount
    input.#terminal = state.terminal
    if (state.advised.length > 0) input.#advised = new Set(state.advised)
    return input
  }

  /** The next step: goes on with the connection of another server. */
  goOn(from: HandedConnection): void {
    this.#steps.unshift({ type: 'go_on', from })
  }

  get state(): RawInputState {
    return {
      decoder: this.#decoder.state,
      phase: this.#phase,
      steps: this.#steps.map(storedStep),
      end: this.#end,
      silent: this.#silent,
      spokeFirst: this.#spokeFirst,
      lineCount: this.#lineCount,
      terminal: this.#terminal,
      advised: [...(this.#advised ?? [])],
    }
  }

  /** Takes a chunk. Returns bytes to send back at once (telnet negotiation). */
  push(chunk: Uint8Array): readonly number[] {
    if (this.#phase === 'refused') return []
    this.#silent = false
    const reply = this.#decoder.push(chunk)
    this.#readTelnet()
    const length = this.#decoder.opening?.length ?? 0
    this.#inspect(length > limits.textBytes ? 'whole' : 'more')
    return reply
  }

  /** The client sends nothing more. */
  end(): void {
    if (this.#end !== 'none' || this.#phase === 'refused') return
    this.#end = 'received'
    this.#inspect('whole')
  }

  /** The client has sent nothing since it connected: it may wait for the server to speak. */
  greetSilent(): void {
    if (this.#phase !== 'opening' || this.#end !== 'none') return
    if (this.#decoder.opening?.length !== 0) return
    this.#greet()
    this.#phase = 'greeted'
  }

  /** Time of silence, in ms, after which `silent` MUST be called; 0: it need not be. */
  get silenceMs(): number {
    if (this.#phase === 'refused' || this.#end !== 'none') return 0
    const { lines } = this.#decoder
    const pauseMs = this.#decoder.pauseMs()
    if (pauseMs > 0) return pauseMs
    // A person who types may think before the end of a line.
    return lines.waiting > 0 && !lines.typed && !this.#advised?.has('unended') ? UNENDED_MS : 0
  }

  /** The client was silent for `silenceMs`. `connectedMs`: time, in ms, since it connected. */
  silent(connectedMs: number): void {
    const { lines } = this.#decoder
    if (this.#decoder.pauseMs() === 0) {
      this.#advise('unended', unendedAdvice(lines.waiting))
      return
    }
    this.#silent = true
    this.#inspect(connectedMs > OPENING_MS ? 'whole' : 'pause')
  }

  flush(): void {
    this.#inspect('whole')
    // A message that ends inside a character is sent too.
    if (this.#decoder.pauseMs() > 0 && this.#end === 'none') this.#end = 'received'
  }

  /** Why the client was refused, undefined if it was not. A refused client gets no steps. */
  get refusal(): Refusal | undefined {
    return this.#refusal
  }

  /**
   * Whether the client reads once for each message it sends. Its own message is the receipt
   * then, except for a message sent before the greeting: the greeting is its receipt.
   */
  get echoes(): boolean {
    return this.#decoder.lines.unterminated && !(this.#spokeFirst && this.#lineCount < 2)
  }

  /**
   * Whether the client ends its lines and may wait for an answer to each. The bytes of a person at
   * nc are the same. A pipe or a paste does not wait: it is ahead of the answers. The greeting
   * answers a line that was sent before it, and the end of the connection answers a client that has
   * ended its side. `answers`: lines written to the client so far.
   */
  awaitsAnswer(answers: number): boolean {
    if (this.isTelnet || this.#end !== 'none' || !this.#decoder.lines.terminated) return false
    return this.#lineCount <= answers + 1 && !(this.#spokeFirst && this.#lineCount < 2)
  }

  /** Columns of the client's terminal; undefined if they are not known. */
  get columns(): number | undefined {
    return this.#decoder.telnet?.columns || undefined
  }

  /** Whether the client sends with Java's writeUTF, and reads the replies with readUTF. */
  get readsJavaStrings(): boolean {
    return this.#spokeFirst && this.#decoder.encoding === 'length16'
  }

  get isTelnet(): boolean {
    return this.#decoder.telnet !== undefined
  }

  /** Whether the client may read once for each message, and so needs short writes. */
  get mayReadOnce(): boolean {
    return this.#phase !== 'json' && !this.#decoder.lines.terminated && !this.isTelnet
  }

  get backlog(): number {
    return this.#steps.length + this.#decoder.lines.backlog
  }

  next(): Arrived | undefined {
    for (;;) {
      const step = this.#steps.shift()
      if (step !== undefined) return step
      if (this.#phase === 'refused') return undefined
      const line = this.#nextLine()
      if (line !== undefined) {
        this.#take(line)
      } else if (this.#end === 'received') {
        this.#end = 'taken'
        return { type: 'end' }
      } else {
        return undefined
      }
    }
  }

  #nextLine(): Line | undefined {
    if (this.#decoder.opening !== undefined) return undefined
    const line = this.#decoder.next()
    if (line !== undefined) return line
    if (this.#end !== 'none') return this.#decoder.end()
    if (!this.#silent) return undefined
    this.#silent = false
    return this.#decoder.pause()
  }

  #take({ text, cut }: Line): void {
    if (text.trim() !== '') this.#lineCount += 1
    if (this.#phase !== 'json' && this.#lineCount === 1 && isHello(text)) this.#becomeJson()
    if (this.#phase === 'undecided') {
      this.#greet()
      this.#phase = 'lines'
    }
    if (this.#phase === 'json' && cut) {
      // Part of an object is not an object.
      const message = `A line is at most ${limits.frameBytes} bytes long; yours was left out.`
      this.#steps.push({ type: 'fault', fault: { code: 'line_too_long', message } })
      return
    }
    this.#steps.push({ type: 'unit', text })
    if (cut) this.#steps.push({ type: 'fault', fault: { code: 'line_too_long' } })
    if (this.#decoder.lines.droppedNul) this.#advise('nul', NUL_ADVICE)
  }

  #becomeJson(): void {
    this.#phase = 'json'
    this.#decoder.lines.maxBytes = jsonDialect.unitBytes
    this.#steps.push({ type: 'dialect', dialect: jsonDialect, via: 'json' })
  }

  /** Begins the line dialect. `via` is telnet if the client has sent a telnet command. */
  #greet(): void {
    const via = this.isTelnet ? 'telnet' : 'tcp'
    this.#steps.unshift(
      { type: 'dialect', dialect: lineDialect, via },
      ...this.#terminalStyle(),
      LINE_HELLO,
    )
  }

  #readTelnet(): void {
    const { telnet } = this.#decoder
    if (telnet === undefined) return
    if (telnet.terminal !== this.#terminal) {
      this.#terminal = telnet.terminal
      if (this.#isGreeted) this.#steps.push(...this.#terminalStyle())
    }
    if (telnet.interrupted && this.#isGreeted) this.#advise('interrupt', INTERRUPT_ADVICE)
    if (telnet.ended) this.end()
  }

  #terminalStyle(): Arrived[] {
    if (this.#terminal === undefined || !hasColors(this.#terminal)) return []
    return [{ type: 'style', change: { color: true } }]
  }

  get #isGreeted(): boolean {
    return this.#phase === 'greeted' || this.#phase === 'lines'
  }

  /** Asks the guard about the first bytes, until it has decided. */
  #inspect(come: 'more' | 'pause' | 'whole'): void {
    const { opening } = this.#decoder
    if (opening === undefined || opening.length === 0) return
    const verdict = this.#decoder.inspect(come)
    if (verdict === 'undecided') return
    if (verdict !== 'clear') {
      this.#phase = 'refused'
      this.#refusal = verdict
      this.#steps.length = 0
      return
    }
    this.#spokeFirst = this.#phase === 'opening'
    if (this.#phase === 'greeted') this.#phase = 'lines'
    else if (opening[0] === BRACE) this.#phase = 'undecided'
    else {
      this.#greet()
      this.#phase = 'lines'
    }
    const advice = encodingAdvice(this.#decoder.encoding ?? 'utf-8')
    if (advice !== undefined && !this.readsJavaStrings) this.#advise('encoding', advice)
  }

  /** Advises the client, once for each kind, how to send better. */
  #advise(kind: string, message: string): void {
    this.#advised ??= new Set()
    if (this.#advised.has(kind)) return
    this.#advised.add(kind)
    this.#steps.push({ type: 'fault', fault: { code: 'not_lines', message } })
  }
}

function storedStep(step: Arrived): StoredStep {
  // The connection tells it from the hello of a client by its identity.
  if (step === LINE_HELLO) return { type: 'line hello' }
  return step.type === 'dialect'
    ? { type: 'dialect', name: step.dialect.name, via: step.via }
    : step
}

function stepOf(stored: StoredStep): Arrived {
  if (stored.type === 'line hello') return LINE_HELLO
  if (stored.type !== 'dialect') return stored
  const dialect = stored.name === jsonDialect.name ? jsonDialect : lineDialect
  return { type: 'dialect', dialect, via: stored.via }
}
