/**
 * Names in lines.
 *
 * MUST show a name so that it cannot be read as another part of the line, or as another name.
 */
import type { RoomEvent } from '../protocol.ts'
import { inAscii } from './ascii.ts'
import { type LineStyle, painted } from './style.ts'

/**
 * How one reader's client shows names and texts. `paint`: a name in its colour. `mark`: the text of
 * an event, with what concerns the reader set off.
 */
export type Looks = { paint?: (name: string) => string; mark?: (event: RoomEvent) => string }
export type Styled = LineStyle & Looks

export function shown(name: string, { color, ascii, paint = painted }: Styled): string {
  const spelled = ascii ? asciiName(name) : name
  return color ? paint(spelled) : spelled
}

/**
 * In ASCII, `Zoë` is spelled `<Zoe>`: another member can have the name `Zoe`, and no name has
 * angle brackets. Left out are `<`, `>`, `:`, `*` and `!`, which separate the parts of a line.
 */
function asciiName(name: string): string {
  const spelled = inAscii(name).replace(/[<>:*!]/g, '') || '?'
  return spelled === name ? name : `<${spelled}>`
}

/** Without the brackets, the name `bob is now` could forge a notice about bob. */
export function inNotice(name: string, style: Styled): string {
  const spelled = shown(name, style)
  return spelled.includes(' ') && !spelled.includes('<') ? `<${spelled}>` : spelled
}
