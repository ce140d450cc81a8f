/**
 * A block: the lines after `/paste`, which are one message, up to a line with only a dot.
 *
 * MUST hold no more than one message can have.
 */
import { limits } from '../limits.ts'
import { utf8Length } from '../text.ts'
import type { Decoded } from './dialect.ts'

/** `isOver`: the block was longer than a message can be, and its lines are dropped. */
export type BlockState = { lines: readonly string[]; isOver: boolean }

/** Whether a line ends a block. */
export function isEnd(line: string): boolean {
  return line.trim() === '.'
}

export class Block {
  #lines: string[] = []
  #bytes = 0
  #isOver = false

  /** Goes on where another block was. */
  static from({ lines, isOver }: BlockState): Block {
    const block = new Block()
    for (const line of lines) block.take(line)
    block.#isOver = isOver
    return block
  }

  get state(): BlockState {
    return { lines: this.#lines, isOver: this.#isOver }
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Takes a line. Returns whether it ends the block. */
  take(line: string): boolean {
    if (isEnd(line)) return true
    if (this.#isOver) return false
    this.#bytes += utf8Length(line) + 1
    this.#lines.push(line)
    this.#isOver = this.#bytes - 1 > limits.textBytes || this.#lines.length > limits.textLines
    if (this.#isOver) this.#lines = []
    return false
  }

  /** The message, or why it is none. */
  get decoded(): Decoded {
    if (!this.#isOver) {
      return { type: 'request', request: { type: 'say', text: this.#lines.join('\n') } }
    }
    const { textBytes, textLines } = limits
    const message = `Not sent: a message has at most ${textBytes} bytes and ${textLines} lines.`
    return { type: 'fault', fault: { code: 'text_too_long', message } }
  }
}
