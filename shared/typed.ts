/** What a person has typed: a text, or a command and its argument. */
import { type CommandName, commandNamed } from './commands.ts'

/** The meaning of a typed line. `unknown` has the word as it was typed. */
export type Typed =
  | { type: 'nothing' }
  | { type: 'text'; text: string }
  | { type: 'command'; name: CommandName; argument: string }
  | { type: 'unknown'; word: string }

const SLASHED = /^\/(\S*)\s*(.*)$/su

/** Also with spaces before it: sent as text, it would reveal a code or a key. */
const SECRET = /^\s*\/(?:resume|host)\s/iu

/** Parses one line. `//x` is the text `/x`; `bye` alone leaves, as in the first clients. */
export function parseTyped(line: string): Typed {
  const trimmed = line.trim()
  if (trimmed === '') return { type: 'nothing' }
  if (trimmed === 'bye') return { type: 'command', name: 'quit', argument: '' }
  if (!line.startsWith('/') && !SECRET.test(line)) return { type: 'text', text: line }
  if (line.startsWith('//')) return { type: 'text', text: line.slice(1) }
  const [, word = '', argument = ''] = SLASHED.exec(trimmed) ?? []
  const name = commandNamed(word)
  if (name === undefined) return { type: 'unknown', word }
  return { type: 'command', name, argument }
}

/** A name with spaces stands in quotes or angle brackets, as notices show it. */
const RECIPIENT = /^(?:"([^"]+)"|<([^>]+)>|(\S+))\s*(.*)$/su

/** The argument of `/msg`: the name of a person, and a text, which may be ''. */
export function parseDirect(argument: string): { to: string; text: string } {
  const [, quoted, bracketed, word, text = ''] = RECIPIENT.exec(argument) ?? []
  return { to: (quoted ?? bracketed ?? word ?? '').replace(/(?<=.):$/, ''), text }
}

/** Whether a line has a code or a key, and is not to be remembered. */
export function hasSecret(line: string): boolean {
  return SECRET.test(line)
}
