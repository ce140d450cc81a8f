/**
 * What to tell somebody whose program does not send lines of UTF-8 text: what came, what
 * was done with it, and how to do it right. Each is told once to a connection.
 */
import type { Encoding } from './encoding.ts'

const PYTHON = 'sock.sendall((text + "\\n").encode())'

/** Undefined for UTF-8, which is right. */
export function encodingAdvice(encoding: Encoding): string | undefined {
  switch (encoding) {
    case 'utf-8':
      return undefined
    case 'utf-16le':
    case 'utf-16be':
      return 'You send UTF-16. It is read as such, but all that you get is UTF-8: use UTF-8 for both.'
    case 'length16':
    case 'length32':
      return 'Your messages have their length before them, as from writeUTF or struct.pack. It is taken off, but you get lines: send and read lines.'
    case 'java':
      return 'You send serialised Java objects; nothing of them is read. Send lines of text: out.println(text) of a PrintWriter.'
    case 'pickle':
      return `You send pickled Python objects; nothing of them is read. Send text: ${PYTHON}`
  }
}

export const NUL_ADVICE =
  'NUL bytes are no text and are left out: send strlen(text) bytes and a newline, not the whole buffer.'

/** `bytes` wait after lines that were ended. */
export function unendedAdvice(bytes: number): string {
  const wait = bytes === 1 ? '1 byte is' : `${bytes} bytes are`
  return `${wait} waiting for the end of a line: end each message with \\n, as you have done before.`
}

export const INTERRUPT_ADVICE = 'Ctrl-C is not said to anybody; bye leaves.'
