/**
 * Takes a byte stream apart: WebSocket frames (RFC 6455, section 5.2) or telnet commands (RFC 854),
 * one chunk after the other. Pure.
 */
import type { Range } from '../../shared/wire.ts'

/**
 * `bytes`: the chunk, with the payload of frames unmasked and their masking key 0. `others`: its ranges that are not text of a
 * message. `parts`: what begins in the chunk, in words.
 */
export type Apart = { bytes: Buffer; others: Range[]; parts: string[] }

export type Dissector = { take(chunk: Buffer): Apart }

const OPCODES: Record<number, string> = {
  0: 'continuation',
  1: 'text',
  2: 'binary',
  8: 'close',
  9: 'ping',
  10: 'pong',
}
const KEY_BYTES = 4

export class Frames implements Dissector {
  /** The beginning of a header. */
  #header: number[] = []
  /** Of the frame under way: bytes of payload that are to come, and how many have come. */
  #left = 0
  #done = 0
  #mask: number[] | undefined
  #isControl = false

  take(chunk: Buffer): Apart {
    const bytes = Buffer.from(chunk)
    const others: Range[] = []
    const parts: string[] = []
    for (let at = 0; at < bytes.length; ) {
      if (this.#left === 0) {
        const from = at
        for (; at < bytes.length && !this.#isHeader(); at += 1) {
          this.#header.push(bytes[at] as number)
          // The payload is unmasked, so the key that fits is 0.
          if (this.#isInKey()) bytes[at] = 0
        }
        others.push([from, at])
        if (!this.#isHeader()) break
        parts.push(this.#begin())
        continue
      }
      const end = Math.min(bytes.length, at + this.#left)
      if (this.#isControl) others.push([at, end])
      this.#left -= end - at
      for (; at < end; at += 1, this.#done += 1) {
        if (this.#mask) bytes[at] = (bytes[at] as number) ^ (this.#mask[this.#done % 4] as number)
      }
    }
    return { bytes, others, parts }
  }

  #isHeader(): boolean {
    return this.#header.length >= this.#headerBytes
  }

  /** As far as it is known. */
  get #headerBytes(): number {
    const [, second = 0] = this.#header
    const length = second & 0x7f
    return 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + (second & 0x80 ? KEY_BYTES : 0)
  }

  /** Whether the latest byte of the header belongs to the masking key. */
  #isInKey(): boolean {
    const { length } = this.#header
    return length > 2 && (this.#header[1] ?? 0) >= 0x80 && length > this.#headerBytes - KEY_BYTES
  }

  /** Reads the header, which is complete. */
  #begin(): string {
    const [first = 0, second = 0, ...rest] = this.#header
    this.#header = []
    const short = second & 0x7f
    const extended = rest.splice(0, short === 126 ? 2 : short === 127 ? 8 : 0)
    const size = short < 126 ? short : extended.reduce((sum, byte) => sum * 256 + byte, 0)
    this.#left = size
    this.#done = 0
    this.#mask = second & 0x80 ? rest : undefined
    const opcode = first & 0xf
    this.#isControl = opcode >= 8
    const unfinished = first & 0x80 ? '' : ', more follows'
    return `${OPCODES[opcode] ?? `opcode ${opcode}`} frame, ${size} B${this.#mask ? ', masked' : ''}${unfinished}`
  }
}

const IAC = 255
const SB = 250
const SE = 240
const COMMANDS: Record<number, string> = {
  240: 'SE',
  241: 'NOP',
  242: 'DM',
  243: 'BRK',
  244: 'IP',
  245: 'AO',
  246: 'AYT',
  247: 'EC',
  248: 'EL',
  249: 'GA',
  250: 'SB',
  251: 'WILL',
  252: 'WONT',
  253: 'DO',
  254: 'DONT',
  236: 'EOF',
  237: 'SUSP',
  238: 'ABORT',
  239: 'EOR',
}
const OPTIONS: Record<number, string> = {
  0: 'BINARY',
  1: 'ECHO',
  3: 'SGA',
  5: 'STATUS',
  6: 'TIMING-MARK',
  24: 'TTYPE',
  31: 'NAWS',
  32: 'TSPEED',
  33: 'LFLOW',
  34: 'LINEMODE',
  35: 'XDISPLOC',
  36: 'ENVIRON',
  37: 'AUTHENTICATION',
  38: 'ENCRYPT',
  39: 'NEW-ENVIRON',
  42: 'CHARSET',
}

/** A byte 255 that begins no command is text. */
export class Telnet implements Dissector {
  #state: 'text' | 'iac' | 'option' | 'sub' | 'sub iac' = 'text'
  #verb = ''

  take(chunk: Buffer): Apart {
    const others: Range[] = []
    const parts: string[] = []
    if (this.#state === 'text' && !chunk.includes(IAC)) return { bytes: chunk, others, parts }
    let from = this.#state === 'text' ? -1 : 0
    const end = (at: number): void => {
      others.push([from, at])
      from = -1
      this.#state = 'text'
    }
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] as number
      switch (this.#state) {
        case 'text':
          if (byte !== IAC) break
          from = at
          this.#state = 'iac'
          break
        case 'iac': {
          const command = COMMANDS[byte]
          this.#verb = command ?? ''
          if (byte > SB && byte < IAC) this.#state = 'option'
          else if (byte === SB) this.#state = 'sub'
          else {
            if (command !== undefined) parts.push(`IAC ${command}`)
            end(at + 1)
          }
          break
        }
        case 'option':
          parts.push(`IAC ${this.#verb} ${optionName(byte)}`)
          end(at + 1)
          break
        case 'sub':
          if (this.#verb === 'SB') {
            parts.push(`IAC SB ${optionName(byte)}`)
            this.#verb = ''
          } else if (byte === IAC) this.#state = 'sub iac'
          break
        case 'sub iac':
          if (byte === SE) end(at + 1)
          else this.#state = 'sub'
      }
    }
    if (from !== -1) others.push([from, chunk.length])
    return { bytes: chunk, others, parts }
  }
}

function optionName(option: number): string {
  return OPTIONS[option] ?? String(option)
}
