/**
 * Advice for programs that do not send lines of UTF-8 text: what the server received, what
 * it did with it, and what the program should send. A connection gets each advice once.
 */
import type { Encoding } from './encoding.ts'
import { isLengths } from './lengths.ts'

const PYTHON = 'sock.sendall((text + "\\n").encode())'

/** Returns the advice for an encoding; undefined for UTF-8, which is correct. */
export function encodingAdvice(encoding: Encoding): string | undefined {
  if (isLengths(encoding)) return LENGTH_ADVICE
  switch (encoding) {
    case 'utf-8':
      return undefined
    case 'utf-16le':
    case 'utf-16be':
      return 'You send UTF-16. The server reads it, but sends UTF-8: use UTF-8 for both.'
    case 'java':
      return 'You send serialised Java objects, which the server discards. Send lines of text: out.println(text) of a PrintWriter.'
    case 'pickle':
      return `You send pickled Python objects, which the server discards. Send text: ${PYTHON}`
  }
}

const LENGTH_ADVICE =
  'Your messages begin with their length, as from writeUTF or struct.pack. The server removes it, but sends lines: send and read lines.'

export const NUL_ADVICE =
  'The server removes NUL bytes: send strlen(text) bytes and a newline, not the whole buffer.'

/** `bytes`: received after a line end, with no line end since. */
export function unendedAdvice(bytes: number): string {
  const wait = bytes === 1 ? '1 byte is' : `${bytes} bytes are`
  return `${wait} waiting for the end of the line: end each message with \\n, as you did before.`
}

export const INTERRUPT_ADVICE = 'Ctrl-C does nothing here; bye leaves.'
